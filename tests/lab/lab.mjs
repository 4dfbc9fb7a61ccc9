// SPDX-License-Identifier: MIT
// The laboratory: its world, the minutes of its fleet, and what can be done to both.
// It is run in the namespaces that run makes or, if there are none, on loopback.
import { execFile, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { promisify } from 'node:util';

const [, , root, bin] = process.argv;
export const dir = process.env.LAB_DIR; // of all files
// Whether networks and mounts are the laboratory's own.
export const apart = process.env.LAB_APART === 'yes';
export const REGIONS = [
	// Milliseconds one way from the middle of this world, a seventh of the real ones,
	// and which part of the packets is lost.
	{ name: 'us-east-1', city: 'Ashburn', ms: 3, loss: 0 },
	{ name: 'us-west-2', city: 'Oregon', ms: 5, loss: 0 },
	{ name: 'eu-west-2', city: 'London', ms: 6, loss: 0.002 },
	{ name: 'ap-southeast-1', city: 'Singapore', ms: 12, loss: 0.005 },
	{ name: 'sa-east-1', city: 'São Paulo', ms: 9, loss: 0.01 },
];
// Each has a name, a peer of tests/peers, and what nginx does before it. "far" is the
// origin of the regions of "east": where it is not given there is one origin. "gate" is
// a port of this machine that is asked in place of the origin, with a path that begins
// with the slug and the region; "more", what fleet.yaml says of the server.
const SERVERS = {
	steady: { peer: 'sdk-json' },
	catalog: { peer: 'v2-dual', cached: true },
	transit: { peer: 'ev-new', timeout: '8s' },
	twofold: { peer: 'sdk-json', far: ['eu-west-2', 'ap-southeast-1'] },
	sealed: { peer: 'hono' },
};
export const SLUGS = Object.keys(SERVERS);
export const FAR = SERVERS.twofold.far;
// A cache goes on answering for a server that is down.
export const UNCACHED = SLUGS.filter((slug) => !SERVERS[slug].cached);
// use NAMES OTHERS: a world of these regions and these servers.
export const use = (names, others) => {
	REGIONS.splice(0, REGIONS.length, ...names.map((name) => region(name)));
	SLUGS.splice(0, SLUGS.length, ...Object.keys(others)).forEach((slug) => delete SERVERS[slug]);
	Object.assign(SERVERS, others);
};
const [WEB, CANARY] = apart ? ['198.51.100.250', '198.51.100.251'] :
	['127.0.1.250', '127.0.1.251'];
export const after = (ms) => new Promise((done) => { setTimeout(done, ms); });
const execute = promisify(execFile);
const command = (...args) => execFileSync(args[0], args.slice(1),
	{ stdio: ['ignore', 'pipe', 'pipe'] }).toString();
const read = (name) => fs.existsSync(`${dir}/${name}`) ?
	fs.readFileSync(`${dir}/${name}`, 'utf8') : '';
const write = (name, text, mode = 0o600) => fs.writeFileSync(`${dir}/${name}`, text, { mode });
export const region = (name) => REGIONS.find((r) => r.name === name);

export const until = async (what, condition, seconds = 60) => {
	const end = performance.now() + 1000 * seconds;
	while (!await Promise.resolve().then(condition).catch(() => false)) {
		if (performance.now() > end)
			throw new Error(`${what}: not within ${seconds} s`);
		await after(50);
	}
};

// ---- The clock: that of the fleet, and one for each region, which may be off.

// Certificates that are made now hold by then.
export const BEGIN = Math.floor(Date.now() / 60000) * 60 + 120;
const SPAN = 45; // seconds that a minute may take before its clock stands
const clock = (name) => ({ LD_PRELOAD: `${root}/build/lab/clock.so`,
	CLOCK_FILE: `${dir}/clock.${name}` });
const set_clock = (name, at) => {
	const file = fs.openSync(`${dir}/clock.${name}`, fs.existsSync(`${dir}/clock.${name}`) ?
		'r+' : 'w+', 0o644);
	const monotonic = Number(process.hrtime.bigint()) / 1e9;
	fs.writeSync(file, Buffer.from(Float64Array.of(at, monotonic, SPAN).buffer), 0);
	fs.closeSync(file);
};
let clocks = null; // what they were set to, and when
const set_clocks = (at) => {
	clocks = { at, since: performance.now() };
	set_clock('fleet', at);
	for (const r of REGIONS)
		set_clock(r.name, at + (r.skew ?? 0));
};

// time: what the clock of the fleet says.
export const time = () => clocks.at + Math.min(SPAN, (performance.now() - clocks.since) / 1000);

// ---- Networks. On loopback the addresses of a region are in 127.0.N.0/24, and ports
// are those that are free.

// port ADDRESS USUAL
const port = (on, usual) => apart ? usual : new Promise((done) => {
	const server = net.createServer().listen(0, on, () => {
		const { port: free } = server.address();
		server.close(() => done(free));
	});
});
const HTTPS = await port(WEB, 443), HTTP = await port(WEB, 80);
const number = (r) => REGIONS.indexOf(r) + 1;
const address = (r) => apart ? `10.77.${number(r)}.2` : `127.0.${number(r)}.2`;
export const pop = (slug, r) => apart ? `198.51.100.${10 * SLUGS.indexOf(slug) + number(r)}` :
	`127.0.${number(r)}.${10 * (SLUGS.indexOf(slug) + 1)}`;
export const host = (slug) => `${slug}.example.com`;
export const url = (slug) => `https://${host(slug)}:${HTTPS}`;

// set_wire REGION [LOSS]: what its wire does from now on.
export const set_wire = (r, loss = r.loss) => {
	const file = fs.openSync(`${dir}/wire.${r.name}`, fs.existsSync(`${dir}/wire.${r.name}`) ?
		'r+' : 'w+');
	fs.writeSync(file, Buffer.from(Float64Array.of(r.ms, loss).buffer), 0);
	fs.closeSync(file);
};

const inside = (r, ...args) => apart ? ['ip', 'netns', 'exec', r.name, ...args] : args;

// A program that goes on; its output goes to a file, in which READY will stand. That of
// the one before it is kept.
const daemon = async (name, args, { env = {}, ready } = {}) => {
	if (fs.existsSync(`${dir}/log.${name}`))
		fs.renameSync(`${dir}/log.${name}`, `${dir}/log.${name}.before`);
	const log = fs.openSync(`${dir}/log.${name}`, 'w');
	const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...args], {
		stdio: ['ignore', log, log], cwd: dir, env: { ...process.env, ...env } });
	fs.closeSync(log);
	const end = new Promise((done) => { child.on('exit', () => { child.over = true; done(); }); });
	child.end = end;
	if (ready)
		await until(`${name} (${args[0]})`, () => child.over || ready.test(read(`log.${name}`)));
	if (child.over)
		throw new Error(`${name}: ${read(`log.${name}`)}`);
	return child;
};

const make_network = async (r) => {
	const short = r.name;
	command('ip', 'netns', 'add', r.name);
	set_wire(r);
	await daemon(`wire.${short}`, [`${root}/build/lab/wire`, short, `${dir}/wire.${short}`],
		{ ready: /ready/ });
	const here = address(r).replace(/2$/, '1');
	command('ip', 'address', 'add', here, 'peer', address(r), 'dev', short);
	command('ip', 'link', 'set', short, 'up');
	command(...inside(r, 'sh', '-c', `ip link set lo up &&
		ip address add ${address(r)} peer ${here} dev wan && ip link set wan up &&
		ip route add default dev wan &&
		ip link add hole type veth peer name away && ip link set away up &&
		ip link set hole arp off up`));
};

// Its own resolver, which leads to the points of presence near it.
const make_resolver = async (r) => {
	r.names = new Map([['canary', CANARY], ...SLUGS.map((slug) => [slug, pop(slug, r)])]);
	write_names(r);
	if (!apart)
		return;
	r.resolver = await daemon(`names.${r.name}`, inside(r, 'node',
		`${root}/tests/fixture/dns.mjs`, `${dir}/names.${r.name}`), { ready: /ready/ });
};
const write_names = (r) => write(`names.${r.name}`, apart ?
	JSON.stringify(Object.fromEntries([...r.names].map(([name, to]) => [name, to.replaceAll('.', '-')]))) :
	[...r.names].filter(([, to]) => to !== 'gone').map(([name, to]) => `${host(name)} ${to}\n`).join(''));
export const start_resolver = (r) => apart ? r.resolver.kill('SIGCONT') : write_names(r);
export const stop_resolver = (r) => apart ? r.resolver.kill('SIGSTOP') :
	fs.rmSync(`${dir}/names.${r.name}`);

// forget_name REGION SLUG ON: whether there is no such name there; "canary" is one.
export const forget_name = (r, slug, on) => {
	r.names.set(slug, on ? 'gone' : slug === 'canary' ? CANARY : pop(slug, r));
	write_names(r);
};

const make_region = async (r) => {
	const short = r.name;
	if (apart)
		await make_network(r);
	await make_resolver(r);
	r.port = await port(address(r), 22);
	command('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${dir}/user.${short}`);
	command('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${dir}/host.${short}`);
	command('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${dir}/other.${short}`);
	write(`runner.${short}`, `#!/bin/sh
export LD_PRELOAD=${clock(short).LD_PRELOAD}${apart ? '' : `:${root}/build/lab/names.so`}
export CLOCK_FILE=${clock(short).CLOCK_FILE} NAMES_FILE=${dir}/names.${short}
export MCP_REGION=${short} MCP_CREDENTIALS=${dir}/credentials
exec ${bin}/mcp-probe --cacert ${dir}/ca.pem --targets - -r ${short} -f jsonl --concurrency 1000
`, 0o700);
	write(`authorized.${short}`,
		`restrict,command="${dir}/runner.${short}" ${read(`user.${short}.pub`)}`);
	write(`resolv.${short}`, 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n', 0o644);
	fs.appendFileSync(`${dir}/known`, `${apart ? address(r) : `[${address(r)}]:${r.port}`} ${read(`host.${short}.pub`)}`);
	fs.appendFileSync(`${dir}/ssh_config`, `Host ${short}\nHostName ${address(r)}\nPort ${r.port}\n` +
		`User ${os.userInfo().username}\nIdentitiesOnly yes\nIdentityFile ${dir}/user.${short}\n` +
		`UserKnownHostsFile ${dir}/known\n`);
	await start_sshd(r);
};

// start_sshd REGION [KEY]: with its host key, or another one.
export const start_sshd = async (r, key = 'host') => {
	// Who comes is not to run what the user has in files of the shell.
	write(`sshd.${r.name}`, `SetEnv HOME=${dir}/empty
ListenAddress ${address(r)}:${r.port}
HostKey ${dir}/${key}.${r.name}
AuthorizedKeysFile ${dir}/authorized.${r.name}
Include ${root}/tests/fixture/sshd_config
`);
	r.sshd = await daemon(`sshd.${r.name}`, inside(r, 'sh', '-c',
		`${apart ? `mount --bind ${dir}/resolv.${r.name} /etc/resolv.conf &&` : ''}
		exec /usr/sbin/sshd -D -e -f ${dir}/sshd.${r.name}`), { ready: /listening on/i });
};
export const stop_sshd = async (r) => {
	signal_sshd(r, 'SIGKILL');
	await r.sshd.end;
};

// ---- The edge: nginx, with a point of presence of each server for each region.

const origins = {}; // by slug, and slug/far: { port, pid }
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

// certificate NAME HOST [BEFORE…]: BEFORE is what openssl is run by, and then it holds a day.
const certificate = (name, host_name, ...before) => {
	command('openssl', 'req', ...EC, '-keyout', `${dir}/${name}.key`, '-out', `${dir}/${name}.csr`,
		'-subj', `/CN=${host_name}`, '-addext', `subjectAltName=DNS:${host_name}`);
	command(...before, 'openssl', 'x509', '-req', '-in', `${dir}/${name}.csr`, '-CA', `${dir}/ca.pem`,
		'-CAkey', `${dir}/ca.key`, '-CAcreateserial', '-days', before.length ? '1' : '60',
		'-copy_extensions', 'copy', '-out', `${dir}/${name}.pem`);
};

const place_certificate = async (slug, bad, names) => {
	for (const r of REGIONS)
		for (const end of ['pem', 'key'])
			fs.copyFileSync(`${dir}/${names.includes(r.name) ? bad : slug}.${end}`,
				`${dir}/pop-${slug}-${r.name}.${end}`);
	await reload();
};
// wrong_certificate, expired_certificate SLUG REGION…: at these points of presence there
// is that of another server, or one that has ended; at no others.
export const wrong_certificate = (slug, ...names) => place_certificate(slug, 'other', names);
export const expired_certificate = (slug, ...names) => {
	set_clock('past', now - 3 * 86400);
	certificate('past', host(slug), 'env', ...Object.entries(clock('past')).map((pair) => pair.join('=')));
	return place_certificate(slug, 'past', names);
};

let nginx = null;
const workers = () => execFileSync('sh', ['-c',
	`cat /proc/${nginx.pid}/task/*/children`]).toString().trim();
const reload = async () => {
	if (!nginx)
		return;
	const old = workers();
	nginx.kill('SIGHUP');
	await until('nginx', () => workers() && !workers().split(' ').some((w) => old.split(' ').includes(w)));
};

const origin_of = (slug, r) => origins[SERVERS[slug].far?.includes(r.name) ?
	`${slug}/far` : slug];
const point = (slug, r) => `
	server {
		listen ${pop(slug, r)}:${HTTPS} ssl;
		server_name ${host(slug)};
		ssl_certificate pop-${slug}-${r.name}.pem;
		ssl_certificate_key pop-${slug}-${r.name}.key;
		location / {
			${SERVERS[slug].cached ? `proxy_cache ${r.name};
			add_header X-Cache $upstream_cache_status;` : ''}
			proxy_pass http://127.0.0.1:${SERVERS[slug].gate ? `${SERVERS[slug].gate}/${slug}/${r.name}/` :
		origin_of(slug, r).port};
			proxy_buffering ${SERVERS[slug].cached ? 'on' : 'off'};
		}
	}`;

const make_edge = async () => {
	command('openssl', 'req', '-x509', ...EC, '-keyout', `${dir}/ca.key`, '-out', `${dir}/ca.pem`,
		'-days', '60', '-subj', '/CN=Laboratory');
	['other', ...SLUGS].forEach((name) => certificate(name, host(name)));
	for (const slug of SLUGS) {
		await wrong_certificate(slug);
		for (const r of REGIONS.filter(() => apart))
			command('ip', 'address', 'add', pop(slug, r), 'dev', 'lo');
	}
	write('nginx.conf', `daemon off;
worker_processes 1;
${os.userInfo().uid ? '' : 'user root;'}
pid nginx.pid;
error_log stderr notice;
events { worker_connections 512; }
http {
	access_log off;
	${['client_body', 'proxy', 'fastcgi', 'scgi', 'uwsgi'].map((name) =>
		`${name}_temp_path temp-${name};`).join(' ')}
	${REGIONS.map((r) => `proxy_cache_path cache-${r.name} keys_zone=${r.name}:1m;`).join('\n\t')}
	proxy_http_version 1.1;
	proxy_set_header Connection "";
	proxy_set_header Host 127.0.0.1;
	proxy_ignore_headers Cache-Control Expires X-Accel-Expires X-Accel-Buffering Set-Cookie Vary;
	proxy_cache_methods POST;
	proxy_cache_key "$host$request_uri|$request_body";
	proxy_cache_valid 200 10h;
	server { listen ${CANARY}:${HTTP}; return 204; }
	${SLUGS.flatMap((slug) => REGIONS.map((r) => point(slug, r))).join('\n\t')}
}
`);
	nginx = await daemon('nginx', ['nginx', '-e', 'stderr', '-p', dir, '-c', `${dir}/nginx.conf`],
		{ ready: /start worker process /, });
};

// purge REGION…: the caches of these points of presence forget.
export const purge = (...names) => names.forEach((name) =>
	execFileSync('sh', ['-c', `rm -rf ${dir}/cache-${name}/*`]));

// ---- Origins: real MCP servers, of tests/peers.

export const port_of = (name) => origins[name].port;
// start_origin NAME [ENV]: of a slug, or slug/far, at the port that it had.
export const start_origin = async (name, env = {}) => {
	const { peer } = SERVERS[name.split('/')[0]];
	const { stdout } = await execute(`${root}/tests/peers/peer`, ['start', peer], { env: {
		...process.env, PEER_DIR: `${dir}/peers`, ...env,
		...(origins[name] && { PEER_PORT: `${origins[name].port}` }) } });
	const [url, pid] = stdout.trim().split(' ');
	origins[name] = { port: new URL(url).port, pid };
};
export const stop_origin = (name) => execute(`${root}/tests/peers/peer`,
	['stop', origins[name].pid], { env: { ...process.env, PEER_DIR: `${dir}/peers` } });

// hole SLUG REGION ON: whether packets from there to the server vanish. On loopback
// they go to who listens, accepts nobody, and has a queue that is full.
const HOLE = '127.0.1.252';
let nobody = null;
export const hole = async (slug, r, on) => {
	if (apart) {
		command(...inside(r, 'ip', 'route', on ? 'add' : 'del', pop(slug, r), 'dev', 'hole'));
		return;
	}
	nobody ??= await daemon('hole', ['node', `${root}/tests/fixture/no_accept.mjs`, HOLE, `${HTTPS}`],
		{ ready: /\d/ });
	r.names.set(slug, on ? HOLE : pop(slug, r));
	start_resolver(r);
};

// ---- The fleet's own machine: store, web server, configuration.

const SITE = apart ? `http://${WEB}` : `http://${WEB}:${HTTP}`;
let store = null, web = null;
export const start_store = async () => {
	store = await daemon('store', ['redis-server', '--port', '0', '--unixsocket', `${dir}/store.sock`,
		'--dir', `${dir}/disk/store`, '--save', '', '--appendonly', 'yes', '--maxmemory-policy',
		'noeviction', '--jemalloc-bg-thread', 'no'],
	{ env: clock('fleet'), ready: /eady to accept connections/ });
};
export const kill_store = async () => {
	store.kill('SIGKILL');
	await store.end;
};
export const redis = (...args) => execute('redis-cli', ['-s', `${dir}/store.sock`, ...args])
	.then(({ stdout }) => stdout.trim());

export const start_web = async () => {
	web = await daemon('web', ['lighttpd', '-D', '-f', `${dir}/lighttpd.conf`],
		{ env: clock('fleet') });
	await until('the web server', () => fetch(SITE).then((r) => r.text()));
};
// Its FastCGI processes would live on.
export const kill_web = async () => {
	kill_tree(web, () => true);
	await web.end;
};

const routes = `  routes:
${['pager', 'log'].map((name) => `    - {name: ${name}, type: command, command: [sh, -c,
        'b=$(cat) && test ! -e ${dir}/refuses.${name} && printf "%s\\n" "$b" >>${dir}/told.${name}']}`).join('\n')}
  policies:
    - {match: {kinds: [downtime, pipeline_stalled]}, steps: [{routes: [pager]}]}
    - {steps: [{routes: [log]}]}
`;
const configure = (policy, alerts = routes) => {
	// The disk of the fleet's machine, which can be full.
	fs.mkdirSync(`${dir}/disk`);
	if (apart)
		command('mount', '-t', 'tmpfs', '-o', 'size=384m', 'disk', `${dir}/disk`);
	for (const name of ['disk/store', 'disk/state', 'disk/run', 'disk/tmp', 'empty', 'credentials'])
		fs.mkdirSync(`${dir}/${name}`, { mode: 0o700 });
	fs.mkdirSync(`${dir}/patient`);
	write('patient/timeout', `#!/bin/sh
for region in $(cat ${dir}/hanging); do
	case " $* " in *" mcp-probe "*" -r $region "*)
		exec ${command('which', 'timeout').trim()} "$@" ;;
	esac
done
case "$1:$*" in
*" -O exit "*) ;;
-k:*) k=$2; shift 3; set -- -k "$k" 600 "$@" ;;
*) shift; set -- 600 "$@" ;;
esac
exec ${command('which', 'timeout').trim()} "$@"
`, 0o700);
	write('fleet.yaml', `store: unix://${dir}/store.sock
site: {url: "${SITE}", title: Laboratory}
regions:
${REGIONS.map((r) => `  - {name: ${r.name}, runner: ssh, host: ${r.name}, canary: [
      "http://canary.example.com:${HTTP}/", "http://canary.example.com:${HTTP}/2"]}`).join('\n')}
servers:
${Object.entries(SERVERS).map(([slug, s]) =>
		`  - {slug: ${slug}, url: "${url(slug)}/mcp", timeout: ${s.timeout ?? '20s'}${s.more ? `, ${s.more}` : ''}}`).join('\n')}
alerts:
${alerts}${policy ? `  policy: ${policy}\n` : ''}`);
	write('lighttpd.conf', `server.modules = ("mod_fastcgi")
server.document-root = "${dir}/empty"
server.bind = "${WEB}"
server.port = ${HTTP}
fastcgi.server = ("/" => (("socket" => "${dir}/serve.sock", "bin-path" => "${bin}/mcp-serve",
	"min-procs" => 1, "max-procs" => 1, "check-local" => "disable",
	"fix-root-scriptname" => "enable", "bin-environment" => (
	"MCP_STORE" => "unix://${dir}/store.sock", "MCP_SITE" => "${SITE}"))))
`);
};

// fill_disk: no byte is left there.
export const fill_disk = () => {
	try {
		command('sh', '-c', `cat /dev/zero >${dir}/disk/balloon`);
	} catch { /* that is how it ends */ }
};
// free_disk: there is room again, and the operator does what mcp-store(7) says then.
export const free_disk = async () => {
	fs.rmSync(`${dir}/disk/balloon`, { force: true });
	await until('the store can write again', () => redis('bgrewriteaof'));
	await until('the AOF anew', async () =>
		/aof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0/.test(await redis('info', 'persistence')));
};

// refuse ROUTE ON: whether it takes no event.
export const refuse = (route, on) => on ? write(`refuses.${route}`, '') :
	fs.rmSync(`${dir}/refuses.${route}`);

// processes: the PID, that of the parent, the name and the arguments. A program that
// lets nobody look into it shows no more.
const processes = () => fs.readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).flatMap((pid) => {
	const of = (name) => fs.readFileSync(`/proc/${pid}/${name}`, 'utf8');
	try {
		const [, name, parent] = /\((.*)\) \S (\d+)/s.exec(of('stat'));
		return [{ pid: Number(pid), parent: Number(parent), name, args: of('cmdline').split('\0') }];
	} catch {
		return []; // it has gone
	}
});
// kill_tree CHILD WHICH [SIGNAL]: of the process and all below it; how many these were.
const kill_tree = (child, which, signal = 'SIGKILL') => {
	const all = processes(), tree = all.filter(({ pid }) => pid === child.pid);
	for (const { pid } of tree)
		tree.push(...all.filter(({ parent }) => parent === pid));
	return tree.filter(which).filter(({ pid }) => {
		try {
			return process.kill(pid, signal);
		} catch {
			return false; // it has gone
		}
	}).length;
};
// kill_probes REGION ROUND: as soon as it probes; whether it did before the round ended.
export const kill_probes = async (r, child) => {
	let killed = 0;
	await until(`a probe of ${r.name}`, () => {
		killed = kill_tree(r.sshd, (p) => p.name === 'mcp-probe');
		return killed || child.over;
	}, 600);
	return killed > 0;
};
// signal_sshd REGION SIGNAL: its sshd, and what serves the connections that are open.
export const signal_sshd = (r, signal) =>
	kill_tree(r.sshd, (p) => p.name.startsWith('sshd'), signal);
// settle: no round is going on, and nothing of one that was killed.
export const settle = () => until('what is left of a round', () => !processes().some((p) =>
	p.args.includes(`${dir}/fleet.yaml`)));

// make: the whole laboratory. POLICY: numbers of fleet.yaml. ALERTS: its routes and
// policies, if not "pager" and "log".
export const make = async ({ policy, alerts } = {}) => {
	fs.mkdirSync(`${dir}/peers`, { recursive: true });
	configure(policy, alerts);
	set_clocks(BEGIN);
	for (const a of [WEB, CANARY].filter(() => apart))
		command('ip', 'address', 'add', a, 'dev', 'lo');
	for (const [slug, s] of Object.entries(SERVERS)) {
		await start_origin(slug);
		if (s.far)
			await start_origin(`${slug}/far`);
	}
	await make_edge();
	await Promise.all(REGIONS.map(make_region));
	await start_store();
	await start_web();
};

// ---- Minutes.

export let now = BEGIN;
// minute M: one round of the fleet in that minute: how it ended, what it said, and how
// long it took. Only the runners of HANGING are ended by MCP_FLEET_TIMEOUT, for this
// machine may be busy; begun() gets the process.
export const minute = async (m, { hanging = [], begun } = {}) => {
	now = BEGIN + 60 * m + 3;
	write('hanging', hanging.map((r) => `${r.name}\n`).join(''));
	set_clocks(now);
	const began = performance.now();
	const child = spawn(`${root}/scripts/mcp-fleet`, ['-c', `${dir}/fleet.yaml`, '--once'], {
		env: { ...process.env, ...clock('fleet'), PATH: `${dir}/patient:${bin}:${process.env.PATH}`,
			XDG_RUNTIME_DIR: `${dir}/disk/run`, XDG_STATE_HOME: `${dir}/disk/state`, TMPDIR: `${dir}/disk/tmp`,
			STATE_DIRECTORY: `${dir}/disk/state/alert`, RUNTIME_DIRECTORY: `${dir}/disk/run`,
			MCP_FLEET_SSH: `-F ${dir}/ssh_config`, MCP_FLEET_TIMEOUT: '6' },
		stdio: ['ignore', 'pipe', 'pipe'] });
	let out = '', err = '';
	child.stdout.on('data', (text) => { out += text; });
	child.stderr.on('data', (text) => { err += text; });
	begun?.(child);
	const status = await new Promise((done) => { child.on('close', done); });
	child.over = true;
	return { status, out, err: err.trim(), seconds: (performance.now() - began) / 1000 };
};

// edit FROM TO: fleet.yaml says TO in place of FROM.
export const edit = (from, to) => write('fleet.yaml', read('fleet.yaml').replace(from, to));
export const credential = (name, text) => write(`credentials/${name}`, text);
// program INPUT NAME ARG…: by the clock of the fleet.
export const program = (input, name, ...args) => {
	const running = execute(`${bin}/${name}`, [...args, '-c', `${dir}/fleet.yaml`],
		{ env: { ...process.env, ...clock('fleet') } });
	running.child.stdin.end(input);
	return running;
};

export const published = async (slug) => JSON.parse(await redis('get', `probe:${slug}:verdict`) || 'null');
export const told = (route) => read(`told.${route}`).split('\n').filter((line) => line)
	.map((line) => JSON.parse(line));
// get PATH: what mcp-serve answers now. It may give an answer for a second, so that a
// path is asked for again only after that.
const asked = new Map();
export const get = async (path) => {
	if (asked.has(path))
		await after(Math.max(0, asked.get(path) + 1000 - performance.now()));
	const answer = await fetch(`${SITE}${path}`);
	asked.set(path, performance.now());
	return answer;
};
export const minute_of = (at) => Math.floor((at - BEGIN) / 60);

// end DO: all of it, and then everything is over; on failure with status 1, and logs,
// events and the store's files stay in build/lab/failed.
export const end = async (what) => {
	const status = await what().then(() => 0, (error) => {
		console.log(error.stack ?? error);
		command('sh', '-c', `cd ${root}/build/lab && rm -rf failed && mkdir failed &&
			cp -a ${dir}/log.* ${dir}/told.* ${dir}/disk/store failed || :`);
		return 1;
	});
	process.exit(status);
};
