#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a real Alertmanager shows our incidents, one alert each, until they are
# over, whatever their severity becomes.

bats_require_minimum_version 1.5.0
load ../../helpers/store
load ../../helpers/alert

setup() {
	alert_setup
	manager
	routes "{name: am, type: alertmanager, url: 'http://$MANAGER/'}"
	# Alertmanager goes by the clock of this machine.
	NOW=$(date +%s)
	T=$((NOW / 60 * 60 - 600))
}

# manager: starts one; MANAGER is its address.
manager() {
	local line
	printf '%s\n' 'route: {receiver: none}' 'receivers: [{name: none}]' >am.yml
	mkfifo said
	prometheus-alertmanager --config.file=am.yml --storage.path=am \
		--web.listen-address=127.0.0.1:0 --cluster.listen-address= \
		>said 2>&1 3>&- &
	pids+=($!)
	exec {ready}<said
	while read -r -t 60 -u "$ready" line; do
		[[ $line != *'"Listening on"'* ]] || break
	done
	cat <&"$ready" >/dev/null 3>&- &
	exec {ready}<&-
	MANAGER=${line##*address=}
}

# alerts FILTER: of what it shows, the active ones; by jq.
alerts() {
	curl -sf "http://$MANAGER/api/v2/alerts?active=true" >alerts
	jq -e "$1" alerts || { cat alerts; return 1; }
}

@test "begins, gets worse under another severity, and ends" {
	verdict 0 eu,us tools-list jsonrpc.malformed | alert 0
	alerts 'length == 1 and (.[0] | .labels == {alertname: "MCPDowntime", slug: "example-mcp",
		severity: "P2", kind: "downtime", dedup_key: "example-mcp:downtime:'"$T"'"} and
		.annotations.summary == "example-mcp answers, but its tools fail: tools-list fails with jsonrpc.malformed from eu and us (2 of 3 regions)." and
		.generatorURL == "https://status.example.com/status/example-mcp" and
		(.startsAt | sub("\\.000Z"; "Z") | fromdate) == '"$T"' and
		(.endsAt | sub("\\.\\d+Z"; "Z") | fromdate) > now + 7 * 86400)'
	verdict 1 ap,eu,us initialize http.503 | alert 0
	alerts 'length == 1 and .[0].labels.severity == "P1" and
		(.[0].annotations.summary | contains("worse than before"))'
	minutes 2 4 | alert 0
	alerts 'length == 0'
	redis get alert:example-mcp | jq -e '.outbox == [] and (.handles // []) == []'
}

@test "what is told once is shown for an hour; two servers are two alerts" {
	jq -cn --argjson t "$T" --argjson at "$NOW" '{v: 1, type: "expiry", at: $at, slug: "s",
		region: "ap", what: "certificate", status: "expiring", within: 604800,
		expires_at: ($at + 86400 * 5 | todate)}' >record
	alert 0 <record
	[ -s out ]
	alerts 'length == 1 and .[0].labels.alertname == "MCPCertificateExpiring" and
		((.[0].endsAt | sub("\\.\\d+Z"; "Z") | fromdate) - now | . > 3000 and . < 3700)'
	{ verdict 0 eu,us initialize '' a; verdict 0 eu,us initialize '' b; } | alert 0
	alerts 'map(.labels.slug) | sort == ["a", "b", "s"]'
}

@test "a login, and an Alertmanager that is gone" {
	routes "{name: am, type: alertmanager, url: 'http://$MANAGER/', secret: am}"
	echo 'user = u' >credentials/am
	chmod 600 credentials/am
	verdict 0 eu,us initialize | alert 3
	grep -q 'needs both user and password; correct this' err
	echo 'password = p' >>credentials/am
	alert 0 -N $((NOW + 120)) </dev/null
	alerts 'length == 1'
	kill "${pids[@]}"
	wait "${pids[@]}" || true
	pids=()
	minutes 1 3 | alert 3
	grep -q 'downtime_resolved to route am: Could.* it is retried' err
}
