# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the benches share: the folder $dir, which goes in the end with the processes of
# $pids and of its *.pid, rows for report.mjs, a minute of probes, and what a program
# and its store cost.
export LC_ALL=C

root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/mcp-bench.XXXXXX")
export PEER_DIR=$dir/peers PATH=$root/build/bin:$root/build/bench:$PATH:/usr/sbin
pids=() cores=$(nproc)
# By the name of a store: its address; by the name of a store or of a worker: its
# processes, with blanks between.
declare -A store=() pid=()

# shellcheck disable=SC2317 # called by a trap
stop() {
	local file
	for file in "$dir"/*.pid; do
		[[ ! -e $file ]] || pids+=("$(<"$file")")
	done
	kill "${pids[@]}" 2>/dev/null || true
	wait
	rm -rf "$dir"
}
trap stop EXIT

# row NAME UNIT more|less OURS THEIRS [NOTE]: what report.mjs reads.
row() {
	local IFS=$'\t'
	echo "$*"
}

# check WHAT COMMAND…: ends the bench where that is not so.
check() {
	"${@:2}" || { echo "${0##*/}: not so: $1" >&2; exit 3; }
}

# pin redis|clients: what is started from now on runs on the cores of these: clients
# have the first one, and Redis the others.
pin() {
	local on=0
	[[ $1 != redis ]] || on=1-$((cores - 1))
	((cores == 1)) || taskset -cp "$on" $$ >"$dir/out"
}

# spent NAME: the nanoseconds of CPU time that each process of it has used.
spent() {
	local p
	for p in ${pid[$1]}; do cut -d' ' -f1 "/proc/$p/schedstat"; done | tr '\n' ' '
}

# cost STORE BEFORE TIMES: of a line of `again`, and what the Redis had spent before
# it: milliseconds of wall clock and of CPU time, KiB, milliseconds of CPU time with
# that of each Redis; the per cent of the wall clock for which the client was busy,
# and each Redis.
cost() {
	awk -v before="$2" -v after="$(spent "$1")" -v times="$3" '{
		n = split(before, from)
		split(after, to)
		for (i = 1; i <= n; i++) {
			ms = (to[i] - from[i]) / 1e6 / times
			all += ms
			each = each " " 100 * ms / $4
		}
		print $4, $5, $6, $5 + all, 100 * $5 / $4 each
	}'
}

# sample FILE STORE PROGRAM…: runs it with that store, $times in a row (1), and adds a
# line of `cost` to FILE.
sample() {
	local what=$dir/$1 of=$2 before
	shift 2
	before=$(spent "$of")
	MCP_STORE=${store[$of]} again "${times:-1}" "$dir/out" "$@" >"$dir/took" 2>"$dir/err"
	[[ ! -s $dir/err ]] || { cat "$dir/err" >&2; exit 3; }
	cost "$of" "$before" "${times:-1}" <"$dir/took" >>"$what"
}

# column N FILE [DIVIDEND]: the N-th figures of all lines, or DIVIDEND by each.
column() {
	awk -v n="$1" -v d="${3-}" '{ printf "%.4f ", d ? d / $n : $n }' "$dir/$2"
}

median() {
	sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# per_cent N FILE: the median of the N-th figures, of a file of `cost`.
per_cent() {
	awk -v n="$1" '{ printf "%.0f\n", $n }' "$dir/$2" | median
}

# busy FILE: how busy client and each Redis were, and the bottleneck.
busy() {
	local ours each redis='' sum=0 most=0 i n
	ours=$(per_cent 5 "$1")
	n=$(awk 'NR == 1 { print NF }' "$dir/$1")
	for ((i = 6; i <= n; i++)); do
		each=$(per_cent $i "$1")
		redis+=${redis:+ + }$each
		((sum += each, most = each > most ? each : most)) || true
	done
	echo "Redis at $redis %, the client at $ours %: $(
		if ((most >= 90 || sum >= 90 * (cores > 1 ? cores - 1 : 1))); then
			echo 'Redis is the limit'
		elif ((ours >= 90)); then
			echo 'the client is the limit'
		else
			echo 'none was busy all the time'
		fi)"
}

# One probe, as mcp-probe tells it.
probe_once() {
	local url peer
	read -r url peer < <("$root/tests/peers/peer" start scripted)
	mcp-probe -f jsonl "${url%/mcp}/json" >"$dir/probe"
	"$root/tests/peers/peer" stop "$peer"
	check 'a probe has 9 records' [ "$(wc -l <"$dir/probe")" -eq 9 ]
}

# make_minute WINDOW SERVERS: a probe of each server from each of $regions regions, by
# turns of the servers, as where they come at the same second, or, where $order is
# "region", region by region. The tools are named by none: a server is probed with
# known_hash.
make_minute() {
	awk -v w="$1" -v n="$2" -v k="$regions" -v order="${order-}" '
		{
			sub(/,"tools":\{.*\}\}$/, "}")
			match($0, /"slug":.*"probe_started_at":[0-9.]*/)
			before[NR] = substr($0, 1, RSTART - 1)
			behind[NR] = substr($0, RSTART + RLENGTH)
		}
		function probe(i, r,  j, key, last) {
			key = sprintf("\"slug\":\"s%d\",\"region\":\"r-%d\",\"probe_id\":\"%08x%08x%08x\"," \
				"\"probe_started_at\":%d.%06d", i, r, w, r, i, w + i * 7 % 59,
				(i * 31 + r * 9777) % 1000000)
			for (j = 1; j < NR; j++) print before[j] key behind[j]
			last = behind[NR]
			sub(/"url":"[^"]*"/, "\"url\":\"https://s" i ".example.com/mcp\"", last)
			sub(/"total_ms":[0-9.]*/,
				"\"total_ms\":" 40 + (i * 17 + r * 31 + w) % 97 "." r, last)
			print before[NR] key last
		}
		END {
			for (i = 0; i < n * k; i++)
				if (order == "region") probe(i % n, int(i / n))
				else probe(int(i / k), i % k)
		}' "$dir/probe" >"$dir/records"
}

# make_fleet COUNT: the configuration of so many servers.
make_fleet() {
	local i
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "{\"slug\":\"s%d\",\"url\":\"https://s%d.example.com/mcp\"}\n", i, i
	}' >"$dir/servers.jsonl"
	{
		echo 'regions:'
		for ((i = 0; i < regions; i++)); do echo "  - {name: r-$i}"; done
		echo "servers_from: [servers.jsonl]"
	} >"$dir/fleet.yaml"
}

# worker NAME PROGRAM…: starts a FastCGI worker that listens at NAME.sock.
worker() {
	perl -MSocket -MPOSIX -e 'socket(S, PF_UNIX, SOCK_STREAM, 0) or die;
		bind(S, pack_sockaddr_un(shift)) && listen(S, 128) or die;
		POSIX::dup2(fileno(S), 0); exec @ARGV' "$dir/$1.sock" "${@:2}" 2>>"$dir/worker.err" &
	pids+=($!)
	pid[$1]=$!
	until [[ -S $dir/$1.sock ]]; do sleep 0.01; done
}

# A jq program: a verdict of a server that fails, with the code $code.
# shellcheck disable=SC2034 # for those who source this
red='.verdict = "red" | .step = "initialize" | .tier = "hard-outage" |
	.failing = (.regions | map(.region)) | .failed_regions = (.regions | length) |
	.regions[] |= (.state = "broken" | .failed_step = "initialize" |
		.error = $code | .tool_hash = null)'

# find_port FIRST: in `port`, one on which nothing listens.
find_port() {
	for ((port = $1; port < $1 + 100; port++)); do
		(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 0
	done
}

# start_lighttpd PATH=NAME…: at $port, these workers at these paths.
start_lighttpd() {
	local route
	find_port 18080
	mkdir "$dir/empty"
	cat >"$dir/lighttpd.conf" <<-CONF
		server.modules = ("mod_fastcgi")
		server.document-root = "$dir/empty"
		server.bind = "127.0.0.1"
		server.port = $port
		server.pid-file = "$dir/lighttpd.pid"
		server.errorlog = "$dir/lighttpd.log"
		server.max-keep-alive-requests = 100000000
		fastcgi.server = ($(for route; do
			echo "\"${route%=*}\" => ((\"socket\" => \"$dir/${route#*=}.sock\","
			echo '"check-local" => "disable", "fix-root-scriptname" => "enable")),'
		done))
	CONF
	lighttpd -f "$dir/lighttpd.conf"
}
