// Records of probes that tell what tools say. usage: node definitions.mjs <PROBES
// Each line of standard input is an array: slug, region, when the probe started, its
// tools (objects as of tools/list), and of which of them, by name, it has tool records
// (default: all), and members of its summary.
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';

// RFC 8785, as far as the numbers of tests go.
const canonical = (v) => Array.isArray(v) ? `[${v.map(canonical)}]` :
	v && typeof v === 'object' ? `{${Object.keys(v).sort().map((k) =>
		`${JSON.stringify(k)}:${canonical(v[k])}`)}}` : JSON.stringify(v);
const sum = (text) => createHash('sha256').update(text).digest('hex');
const STEPS = ['dns', 'tls', 'initialize', 'oauth-discovery', 'auth-initialize', 'tools-list',
	'tools-call', 'tool-hash'];

for await (const line of createInterface({ input: process.stdin })) {
	const [slug, region, at, tools, told, more] = JSON.parse(line);
	const key = { v: 1, slug, region, probe_id: `${region}-${at}`, probe_started_at: at };
	const of = (type) => ({ v: 1, type, slug, region, probe_id: key.probe_id,
		probe_started_at: at });
	const sorted = [...tools].sort((a, b) => (a.name < b.name ? -1 : 1));
	const contract = sorted.map(({ inputSchema, name }) => ({ inputSchema, name }));
	const records = STEPS.map((step, i) => ({ ...of('step'), n: i + 1, step, status: 'pass',
		ms: 1, error: null, message: null, detail: {} }));
	for (const t of sorted)
		if (!told || told.includes(t.name))
			records.push({ ...of('tool'), name: t.name, digest: sum(canonical(t)),
				definition: t });
	records.push({ ...of('probe'), url: 'https://example.com/mcp', state: 'healthy',
		failed_step: null, error: null, total_ms: 8, protocol: '2025-11-25', era: 'session',
		tool_hash: sum(canonical(contract)), full_hash: sum(canonical(sorted)),
		tool_count: tools.length, tools: Object.fromEntries(sorted.map((t, i) =>
			[t.name, [sum(canonical(contract[i])), sum(canonical(t))]])), ...more });
	console.log(records.map((r) => JSON.stringify(r)).join('\n'));
}
