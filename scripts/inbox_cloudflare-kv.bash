# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# An inbox in Workers KV: cloudflare-kv://ACCOUNT/NAMESPACE. Others see a piece, and that
# it is gone, after a minute; so pieces expire by themselves. See inbox_at.bash.
# shellcheck disable=SC2034,SC2154 # variables of inbox_at.bash

inbox_open() {
	[[ $inbox =~ ^([0-9a-f]{32})/([0-9a-f]{32})$ ]] ||
		give_up 2 'cloudflare-kv: not ACCOUNT/NAMESPACE, two IDs of 32 hex digits'
	[[ $token ]] || give_up 2 'credential: needs a token'
	values=accounts/${BASH_REMATCH[1]}/storage/kv/namespaces/${BASH_REMATCH[2]}
	at_endpoint https://api.cloudflare.com
	values=$endpoint/client/v4/$values
	look_every=60 lag=120 drops=false
}

inbox_put() {
	local life='?expiration_ttl=7200'
	[[ $1 != targets ]] || life=''
	call -X PUT --data-binary "@$2" -H 'Content-Type: application/octet-stream' \
		"$values/values/$region%2F$1$life" || return
	expect 200
}

inbox_list() {
	local page cursor=''
	for ((page = 0; page < pages_max; page++)); do
		call "$values/keys?limit=1000&prefix=$region%2F1${cursor:+&cursor=$cursor}" || return
		expect 200 || return
		jq -r --arg prefix "$region/" '.result[].name | select(startswith($prefix)) |
			.[$prefix | length:] | select(test("[\n]") | not)' "$work/answer" \
			2>"$work/why" || return 2
		cursor=$(jq -r '.result_info.cursor // "" | @uri' "$work/answer")
		[[ $cursor ]] || break
	done
}

inbox_get() {
	call "$values/values/$region%2F$1" || return
	[[ $code != 404 ]] || return 1
	expect 200 || return
	mv -- "$work/answer" "$2"
}

inbox_drop() {
	local name
	for name; do
		call -X DELETE "$values/values/$region%2F$name" || return
		expect '200|404' || return
	done
}
