/* SPDX-License-Identifier: MIT */
/*
 * page.js: what the pages do beyond what they say without a script.
 *
 * Each time is shown in the zone of its reader, and has UTC as its title. A page
 * on which trouble goes on is loaded anew each minute, in place, so that nobody
 * loses the line that they read; a button stops that.
 */
(function () {
	'use strict';

	var CLOCK = {hour: '2-digit', minute: '2-digit'};
	var DATE = {day: 'numeric', month: 'short'};
	var status, button, timer, last = Date.now(), paused = false;

	/* In English, as the page is, with 24 hours. */
	function put(at, parts) {
		return new Intl.DateTimeFormat('en-GB', parts).format(at);
	}

	function day(at) {
		return put(at, {dateStyle: 'short'});
	}

	/* With its zone where UTC is named. */
	function clock(at, named) {
		return put(at, named ? Object.assign({timeZoneName: 'short'},
			CLOCK) : CLOCK);
	}

	/* The date stands before it unless it is that of today, or of the time before. */
	function local(time) {
		var at = new Date(time.dateTime), near = new Date(), utc, before;

		utc = time.textContent;
		before = time.previousElementSibling;
		if (before && before.dateTime && utc.indexOf(',') < 0)
			near = new Date(before.dateTime);
		time.title = time.dateTime.replace('T', ' ').slice(0, 16) + ' UTC';
		time.textContent = (day(at) === day(near) ? '' : put(at,
			at.getFullYear() === near.getFullYear() ? DATE :
			Object.assign({year: 'numeric'}, DATE)) + ', ') +
			clock(at, / UTC$/.test(utc));
	}

	function zone(span) {
		span.textContent = clock(new Date(), true).replace(/^\S+ /, '');
	}

	function each(root, what, f) {
		Array.prototype.forEach.call(root.querySelectorAll(what), f);
	}

	function localise(root) {
		each(root, 'time[datetime]', local);
		each(root, '.zone', zone);
	}

	/* What is open and what has the focus stays so. */
	function replace(old, main) {
		var all = 'a, button, input, summary, pre', open = [], at = -1;

		each(old, 'details', function (d) { open.push(d.open); });
		each(old, all, function (e, i) {
			if (e === document.activeElement)
				at = i;
		});
		old.replaceWith(main);
		each(main, 'details', function (d, i) { d.open = open[i]; });
		each(main, all, function (e, i) {
			if (i === at)
				e.focus({preventScroll: true});
		});
	}

	/* A change of state is said to those who do not see it, too. */
	function say(old, main) {
		var was = old.querySelector('.headline');
		var is = main.querySelector('.headline');

		if (is && (!was || was.className !== is.className))
			status.textContent = 'Now: ' + is.textContent.trim() + '.';
	}

	function take(text) {
		var next = new DOMParser().parseFromString(text, 'text/html');
		var old = document.querySelector('main');
		var main = next.querySelector('main');
		var icon = 'link[rel=icon]';

		localise(main);
		say(old, main);
		replace(old, main);
		document.title = next.title;
		document.querySelector(icon).href =
			next.querySelector(icon).getAttribute('href');
		if (!main.dataset.refresh)
			stop();
	}

	/* Not beneath a hand: a selection or a word half typed would be lost. */
	function busy() {
		return paused || document.hidden || String(getSelection()) ||
			document.activeElement.nodeName === 'INPUT';
	}

	function refresh() {
		if (busy())
			return;
		last = Date.now();
		fetch(location.href, {cache: 'no-cache'}).then(function (r) {
			return r.ok ? r.text() : '';
		}).then(function (text) {
			if (text && !busy())
				take(text);
		}).catch(function () {
			/* Five minutes on, the page says that it is old. */
		});
	}

	function stop() {
		clearInterval(timer);
		timer = 0;
		button.remove();
		status.textContent += ' This page no longer updates itself.';
	}

	function press() {
		paused = !paused;
		button.textContent = paused ? 'Resume' : 'Pause';
		status.textContent = paused ? 'Not updating.' :
			'Updates every minute.';
	}

	function start(seconds) {
		var p = document.createElement('p');

		status = document.createElement('span');
		status.setAttribute('role', 'status');
		button = document.createElement('button');
		button.type = 'button';
		button.addEventListener('click', press);
		p.className = 'updates';
		p.append(status, ' ', button);
		document.querySelector('header').append(p);
		paused = true;
		press();
		timer = setInterval(refresh, 1000 * seconds);
		document.addEventListener('visibilitychange', function () {
			if (timer && Date.now() - last >= 1000 * seconds)
				refresh();
		});
	}

	/* Escape hides the card of a day until a pointer or the focus moves. */
	function quiet(on) {
		document.body.classList.toggle('quiet', on);
	}

	document.addEventListener('keydown', function (e) {
		quiet(e.key === 'Escape');
	});
	document.addEventListener('pointermove', function () { quiet(false); });
	localise(document);
	if (document.querySelector('main').dataset.refresh)
		start(document.querySelector('main').dataset.refresh);
}());
