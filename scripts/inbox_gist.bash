# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# An inbox in a gist of GitHub: gist://ID. Its files have names without slashes, and
# text: REGION.NAME in base64. See inbox_at.bash.
# shellcheck disable=SC2034,SC2154 # variables of inbox_at.bash

inbox_open() {
	[[ $inbox =~ ^[0-9a-f]{20,40}$ ]] || 
		give_up 2 'gist: not the ID of a gist, the hex digits that end its address'
	[[ $token ]] || give_up 2 'credential: needs a token'
	at_endpoint https://api.github.com
	piece_max=$((6 << 20)) piece_raw=$((4 << 20)) look_every=20
}

gist_call() {
	call -H 'Accept: application/vnd.github+json' -H 'X-GitHub-Api-Version: 2022-11-28' "$@" \
		"$endpoint/gists/$inbox"
}

# gist_patch: changes the files in the file ask. Two changes at once are refused.
gist_patch() {
	local try
	for try in 1 2 3 4; do
		gist_call -X PATCH -H 'Content-Type: application/json' \
			--data-binary "@$work/ask" || return
		[[ $code == 409 ]] || break
		sleep "$try.$((RANDOM % 10))"
	done
	gist_expect 200
}

# gist_expect CODES: like expect.
gist_expect() {
	[[ $code != 404 ]] || { fails 'no such gist, or its token may not use it'; return; }
	expect "$1"
}

inbox_put() {
	base64 -- "$2" >"$work/b64"
	jq -cn --arg name "$region.$1" --rawfile text "$work/b64" \
		'{files: {($name): {content: $text}}}' >"$work/ask"
	gist_patch
}

# The answer has the files, up to a megabyte in all; the folder have keeps it. One that
# is as the last says 304, which costs nothing.
inbox_list() {
	local tag=()
	[[ ! -s $work/etag ]] || tag=(-H "If-None-Match: $(<"$work/etag")")
	gist_call "${tag[@]}" || return
	gist_expect '200|304' || return
	if [[ $code == 200 ]]; then
		header etag >"$work/etag"
		mv -- "$work/answer" "$work/gist"
	fi
	jq -r --arg prefix "$region." '.files | keys[] | select(startswith($prefix)) |
		.[$prefix | length:] | select(test("[\n]") | not)' "$work/gist" 2>"$work/why" ||
		return 2
}

inbox_get() {
	local raw
	[[ -s $work/gist ]] || inbox_list >/dev/null || return
	jq -e --arg name "$region.$1" '.files[$name].content | strings' "$work/gist" \
		>/dev/null || return 1
	if jq -e --arg name "$region.$1" '.files[$name].truncated' "$work/gist" >/dev/null; then
		raw=$(jq -r --arg name "$region.$1" '.files[$name].raw_url' "$work/gist")
		# The server that holds the raw file must not get the token.
		[[ $raw =~ ^https://gist\.githubusercontent\.com/[A-Za-z0-9._/-]+$ ||
			($raw == "$endpoint"/* && $endpoint =~ $here && $raw =~ ^[A-Za-z0-9._:/-]+$) ]] ||
			{ fails 'the address of a file is not at GitHub'; return; }
		token='' call "$raw" || return
		[[ $code != 404 ]] || return 1
		expect 200 || return
		mv -- "$work/answer" "$work/text"
	else
		jq -r --arg name "$region.$1" '.files[$name].content' "$work/gist" >"$work/text"
	fi
	base64 -d "$work/text" >"$2" 2>/dev/null || :
}

# All in one change: GitHub takes 500 of an hour.
inbox_drop() {
	(($#)) || return 0
	jq -cn --arg prefix "$region." '{files: ($ARGS.positional |
		map({key: ($prefix + .), value: null}) | from_entries)}' --args "$@" >"$work/ask"
	gist_patch && return
	[[ $code == 404 || $code == 422 ]]
}
