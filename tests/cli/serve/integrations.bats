#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what others are given to read the API with reads it: the liveness module,
# the Nagios plugin, and the examples for Datadog and Grafana.

bats_require_minimum_version 1.5.0
load ../../helpers/guardrail

# Against the API that answers as it is told, see guardrail.bash.
check() {
	run --separate-stderr "$ROOT/scripts/nagios/check_mcp" -H "$AMCP_BASE" \
		-s "$AMCP_SLUG" "$@"
}

# ends STATUS LINE: the plugin did, with this line and no other.
ends() {
	[[ $status -eq $1 && $output == "$2" && -z $stderr ]] ||
		{ echo "exit status $status: $output"; echo "$stderr"; return 1; }
}

# bats test_tags=later
@test "the liveness module, by its own tests" {
	node --test "$ROOT/scripts/liveness/test/liveness.test.js"
}

# bats test_tags=later
@test "the liveness module is one file without dependencies, with types for all that it has" {
	cd "$ROOT/scripts/liveness"
	jq -e '(has("dependencies") or has("devDependencies") | not) and
		.type == "module" and .version == "'"$("$BIN/mcp-probe" -V | cut -d' ' -f2)"'"' package.json
	run ! grep -E '^import|require\(' liveness.js
	node --input-type=module -e '
		import { readFileSync } from "node:fs";
		import * as all from "./liveness.js";
		const types = readFileSync("liveness.d.ts", "utf8");
		const methods = Object.getOwnPropertyNames(all.UpstreamLiveness.prototype);
		for (const name of [...Object.keys(all), ...methods])
			if (!new RegExp(`\\b${name}\\b[(<]?`).test(types))
				throw new Error(`no type: ${name}`);
		const options = readFileSync("liveness.js", "utf8")
			.match(/const DEFAULTS = \{([^}]*)\}/)[1].match(/\w+(?=:)/g);
		for (const name of options)
			if (!types.includes(`\t${name}?: `))
				throw new Error(`no type: ${name}`);'
}

@test "check_mcp: each state has its status" {
	answers "$(body)"
	check
	ends 0 "MCP OK - example-mcp is up, 99.87% uptime in 30 days | uptime_30d=99.87%;;;0;100 p95=142ms;;;0"
	check -w 99.9
	ends 1 "MCP WARNING - example-mcp is up, 99.87% uptime in 30 days | uptime_30d=99.87%;99.9:;;0;100 p95=142ms;;;0"
	check -w 99.87
	[ "$status" -eq 0 ]
	answers "$(body '.state = "degraded" | .p95_ms = null')"
	check
	ends 1 "MCP WARNING - example-mcp is degraded, 99.87% uptime in 30 days | uptime_30d=99.87%;;;0;100 p95=Ums;;;0"
	answers "$(body '.state = "down" | .uptime_30d = null')"
	check
	ends 2 "MCP CRITICAL - example-mcp is down | uptime_30d=U%;;;0;100 p95=142ms;;;0"
}

@test "check_mcp: what nobody knows is UNKNOWN, and never OK nor CRITICAL" {
	for state in up down; do
		answers "$(body ".state = \"$state\"" 305)"
		check
		ends 3 "MCP UNKNOWN - example-mcp: no verdict for 5 minutes"
		answers "$(body ".state = \"$state\"" -200)"
		check
		[ "$status" -eq 3 ]
	done
	answers "$(body)" '{"status":404}'
	check
	ends 3 "MCP UNKNOWN - example-mcp: there is no server by this name"
	answers "$(body)" '{"status":503}'
	check
	ends 3 "MCP UNKNOWN - example-mcp: no verdict was published lately"
	for code in 204 206 302 401 500; do
		answers "$(body)" "{\"status\":$code}"
		check
		[[ $status -eq 3 && $output == "MCP UNKNOWN - example-mcp: the read API does not answer ("* ]]
	done
	for fault in hang cut half endless; do
		answers "$(body)" "{\"fault\":\"$fault\"}"
		check -t 0.5
		[[ $status -eq 3 && $output == "MCP UNKNOWN - example-mcp: the read API "* &&
			-z $stderr ]] || { echo "$fault: $status $output $stderr"; return 1; }
	done
	for text in '' '<h1>up</h1>' '[]' '{"state":"up"}' "$(body; body)" \
		"$(body 'del(.state)')" "$(body '.state = "green | x=1"')" \
		"$(body '.as_of = "now"')" "$(body '.as_of = 5')"; do
		answers "$text"
		check
		ends 3 "MCP UNKNOWN - example-mcp: not an answer of the read API"
	done
	AMCP_BASE=http://127.0.0.1:1 check
	[ "$status" -eq 3 ]
}

@test "check_mcp: usage" {
	local args
	for args in '-s a' '-H http://h' '-H http://h -s A' '-H file:///x -s a' \
		'-H http://h -s a -t 0' '-H http://h -s a -w x' '-H http://h -s a b' -x; do
		# shellcheck disable=SC2086
		run "$ROOT/scripts/nagios/check_mcp" $args
		[[ $status -eq 3 && $output == *"MCP UNKNOWN - usage"* ]]
	done
}

# bats test_tags=later
@test "mcp-probe does what the commands for Nagios ask of it" {
	run --separate-stderr timeout 600 "$BIN/mcp-probe" --format nagios --timeout 30s \
		http://127.0.0.1:1/mcp
	[[ $status -eq 2 && $output == *" CRITICAL"* ]] || { echo "$status $output $stderr"; return 1; }
	grep -q 'mcp-probe --format nagios --timeout 30s' "$ROOT/scripts/nagios/mcp.cfg"
	grep -q 'check_mcp -H \$ARG1\$ -s \$ARG2\$ -w \$ARG3\$' "$ROOT/scripts/nagios/mcp.cfg"
}

# bats test_tags=later
@test "Datadog: the files parse, and ask for what is there" {
	local dir=$ROOT/scripts/datadog file
	for file in openmetrics http_check; do
		perl -MCPAN::Meta::YAML -MJSON::PP -e 'print JSON::PP->new->encode(
			CPAN::Meta::YAML->read(shift)->[0])' "$dir/$file.yaml" >"$file.json"
		jq -e '.instances | length == 1' "$file.json"
	done
	jq -e '.instances[0].openmetrics_endpoint | endswith("/api/embed-status-prom")' openmetrics.json
	# The pattern, on answers of the API.
	pattern=$(jq -r '.instances[0].content_match' http_check.json)
	body | grep -qE "$pattern"
	body '.state = "degraded"' | grep -qE "$pattern"
	run ! grep -qE "$pattern" <<<"$(body '.state = "down"')"
	jq -e 'length == 3 and all(.[]; .type == "metric alert" and (.message | length > 0)
		and (.options.thresholds.critical as $c | .query | endswith(" \($c)")))' "$dir/monitors.json"
	jq -r '.[].query' "$dir/monitors.json" | grep -oE 'mcp\.[a-z_0-9]+' | sed 's/^mcp\.//' |
		sort -u >names
	[ "$(wc -l <names)" -eq 2 ]
	while read -r name; do
		grep -q "\"$name\"" "$ROOT/serve/api/prometheus.c"
	done <names
}

# bats test_tags=later
@test "Grafana: the JSON panel reads the five fields where they are" {
	keep_order
	local file=$ROOT/scripts/grafana/mcp-server-json.json url
	answers "$(body)"
	# shellcheck disable=SC2016 # Grafana's own variables
	url=$(jq -r '.panels[0].targets[0].url' "$file" |
		sed "s|\${base}|$AMCP_BASE|; s|\${slug}|$AMCP_SLUG|")
	curl -s --max-time 60 "$url" >answer
	jq -e --slurpfile answer answer '.panels[0].targets[0].columns |
		map(.selector) == ($answer[0] | keys_unsorted)' "$file"
	jq -e '[.panels[0].fieldConfig.overrides[].matcher.options] -
		[.panels[0].targets[0].columns[].text] == []' "$file"
}
