/*
 * SPDX-License-Identifier: MIT
 * embed.js: the state of an MCP server, on any page.
 *
 *   <div id="alivemcp-embed" data-server="my-mcp"></div>
 *   <script async src="https://status.example.com/embed.js"></script>
 *
 * data-server  its slug; without one, an invitation
 * data-style   "card" (default) or "badge"
 * data-theme   "dark" (default) or "light"
 *
 * Several on a page: class="alivemcp-embed". Run again, it fills new ones.
 * Never a false green, always a link. It asks once, without cookies.
 */
(function () {
	'use strict';

	var TIMEOUT_MS = 4000;
	/* An older verdict says nothing about now. */
	var FRESH_MS = 300000;
	var STATES = ['up', 'degraded', 'down'];
	var SITE = findSite();

	/*
	 * "&" is ".amcp-w" with the weight of two ids, more than pages have. Dots
	 * are borders: forced colours keep those.
	 */
	var CSS = [
		'&,& *{all:initial;box-sizing:border-box;color:inherit;' +
			'font:13px/20px system-ui,"Segoe UI",sans-serif}',
		'&{background:var(--w-back);color:var(--w-text);' +
			'border:1px solid var(--w-line);max-width:100%;' +
			'--w-back:#0d1117;--w-text:#e6edf3;--w-line:#3d444d;' +
			'--w-none:#9198a1;--w-up:#3fb950;--w-maintenance:#6cb0ff;' +
			'--w-degraded:#d29922;--w-down:#f85149}',
		'&.amcp-light{--w-back:#fff;--w-text:#1f2328;' +
			'--w-line:#d1d9e0;--w-none:#59636e;--w-up:#1a7f37;' +
			'--w-maintenance:#0757b5;--w-degraded:#9a6700;--w-down:#cf222e}',
		'&.amcp-card{display:block;width:420px;padding:14px 16px;' +
			'border-radius:8px}',
		'&.amcp-badge{display:inline-flex;border-radius:14px}',
		'& .amcp-head{display:flex;align-items:center;min-width:0;' +
			'line-height:24px}',
		'& .amcp-name{font-weight:600;overflow:hidden;' +
			'text-overflow:ellipsis;white-space:nowrap}',
		'&.amcp-badge .amcp-name{max-width:160px}',
		'& .amcp-state{flex:none;padding-left:8px}',
		'&.amcp-card .amcp-state{margin-left:auto;font-weight:600}',
		'& .amcp-line{display:block}',
		'& a{cursor:pointer;padding:3px 10px}',
		'& a:focus{outline:2px solid;border-radius:6px}',
		'&.amcp-card .amcp-head{margin-bottom:4px}',
		'&.amcp-card a{display:table;border-radius:6px;margin-top:8px}',
		'&.amcp-card .amcp-go{border:1px solid}',
		'& .amcp-by{font-size:11px;color:var(--w-none)}',
		'&.amcp-card .amcp-by{padding:3px 0}',
		'&.amcp-badge .amcp-by{border-left:1px solid var(--w-line)}',
		'& .amcp-dot{flex:none;width:10px;height:10px;border-radius:5px;' +
			'border:5px solid;margin-right:8px}',
		'& .amcp-dot,& .amcp-state{color:var(--w-now)}',
		'& .amcp-none{border-width:2px}'
	].join('\n').replace(/&/g, '.amcp-w:not(#x):not(#x)');

	function findSite() {
		var pattern = /^(https?:[^?#]*)\/embed\.js([?#]|$)/;
		var scripts = document.getElementsByTagName('script');
		var own = document.currentScript;
		var found = pattern.exec(own && own.src);
		var i = scripts.length;

		while (!found && i--) {
			found = pattern.exec(scripts[i].src);
		}
		return found ? found[1] : '';
	}

	/* A page may forbid <style>, but no sheet that a script built. */
	function addStyles() {
		var sheet;

		if (window.amcpStyled) {
			return;
		}
		window.amcpStyled = 1;
		try {
			sheet = new CSSStyleSheet();
			sheet.replaceSync(CSS);
			document.adoptedStyleSheets =
				document.adoptedStyleSheets.concat(sheet);
		} catch (e) {
			add(document.head, 'style', '', CSS);
		}
	}

	/* What is left can neither leave its path nor be markup. */
	function cleanSlug(text) {
		return (text || '').toLowerCase().replace(/[^a-z0-9._-]/g, '')
			.replace(/^[._-]+/, '').slice(0, 80);
	}

	function isNumber(v, max) {
		return v === null || (typeof v === 'number' && v >= 0 && v <= max);
	}

	/* The answer; for what is not exactly one, null, or it throws. */
	function parse(text) {
		var a = JSON.parse(text);

		return STATES.indexOf(a.state) >= 0 &&
			isNumber(a.uptime_30d, 100) && isNumber(a.p95_ms, 1e9) &&
			(a.last_probe_ago === null ||
			/^\d{1,9}[smhd]$/.test(a.last_probe_ago)) &&
			typeof a.as_of === 'string' &&
			/^[-\d]{10}T[:\d]{8}Z$/.test(a.as_of) &&
			Date.parse(a.as_of) > 0 ? a : null;
	}

	/* Calls done once, within 4 s: with the answer, 0: never judged. */
	function ask(slug, done) {
		var abort;

		try {
			abort = new AbortController();
			setTimeout(function () {
				abort.abort();
			}, TIMEOUT_MS);
			fetch(SITE + '/api/embed-status/' + slug, {
				credentials: 'omit',
				signal: abort.signal
			}).then(function (r) {
				return r.text().then(function (text) {
					return r.ok ? parse(text) :
						/"no(-data|t-found)"/.test(text) ? 0 : null;
				});
			}).catch(function () {}).then(done);
		} catch (e) {
			/* An old browser. */
			done();
		}
	}

	/* All is text, never HTML. */
	function add(parent, tag, name, text) {
		var e = document.createElement(tag);

		e.className = name;
		e.textContent = text;
		parent.appendChild(e);
		return e;
	}

	function addLink(parent, name, text, path) {
		var a = add(parent, 'a', name, text);

		a.href = SITE + path;
		return a;
	}

	function addHead(parent, name, kind, state) {
		if (kind) {
			add(parent, 'span', 'amcp-dot amcp-' + kind, '');
		}
		add(parent, 'span', 'amcp-name', name);
		add(parent, 'span', 'amcp-state', ' ' + state);
	}

	/* kind is the colour; lines are for the card, more for the pill. */
	function draw(mount, slug, kind, state, lines, more) {
		var card = !slug || mount.getAttribute('data-style') !== 'badge';
		var name = slug || 'Is your MCP server alive?';
		var path = slug ? '/status/' + slug : '/';
		var box;

		mount.textContent = '';
		box = add(mount, 'span', 'amcp-w amcp-' + (card ? 'card' : 'badge') +
			(mount.getAttribute('data-theme') === 'light' ?
			' amcp-light' : ''), '');
		box.style.setProperty('--w-now', 'var(--w-' + kind + ')');
		box.setAttribute('role', 'group');
		box.setAttribute('aria-label', name +
			(state && ', MCP server, ' + state));
		if (card) {
			addHead(add(box, 'span', 'amcp-head', ''), name, kind, state);
			lines.forEach(function (line) {
				add(box, 'span', 'amcp-line', line);
			});
			addLink(box, 'amcp-go', slug ? 'View status page' :
				'See how others do', path);
		} else {
			addHead(addLink(box, 'amcp-go amcp-head', '', path),
				name, kind, state + (more || ''));
			box.title = lines.join(', ');
		}
		addLink(box, 'amcp-by', SITE.replace(/.*\/\//, ''), '/');
	}

	function drawUnknown(mount, slug, state, why) {
		draw(mount, slug, 'none', state, [why,
			'Whether it works is unknown.']);
	}

	function figure(v, digits, unit) {
		return v === null ? 'unknown' : v.toFixed(digits) + unit;
	}

	function drawKnown(mount, slug, a, time) {
		var uptime = figure(a.uptime_30d, 2, '%');
		var kind = a.maintenance ? 'maintenance' : a.state;

		draw(mount, slug, kind, a.maintenance ? 'Under ' + kind : kind, [
			uptime + ' uptime in 30 days',
			figure(a.p95_ms, 0, ' ms') + ' response time (p95)',
			(a.last_probe_ago ? 'last probe ' + a.last_probe_ago +
				' ago, as of ' : 'as of ') + time
		], a.maintenance || a.state === 'down' || a.uptime_30d === null ?
			'' : ' ' + uptime);
	}

	/* A page may stay open for days: green must not outlive its time. */
	function show(mount, slug, a) {
		var age = new Date() - Date.parse(a.as_of);
		var time = a.as_of.slice(11, 16) + ' UTC';

		function drawStale() {
			drawUnknown(mount, slug, 'stale since ' + time,
				'The last verdict is of ' + a.as_of.slice(0, 10) + ', ' +
				time + '.');
		}

		if (Math.abs(age) > FRESH_MS) {
			drawStale();
			return;
		}
		drawKnown(mount, slug, a, time);
		setTimeout(drawStale, FRESH_MS - age);
	}

	function fill(mount) {
		var slug = cleanSlug(mount.getAttribute('data-server'));

		if (mount.getAttribute('data-amcp-done')) {
			return;
		}
		mount.setAttribute('data-amcp-done', '1');
		addStyles();
		if (!slug) {
			draw(mount, '', '', '', [
				'Uptime and response time, from several locations.'
			]);
			return;
		}
		drawUnknown(mount, slug, 'checking', 'Please wait.');
		ask(slug, function (a) {
			if (a) {
				show(mount, slug, a);
			} else {
				drawUnknown(mount, slug, a === 0 ?
					'awaiting first probe' : 'no recent data',
					'No verdict.');
			}
		});
	}

	function fillAll() {
		[].forEach.call(document.querySelectorAll(
			'#alivemcp-embed,.alivemcp-embed'), fill);
	}

	fillAll();
	/* An async script may be here before the mounts. */
	if (document.readyState === 'loading') {
		document.addEventListener('DOMContentLoaded', fillAll);
	}
}());
