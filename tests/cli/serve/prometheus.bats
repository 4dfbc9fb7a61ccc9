#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: Prometheus reads what is published, of one server or of all, finds
# nothing to say about its form, and with the rules and the dashboard that we
# ship tells what there is to tell.

bats_require_minimum_version 1.5.0
load ../../helpers/site

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	redis_start "$BATS_FILE_TMPDIR/redis"
	export AS_OF
	servers $(($(date +%s) / 60 * 60))
	lighttpd_start
	prometheus_start
}

teardown_file() {
	kill "$PROMETHEUS" && wait "$PROMETHEUS" || true
	kill "$(<"$BATS_FILE_TMPDIR/lighttpd.pid")"
	redis_stop
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	export MCP_STORE=unix://$REDIS_SOCK
	NOW=$((AS_OF + 50))
}

lighttpd_start() {
	export PORT
	mkdir -p empty
	PORT=$(free_port)
	{
		cat <<-END
			server.document-root = "$PWD/empty"
			server.bind = "127.0.0.1"
			server.port = $PORT
			server.pid-file = "$PWD/lighttpd.pid"
			server.errorlog = "$PWD/lighttpd.log"
		END
		example lighttpd-fastcgi.conf
	} >lighttpd.conf
	# In the background once it listens.
	PATH=$PATH:/usr/sbin lighttpd -f lighttpd.conf 3>&-
}

# On a port of its own choice, PROM; every second and not every minute.
prometheus_start() {
	local line says=$PWD/says ready=''
	export PROMETHEUS PROM=''
	cp "$ROOT/scripts/prometheus/rules.yml" .
	{
		cat "$ROOT/scripts/prometheus/prometheus.yml"
		sed '/^#/d; /^scrape_configs:/d' "$ROOT/scripts/prometheus/slugs.yml"
	} | sed "s/status\.example\.com/127.0.0.1:$PORT/; s/https/http/; s/: 60s/: 1s/
		s/my-mcp-slug/example-mcp/; s/their-mcp-slug/old/" >prometheus.yml
	mkfifo "$says"
	prometheus --config.file prometheus.yml --storage.tsdb.path data \
		--web.listen-address 127.0.0.1:0 >"$says" 2>&1 3>&- &
	PROMETHEUS=$!
	exec {log}<"$says"
	# It says these two in either order.
	while [[ ! $ready || ! $PROM ]] && read -r -t 60 -u "$log" line; do
		echo "$line" >>prometheus.log
		[[ $line != *'"Listening on"'* ]] || PROM=${line##*127.0.0.1:}
		[[ $line != *'ready to receive web requests'* ]] || ready=yes
	done
	cat <&"$log" >>prometheus.log 3>&- &
	exec {log}<&-
	[[ $ready && $PROM ]]
}

# query EXPR: what Prometheus answers, to the file got.
query() {
	curl -sS --max-time 60 --data-urlencode "query=$1" \
		"http://127.0.0.1:$PROM/api/v1/query" >got ||
		{ tail -n 5 "$BATS_FILE_TMPDIR/prometheus.log"; return 1; }
}

# yields EXPR FILTER: whether the result is so.
yields() {
	query "$1"
	jq -e --arg status success '.status == $status and (.data.result | '"$2"')' \
		got >/dev/null
}

@test "one server: the four gauges of the contract, with its fields" {
	get '/api/embed-status-prom?slug=example-mcp'
	cat >want <<-END
		# HELP alivemcp_state 1=up, 0.5=degraded, 0=down
		# TYPE alivemcp_state gauge
		alivemcp_state{slug="example-mcp"} 1
		# HELP alivemcp_uptime_30d 30-day uptime percent
		# TYPE alivemcp_uptime_30d gauge
		alivemcp_uptime_30d{slug="example-mcp"} 99.87
		# HELP alivemcp_p95_ms p95 latency in ms across all regions
		# TYPE alivemcp_p95_ms gauge
		alivemcp_p95_ms{slug="example-mcp"} 142
		# HELP alivemcp_last_probe_seconds seconds since the last successful probe, as of the verdict
		# TYPE alivemcp_last_probe_seconds gauge
		alivemcp_last_probe_seconds{slug="example-mcp"} 37
	END
	diff want body
	[ "$CODE $(says Content-Type)" = "200 text/plain; version=0.0.4" ]
	[ "$(says Cache-Control)" = "public, max-age=60, stale-while-revalidate=300" ]
	tag=$(says ETag)
	[ "$tag" = "\"v1-$(date -u -d "@$AS_OF" +%Y-%m-%dT%H:%M:%SZ)\"" ]
	get '/api/embed-status-prom?slug=example-mcp' "HTTP_IF_NONE_MATCH=$tag"
	[ "$CODE" = 304 ]
	get '/api/embed-status-prom?x=1&slug=part%6cy'
	grep -q '^alivemcp_state{slug="partly"} 0.5$' body
	run ! grep -q p95 body
	NOW=$((AS_OF + 185)) get '/api/embed-status-prom?slug=broken'
	grep -q '^alivemcp_state{slug="broken"} 0$' body
	grep -q '^alivemcp_last_probe_seconds{slug="broken"} 171$' body
}

@test "one server that nobody knows a state of: the errors of the contract" {
	for want in old:503:stale waiting:503:no-data nope:404:not-found \
		veiled:404:not-found :404:not-found '..:404:not-found' \
		"example-mcp%0a:404:not-found" "$(printf 'a%.0s' {1..99}):404:not-found"; do
		get "/api/embed-status-prom?slug=${want%%:*}"
		[ "$CODE:$(jq -r .error body)" = "${want#*:}" ]
	done
	get '/api/embed-status-prom?slug=example-mcp' MCP_STORE=unix:///nonexistent
	[ "$CODE:$(jq -r .error body)" = 503:store ]
	get '/api/embed-status-prom?slug=veiled' "HTTP_AUTHORIZATION=Bearer $TOKEN"
	grep -q '^alivemcp_state{slug="veiled"} 0$' body
	[ "$(says Cache-Control)" = "private, no-store" ]
}

@test "all public servers and the fleet on one scrape; what is not known is not there" {
	get /api/embed-status-prom
	[ "$CODE $(says Content-Type)" = "200 text/plain; version=0.0.4" ]
	[ "$(says Cache-Control)" = "public, max-age=5" ]
	[ "$(grep -c '^alivemcp_' body)" -eq 11 ]
	grep '^mcp_' body | sort >got
	cat >want <<-END
		mcp_fleet_expected_reporters{slug="broken"} 3
		mcp_fleet_expected_reporters{slug="example-mcp"} 3
		mcp_fleet_expected_reporters{slug="old"} 3
		mcp_fleet_expected_reporters{slug="partly"} 3
		mcp_fleet_expected_reporters{slug="waiting"} 3
		mcp_fleet_heartbeat_age_seconds{stage="ingest"} 10
		mcp_fleet_heartbeat_age_seconds{stage="verdict"} 5
		mcp_fleet_reporters{slug="broken"} 2
		mcp_fleet_reporters{slug="example-mcp"} 2
		mcp_fleet_reporters{slug="partly"} 2
		mcp_fleet_servers 5
		mcp_fleet_undelivered_servers 2
		mcp_fleet_verdict_timestamp_seconds{slug="broken"} $AS_OF
		mcp_fleet_verdict_timestamp_seconds{slug="example-mcp"} $AS_OF
		mcp_fleet_verdict_timestamp_seconds{slug="old"} $((AS_OF - 600))
		mcp_fleet_verdict_timestamp_seconds{slug="partly"} $AS_OF
	END
	diff want got
	run ! grep -qi 'canary\|veiled\|NaN\|null' out
	get /api/embed-status-prom MCP_STORE=unix:///nonexistent
	[ "$CODE:$(jq -r .error body)" = 503:store ]
}

@test "promtool finds nothing to say but of the article's own unit" {
	get /api/embed-status-prom
	promtool check metrics <body >said 2>&1 || true
	[ "$(<said)" = 'alivemcp_p95_ms metric names should not contain abbreviated units' ] ||
		{ cat said; return 1; }
	get '/api/embed-status-prom?slug=partly'
	run ! grep -q p95 body
	promtool check metrics <body
}

@test "the configuration and the rules are what Prometheus takes, and the rules do what they say" {
	cd "$ROOT/scripts/prometheus"
	promtool check config prometheus.yml
	promtool check config slugs.yml
	promtool check rules rules.yml
	promtool test rules rules.test.yml
}

@test "every alert is tested" {
	sed -n 's/^ *- alert: //p' "$ROOT/scripts/prometheus/rules.yml" |
		while read -r alert; do
			grep -q "alertname: $alert\$" "$ROOT/scripts/prometheus/rules.test.yml" ||
				{ echo "$alert"; return 1; }
		done
}

@test "Prometheus scrapes through lighttpd, and a query gives the value" {
	eventually yields 'alivemcp_state{job="mcp-fleet"}' 'length == 3'
	jq -e '.data.result | map({(.metric.slug): .value[1]}) | add ==
		{"example-mcp": "1", partly: "0.5", broken: "0"}' got
	yields 'alivemcp_uptime_30d{slug="example-mcp",job="mcp-fleet"}' '.[0].value[1] == "99.87"'
	yields 'mcp_fleet_servers' '.[0].value[1] == "5"'
	yields 'count(mcp_fleet_heartbeat_age_seconds)' '.[0].value[1] == "2"'
	# A target for each server, as one who reads another's fleet has it.
	eventually yields 'alivemcp_state{job="alivemcp_uptime"}' \
		'length == 1 and .[0].metric.instance == "example-mcp"'
	eventually yields 'up{job="alivemcp_uptime"}' 'map({(.metric.instance):
		.value[1]}) | add == {"example-mcp": "1", "old": "0"}'
	eventually yields 'slug:alivemcp_up:avg1h{slug="broken"}' '.[0].value[1] == "0"'
	eventually yields 'ALERTS{alertname="McpServerDown",job="mcp-fleet"}' \
		'length == 1 and .[0].metric.slug == "broken"'
	yields 'ALERTS{alertname="McpServerUnknown"}' 'map(.metric.slug) == ["old"]'
}

@test "the dashboards are whole, and every query of theirs is one" {
	local file expr
	for file in "$ROOT"/scripts/grafana/*.json; do
		jq -e '(.panels | map(.id) | length == (unique | length)) and
			(.templating.list | map(select(.type == "datasource" and
				.name == "datasource")) | length == 1) and
			all(.panels[]; .datasource.uid == "${datasource}" and
				(.title | length > 0) and (.description | length > 0) and
				(.gridPos | .x + .w <= 24) and
				all(.targets[]; .datasource.uid == "${datasource}")) and
			([.panels[].gridPos | . as $g | range(.x; .x + .w) as $x |
				range($g.y; $g.y + $g.h) as $y | [$x, $y]] |
				length == (unique | length))' "$file"
	done
	eventually yields 'alivemcp_state{job="mcp-fleet"}' 'length == 3'
	jq -r '.panels[].targets[].expr' "$ROOT/scripts/grafana/mcp-fleet.json" >exprs
	[ "$(wc -l <exprs)" -gt 9 ]
	while read -r expr; do
		yields "${expr//\$slug/.*}" 'length > 0' || { echo "$expr"; cat got; return 1; }
	done <exprs
}
