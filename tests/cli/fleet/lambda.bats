#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: a region that is a function of AWS Lambda probes as any other, in as many
# invocations as it takes; and whatever becomes of these is trouble of the region, and
# never a fact about a server.

bats_require_minimum_version 1.5.0
load ../../helpers/fleet
load ../../helpers/cloud

hosts() {
	lambda_build
}

setup() {
	fleet_setup
	lambda_setup
}

teardown() {
	lambda_stop
	fleet_teardown
}

# kept_rules: the runtime did nothing that the runtime API does not know.
kept_rules() {
	[ ! -s wrong ] || { cat wrong lambda.err; return 1; }
}

# like_a_function SCRIPT: a function whose bootstrap is this script.
like_a_function() {
	mkdir -p made
	printf '%s\n' '#!/bin/bash' "$1" >made/bootstrap
	chmod +x made/bootstrap
}

functions() {
	printf 'store: unix://%s\nregions:\n  - {name: us-east-1, function: %s}\n' \
		"$REDIS_SOCK" "${1:-mcp-probe}"
	printf '  - {name: good-1, runner: local}\nservers:\n'
}

# The answer to an event by hand.
invoke() {
	curl -s -D head --data-binary "@$1" \
		"$AWS_ENDPOINT_URL/2015-03-31/functions/mcp-probe/invocations"
}

@test "a function sees what this machine sees, and a command line tells nothing" {
	mkdir -p layer/credentials credentials
	printf 'origin = %s\ntoken = s3cret-canary\n' "${URL%/mcp}" | tee layer/credentials/wall >credentials/wall
	chmod 600 credentials/wall
	LAYER=$PWD/layer lambda
	{ functions arn:aws:lambda:us-east-1:123456789012:function:mcp-probe
		server good json; server html html
		server wall wall 'auth: {mode: bearer, credential: wall}'; } >fleet.yaml
	# The ARN says where the function is.
	unset AWS_REGION
	MCP_CREDENTIALS=$PWD/credentials fleet
	[ "$status" -eq 0 ]
	[ ! -s err ]
	nothing_left
	kept_rules
	[ "$(runners)" = $'good-1 ok\nus-east-1 ok' ]
	[ "$(for slug in good html wall; do redis get "probe:$slug:verdict"; done | verdicts)" = \
		"good green  0 2 2 
html red initialize 2 2 2 good-1,us-east-1
wall green  0 2 2 " ]
	redis hget fleet:runners us-east-1 | jq -e '.offset_s[0] <= 0 and .offset_s[1] >= 0'
	[ "$(wc -l <calls)" -eq 1 ]
	without "${URL%/mcp}|good|wall|html|s3cret" calls
	# The probe has nothing of the function's environment.
	redis --raw hvals probe:wall:latest | without canary-of-the-role
}

@test "more targets than one invocation has time for are several, and join" {
	lambda
	{ functions; for i in {1..501}; do server "s$i" x; done; } |
		sed -E "s|url: \"[^\"]*|url: \"http://127.0.0.1:9/mcp|; s|(function: mcp-probe)|\1, canary: [\"${URL%/mcp}/json\"]|; /good-1/d" >fleet.yaml
	fleet -v
	[ "$status" -eq 0 ]
	kept_rules
	[ "$(wc -l <calls)" -eq 2 ]
	grep -q '^mcp-fleet: us-east-1: 501 of 501 probed, 501 broken' err
	[ "$(redis --raw keys 'probe:s*:latest' | wc -l)" -eq 501 ]
	[ "$(runners)" = 'us-east-1 ok' ]
	without 'no records|garbled' err
}

# becomes MESSAGE: what the region then is, while the other one reports.
becomes() {
	redis flushall >/dev/null
	{ functions | sed '/good-1/p; s/good-1/good-2/'; server one json; } >fleet.yaml
	fleet
	[ "$status" -eq 0 ]
	nothing_left
	[ "$(runners)" = $'good-1 ok\ngood-2 ok\nus-east-1 exit' ]
	grep -qxE "mcp-fleet: us-east-1: exit: exit status 3: mcp-probe: $1" err
	[ "$(redis get probe:one:verdict | verdicts)" = 'one green  0 2 3 ' ]
	[ "$(redis --raw hkeys probe:one:latest | sort)" = $'good-1\ngood-2' ]
}

@test "what becomes of an invocation is trouble of the region" {
	SANDBOXES=0 lambda
	becomes 'An error occurred \(TooManyRequestsException\) when calling the Invoke operation .*: Rate Exceeded\.'
	lambda_stop
	like_a_function 'exit 7'
	lambda "$PWD/made"
	becomes 'Runtime.ExitError: .*exit status 7'
	lambda_stop
	like_a_function 'exec tail -f /dev/null'
	LIMIT=1 lambda "$PWD/made"
	becomes 'Sandbox.Timedout: .* Task timed out after 1.00 seconds'
	lambda_stop
	like_a_function 'api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
while id=$(curl -s -o /dev/null -D - $api/next | tr -d "\r" | sed -n "s/^lambda-runtime-aws-request-id: //Ip"); [[ $id ]]; do
	curl -s -o /dev/null --data-binary "{\"status\":0,\"said\":\"\",\"records\":\"not of gzip\"}" $api/$id/response
done'
	lambda "$PWD/made"
	becomes 'not the answer of mcp-probe'
}

@test "what ended in the function's time is kept, and the rest is missing data" {
	LIMIT=4 lambda
	redis flushall >/dev/null
	{ functions; server one json; server slow hang 'timeout: 30s, regions: [us-east-1]'; } >fleet.yaml
	fleet
	[ "$status" -eq 0 ]
	kept_rules
	grep -qx 'mcp-fleet: us-east-1: exit: exit status 3: mcp-probe: the time of its machine ended before the probes' err
	[ "$(redis get probe:one:verdict | verdicts)" = 'one green  0 2 2 ' ]
	[ -z "$(redis --raw hkeys probe:slow:latest)" ]
}

@test "a function that is elsewhere is not believed, and doctor tells the mend" {
	FUNCTION_REGION=eu-west-2 lambda
	{ functions; server one json; } >fleet.yaml
	fleet
	[ "$(runners)" = $'good-1 ok\nus-east-1 garbled' ]
	grep -q "us-east-1: garbled: its runner is set up for eu-west-2" err
	"$ROOT/scripts/mcp-fleet" doctor -c fleet.yaml --json >found 2>err || true
	[ "$(jq -r 'select(.subject == "us-east-1" and .status == "fail") | .mend' found)" = \
		'aws lambda update-function-configuration --function-name mcp-probe --environment Variables={MCP_REGION=us-east-1}' ]
}

@test "an event that has no targets is an error, and the next one is answered" {
	lambda
	printf '{"other":1}' >event
	[ "$(invoke event | jq -r .errorType)" = Probe.Targets ]
	grep -qi '^x-amz-function-error: Unhandled' head
	printf '{"targets":"%s"}' "$(printf 'x$(touch /tmp/made)"`\n' | base64 -w 0)" >event
	[ "$(invoke event | jq -r .errorType)" = Probe.Targets ]
	printf '{"targets":"%s"}' "$(jq -nc '{v: 1, type: "target", slug: "a", url: "http://127.0.0.1:9/"}' |
		gzip -c | base64 -w 0)" >event
	invoke event >answer
	[ "$(jq -r .records answer | base64 -d | gzip -dc | jq -r 'select(.type == "probe").error')" = tcp.refused ]
	kept_rules
}

@test "an answer above 6 MB goes without what tools say, or says so" {
	cp -r "$FUNCTION" made
	cat >made/lib/loader <<-'EOT'
	#!/bin/bash
	shift 2
	exec "$@"
	EOT
	cp "$(type -P gzip)" made/bin/gzip
	cat >made/bin/mcp-probe <<-'EOT'
	#!/bin/bash
	read -r _
	echo '{"v":1,"type":"runner"}'
	head -c 7000000 /dev/urandom | base64 -w 76 | sed 's/^/{"v":1,"type":"tool","x":"/'
	EOT
	lambda "$PWD/made"
	printf '{"targets":"%s"}' "$(echo x | gzip -c | base64 -w 0)" >event
	invoke event >answer
	[ "$(jq -r .records answer | base64 -d | gzip -dc)" = '{"v":1,"type":"runner"}' ]
	sed -i 's/"type":"tool"/"type":"step"/' made/bin/mcp-probe
	invoke event >answer
	[ "$(jq -r .errorType answer)" = Probe.TooLarge ]
	kept_rules
}
