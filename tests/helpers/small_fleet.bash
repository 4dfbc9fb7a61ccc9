# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# A small fleet of every kind, made by the programs themselves. Needs
# probes.bash, and a store at MCP_STORE.

# small_fleet BIN DIR END: ten minutes up to END, epoch seconds of a minute of the
# last day, in which one server is down, one fails in one region, and one is
# worked on. DIR gets fleet.yaml and what the programs read and wrote.
small_fleet() {
	local bin=$1 dir=$2 end=$3 t status=0
	cat >"$dir/fleet.yaml" <<-END
		site: {url: "https://status.example.com", title: Example status}
		regions: [{name: eu, city: London}, {name: sa, city: São Paulo}, {name: us, city: Ashburn}]
		accounts:
		  - {name: acme, token_sha256: $(printf s3cret | sha256sum | cut -d' ' -f1)}
		servers:
		  - {slug: fine, url: "https://example.com/mcp", title: Everything fine}
		  - {slug: down, url: "https://example.com/mcp", title: Invoices}
		  - {slug: partly, url: "https://example.com/mcp"}
		  - {slug: works, url: "https://example.com/mcp"}
		  - {slug: hidden, url: "https://example.com/mcp", title: Secret garden, private: true, account: acme}
		alerts:
		  routes:
		    - {name: ops, type: command, command: [/bin/true]}
	END
	"$bin/mcp-alert" maintenance add -c "$dir/fleet.yaml" --now $((end - 540)) \
		--start $((end - 360)) --end $((end + 3600)) --by ann \
		--reason 'moving to new disks' works >/dev/null
	"$bin/mcp-alert" silence add -c "$dir/fleet.yaml" --now $((end - 540)) \
		--kind regional --region sa --end $((end + 7200)) --by ann \
		--reason 'the runner moves' 'part*' >/dev/null
	for ((t = end - 540; t <= end; t += 60)); do
		small_fleet_minute "$t" "$end" | tee -a "$dir/records.jsonl" |
			"$bin/mcp-aggregate" ingest -c "$dir/fleet.yaml" || status=$?
		"$bin/mcp-aggregate" verdict -f jsonl -c "$dir/fleet.yaml" \
			--now $((t + 45)) | tee "$dir/verdicts.jsonl" |
			"$bin/mcp-alert" -f jsonl -c "$dir/fleet.yaml" \
				--now $((t + 46)) >>"$dir/events.jsonl" || status=$?
	done
	"$bin/mcp-alert" ack -c "$dir/fleet.yaml" --by ann --for 1h \
		--now $((end + 50)) down >/dev/null || status=$?
	return "$status"
}

# small_fleet_minute T END: the records of all probes of a minute, and of a runner.
small_fleet_minute() {
	local r broken=(initialize http.503) down=(tools-list http.502) expired
	(($1 >= $2 - 240)) || broken=()
	(($1 >= $2 - 300)) || down=()
	printf '{"v":1,"type":"runner","region":"us","at":%d,"status":"ok","version":"0.1.0","message":null}\n' \
		"$1"
	for r in eu sa us; do
		expired=(tls tls.expired)
		[[ $r = sa ]] && (($1 >= $2 - 300)) || expired=()
		probes fine "$r" $(($1 + 7))
		probes hidden "$r" $(($1 + 8))
		probes works "$r" $(($1 + 9)) "${broken[@]}"
		probes down "$r" $(($1 + 10)) "${down[@]}"
		probes partly "$r" $(($1 + 11)) "${expired[@]}"
	done
}
