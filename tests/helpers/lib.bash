# shellcheck shell=bash disable=SC2016,SC2034
# SPDX-License-Identifier: MIT
# For all tests of programs: peers, waiting, and checks of the records of a probe.

# shellcheck source=/dev/null
. "${BASH_SOURCE[0]%/*}/trace.bash"
ROOT=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
BIN=$(cd "${BIN:-$ROOT/build/bin}" && pwd)
VERSION=$(sed -n "s/^VERSION = //p" "$ROOT/Makefile")
export LC_ALL=C.UTF-8
unset "${!MCP_@}" CREDENTIALS_DIRECTORY NO_COLOR http_proxy https_proxy \
	all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_FILE
# Servers of tests listen on 127.0.0.1, and Node 18 tries only the first address of
# localhost.
export NODE_OPTIONS=--dns-result-order=ipv4first

# jq: what a test asks of JSON is asked of gojq, which starts in 3 ms where jq 1.6 takes
# 35; keys come out sorted. Programs that tests run, and `command jq`, have the real one.
# A test's limit of memory is not its own: Go reserves more.
jq() {
	(ulimit -Sv hard && exec gojq "$@")
}

# keep_order: from here on a test's own jq is the real one, which keeps keys as they came.
keep_order() {
	jq() {
		command jq "$@"
	}
}

# start NAME: starts a peer; its address is then in URL, its process in PID.
start() {
	local line
	export PEER_DIR=$BATS_FILE_TMPDIR/peers URL PID
	line=$("$ROOT/tests/peers/peer" start "$1") || return
	read -r URL PID <<<"$line"
	echo "$PID" >>"$PEER_DIR/pids"
}

# stop_all: stops all peers that the file and its tests have started.
stop_all() {
	export PEER_DIR=$BATS_FILE_TMPDIR/peers
	xargs -r "$ROOT/tests/peers/peer" stop <"$PEER_DIR/pids"
}

# requests REGION: the requests of this region to the scripted server, and of the
# regions that table makes of this name.
requests() {
	jq -c --arg r "$1" 'select("\(.region)-" | startswith("\($r)-"))' \
		"$PEER_DIR/scripted.$PID/requests"
}

# sessions REGION: how many of its sessions the scripted server still holds.
sessions() {
	curl -s "${URL%/mcp}/sessions" | jq --arg r "$1" \
		'[.[] | select("\(.)-" | startswith("\($r)-"))] | length'
}

# eventually COMMAND…: true once the command succeeds; false after a minute, or the
# seconds in PATIENCE. They are seconds of a core to oneself: while four processes want
# each core, a second counts as a quarter of one. The command shares the variables of
# this function: their names begin with _.
eventually() {
	local _left=$((${PATIENCE:-60} * 1000000)) _last=${EPOCHREALTIME/[.,]/} _now _wanted _cores
	_cores=$(nproc)
	until "$@"; do
		((_left > 0)) || return 1
		sleep 0.1
		read -r _ _ _ _wanted _ </proc/loadavg
		_wanted=${_wanted%/*} _now=${EPOCHREALTIME/[.,]/}
		((_left -= (_now - _last) * _cores / (_wanted > _cores ? _wanted : _cores))) || :
		_last=$_now
	done
}

# paced SECONDS: so many seconds of a core to oneself, as seconds of the clock: a piece of
# work is timed, by the clock and by what it takes of a core.
paced() {
	local from=${EPOCHREALTIME/[.,]/}
	cpu eval 'for i in {1..100000}; do :; done'
	echo $((1 + $1 * (${EPOCHREALTIME/[.,]/} - from) / 1000 / (CPU > 0 ? CPU : 1)))
}

# closed REGION: true once the scripted server holds none of its sessions and
# streams.
closed() {
	eventually none "$1"
}

none() {
	[[ $(sessions "$1") -eq 0 ]]
}

# killed_at N COMMAND…: kills it once it has printed N lines, into the file killed;
# these must be whole, and records. The kernel cuts a write to a file that a kill
# interrupts, where a page ends, be that the end of a line or not; the probe that was cut
# there is taken away.
killed_at() {
	local n=$1 pid
	shift
	"$@" >killed &
	pid=$!
	until [ "$(wc -l <killed)" -ge "$n" ]; do
		kill -0 $pid || return 1
	done
	kill -9 $pid
	wait $pid || true
	if [ $(($(stat -c %s killed) % $(getconf PAGESIZE))) -eq 0 ]; then
		head -n "$(wc -l <killed)" killed | awk '{ lines = lines $0 "\n" }
			NR == 1 || /"state":/ { printf "%s", lines; lines = "" }' >kept
		mv kept killed
	fi
	[ ! -s killed ] || jq -e . killed >/dev/null
}

# cpu COMMAND…: runs it; CPU is how many ms of processor time it took, which is
# the same on a machine that does other work.
cpu() {
	local rc=0 from to
	times >"$BATS_TEST_TMPDIR/times"
	from=$(spent)
	"$@" || rc=$?
	times >"$BATS_TEST_TMPDIR/times"
	to=$(spent)
	CPU=$((to - from))
	return "$rc"
}

# spent: the sum of the four times in the file times, in ms.
spent() {
	tr 'ms' '  ' <"$BATS_TEST_TMPDIR/times" |
		awk '{ ms += ($1 * 60 + $2 + $3 * 60 + $4) * 1000 } END { printf "%d", ms }'
}

# free_port: a port on which nothing listens, below those that the system gives to
# clients. Each call has the next one, so that no other test gets it before it is used, or
# while it has to be closed.
free_port() (
	exec 9>>"$ROOT/build/port"
	flock 9
	port=$(tail -n 1 "$ROOT/build/port")
	while port=$((20000 + (${port:-RANDOM} + 4001) % 12000)); do
		(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port" >"$ROOT/build/port"
	echo "$port"
)

# sign_csr NAME CA-CERTIFICATE CA-KEY FROM UNTIL [EXTENSION…]: NAME.pem, of NAME.csr, valid
# between days of date(1), past ones too; an EXTENSION is a line of openssl's configuration.
sign_csr() {
	local name=$1 ca=$2 key=$3 from=$4 until=$5
	shift 5
	mkdir "$name.ca"
	: >"$name.ca/index.txt"
	printf '%s\n' '[ca]' default_ca=own '[own]' "database=$name.ca/index.txt" \
		"serial=$name.ca/serial" "new_certs_dir=$name.ca" policy=any rand_serial=yes \
		'[any]' commonName=supplied >"$name.ca/conf"
	openssl ca -config "$name.ca/conf" -batch -notext -md sha256 -in "$name.csr" \
		-cert "$ca" -keyfile "$key" -startdate "$(date -u -d "$from" +%Y%m%d%H%M%SZ)" \
		-enddate "$(date -u -d "$until" +%Y%m%d%H%M%SZ)" \
		-extfile <(printf '%s\n' "$@") -out "$name.pem" 2>"$name.ca/log" ||
		{ cat "$name.ca/log" >&2; return 1; }
	rm -r "$name.ca"
}

# processes_with PATTERN: those in whose environment grep finds it in a line, NAME=VALUE.
processes_with() {
	local all=(/proc/[0-9]*/environ) # without the grep that looks
	{ grep -lsze "$1" "${all[@]}" || true; } | cut -d / -f 3
}

# take_answer: parts the answer of a CGI, in the file out, into the files fields and
# body; its status is in CODE.
take_answer() {
	local line
	{
		while IFS= read -r line; do
			printf '%s\n' "$line"
			[[ $line != $'\r' ]] || break
		done >fields
		cat >body
	} <out
	CODE=
	IFS= read -r line <fields || true
	[[ ! $line =~ ^Status:\ ([0-9]+)\  ]] || CODE=${BASH_REMATCH[1]}
}

# probe ARGS…: its records go to out, messages to err, exit status to status.
probe() {
	status=0
	timeout -k 2 600 "$BIN/mcp-probe" -f jsonl "$@" >out 2>err || status=$?
}

aggregate() {
	"$BIN/mcp-aggregate" "$@"
}

# without PATTERN FILE…: true if no line of the files matches.
without() {
	if grep -E "$@"; then
		return 1
	fi
}

# A jq program: what is wrong with the records of whole probes in any state.
WRONG='
	def steps: ["dns", "tls", "initialize", "oauth-discovery",
		"auth-initialize", "tools-list", "tools-call", "tool-hash"];
	map(select(.type != "runner")) | group_by(.probe_id)[] |
	.[:8] as $steps | .[8] as $sum | (first(range(8) |
		select($steps[.].status == "fail")) // 8) as $fail |
	{types: (map(.type) == (steps | map("step")) + ["probe"]),
	steps: ($steps | map(.step) == steps and map(.n) == [range(1; 9)]),
	same: (map([.v, .slug, .region, .probe_started_at]) | unique | length == 1),
	ms: all($steps[]; (.ms == null) == (.status == "skip")),
	error: all($steps[]; (.error != null) == (.status == "fail")),
	message: all($steps[]; (.status != "fail" or .message) and (.message // "" |
		length <= 1000 and (test("[\\x00-\\x1f\\x7f-\\x9f\\x{202a}-\\x{202e}]") | not))),
	detail: all($steps[]; .detail | type == "object" and (tojson | length) <= 4096),
	rest: all($steps[$fail + 1:][]; .status == "skip"),
	failed: ([$sum.failed_step, $sum.error] == ($steps[$fail] | [.step, .error])),
	state: (($sum.state == "broken") == ($fail < 8)),
	hash: ([$sum | .tool_hash, .full_hash | type] | unique | length == 1),
	total: (([$steps[].ms // 0] | add) <= $sum.total_ms + 0.1)} |
	to_entries | map(select(.value | not).key) | select(. != []) | {wrong: .} + $sum'

# records FILE…: fails, and prints it, if something is wrong with the records.
records() {
	local wrong
	wrong=$(jq -cs "$WRONG" "$@") || return
	[[ -z $wrong ]] || { echo "$wrong"; return 1; }
}

# row PATH REGION ARGS…: the probe of one row of table. Messages go to its err file;
# seconds of CPU time and KiB of memory to its cost file.
row() {
	local path=$1 region=$2-${1//[^a-z0-9]/-} rc=0 want=0
	local file=rows/$path began=${EPOCHREALTIME/./}
	timeout -k 2 600 env time -q -f '%U %S %M' -o "$file.cost" \
		"$BIN/mcp-probe" -f jsonl -r "$region" "${@:3}" \
		"${URL%/mcp}/$path" >"$file.out" 2>"$file.err" || rc=$?
	echo $(((${EPOCHREALTIME/./} - began) / 1000)) "$path" >"$file.ms"
	if grep -q '"state":"broken"' "$file.out"; then
		want=1
	fi
	((rc == want)) || echo "$path: exit status $rc" >>"$file.err"
}

# table REGION ARGS… <ROWS: probes the path of each row, WIDTH at a time, from a
# region of its own; the rest of the row is the state, failed step, code,
# protocol, era and number of tools that must come of it, "-" for null.
table() {
	local path running=0
	rm -rf rows && mkdir rows
	awk '!/^#/ && NF { $1 = $1; print }' | sort >want
	while read -r path _; do
		((running++ < ${WIDTH:-6})) || wait -n
		row "$path" "$@" &
	done <want
	wait
	jq -r 'select(.type == "probe") | [(.url | sub("^http://[^/]*/"; "")),
		.state, .failed_step, .error, .protocol, .era, .tool_count] |
		map(. // "-") | join(" ")' rows/*.out | sort >got
	diff want got && diff /dev/null <(cat rows/*.err) && records rows/*.out
}

# lighttpd_cgi ENVIRONMENT PATH…: the configuration of a lighttpd at http.sock that
# runs mcp-alert under these paths.
lighttpd_cgi() {
	cat >lighttpd.conf <<-END
		server.modules = ("mod_cgi", "mod_alias", "mod_setenv")
		server.document-root = "$PWD"
		server.bind = "$PWD/http.sock"
		server.pid-file = "$PWD/lighttpd.pid"
		server.errorlog = "$PWD/lighttpd.log"
		setenv.set-environment = ($1)
		\$HTTP["url"] =~ "^($(IFS='|'; echo "${*:2}"))(/|\$)" {
			alias.url = ($(printf "\"%s\" => \"$BIN/mcp-alert\", " "${@:2}"))
			cgi.assign = ("" => "")
		}
	END
}
