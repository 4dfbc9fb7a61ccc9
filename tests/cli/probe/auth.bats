#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: a server that wants a credential is told from one that is broken; the
# trail of its OAuth metadata is followed as clients do; and a secret is shown
# to whom it is for, and to nobody else.

load ../../helpers/scripted

CANARY=s3cret-canary

# After each test: nothing that a program wrote holds the secret.
teardown() {
	local found
	found=$(grep -rl "$CANARY" --include=out --include=err --include='*.out' \
		--include='*.err' . || true)
	[[ -z $found ]] || { echo "the secret is in $found"; return 1; }
}

# token SECRET: a file that holds it, named token.
token() {
	echo "$1" >token
}

@test "without a credential a wall that says what it wants is no failure" {
	table outside -t 15s <<-'EOF'
		# path            state   step code protocol era tools
		wall              auth-walled - - - - -
		wall-many         auth-walled - - - - -
		wall-403          auth-walled - - - - -
		wall-path         auth-walled - - - - -
		wall-root         auth-walled - - - - -
		wall-self         auth-walled - - - - -
		wall-slash        auth-walled - - - - -
		wall-oidc         auth-walled - - - - -
		wall-oidc-behind  auth-walled - - - - -
		wall-above        auth-walled - - - - -
		wall-none         auth-walled - - - - -
		wall-basic        auth-walled - - - - -
		wall-cut          auth-walled - - - - -
		wall-bare         broken initialize auth.bare-401 - - -
		wall-rpc          broken initialize auth.bare-401 - - -
		wall-moved-301    auth-walled - - - - -
		wall-moved-302    auth-walled - - - - -
		wall-moved-303    auth-walled - - - - -
		wall-moved-307    auth-walled - - - - -
		wall-moved-308    auth-walled - - - - -
		wall-moved-server auth-walled - - - - -
		wall-moved-3      auth-walled - - - - -
		wall-moved-4      broken oauth-discovery oauth.metadata - - -
		wall-moved-circle broken oauth-discovery oauth.metadata - - -
		wall-moved-nowhere broken oauth-discovery oauth.metadata - - -
		wall-away         auth-walled - - - - -
		wall-away-bearer  auth-walled - - - - -
		wall-away-server  auth-walled - - - - -
		wall-away-root    auth-walled - - - - -
		wall-slash-less   auth-walled - - - - -
		wall-slash-more   auth-walled - - - - -
		wall-slash-path   broken oauth-discovery oauth.issuer - - -
		wall-bom          auth-walled - - - - -
		wall-resource     broken oauth-discovery oauth.resource - - -
		wall-beside       broken oauth-discovery oauth.resource - - -
		wall-issuer       broken oauth-discovery oauth.issuer - - -
		wall-no-url       broken oauth-discovery oauth.issuer - - -
		wall-insecure     broken oauth-discovery oauth.insecure - - -
		wall-no-issuer    broken oauth-discovery oauth.metadata - - -
		wall-plain-end    broken oauth-discovery oauth.insecure - - -
		wall-no-auth-end  broken oauth-discovery oauth.metadata - - -
		wall-no-token     broken oauth-discovery oauth.metadata - - -
		wall-no-response  broken oauth-discovery oauth.metadata - - -
		wall-response-null broken oauth-discovery oauth.metadata - - -
		wall-response-text broken oauth-discovery oauth.metadata - - -
		wall-pkce-text    broken oauth-discovery oauth.metadata - - -
		wall-grants-null  broken oauth-discovery oauth.metadata - - -
		wall-revoke-path  broken oauth-discovery oauth.metadata - - -
		wall-unknown-null auth-walled - - - - -
		wall-oidc-no-keys broken oauth-discovery oauth.metadata - - -
		wall-oidc-no-subjects broken oauth-discovery oauth.metadata - - -
		wall-oidc-no-algs broken oauth-discovery oauth.metadata - - -
		wall-oidc-service auth-walled - - - - -
		wall-scopes-text  broken oauth-discovery oauth.metadata - - -
		wall-policy-path  broken oauth-discovery oauth.metadata - - -
		wall-documentation auth-walled - - - - -
		wall-no-servers   broken oauth-discovery oauth.metadata - - -
		wall-file         broken oauth-discovery oauth.metadata - - -
		wall-prm-404      broken oauth-discovery oauth.metadata - - -
		wall-prm-500      broken oauth-discovery oauth.metadata - - -
		wall-prm-html     broken oauth-discovery oauth.metadata - - -
		wall-prm-no-json  broken oauth-discovery oauth.metadata - - -
		wall-prm-redirect broken oauth-discovery oauth.metadata - - -
		wall-prm-cut      broken oauth-discovery oauth.metadata - - -
		wall-prm-20-mb    broken oauth-discovery oauth.metadata - - -
		wall-as-404       broken oauth-discovery oauth.no-server - - -
		wall-as-500       broken oauth-discovery oauth.no-server - - -
		wall-as-html      broken oauth-discovery oauth.no-server - - -
		wall-as-redirect  broken oauth-discovery oauth.no-server - - -
		wall-as-20-mb     broken oauth-discovery oauth.no-server - - -
	EOF
	jq -es '.[3].message | contains("status 500")' rows/wall-as-500.out
	jq -es '.[3].message | contains("response_types_supported is missing, but must be an array of strings")' rows/wall-no-response.out
}

# found PATH: the statuses of steps 3 to 8, and the issuer of step 4.
found() {
	probe "$HOST/$1"
	jq -rs '(map(select(.n > 2).status) | join(" ")) + " " +
		(.[3] | .detail.issuer // .message)' out
}

@test "step 4 is what was found, and the steps behind a wall are skipped" {
	[ "$(found wall)" = "pass pass skip skip skip skip $HOST/as/wall" ]
	[ "$(found wall-self)" = "pass pass skip skip skip skip $HOST" ]
	[ "$(found wall-slash)" = "pass pass skip skip skip skip $HOST/" ]
	[ "$(found wall-none)" = "pass skip skip skip skip skip the server publishes no OAuth metadata" ]
	[ "$(found wall-basic)" = "pass skip skip skip skip skip the server publishes no OAuth metadata" ]
}

# trail REGION: the paths that were asked for after the challenge.
trail() {
	requests "$1" | jq -r 'select(.method == "GET").path'
}

@test "documents are asked for in the order of the specification, up to the first good one" {
	P=/.well-known/oauth-protected-resource
	A=/.well-known/oauth-authorization-server
	O=/.well-known/openid-configuration
	trail_of() {
		probe -r "trail-$1" "$HOST/$1"
		diff <(trail "trail-$1") <(printf '%s\n' "${@:2}")
	}
	trail_of wall $P/wall $A/as/wall
	trail_of wall-path $P/wall-path $A/as/wall-path
	trail_of wall-root $P/wall-root $P $A/as/wall-root
	trail_of wall-oidc $P/wall-oidc $A/as/wall-oidc $O/as/wall-oidc
	trail_of wall-oidc-behind $P/wall-oidc-behind $A/as/wall-oidc-behind \
		$O/as/wall-oidc-behind /as/wall-oidc-behind$O
	trail_of wall-slash $P/wall-slash $A
	trail_of wall-self $P/wall-self $P $A
	trail_of wall-prm-404 $P/wall-prm-404
	trail_of wall-resource $P/wall-resource
	requests trail-wall | jq -es 'all(.[] | select(.method == "GET");
		.headers.accept == "application/json")'
}

@test "metadata that has moved is followed within its origin, three times" {
	P=/.well-known/oauth-protected-resource
	four() {
		probe -r "$1" "$HOST/$1"
		jq -rs '.[3] | "\(.status) \(.message)"' out
	}
	for wall in wall-moved-{301,302,303,307,308,server,3}; do
		[[ $(four $wall) == "pass $HOST/as/$wall; it does not list S256"* ]]
	done
	[ "$(trail wall-moved-3 | head -n 4 | xargs)" = \
		"$P/wall-moved-3 $P/wall-moved-3/1 $P/wall-moved-3/2 $P/wall-moved-3/3" ]
	jq -es --arg at "$HOST$P/wall-moved-3" '.[3].detail.resource_metadata == $at' out
	requests wall-moved-301 | jq -es 'map(select(.path | endswith("/x")).search) == ["?a=b"]'
	[[ $(four wall-moved-4) == *": it redirects more than 3 times" ]]
	[ "$(trail wall-moved-4 | wc -l)" -eq 4 ]
	[[ $(four wall-moved-nowhere) == *": it redirects (307), but not to a URL of its own origin" ]]
	# Another origin is not asked, and that is said.
	away="redirects to another origin, which mcp-probe does not follow"
	[ "$(four wall-away)" = "skip $HOST$P/wall-away $away" ]
	[ "$(four wall-away-bearer)" = "skip $HOST$P/wall-away-bearer $away" ]
	[ "$(four wall-away-server)" = \
		"skip $HOST/.well-known/oauth-authorization-server/as/wall-away-server $away" ]
	[[ $(four wall-away-root) == "pass $HOST/as/wall-away-root; the metadata redirects to another origin, "* ]]
	# A credential finds its own authorization server all the same.
	token "$CANARY"
	probe --token-file token "$HOST/wall-away"
	jq -es 'last | .state == "healthy"' out
}

@test "the metadata of a resource with a query are looked for by its query" {
	probe -r query "$HOST/wall-query?key=abc"
	jq -es --arg at "$HOST/.well-known/oauth-protected-resource/wall-query" 'last.state == "auth-walled" and
		.[3].status == "pass" and .[3].detail.resource_metadata == $at' out
	! grep abc out
	probe -r query-2 "$HOST/wall-path?key=other"
	jq -es '.[3].status == "pass"' out
	probe -r query-3 "$HOST/wall-root?key=other"
	jq -es '.[3].status == "pass"' out
	requests query-3 | jq -rs 'map(select(.method == "GET") | .path + .search) | .[:2][]' |
		diff - <(printf '%s\n' '/.well-known/oauth-protected-resource/wall-root?key=other' \
			/.well-known/oauth-protected-resource)
}

@test "--allow-bare-401 accepts a wall that does not say what it wants" {
	probe --allow-bare-401 "$HOST/wall-bare"
	[ "$status" -eq 0 ]
	jq -es 'last.state == "auth-walled"' out
	token "$CANARY"
	probe --allow-bare-401 --token-file token "$HOST/wall-bare"
	jq -es 'last | .state == "healthy" and .tool_count == 3' out
	probe --token-file token "$HOST/wall-bare"
	jq -es 'last.error == "auth.bare-401"' out
}

@test "with a credential the server behind the wall is probed" {
	token "$CANARY"
	table inside --token-file token <<-'EOF'
		# path            state   step code protocol era tools
		json              healthy - - 2025-11-25 session 3
		wall              healthy - - 2025-11-25 session 3
		wall-403          healthy - - 2025-11-25 session 3
		wall-none         healthy - - 2025-11-25 session 3
		wall-oidc         healthy - - 2025-11-25 session 3
		wall+rpc-error@list broken tools-list jsonrpc.-32603 2025-11-25 session -
		wall+html@initialize broken auth-initialize http.content-type - - -
		wall+500@discover healthy - - 2025-11-25 session 3
		wall+429@list     broken tools-list http.429 2025-11-25 session -
		wall+429@initialize broken auth-initialize http.429 - - -
		wall-prm-429      broken oauth-discovery http.429 - - -
		wall-as-429       broken oauth-discovery http.429 - - -
		wall-issuer       broken oauth-discovery oauth.issuer - - -
		wall-prm-404      broken oauth-discovery oauth.metadata - - -
	EOF
	closed inside
	jq -es '.[:8] | map(.status) == ["skip", "skip", "pass", "pass", "pass", "pass", "skip", "pass"]' rows/wall.out
}

@test "the secret goes out after the challenge, to the server, and never to others" {
	token "$CANARY"
	probe -r secret --token-file token "$HOST/wall"
	requests secret | jq -r '[.method, .path, .headers.authorization // "-"] | join(" ")' |
		diff - <(cat <<-EOF
			POST /wall -
			POST /wall -
			GET /.well-known/oauth-protected-resource/wall -
			GET /.well-known/oauth-authorization-server/as/wall -
			POST /wall Bearer $CANARY
			POST /wall Bearer $CANARY
			POST /wall Bearer $CANARY
			POST /wall Bearer $CANARY
			DELETE /wall Bearer $CANARY
		EOF
		)
	probe -r secret-2 --token-file token "$HOST/wall-issuer"
	[ "$(requests secret-2 | grep -c "$CANARY")" -eq 0 ]
	# Before the handshake an open server has not asked for it either.
	probe -r secret-3 --token-file token "$HOST/json"
	[ "$(requests secret-3 | head -n 3 | grep -c "$CANARY")" -eq 0 ]
}

@test "a refused credential is a failure that says why" {
	refused() {
		token "$1"
		probe --token-file token "$HOST/wall"
		[ "$status" -eq 1 ]
		records out
		jq -rs 'last | .failed_step + " " + .error' out
	}
	[ "$(refused old)" = "auth-initialize auth.refresh-needed" ]
	[ "$(refused other)" = "auth-initialize auth.rejected" ]
	[ "$(refused silent)" = "auth-initialize auth.rejected" ]
	[ "$(refused narrow)" = "auth-initialize auth.scope" ]
	token "$CANARY"
	probe --token-file token --health-tool echo "$HOST/walled-401@call"
	jq -es 'last | .failed_step == "tools-call" and .error == "auth.rejected"' out
}

@test "a credential may be a header field of any name, for several origins" {
	printf '# ours\norigin = https://mcp.example.com\norigin = %s\n\nheader = X-Api-Key\nvalue = %s\nexpires_at = 2030-01-01T00:00:00Z\n' \
		"$HOST" "$CANARY" >key
	probe -r key --credential key "$HOST/wall"
	[ "$status" -eq 0 ]
	requests key | jq -es 'last.headers | .["x-api-key"] == "s3cret-canary" and (has("authorization") | not)'
	[ "$(requests key | head -n 3 | grep -c "$CANARY")" -eq 0 ]
}

@test "a credential for another origin is not sent" {
	printf 'origin = %s\ntoken = %s\n' https://mcp.example.com "$CANARY" >wrong
	probe -r wrong --credential wrong "$HOST/wall"
	[ "$status" -eq 1 ]
	jq -es 'last | .failed_step == "auth-initialize" and .error == "auth.wrong-origin"' out
	printf 'origin = %s\ntoken = %s\n' "${HOST%:*}" "$CANARY" >wrong
	probe -r wrong --credential wrong "$HOST/wall"
	jq -es 'last.error == "auth.wrong-origin"' out
	# An open server does not need it, and does not get it.
	probe -r wrong --credential wrong "$HOST/json"
	[ "$status" -eq 0 ]
	[ "$(requests wrong | grep -c "$CANARY")" -eq 0 ]
}

@test "a URL of metadata with quotes in it: the quotes are named" {
	probe "$HOST/wall-quoted"
	jq -es 'any(.[]; .error? == "oauth.metadata" and (.message | endswith(
		"which is not an https URL; remove the quotes around it")))' out
}

@test "a secret that systemd or Kubernetes hands over is used: who can read it counts" {
	local handed
	printf 'origin = %s\ntoken = %s\n' "$HOST" "$CANARY" >handed
	chmod 440 handed
	CREDENTIALS_DIRECTORY=$PWD probe --credential "$PWD/handed" "$HOST/wall"
	[ "$status" -ne 2 ]
	chmod 444 handed
	CREDENTIALS_DIRECTORY=$PWD probe --credential "$PWD/handed" "$HOST/wall"
	[ "$status" -eq 2 ]
	# As others than root nobody can make files of root.
	[ "$(id -u)" = 0 ] || return 0
	mkdir -m 755 /tmp/handed-$$
	handed=/tmp/handed-$$/token
	as() {
		setpriv --reuid 65533 --regid "$1" --clear-groups "$BIN/mcp-probe" --credential "$handed" \
			-f jsonl "$HOST/wall" >out 2>err || return $?
	}
	# Kubernetes: a group of the pod.
	install -m 440 -g 54321 handed "$handed"
	as 54321 || [ $? = 1 ]
	# A group in which others are.
	[ -z "$(getent passwd 1 | cut -d : -f 4)" ] || {
		install -m 440 -g "$(getent passwd 1 | cut -d : -f 4)" handed "$handed"
		as "$(getent passwd 1 | cut -d : -f 4)" && return 1
		grep -q 'others can read it' err
	}
	# systemd: a list that names the user, and nobody else; as setfacl writes it.
	install -m 400 handed "$handed"
	list() {
		/usr/bin/python3 -c 'import os, struct, sys
entry = lambda tag, perm, who=0xffffffff: struct.pack("<HHI", tag, perm, who)
os.setxattr(sys.argv[1], "system.posix_acl_access", struct.pack("<I", 2) + entry(1, 4) +
	b"".join(entry(2, 4, int(who)) for who in sys.argv[2:]) + entry(4, 0) + entry(16, 4) +
	entry(32, 0))' "$handed" "$@"
	}
	if list 65533; then
		[ "$(stat -c %a "$handed")" = 440 ]
		as 54321 || [ $? = 1 ]
		list 65533 65532
		as 54321 && return 1
		grep -q 'others can read it' err
	fi
	rm -r "/tmp/handed-$$"
}

@test "a credential file that is not as it should be is refused, and not quoted" {
	printf 'origin = %s\ntoken = %s\n' "$HOST" "$CANARY" >good
	refused() {
		probe "${@:2}" "$HOST/wall"
		[ "$status" -eq 2 ]
		[ ! -s out ]
		[ "$(wc -l <err)" -eq 1 ]
		[[ "$(cat err)" == "mcp-probe: "*"$1"* ]] || { cat err; return 1; }
	}
	cp good mode
	chmod 640 mode
	refused "mode: others can read it" --credential mode
	refused "mode: others can read it" --token-file mode
	refused "missing: No such file" --credential missing
	refused "missing: No such file" --token-file missing
	refused "a line origin = https://HOST is missing" --credential <(echo "token = $CANARY")
	refused "unknown key" --credential <(cat good; echo "$CANARY = x")
	refused "line 3: not \"key = value\"" --credential <(cat good; echo "$CANARY")
	refused "twice" --credential <(cat good; echo "token = $CANARY")
	refused "exactly one" --credential <(echo "origin = $HOST")
	refused "header and value" --credential <(echo "origin = $HOST"; echo "header = X-Key")
	refused "exactly one" --credential <(cat good; echo "header = X-Key"; echo "value = $CANARY")
	refused "visible ASCII" --credential <(echo "origin = $HOST"; echo "token = $CANARY $CANARY")
	refused "visible ASCII" --credential <(echo "origin = $HOST"; printf 'token = %s\rX-Evil: 1\n' "$CANARY")
	refused "not an https URL" --credential <(echo "origin = http://mcp.example.com"; echo "token = $CANARY")
	refused "not a URL" --credential <(echo "origin = $CANARY"; echo "token = x")
	refused "NUL" --credential <(cat good; printf '\0')
	refused "64 KiB" --credential <(cat good; head -c 70000 /dev/zero | tr '\0' '#')
	refused "expires_at" --credential <(cat good; echo "expires_at = $CANARY")
	refused "ASCII" --token-file /dev/null
	refused "ASCII" --token-file <(echo "$CANARY"; echo "$CANARY")
	refused "s a directory" --credential .
}

@test "targets name their credentials, which lie in a folder" {
	mkdir folder
	printf 'origin = %s\ntoken = %s\n' "$HOST" "$CANARY" >folder/good
	printf 'origin = %s\ntoken = %s\n' "$HOST" "$CANARY" >folder/open
	chmod 604 folder/open
	cat >targets <<-EOF
		{"slug":"a","url":"$HOST/wall","auth":{"mode":"bearer","credential":"good"}}
		{"slug":"b","url":"$HOST/wall","auth":{"credential":"open"}}
		{"slug":"c","url":"$HOST/wall","auth":{"credential":"missing"}}
		{"slug":"d","url":"$HOST/wall","auth":{"credential":"../folder/good"}}
		{"slug":"e","url":"$HOST/wall","auth":{"mode":"none","credential":"good"}}
		{"slug":"f","url":"$HOST/wall","auth":{"mode":"magic"}}
	EOF
	MCP_CREDENTIALS=$PWD/folder probe --targets targets
	[ "$status" -eq 2 ]
	jq -es 'map(select(.state) | {(.slug): .state}) | add == {"a": "healthy", "e": "auth-walled"}' out
	[ "$(cut -d: -f1-3 err)" = "$(printf 'mcp-probe: line %d: auth.%s\n' 2 credential 3 credential 4 credential 6 mode)" ]
	CREDENTIALS_DIRECTORY=$PWD/folder probe --targets <(head -n 1 targets)
	[ "$status" -eq 0 ]
	probe --targets <(head -n 1 targets)
	[ "$status" -eq 2 ]
	grep -q 'set MCP_CREDENTIALS or CREDENTIALS_DIRECTORY' err
}

@test "the secret is in no format of output, and neither in argv nor environment" {
	token "$CANARY"
	for f in text jsonl tap nagios; do
		"$BIN/mcp-probe" -f $f --token-file token "$HOST/wall" >>out 2>>err
		"$BIN/mcp-probe" -f $f --token-file token "$HOST/wall+html@list" >>out 2>>err || true
	done
	mkfifo pipe
	"$BIN/mcp-probe" -f jsonl -r seen --token-file token "$HOST/wall+hang@list" >pipe 3>&- &
	exec 4<pipe
	for _ in 1 2 3 4 5; do
		read -r -t 60 -u 4 line
	done
	[ "$(jq -r .step <<<"$line")" = auth-initialize ]
	cat "/proc/$!/cmdline" "/proc/$!/environ" >out
	grep -aq mcp-probe out
	kill $!
	exec 4<&-
}

# A network of its own, where 11.0.0.1 is the loopback's other address.
inside() {
	unshare -rn bash -c 'ip link set lo up && ip address add 11.0.0.1/32 dev lo && "$@"' - "$@"
}

@test "a public server can neither send the probe into a private network nor have the secret" {
	inside true 2>/dev/null || skip "no network namespaces here"
	cat >run <<-'EOF'
		exec 4< <(exec node "$1/tests/fixture/server.mjs" requests 11.0.0.1)
		read -r -t 60 -u 4 port
		"$2/mcp-probe" -t 15s -f jsonl "http://11.0.0.1:$port/wall-inward" >out 2>err
		(umask 077; echo s3cret-canary >token)
		"$2/mcp-probe" -f jsonl --token-file token "http://11.0.0.1:$port/wall-none" >out2 2>err2
		kill $!
	EOF
	inside bash run "$ROOT" "$BIN"
	jq -es '.[8].error == "oauth.metadata" and (.[3].message | contains("only those are allowed"))' out
	# Nor is a secret sent over plain HTTP, but to loopback.
	jq -es '.[8].error == "auth.wrong-origin"' out2
	[ "$(grep -c s3cret-canary requests)" -eq 0 ]
}
