/* SPDX-License-Identifier: MIT */
/*
 * manual.js: the search of the manual as a site of files (make html). The index is a
 * script, index.js, which calls manualIndex: so it works from a disk, too. It is loaded
 * when somebody looks for something.
 */
(function () {
	'use strict';

	var MOST = 30, AROUND = 60;
	var sections, waiting;

	/* [address, page, heading, text], all as they are shown. */
	window.manualIndex = function (list) {
		sections = list;
		if (waiting)
			waiting();
	};

	/* How well a section fits: 0 if a word is nowhere in it. */
	function score(section, words) {
		var page = section[1].toLowerCase(), heading = section[2].toLowerCase();
		var text = section[3].toLowerCase();

		return words.reduce(function (sum, word) {
			var n = (page.indexOf(word) >= 0 ? 5 : 0) +
				(heading.indexOf(word) >= 0 ? 10 : 0) +
				Math.min(text.split(word).length - 1, 4);
			return sum && n ? sum + n : 0;
		}, 1);
	}

	/* manualSearch(query): the sections with all its words, best first. */
	window.manualSearch = function (query) {
		var words = query.toLowerCase().split(/\s+/).filter(Boolean);

		if (!words.length)
			return [];
		return sections.map(function (s) {
			return {section: s, score: score(s, words)};
		}).filter(function (s) {
			return s.score;
		}).sort(function (a, b) {
			return b.score - a.score;
		}).slice(0, MOST).map(function (s) {
			return s.section;
		});
	};

	/* Some of the text, where the first word is. */
	function excerpt(text, query) {
		var word = query.toLowerCase().split(/\s+/).filter(Boolean)[0];
		var at = text.toLowerCase().indexOf(word);
		var from = Math.max(0, at - AROUND);

		return (from ? '… ' : '') + text.slice(from, from + 3 * AROUND) + ' …';
	}

	function show(list, query) {
		var found = window.manualSearch(query);

		list.textContent = found.length || !query.trim() ? '' : 'Nothing has these words.';
		list.hidden = !query.trim();
		found.forEach(function (s) {
			var item = document.createElement('li');
			var link = document.createElement('a');

			link.href = s[0];
			link.textContent = s[1] + ', ' + s[2];
			item.append(link, ' ', excerpt(s[3], query));
			list.append(item);
		});
	}

	if (typeof document === 'undefined')
		return;
	var input = document.querySelector('[role=search] input');
	var list = document.getElementById('found');

	function load() {
		var script = document.createElement('script');

		if (waiting)
			return;
		waiting = function () {
			show(list, input.value);
		};
		script.src = 'index.js';
		document.head.append(script);
	}

	input.form.addEventListener('submit', function (event) {
		event.preventDefault();
	});
	input.addEventListener('focus', load);
	input.addEventListener('input', function () {
		if (sections)
			show(list, input.value);
		else
			load();
	});
})();
