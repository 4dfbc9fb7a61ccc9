#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: mcp-probe calls healthy what clients can use, and nothing else. Both generations
# of the official SDK are asked of each server of tests/peers/oracle.tsv, and the probe;
# the table says what each finds, and why where the probe differs on purpose.

load ../../helpers/scripted

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	start scripted
	export PLAIN=${URL##*:}
	PLAIN=${PLAIN%%/*}
	fixture ODD http_faults.mjs "$PLAIN"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-keyout key -out cert -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>log
	for way in true reset refuse leave; do
		fixture "H2_$way" tls.mjs key cert "$PLAIN" "{\"h2\":${way/#[!t]*/\"$way\"}}"
	done
}

# The rows without comments, and one URL a line: a name before a colon is that of a
# server in front of the scripted one.
rows() {
	grep -v '^#' "$ROOT/tests/peers/oracle.tsv" >rows
	cut -f 2 rows | while read -r server; do
		case $server in
		odd:*) echo "http://127.0.0.1:$ODD/${server#*:}" ;;
		h2*:*) port=${server%%:*} port=H2_${port#h2-}
			echo "https://localhost:${!port}/${server#*:}" ;;
		*) echo "http://127.0.0.1:$PLAIN/$server" ;;
		esac
	done >urls
}

# client GENERATION SECONDS: what the SDK finds, a line for each URL; it waits so long.
client() {
	NODE_EXTRA_CA_CERTS=$BATS_FILE_TMPDIR/cert timeout 600 "$NODE" \
		"$ROOT/build/peers/oracle-client.mjs" "$1" "$2" <urls | cut -f 2 >"client-$1"
}

# ours: what the probe finds. Each has a region, by which the server tells them apart.
ours() {
	# shellcheck disable=SC2016
	nl -ba urls | xargs -P 8 -L 1 bash -c '"$0" -f jsonl -t 20s --cacert "$1" \
		-r "oracle-$2" "$3" >"probe-$2" || true' "$BIN/mcp-probe" "$BATS_FILE_TMPDIR/cert"
	cat probe-* | jq -rs 'group_by(.region[7:] | tonumber)[] |
		(.[] | select(.type == "probe") |
			[.state, (.failed_step, .error | values)] | join(" ")) +
		(if any(.[]; .detail.clients?) then ", clients" else "" end)' >probe
}

@test "what each server is to both official clients and to the probe is in the table" {
	NODE=$(compgen -G "$ROOT/build/peers/node_modules/node-linux-*/bin/node" || type -P node)
	rows
	patience=$(paced 10)
	client 1 "$patience" &
	first=$!
	client 2 "$patience" &
	second=$!
	ours
	wait "$first"
	wait "$second"
	paste <(cut -f 1,2 rows) client-1 client-2 probe >found
	diff -U 0 <(cut -f 1-5 rows) found
}

@test "the servers that break HTTP/2 do" {
	# Which, by the rows above, no client sees.
	for way in reset refuse leave; do
		port=H2_$way
		probe --http2 --cacert "$BATS_FILE_TMPDIR/cert" "https://localhost:${!port}/json"
		[ "$status" -eq 1 ]
	done
}

@test "where the probe and a client differ there is a reason, and nowhere else" {
	rows
	awk -F '\t' '
		function usable(client) { return client == "ok" }
		function login(client) { return client ~ /^login/ }
		{
			if ($2 ~ /^2026-07-28;/)
				$3 = $4
			both = usable($3) && usable($4)
			neither = !usable($3) && !usable($4)
			agree = $5 == "healthy" && both || $5 == "healthy, clients" && !both ||
				$5 ~ /^broken/ && neither && !login($3) && !login($4) ||
				$5 == "auth-walled" && login($3) && login($4)
			if (NF > 6 || agree == ($6 != "")) {
				print NR ": " $2
				bad = 1
			}
		}
		END { exit bad }' rows
	[ -z "$(cut -f 2 rows | sort | uniq -d)" ]
	[ "$(cut -f 1 rows | sort -nu | tr '\n' ' ')" = "1 2 3 4 5 6 7 8 9 10 " ]
}
