# shellcheck shell=bash disable=SC2016,SC2034
# SPDX-License-Identifier: MIT
# The vendors that mcp-alert sends to, as tests/fixture/vendors.mjs plays them.
# Needs alert.bash.

CANARY=canary0123456789canary0123456789
# Those that get a text of each event; a call, "voice", is not for all of them.
VENDORS=(pagerduty opsgenie hook slack discord sms teams telegram ntfy mattermost)

# credential NAME LINE…: writes the file of a credential.
credential() {
	printf '%s\n' "${@:2}" >"credentials/$1"
	chmod 600 "credentials/$1"
}

# vendors [MOOD]: starts vendors.mjs; its address is then in BASE. Each vendor has a
# credential of its name.
vendors() {
	local port
	mkdir vendors
	echo "${1-ok}" >vendors/mood
	mkfifo vendors/port
	node "$ROOT/tests/fixture/vendors.mjs" vendors "$CANARY" >vendors/port 3>&- &
	pids+=($!)
	exec {HEARD}<vendors/port
	read -r -t 60 -u "$HEARD" port
	BASE=http://127.0.0.1:$port
	credential pagerduty "token = $CANARY"
	credential opsgenie "token = $CANARY"
	credential hook "url = $BASE/services/T0/B0/$CANARY"
	credential slack "token = $CANARY"
	credential discord "url = $BASE/api/webhooks/223704706495545344/$CANARY"
	credential teams "url = $BASE/workflows/1/triggers/manual/paths/invoke?api-version=1&sig=$CANARY"
	credential telegram "token = 123456:$CANARY"
	credential ntfy "url = $BASE/mcp-$CANARY" "token = tk_$CANARY"
	credential mattermost "url = $BASE/hooks/$CANARY"
	credential twilio "account = AC$(printf '%032d' 1)" "token = $CANARY"
}

# route NAME [KEY…]: the line of the configuration for that vendor, in ROUTE.
route() {
	local more
	printf -v more ', %s' "${@:2}"
	[[ $# -gt 1 ]] || more=
	case $1 in
	pagerduty | opsgenie) ROUTE="type: $1, url: \"$BASE\"" ;;
	hook) ROUTE="type: slack" ;;
	slack) ROUTE="type: slack, url: \"$BASE/api\", channel: C0123ABCD" ;;
	discord | teams | ntfy | mattermost) ROUTE="type: $1" ;;
	telegram) ROUTE="type: telegram, url: \"$BASE\", channel: \"-1001234567890\"" ;;
	sms | voice)
		ROUTE="type: twilio_$1, url: \"$BASE\", from: \"+15551230123\""
		[[ $more == *to:* ]] || ROUTE+=', to: ["+15551230124"]'
		;;
	esac
	local secret=$1
	[[ $1 != sms && $1 != voice ]] || secret=twilio
	ROUTE="{name: $1, $ROUTE, secret: $secret$more}"
}

# step NAME…: a route to each of these vendors, all in the first step of the policy;
# MORE has its other keys.
step() {
	local name all=() names
	for name; do
		route "$name"
		all+=("$ROUTE")
	done
	routes "${all[@]}"
	printf -v names '%s, ' "$@"
	policies "{steps: [{routes: [${names%, }]}]${MORE-}}"
}

# taken FILTER: what the filter makes of all requests that the vendors took; fails
# if a request was wrong.
taken() {
	[[ ! -e vendors/wrong ]] || { cat vendors/wrong; return 1; }
	[[ ! -e vendors/got ]] || jq -rs "$1" vendors/got
}

# mood LINE…: how the vendors answer from now on.
mood() {
	printf '%s\n' "$@" >vendors/mood
}

# silent: true if no credential is in output, messages, configuration or state.
silent() {
	redis --raw get alert:example-mcp >state
	run ! grep -r canary out err fleet.yaml state
}

# shellcheck disable=SC2119 # the vendors' mood is the tests' to set
setup() {
	alert_setup
	credential ack 'token = ack-secret-of-more-than-43-characters-for-it-signs'
	vendors
}
