#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# shellcheck disable=SC2030,SC2031 # each test is a subshell
# Goal: a server whose certificate is of a private authority is watched from every
# region, whatever its runner: `ca` names a file of this machine, whose certificates,
# and nothing else, travel with the targets.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet
load ../../helpers/cloud

hosts() {
	host virginia </dev/null
	lambda_build
	worker_files
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-keyout ca.key -out ca.pem -subj '/CN=private authority' 2>/dev/null
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout own.key \
		-out own.csr -subj /CN=localhost 2>/dev/null
	sign_csr own ca.pem ca.key '1 hour ago' '5 days' subjectAltName=DNS:localhost
	mkfifo tls.port
	node "$ROOT/tests/fixture/tls.mjs" own.key own.pem "$(cut -d: -f3 <<<"${URL%/mcp}")" \
		>tls.port 2>tls.log 3>&- &
	echo $! >>sshd.pids
	read -r -t 60 TLS_PORT <tls.port
	export TLS_PORT
}

setup() {
	fleet_setup
	FILES=$BATS_FILE_TMPDIR
	SECURE=https://localhost:$TLS_PORT/json
	export HOME=$PWD MCP_STORE=unix://$REDIS_SOCK
	PATH=$ROOT/scripts:$PATH
	unset SSL_CERT_FILE
}

teardown() {
	[[ ! -e lighttpd.pid ]] || kill "$(<lighttpd.pid)" 2>/dev/null || true
	lambda_stop
	fleet_teardown
}

# works SLUG: which regions that server works from.
works() {
	redis get "probe:$1:verdict" | jq -r '[.regions[] | select(.state == "healthy").region] | join(" ")'
}

@test "from a machine, over ssh, as a function and as a worker, a private authority is trusted" {
	mkdir -p credentials there/credentials folder
	TOKEN=canary-$(openssl rand -hex 20)
	(umask 077; echo "$TOKEN" >credentials/edge)
	DIGEST=$(printf %s "$TOKEN" | sha256sum | cut -c 1-64)
	export CURL_CA_BUNDLE=$FILES/cert.pem MCP_CREDENTIALS=$PWD/credentials
	export MCP_FLEET_SSH="-F $FILES/ssh_config"
	lambda_setup
	lambda
	worker "$FILES/near"
	# A key beside the certificate stays here.
	cat "$FILES/ca.key" "$FILES/ca.pem" >folder/ca.pem
	{
		printf 'store: unix://%s\nregions:\n' "$REDIS_SOCK"
		echo '  - {name: good-1, runner: local}'
		echo '  - {name: eu-west-2, host: virginia}'
		echo '  - {name: us-east-1, function: mcp-probe}'
		echo "  - {name: edge-1, url: \"$WORKER\", credential: edge}"
		echo 'servers:'
		echo "  - {slug: own, url: \"$SECURE\", ca: ca.pem}"
		echo "  - {slug: none, url: \"$SECURE\"}"
		echo "  - {slug: open, url: \"${URL%/mcp}/json\", ca: ca.pem}"
	} >folder/fleet.yaml
	export SSL_CERT_FILE=''
	mcp-fleet -c folder/fleet.yaml >out 2>err || { cat err; return 1; }
	cat err
	[ "$(works own)" = 'edge-1 eu-west-2 good-1 us-east-1' ]
	[ "$(works open)" = 'edge-1 eu-west-2 good-1 us-east-1' ]
	[ -z "$(works none)" ]
	# A region that probes by itself finds the same in the store.
	{ sed '/^regions:/q' folder/fleet.yaml; echo '  - {name: far-1, runner: inbox}'
		sed -n '/^servers:/,$p' folder/fleet.yaml; } >folder/far.yaml
	MCP_FLEET_TIMEOUT=2 mcp-fleet -c folder/far.yaml >out 2>err || true
	mcp-aggregate targets published -r far-1 >published; cat err published
	jq -es --rawfile ca "$FILES/ca.pem" 'any(.[]; .slug == "own" and .ca == $ca)' published
	MCP_REGION=far-1 mcp-probe --targets published -r far-1 -f jsonl >records
	[ "$(jq -r 'select(.type == "probe" and .state == "healthy").slug' records | sort | paste -s)" = $'open\town' ]
	redis --raw keys '*' | while read -r key; do redis --raw dump "$key"; done >all
	run ! grep -a 'PRIVATE KEY' all published records
}

@test "a server's own authority comes before its account's, and that before the defaults" {
	local row
	cp "$FILES/ca.pem" here.pem
	for name in own account default; do
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
			-keyout /dev/null -out "$name.pem" -subj "/CN=$name" 2>/dev/null
	done
	cat >fleet.yaml <<-EOT
	regions: [{name: good-1, runner: local}]
	accounts: [{name: a, token_sha256: $(printf '%064d' 1), ca: account.pem},
	  {name: b, token_sha256: $(printf '%064d' 2)}]
	defaults:
	  - {match: ["x-*"], ca: default.pem}
	  - {match: ["*-a"], account: a}
	servers:
	  - {slug: x-own-a, url: "https://h/", ca: $PWD/own.pem}
	  - {slug: x-a, url: "https://h/"}
	  - {slug: x-b, url: "https://h/", account: b}
	  - {slug: x-c, url: "https://h/"}
	  - {slug: y, url: "https://h/"}
	servers_from: [list.jsonl]
	EOT
	printf '{"slug":"x-l-a","url":"https://h/"}\n{"slug":"l-own","url":"https://h/","ca":"own.pem"}\n' >list.jsonl
	mcp-aggregate targets -c "$PWD/fleet.yaml" | while read -r row; do
		echo "$(jq -r .slug <<<"$row") $(jq -r '.ca // empty' <<<"$row" |
			openssl x509 -noout -subject 2>/dev/null | sed 's/.*CN *= *//')"
	done >got
	diff got - <<-EOT
	x-own-a own
	x-a account
	x-b default
	x-c default
	y 
	x-l-a account
	l-own own
	EOT
	# The configuration shows the files.
	mcp-aggregate config -c fleet.yaml | jq -e '[.servers[].ca] == ["'"$PWD"'/own.pem", "account.pem",
		"default.pem", "default.pem", null, "account.pem", "own.pem"]'
	# The certificates themselves may stand there, as in a target record; nothing else.
	mcp-aggregate targets -c fleet.yaml >list.jsonl
	printf '%s\n' 'regions: [{name: good-1, runner: local}]' \
		"accounts: [{name: a, token_sha256: $(printf '%064d' 1)}]" \
		'servers_from: [list.jsonl]' >again.yaml
	mcp-aggregate targets -c again.yaml | diff list.jsonl -
	printf 'servers:\n  - slug: in\n    url: https://h/\n    ca: |\n' >>again.yaml
	sed 's/^/      /' own.pem >>again.yaml
	[ "$(mcp-aggregate targets -c again.yaml -s in | jq -r .ca)" = "$(<own.pem)" ]
	printf '  - {slug: bad, url: "https://h/", ca: "a\\n\\u00e9"}\n' >>again.yaml
	run -2 mcp-aggregate config -c again.yaml
	[[ $output == *'servers[1].ca: not PEM'* ]]
}

@test "a file that cannot be read here has to lie in the region; doctor and targets say so" {
	{ regions 'good-1 local'; echo "  - {slug: own, url: \"$SECURE\", ca: gone.pem}"; } >fleet.yaml
	mcp-aggregate targets -c "$PWD/fleet.yaml" >targets 2>err
	[ "$(jq -r .ca targets)" = "$PWD/gone.pem" ]
	grep -xF "mcp-aggregate: warning: own: ca: $PWD/gone.pem: No such file or directory" err
	echo key >gone.pem
	mcp-aggregate targets -c fleet.yaml >targets 2>err
	grep -qF 'own: ca: gone.pem: contains no certificate in PEM' err
	mcp-fleet doctor -c fleet.yaml --json >found || true
	jq -se 'any(.[]; .status == "fail" and .subject == "configuration" and
		(.finding | endswith("gone.pem: contains no certificate in PEM")))' found
	cp "$FILES/ca.pem" gone.pem
	mcp-fleet doctor -c fleet.yaml --json >found || true
	cat found
	run ! grep -F '"ca: ' found
	jq -se --arg v "$VERSION" 'any(.[];
		.finding == "mcp-probe \($v) answers; 1 of 1 servers work from here")' found
}

@test "a private authority that nobody knows: doctor names ca, and init has --ca" {
	{ regions 'good-1 local'; echo "  - {slug: own, url: \"$SECURE\"}"; server open json; } >fleet.yaml
	mcp-fleet doctor -c fleet.yaml --json >found || true
	cat found
	jq -se 'map(select(.subject == "good-1" and .status == "warn")) |
		map(.finding) == ["the authority that signed the certificate of own is not known here"] and
		.[0].mend == "${EDITOR:-vi} fleet.yaml   # of the server, ca: FILE, with the certificate of its authority"' found
	run ! grep reinstall found
	run -0 mcp-fleet init -d "$PWD/fleet" "$SECURE"
	[[ $output == *'localhost: fails at tls: '*'set ca of the server in fleet.yaml(5)'* ]]
	rm -r fleet
	echo none >none.pem
	for bad in nowhere.pem none.pem "$PWD"; do
		run -2 mcp-fleet init --ca "$bad" -d "$PWD/fleet" "$SECURE"
		[[ $output == "mcp-fleet: --ca: $bad: "* ]]
		[ ! -e fleet ]
	done
	# A name that awk(1) would take for a variable.
	cp "$FILES/ca.pem" a=b.pem
	run -0 mcp-fleet init --ca a=b.pem -d "$PWD/fleet" "$SECURE" </dev/null
	[[ $output == *$'\n  localhost: healthy\n'* ]]
	cmp fleet/ca.pem "$FILES/ca.pem"
	# From target records, which have it already.
	mcp-aggregate targets -c fleet/fleet.yaml >list 2>err
	echo "{\"slug\": \"open\", \"url\": \"${URL%/mcp}/json\"}" >>list
	run -0 mcp-fleet init -d "$PWD/again" list
	[[ $output == *$'\n  localhost: healthy\n  open: healthy\n'* ]]
	mcp-fleet -c fleet/fleet.yaml >out
	[ "$(works localhost)" = local ]
}

@test "what ends soon is told by the crontab that init made, and doctor asks" {
	mcp-fleet init --ca "$FILES/ca.pem" -d "$PWD/fleet" "$SECURE" >said
	export MCP_CREDENTIALS=$PWD/fleet/credentials
	# As it says; the route is another one.
	sed -i '/^#alerts:/,$s/^#//' fleet/fleet.yaml
	sed -i "s|{name: chat, .*|{name: chat, type: command, command: [tee, -a, $PWD/told]}|" fleet/fleet.yaml
	mcp-fleet doctor -c fleet/fleet.yaml --json >found || true
	[ "$(jq -r 'select(.subject == "expiry") | "\(.status) \(.finding | sub("\\(until.*"; "")) \(.mend)"' found)" = \
		"warn the certificate of localhost: 4 days left  mcp-probe --check-expiry '$SECURE'" ]
	# The line of each day, in the environment of cron.
	run -0 env -i PATH=/usr/bin:/bin HOME="$PWD" bash -c "set -o pipefail; cd /; $(
		sed -n 's/^0 9 \* \* \* //p' fleet/crontab | sed 's|>/dev/null||')"
	jq -e '.event == "certificate_expiring" and .severity == "P2" and .server_slug == "localhost"' told
	# A credential, too, with the command that renews it; what has ended is to be mended.
	(umask 077; printf 'origin = %s\ntoken = s3cret-canary\nexpires_at = %s\n' \
		"https://localhost:$TLS_PORT" "$(date -ud '+30 hours 30 minutes' +%FT%TZ)" >fleet/credentials/localhost)
	sed -i 's|^    url: "https.*|&\n    auth: {credential: localhost}|' fleet/fleet.yaml
	mcp-fleet doctor -c fleet/fleet.yaml --json >found || true
	jq -se 'any(.[]; .subject == "expiry" and .status == "warn" and
		(.finding | startswith("the credential of localhost: expires in 30 hours")) and
		.mend == "mcp-rotate -c fleet/fleet.yaml localhost")' found
	sed -i 's/^expires_at.*/expires_at = 2020-01-01T00:00:00Z/' fleet/credentials/localhost
	mcp-fleet doctor -c fleet/fleet.yaml --json >found || true
	jq -se 'any(.[]; .subject == "expiry" and .status == "fail" and
		(.finding | startswith("the credential of localhost: expired ")))' found
	run ! grep canary found
}
