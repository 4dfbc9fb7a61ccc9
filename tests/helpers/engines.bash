# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Real stores of more than one kind, each in a folder of its own: a Redis with
# TLS, three sentinels with a master and two replicas, a cluster. Needs lib.bash.
# A server of such a store is a folder in it, by number:
#
#	engine_cli DIR/2 COMMAND…	a command, over its Unix socket, without TLS
#	engine_signal KILL DIR/2	a signal; after KILL or TERM it is gone
#	engine_again DIR/2		started again, with its port and its data
#	engine_port DIR/2		its port
#	engine_stop DIR			all of its servers are gone

# engine_certificates DIR: ca.crt, and what it signed for this machine: server.crt,
# client.crt, expired.crt, other.crt (for another host), each with its .key; and
# wrong.crt, which is another CA.
engine_certificates() {
	local dir=$1 name names until
	mkdir -p "$dir"
	for name in ca wrong; do
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
			-keyout "$dir/$name.key" -out "$dir/$name.crt" -days 2 \
			-subj "/CN=$name of a test" -addext keyUsage=keyCertSign 2>>"$dir/log"
	done
	for name in server client expired other; do
		names='DNS:localhost,IP:127.0.0.1,IP:::1'
		[ $name != other ] || names='DNS:other.example.com,IP:192.0.2.1'
		openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
			-keyout "$dir/$name.key" -out "$dir/$name.csr" \
			-subj "/CN=$name of a test" 2>>"$dir/log"
		until='2 days'
		[ $name != expired ] || until=yesterday
		sign_csr "$dir/$name" "$dir/ca.crt" "$dir/ca.key" '1 month ago' "$until" \
			"subjectAltName=$names" 2>>"$dir/log"
		mv "$dir/$name.pem" "$dir/$name.crt"
	done
	chmod 600 "$dir"/*.key
}

# engine_tls DIR: the options by which a server speaks TLS, in the array TLS, with
# the certificates of this folder.
engine_tls() {
	# shellcheck disable=SC2034 # for the callers
	TLS=(--tls-cert-file "$1/server.crt" --tls-key-file "$1/server.key"
		--tls-ca-cert-file "$1/ca.crt" --tls-auth-clients optional
		--tls-replication yes --tls-cluster yes)
}

# engine_server DIR ARGS…: a server on a free port of 127.0.0.1 and on DIR/sock.
# With options of TLS, the port speaks TLS. Returns once it answers.
engine_server() {
	local dir=$1 port=port
	shift
	mkdir -p "$dir"
	[[ " $* " != *" --tls-cert-file "* ]] || port=tls-port
	for _ in 1 2 3 4 5 6 7 8; do
		free_port >"$dir/port"
		printf '%s\0' --bind 127.0.0.1 --port 0 "--$port" "$(<"$dir/port")" \
			--unixsocket "$dir/sock" --dir "$dir" --save '' --appendonly yes \
			--maxmemory-policy noeviction "$@" >"$dir/args"
		[[ " $* " != *" --cluster-enabled "* ]] ||
			printf '%s\0' --cluster-port "$(free_port)" >>"$dir/args"
		engine_again "$dir" && return
	done
	cat "$dir/log"
	return 1
}

# engine_again DIR: see above. A sentinel keeps what it knows in its file.
engine_again() {
	local dir=$1 args
	mapfile -d '' args <"$dir/args"
	[ ! -e "$dir/sentinel.conf" ] || args=("$dir/sentinel.conf" --sentinel)
	rm -f "$dir/sock"
	redis-server "${args[@]}" >>"$dir/log" 2>&1 3>&- &
	echo $! >"$dir/pid"
	# That it was killed is no news.
	disown
	until [[ $(engine_cli "$dir" ping 2>&1) == @(PONG|NOAUTH*|LOADING*) ]]; do
		kill -0 "$(<"$dir/pid")" 2>/dev/null || return 1
	done
}

engine_cli() {
	local dir=$1
	shift
	redis-cli -s "$dir/sock" "$@"
}

engine_port() {
	cat "$1/port"
}

# engine_signal SIGNAL DIR
engine_signal() {
	local pid
	pid=$(<"$2/pid")
	kill "-$1" "$pid"
	[[ $1 != @(KILL|TERM) ]] || eventually engine_gone "$pid"
}

engine_stop() {
	local pid
	for pid in "$1"/pid "$1"/*/pid; do
		[ -e "$pid" ] || continue
		kill -KILL "$(<"$pid")" 2>/dev/null || continue
		eventually engine_gone "$(<"$pid")"
	done
}

engine_gone() {
	! kill -0 "$1" 2>/dev/null
}

# engine_says DIR PATTERN COMMAND…: whether a line of the answer is this.
engine_says() {
	local dir=$1 pattern=$2
	shift 2
	engine_cli "$dir" "$@" 2>/dev/null | tr -d '\r' | grep -Exq "$pattern"
}

# sentinel_start DIR [ARGS…]: DIR/1 is a master, DIR/2 and DIR/3 are its replicas,
# DIR/4 to DIR/6 are sentinels, which take half a second of silence for a failure.
# ARGS: options of all. STORE_SENTINELS: "host:port,…", for a URL; the name of the
# master is fleet.
sentinel_start() {
	local dir=$1 i port=port
	shift
	engine_server "$dir/1" --repl-diskless-sync-delay 0 "$@"
	for i in 2 3; do
		engine_server "$dir/$i" --repl-diskless-sync-delay 0 \
			--replicaof 127.0.0.1 "$(engine_port "$dir/1")" "$@"
	done
	for i in 2 3; do
		eventually engine_says "$dir/$i" master_link_status:up info replication
	done
	[[ " $* " != *" --tls-cert-file "* ]] || port=tls-port
	STORE_SENTINELS=
	for i in 4 5 6; do
		sentinel_configure "$dir/$i" "$port" "$(engine_port "$dir/1")" "$@"
		engine_again "$dir/$i"
		STORE_SENTINELS+=${STORE_SENTINELS:+,}127.0.0.1:$(engine_port "$dir/$i")
	done
	for i in 4 5 6; do
		eventually sentinel_knows "$dir/$i"
	done
	export STORE_SENTINELS
}

# sentinel_configure DIR PORT-OPTION MASTER-PORT ARGS…: the file of a sentinel.
sentinel_configure() {
	local dir=$1 option=$2 master=$3
	shift 3
	mkdir -p "$dir"
	free_port >"$dir/port"
	: >"$dir/args"
	{
		printf '%s\n' 'bind 127.0.0.1' 'port 0' "$option $(<"$dir/port")" \
			"unixsocket $dir/sock" "dir $dir" \
			"sentinel monitor fleet 127.0.0.1 $master 2" \
			'sentinel down-after-milliseconds fleet 500' \
			'sentinel failover-timeout fleet 3000' \
			'sentinel parallel-syncs fleet 2'
		# "--option value" as a line of the file, of what a sentinel knows.
		printf '%s\n' "$@" | sed -n '/^--/{N; s/^--//; s/\n/ /p}' |
			grep '^tls-' || true
	} >"$dir/sentinel.conf"
}

# sentinel_knows DIR: whether a sentinel has found the others and the replicas.
sentinel_knows() {
	local info
	info=$(engine_cli "$1" info sentinel | tr -d '\r')
	[[ $info == *status=ok*slaves=2,sentinels=3* ]]
}

# sentinel_master DIR: the folder of the server that is the master now, as a
# sentinel has it.
sentinel_master() {
	local dir=$1 i k port
	for i in 4 5 6; do
		port=$(timeout 2 redis-cli -s "$dir/$i/sock" sentinel \
			get-master-addr-by-name fleet 2>/dev/null | tail -n 1) || continue
		[ -n "$port" ] || continue
		for k in 1 2 3; do
			[ "$(engine_port "$dir/$k")" != "$port" ] || echo "$dir/$k"
		done
		return
	done
	return 1
}

# cluster_start DIR MASTERS [REPLICAS [ARGS…]]: DIR/1 and on are the masters, which
# share the slots; then come the replicas, that many of the first master, of the
# second … A node is missed after a second. STORE_NODES: "host:port,…" of the
# masters, for a URL.
cluster_start() {
	local dir=$1 masters=$2 replicas=${3:-0} i master all
	shift $(($# > 2 ? 3 : 2))
	all=$((masters * (1 + replicas)))
	STORE_NODES=
	for ((i = 1; i <= all; i++)); do
		cluster_node "$dir/$i" "$@"
		((i > masters)) || STORE_NODES+=${STORE_NODES:+,}127.0.0.1:$(engine_port "$dir/$i")
	done
	export STORE_NODES
	for ((i = 1; i <= masters; i++)); do
		engine_cli "$dir/$i" cluster set-config-epoch "$i" >/dev/null
		engine_cli "$dir/$i" cluster addslotsrange \
			$((16384 * (i - 1) / masters)) $((16384 * i / masters - 1)) >/dev/null
	done
	for ((i = 2; i <= all; i++)); do
		cluster_meet "$dir/$i" "$dir/1"
	done
	for ((i = 1; i <= all; i++)); do
		eventually engine_says "$dir/$i" "cluster_known_nodes:$all" cluster info
	done
	for ((i = masters + 1; i <= all; i++)); do
		master=$dir/$(((i - masters - 1) / replicas + 1))
		eventually engine_says "$dir/$i" OK \
			cluster replicate "$(engine_cli "$master" cluster myid)"
	done
	cluster_ready "$dir"
}

# cluster_node DIR ARGS…: a node that no cluster knows yet.
cluster_node() {
	local dir=$1
	shift
	engine_server "$dir" --cluster-enabled yes --cluster-node-timeout 1000 \
		--repl-diskless-sync-delay 0 "$@"
}

# cluster_meet DIR OTHER: a node joins the cluster of the other.
cluster_meet() {
	local bus
	bus=$(tr '\0' '\n' <"$2/args" | sed -n '/^--cluster-port$/{n; p}')
	engine_cli "$1" cluster meet 127.0.0.1 "$(engine_port "$2")" "$bus" >/dev/null
}

# cluster_ready DIR: returns once every node that runs says that all is well, and
# every replica has its master's data.
cluster_ready() {
	local node
	for node in "$1"/*/; do
		kill -0 "$(<"$node/pid")" 2>/dev/null || continue
		eventually engine_says "${node%/}" cluster_state:ok cluster info
		! engine_says "${node%/}" role:slave info replication ||
			eventually engine_says "${node%/}" master_link_status:up info replication
	done
}

# cluster_owner DIR KEY: the folder of the master that has a key.
cluster_owner() {
	local dir=$1 node key=$2
	for node in "$dir"/*/; do
		kill -0 "$(<"$node/pid")" 2>/dev/null || continue
		if [[ $(engine_cli "${node%/}" exists "$key" 2>&1) == [01] ]] &&
			engine_says "${node%/}" role:master info replication; then
			echo "${node%/}"
			return
		fi
	done
	return 1
}
