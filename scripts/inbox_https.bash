# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# An inbox on a web server that takes PUT, GET, DELETE, MKCOL and PROPFIND (WebDAV,
# RFC 4918): https://HOST/FOLDER. See inbox_at.bash.
# shellcheck disable=SC2034,SC2154 # variables of inbox_at.bash

inbox_open() {
	at_endpoint "${inbox_url%%\?*}"
	[[ $endpoint != https://gist.github.com/* ]] ||
		give_up 2 'https: this is the address of a gist; write gist://ID'
	endpoint=${endpoint%/}
}

inbox_put() {
	local url=$endpoint/$region/$1
	call -T "$2" -H 'Content-Type: application/octet-stream' "$url" || return
	# The first piece makes the folder.
	if [[ $code == 404 || $code == 409 || $code == 403 ]]; then
		call -X MKCOL "$endpoint/$region/" || return
		call -T "$2" -H 'Content-Type: application/octet-stream' "$url" || return
	fi
	expect '20[014]'
}

inbox_list() {
	call -X PROPFIND -H 'Depth: 1' -H 'Content-Type: application/xml' --data-binary \
		'<?xml version="1.0"?><propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>' \
		"$endpoint/$region/" || return
	[[ $code != 404 ]] || return 0
	expect 207 || return
	tr '\n' ' ' <"$work/answer" | grep -oiE '<([a-z0-9]+:)?href>[^<]*' |
		sed 's|.*/||' | grep . | head -n $((pages_max * 1000)) || :
}

inbox_get() {
	call "$endpoint/$region/$1" || return
	[[ $code != 404 ]] || return 1
	expect 200 || return
	mv -- "$work/answer" "$2"
}

inbox_drop() {
	local name
	for name; do
		call -X DELETE "$endpoint/$region/$name" || return
		expect '20[024]|404' || return
	done
}
