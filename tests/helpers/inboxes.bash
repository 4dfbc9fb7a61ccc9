# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Inboxes outside the store, for regions that probe by themselves: the stores, and
# regions that use one. Needs fleet.bash.

INBOX_TOKEN=token-0123456789abcdef

# inboxes_start: all of them, for the tests of a file.
inboxes_start() {
	local port
	PORT=$(free_port) STORES=$BATS_FILE_TMPDIR/stores
	export STORES
	mkdir -p "$STORES/dav"
	apache_dav >"$STORES/apache.conf"
	chmod -R a+rwX "$STORES"
	not_root /usr/sbin/apache2 -f "$STORES/apache.conf" >"$STORES/apache.out" 2>&1 3>&-
	port=$PORT
	"$ROOT/tests/peers/install"
	PEERS=$ROOT/build/peers node "$ROOT/tests/helpers/inbox_stores.mjs" "$STORES" "$port" \
		>"$STORES/log" 2>&1 3>&- &
	echo $! >>"$BATS_FILE_TMPDIR/inboxes.pids"
	eventually [ -s "$STORES/ports" ]
	eventually curl -s -o "$STORES/answer" "http://127.0.0.1:$port/"
	inbox_of dynamodb
	aws_call CreateTable '{"TableName":"inbox","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"region","KeyType":"HASH"},{"AttributeName":"name","KeyType":"RANGE"}],
		"AttributeDefinitions":[{"AttributeName":"region","AttributeType":"S"},{"AttributeName":"name","AttributeType":"S"}]}'
}

inboxes_stop() {
	cat "$STORES/apache.pid" >>"$BATS_FILE_TMPDIR/inboxes.pids" || true
	[[ ! -e $BATS_FILE_TMPDIR/inboxes.pids ]] ||
		xargs -r kill <"$BATS_FILE_TMPDIR/inboxes.pids" 2>/dev/null || true
}

# apache_dav: the configuration of a web server for WebDAV behind a bearer token.
apache_dav() {
	printf 'LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n' \
		mpm_event mpm_event authz_core authz_core setenvif setenvif dav dav dav_fs dav_fs
	cat <<-END
	ServerRoot $STORES
	ServerName localhost
	ErrorLog $STORES/apache.log
	Listen 127.0.0.1:$PORT
	DefaultRuntimeDir $STORES
	PidFile $STORES/apache.pid
	User #1000
	Group #1000
	DocumentRoot $STORES/dav
	DavLockDB $STORES/davlock
	SetEnvIf Authorization "^Bearer $INBOX_TOKEN\$" known
	<Directory $STORES/dav>
		Dav On
		Require env known
	</Directory>
	END
}

# aws_call OPERATION BODY: of DynamoDB.
aws_call() {
	printf '%s' "$2" | curl -sS --fail-with-body --aws-sigv4 aws:amz:us-east-1:dynamodb -u key:secret \
		-H "X-Amz-Target: DynamoDB_20120810.$1" \
		-H 'Content-Type: application/x-amz-json-1.0' --data-binary @- \
		"http://127.0.0.1:$(port_of dynamodb)/"
}

port_of() {
	sed -n "s/^$1 //p" "$STORES/ports"
}

# inbox_of KIND: sets INBOX, and SECRET; of a test's own, where that is possible.
inbox_of() {
	local id=${BATS_TEST_NUMBER:-0}
	SECRET="token = $INBOX_TOKEN"
	case $1 in
	file)
		mkdir -p "$PWD/shared"
		INBOX=file://$PWD/shared SECRET= ;;
	https)
		mkdir -p "$STORES/dav/$id"
		chmod 777 "$STORES/dav/$id"
		INBOX=http://127.0.0.1:$(port_of https)/$id ;;
	s3)
		INBOX="s3://inbox/test/$id?region=us-east-1&endpoint=http://127.0.0.1:$(port_of s3)"
		SECRET=$'access_key = S3RVER\nsecret_key = S3RVER' ;;
	dynamodb)
		INBOX="dynamodb://inbox?region=us-east-1&endpoint=http://127.0.0.1:$(port_of dynamodb)"
		SECRET=$'access_key = key\nsecret_key = secret' ;;
	gist)
		INBOX="gist://0123456789abcdef0123456789abcdef?endpoint=http://127.0.0.1:$(port_of gist)" ;;
	cloudflare-kv)
		INBOX="cloudflare-kv://0123456789abcdef0123456789abcdef/fedcba9876543210fedcba9876543210"
		INBOX+="?endpoint=http://127.0.0.1:$(port_of cloudflare)" ;;
	esac
}

# fault KIND [FAULT]: from now on; none without one.
fault() {
	echo "${1/%-kv/} ${2-}" >"$STORES/faults"
}

# later SECONDS: the clock of the stores goes on.
later() {
	echo $(($(cat "$STORES/clock" 2>/dev/null || echo 0) + $1)) >"$STORES/clock"
}

# inbox_fleet NAME KIND…: a configuration of two servers, and of regions with these
# inboxes.
inbox_fleet() {
	regions >fleet.yaml
	while (($#)); do
		inbox_of "$2"
		region_folder "$1"
		sed -i "/^servers:/i\\  - {name: $1, inbox: \"${INBOX//&/\\&}\"${SECRET:+, credential: $1-inbox}}" \
			fleet.yaml
		[[ ! $SECRET ]] || (umask 077; printf '%s\n' "$SECRET" >"credentials/$1-inbox")
		shift 2
	done
	server good json >>fleet.yaml
	echo '  - {slug: gone, url: "http://127.0.0.1:1/mcp"}' >>fleet.yaml
	# However long the test takes, nothing expires.
	echo 'retention: {evidence: 24h, passing: 24h}' >>fleet.yaml
}

# region_folder NAME: of a region with INBOX.
region_folder() {
	mkdir -p "region-$1"
	printf 'region = %s\ninbox = %s\n' "$1" "$INBOX" >"region-$1/region.conf"
	[[ ! $SECRET ]] || (umask 077; printf '%s\n' "$SECRET" >"region-$1/credential")
}

# region NAME: what its timer does; a region has nothing of the fleet.
region() {
	env -u MCP_CONFIG -u MCP_STORE -u MCP_CREDENTIALS \
		bash "$ROOT/scripts/inbox_region.bash" "region-$1"
}

# left: what regions left, as mcp-fleet reads it; MCP_FLEET_TIMEOUT ends the wait.
left() {
	fleet --once --only probe "$@"
}

# at_inbox REGION VERB…: a function of a store, as one who has the secret of INBOX.
at_inbox() {
	printf '%s\n' "$SECRET" >"$BATS_TEST_TMPDIR/at-secret"
	chmod 600 "$BATS_TEST_TMPDIR/at-secret"
	bash -c 'low= high=
		source "$1/scripts/inbox_at.bash"
		open_inbox "$2" "$3" "$4"
		"inbox_$5" "${@:6}" || { s=$?; [[ ! -e $work/why ]] || cat "$work/why" >&2; exit $s; }' \
		at "$ROOT" "$INBOX" "$BATS_TEST_TMPDIR/at-secret" "$@"
}

# inbox_names REGION: of its pieces.
inbox_names() {
	at_inbox "$1" list | { grep -x '1[0-9]*\.[0-9a-f]*\.[0-9a-f]*' || true; } | sort
}
