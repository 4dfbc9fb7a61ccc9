/* SPDX-License-Identifier: MIT */
"use strict";
/* Keys, and the page anew every half a minute; all works without this. */
(() => {
	const rows = () => [...document.querySelectorAll("article, tr[data-server]")];
	const here = () => document.activeElement.closest("article, tr[data-server]");
	const busy = () => document.querySelector("dialog[open], details[open]") ||
		[...document.querySelectorAll("main input:not([type=hidden]), main select")]
			.some(f => f === document.activeElement || (f.defaultValue !== undefined && f.value !== f.defaultValue));
	const step = by => {
		const all = rows(), at = all.indexOf(here());
		const to = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
		if (to) to.focus();
	};
	const mute = what => {
		const row = here(), server = row && row.dataset.server;
		location.href = "/ops/mutes?to=" + what + (server ? "&server=" + encodeURIComponent(server) : "");
	};
	const keys = {
		j: () => step(1),
		k: () => step(-1),
		a: () => { const row = here(), button = row && row.querySelector("button.ack"); if (button) button.click(); },
		s: () => mute("silence"),
		m: () => mute("maintenance"),
		Enter: () => { const link = here() && here().querySelector("a"); if (link) link.click(); },
		"?": () => document.getElementById("keys").showModal(),
	};
	addEventListener("keydown", e => {
		if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, select, textarea, button, a, summary, dialog"))
			return;
		if (Object.hasOwn(keys, e.key)) {
			e.preventDefault();
			keys[e.key]();
		}
	});
	const read = async answer => new DOMParser().parseFromString(await answer.text(), "text/html");
	/* A form that is refused stays as it was filled in, and says why. */
	addEventListener("submit", async e => {
		const form = e.target;
		if (form.method !== "post") return;
		e.preventDefault();
		try {
			const answer = await fetch("/ops", {method: "POST", body: new URLSearchParams(new FormData(form))});
			const said = answer.ok ? null : (await read(answer)).querySelector(".refused");
			if (answer.ok) return void (location.href = answer.url);
			if (!said) throw 0;
			form.querySelector(".refused")?.remove();
			form.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
			form.prepend(said);
			const field = said.dataset.field && form.elements[said.dataset.field];
			if (!field) return;
			field.setAttribute("aria-invalid", "true");
			const more = field.closest("details");
			if (more) more.open = true;
			field.focus();
		} catch {
			form.submit();
		}
	});
	const refresh = async () => {
		if (document.hidden || busy() || document.querySelector("form .refused")) return;
		try {
			const answer = await fetch(location.pathname + location.search.replace(/[?&]done=.*/, ""), {credentials: "same-origin"});
			if (!answer.ok) throw 0;
			const page = await read(answer);
			const at = rows().indexOf(here());
			if (busy()) return;
			for (const part of ["main", "footer"])
				document.querySelector(part).replaceWith(page.querySelector(part));
			if (at >= 0 && rows()[at]) rows()[at].focus({preventScroll: true});
		} catch {
			document.getElementById("live").textContent = " - not refreshed";
		}
	};
	setInterval(refresh, 30000);
})();
