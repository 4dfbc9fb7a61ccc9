// SPDX-License-Identifier: MIT
// The three that watch. Each is { start(), minute(), now(slug) }: what it takes to run;
// what it does once a minute; what it thinks of a server in the end. What it says
// meanwhile it gives to say(watcher, slug, text).
import fs from 'node:fs';
import { command, daemon, freePorts, until } from './programs.mjs';

const INITIALIZE = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {
	protocolVersion: '2025-11-25', capabilities: {},
	clientInfo: { name: 'blackbox_exporter', version: '0.23.0' } } });
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
const yaml = (file, value) => fs.writeFileSync(file, JSON.stringify(value, null, 2));

// ---- This project: a private Redis, and a round of mcp-fleet each minute, as cron
// does. Three regions, which are all here, and every number as it comes; but that a P3
// is told at once, which otherwise waits for the digest of the day.
export const fleet = (dir, regions, servers, hook) => {
	const store = `unix://${dir}/redis.sock`, config = `${dir}/fleet.yaml`;
	const env = { MCP_STORE: store, XDG_RUNTIME_DIR: dir, XDG_STATE_HOME: dir, TMPDIR: dir };
	return {
		ingest: async (lines, more) => {
			const { status, err } = await command(['mcp-aggregate', 'ingest', '-c', config],
				{ ...env, ...more }, lines);
			if (status)
				throw new Error(`mcp-aggregate ingest: ${err}`);
		},
		start: async () => {
			yaml(config, { store, site: { url: 'http://127.0.0.1' },
				regions: regions.map((name, i) => ({ name, runner: 'local', provider: `p${i}` })),
				servers: servers.map(({ slug, url }) => ({ slug, url })),
				alerts: { routes: [{ name: 'hook', type: 'webhook', url: `${hook}/fleet` }],
					policies: [{ steps: [{ routes: ['hook'] }] }] } });
			daemon(`${dir}/redis.log`, ['redis-server', '--port', '0', '--unixsocket',
				`${dir}/redis.sock`, '--dir', dir, '--save', '', '--appendonly', 'yes',
				'--maxmemory-policy', 'noeviction']);
			await until('redis-server', async () => !(await command(
				['redis-cli', '-s', `${dir}/redis.sock`, 'ping'])).status);
		},
		minute: async () => {
			const { status, err } = await command(['mcp-fleet', '-c', config], env);
			if (status)
				throw new Error(`mcp-fleet: exit status ${status}: ${err}`);
		},
		// The verdict, and the states of the regions.
		now: async (slug) => {
			const { out } = await command(['mcp-aggregate', 'verdict', '-c', config,
				'--slug', slug, '-f', 'jsonl'], env);
			const { verdict, regions: all } = JSON.parse(out);
			const states = [...new Set(all.map((r) => r.state))];
			return `${verdict}, ${states.join(', ')} from ${all.length} regions`;
		},
	};
};

// ---- Prometheus, an exporter for each region, Alertmanager. A module POSTs initialize
// and wants an answer of MCP that offers tools; where a server needs no session,
// another POSTs tools/list and wants a tool that clients call; a server that is known
// to want a login has to answer 401 with where to log in. Intervals and grouping are
// those of the examples of their documentation.
const exporter = (region) => {
	const module = (body, more) => ({ prober: 'http', timeout: '10s', http: { method: 'POST',
		headers: { 'Content-Type': 'application/json',
			Accept: 'application/json, text/event-stream', 'X-Probe-Region': region },
		body, preferred_ip_protocol: 'ip4', ...more } });
	const type = { header: 'Content-Type', regexp: '^(application/json|text/event-stream)' };
	const list = (tool) => module(LIST, { fail_if_body_not_matches_regexp: [
		`"name"\\s*:\\s*"${tool}"`], fail_if_header_not_matches: [type] });
	return { modules: {
		initialize: module(INITIALIZE, { fail_if_body_not_matches_regexp: ['"serverInfo"',
			'"capabilities"\\s*:\\s*\\{.*"tools"'], fail_if_header_not_matches: [type] }),
		login: module(INITIALIZE, { valid_status_codes: [401], fail_if_header_not_matches: [
			{ header: 'WWW-Authenticate', regexp: '^Bearer .*resource_metadata=' }] }),
		'tools/list: greet': list('greet'),
	} };
};

const failing = `{{ range query (printf "probe_success{server='%s',module='%s'} == 0" ` +
	'$labels.server $labels.module) }} {{ .Labels.region }}{{ end }}';
const RULES = { groups: [{ name: 'mcp', rules: [
	{ alert: 'MCPServerDown', labels: { severity: 'page' },
		expr: 'sum by (server, module) (probe_success == bool 0) >= 2',
		annotations: { summary: `{{ $labels.module }} fails from${failing}` } },
	{ alert: 'MCPServerDownInOneRegion', for: '1m', labels: { severity: 'warn' },
		expr: 'sum by (server, module) (probe_success == bool 0) == 1',
		annotations: { summary: `{{ $labels.module }} fails from${failing}` } },
	{ alert: 'MCPServerSlow', for: '1m', labels: { severity: 'warn' },
		expr: 'avg by (server, module) (avg_over_time(probe_duration_seconds[1m])) > 1',
		annotations: { summary: '{{ $labels.module }} takes {{ printf "%.1f" $value }} s' } },
] }] };

const scrape = (region, port, servers) => ({ job_name: region, metrics_path: '/probe',
	static_configs: servers.flatMap(({ slug, url, modules = ['initialize'] }) => modules.map(
		(module) => ({ targets: [url], labels: { region, server: slug, module } }))),
	relabel_configs: [
		{ source_labels: ['module'], target_label: '__param_module' },
		{ source_labels: ['__address__'], target_label: '__param_target' },
		{ source_labels: ['__param_target'], target_label: 'instance' },
		{ target_label: '__address__', replacement: `127.0.0.1:${port}` }] });

export const blackbox = (dir, regions, servers, hook) => {
	let base = '';
	return {
		start: async () => {
			const [web, alerts, ...exporters] = await freePorts(2 + regions.length);
			base = `http://127.0.0.1:${web}`;
			yaml(`${dir}/rules.yml`, RULES);
			yaml(`${dir}/prometheus.yml`, {
				global: { scrape_interval: '15s', evaluation_interval: '15s' },
				rule_files: ['rules.yml'],
				alerting: { alertmanagers: [{ static_configs: [
					{ targets: [`127.0.0.1:${alerts}`] }] }] },
				scrape_configs: regions.map((r, i) => scrape(r, exporters[i], servers)) });
			yaml(`${dir}/alertmanager.yml`, {
				route: { receiver: 'hook', group_by: ['alertname', 'server'], group_wait: '30s',
					group_interval: '5m', repeat_interval: '4h' },
				receivers: [{ name: 'hook', webhook_configs: [{ url: `${hook}/alertmanager` }] }] });
			regions.forEach((r, i) => {
				yaml(`${dir}/blackbox.${r}.yml`, exporter(r));
				daemon(`${dir}/blackbox.${r}.log`, ['prometheus-blackbox-exporter',
					`--config.file=${dir}/blackbox.${r}.yml`,
					`--web.listen-address=127.0.0.1:${exporters[i]}`]);
			});
			daemon(`${dir}/alertmanager.log`, ['prometheus-alertmanager',
				`--config.file=${dir}/alertmanager.yml`, `--storage.path=${dir}/alertmanager`,
				`--web.listen-address=127.0.0.1:${alerts}`, '--cluster.listen-address=']);
			daemon(`${dir}/prometheus.log`, ['prometheus', `--config.file=${dir}/prometheus.yml`,
				`--storage.tsdb.path=${dir}/tsdb`, `--web.listen-address=127.0.0.1:${web}`]);
			for (const port of [web, alerts])
				await until('Prometheus and Alertmanager', async () =>
					(await fetch(`http://127.0.0.1:${port}/-/ready`)).ok);
		},
		minute: async () => {},
		now: async (slug) => {
			const query = encodeURIComponent(`sum by (module) (probe_success{server="${slug}"})`);
			const { data } = await (await fetch(`${base}/api/v1/query?query=${query}`)).json();
			return data.result.map((r) => `${r.metric.module}: probe_success ` +
				`from ${r.value[1]} of ${regions.length}`).join('; ');
		},
	};
};

// ---- The inspector: asks for the tools of each server, from the regions that it is
// told, and compares the answer with the one before, as a script around it would.
const inspection = ({ status, out, err }) => {
	const text = out.trim() || err, last = text.split('\n').at(-1);
	const short = (said) => `exit ${status}, ${said.length > 90 ? `${said.slice(0, 90)}…` : said}`;
	try {
		const { error, tools, result } = JSON.parse(last);
		if (error)
			return short(`${error.code}: ${error.message}`);
		return { status, n: (tools ?? result.tools).length, text };
	} catch {
		return short(last);
	}
};
const told = (seen, before) => typeof seen === 'string' ? seen :
	`exit ${seen.status}, ${seen.n} tools${
		before.text === seen.text ? '' : ', not those of before'}`;

export const inspector = (root, dir, regions, servers, say) => {
	const program = `${root}/build/compare/node_modules/@modelcontextprotocol/inspector/` +
		'clients/launcher/build/index.js';
	const first = new Map(), last = new Map();
	// While it is "quiet", no fault has begun.
	const inspect = async ({ slug, url, everywhere }, region, quiet) => {
		const seen = inspection(await command(['node', program, '--cli', url,
			'--transport', 'http', '--method', 'tools/list', '--protocol-era', 'auto',
			'--format', 'json', '--connect-timeout', '20000',
			'--header', `X-Probe-Region: ${region}`], { HOME: dir, TMPDIR: dir }));
		const key = `${slug} ${region}`;
		if (quiet)
			first.set(key, seen);
		const text = told(seen, first.get(key)) + (everywhere ? ` (${region})` : '');
		if (text !== (last.get(key) ?? text))
			say('inspector', slug, text);
		last.set(key, text);
	};
	return {
		start: async () => {},
		minute: async (quiet) => {
			for (const server of servers)
				await Promise.all((server.everywhere ? regions : regions.slice(0, 1))
					.map((region) => inspect(server, region, quiet)));
		},
		now: async (slug) => [...new Set(regions.map((r) => last.get(`${slug} ${r}`)))]
			.filter((text) => text).join('; '),
	};
};
