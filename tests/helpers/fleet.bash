# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# For tests of mcp-fleet: hosts, a configuration, a round, and a check that nothing
# is left of it. The scripted server and a store run for the whole file; and, where it
# has a function hosts, what that makes.

load "${BASH_SOURCE[0]%/*}/lib"
load "${BASH_SOURCE[0]%/*}/redis"

setup_file() {
	start scripted
	cd "$BATS_FILE_TMPDIR" || return 1
	! declare -F hosts >/dev/null || hosts
	redis_start "$BATS_FILE_TMPDIR/redis"
}

teardown_file() {
	hosts_stop
	redis_stop
	stop_all
}

# fleet_setup: in the folder of a test.
fleet_setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir run state tmp
	export XDG_RUNTIME_DIR=$PWD/run XDG_STATE_HOME=$PWD/state TMPDIR=$PWD/tmp
	# Where nothing hangs, the bound ends nothing: the machine may be busy.
	export MCP_FLEET_TIMEOUT=300 MARK=mark-$BATS_TEST_NUMBER-$$
	PATH=$BIN:$PATH
	redis flushall >/dev/null
}

# fleet_teardown: kills what a test that failed may have left, and the connections of
# ssh that wait for another round.
fleet_teardown() {
	local left
	mapfile -t left < <(ours; pgrep -f "^ssh: $PWD/run/.* \[mux\]")
	[[ ${#left[@]} -eq 0 ]] || kill -KILL "${left[@]}" 2>/dev/null || true
	[[ ! -d run ]] || find run -type s -delete
}

# For a file without a function of its own for this.
teardown() {
	fleet_teardown
}

# host NAME [OTHER]: makes a host that ssh(1) reaches by this name: an sshd with a
# host key of its own, or the sshd of host OTHER with another user key. Its mcp-probe
# is the script on standard input; if that is empty, the real one.
host() {
	local port dir=$PWD/hosts/$1 machine=$PWD/hosts/${2:-$1}
	mkdir -p "$dir"
	cat >"$dir/mcp-probe"
	chmod +x "$dir/mcp-probe"
	[[ -s $dir/mcp-probe ]] || rm "$dir/mcp-probe"
	ssh-keygen -q -t ed25519 -N '' -f "$dir/user"
	[[ ${2-} ]] || sshd_start "$dir"
	port=$(<"$machine/port")
	# With a home of its own: what our ~/.bashrc prints would be what the host says.
	echo "environment=\"PATH=$dir:$BIN:$PATH\",environment=\"HOSTS=$PWD\",environment=\"HOME=$dir\" $(<"$dir/user.pub")" \
		>>"$machine/authorized"
	printf 'Host %s\nHostName 127.0.0.1\nPort %s\nIdentityFile %s\n' "$1" "$port" \
		"$dir/user" >>ssh_config
}

# force HOST CREDENTIALS [OPTION…]: its key has the line of mcp-fleet(7), for REGION.
force() {
	local line file=$BATS_FILE_TMPDIR/hosts/$1/authorized
	line=$(mandoc -T utf8 "$ROOT/man/mcp-fleet.7" | sed 's/.\x08//g' | tr -s '\t\n ' ' ' |
		grep -o 'restrict,command="MCP_CREDENTIALS=[^"]*"')
	line=${line/ --deny-private/}
	line=${line/"/etc/mcp-probe/credentials"/"$2"}
	line=${line/REGION\"/${REGION-us-east-1}${3:+ ${*:3}}\"}
	sed "s|^restrict,[^\"]*\"[^\"]*\",||; s|^|$line,|" -i "$file"
}

# sshd_start FOLDER: the sshd of one host.
sshd_start() {
	local port
	[[ -e ssh_config ]] || cat >ssh_config <<-EOT
	User $(id -un)
	IdentitiesOnly yes
	UserKnownHostsFile $PWD/known
	EOT
	ssh-keygen -q -t ed25519 -N '' -f "$1/host"
	[[ $EUID -ne 0 ]] || mkdir -p /run/sshd
	port=$(free_port)
	cat >"$1/sshd_config" <<-EOT
	ListenAddress 127.0.0.1:$port
	HostKey $1/host
	AuthorizedKeysFile $1/authorized
	Include $ROOT/tests/fixture/sshd_config
	EOT
	/usr/sbin/sshd -D -f "$1/sshd_config" -E "$1/log" >/dev/null 3>&- &
	echo $! >>sshd.pids
	eventually grep -q 'listening on' "$1/log"
	echo "$port" >"$1/port"
	echo "[127.0.0.1]:$port $(<"$1/host.pub")" >>known
}

hosts_stop() {
	[[ ! -e $BATS_FILE_TMPDIR/sshd.pids ]] ||
		xargs -r kill <"$BATS_FILE_TMPDIR/sshd.pids"
}

# regions REGION…: prints a fleet.yaml up to its servers, which the test adds. A
# REGION is "NAME local" or "NAME HOST".
regions() {
	local line
	printf 'store: unix://%s\nregions:\n' "$REDIS_SOCK"
	for line; do
		read -r name host <<<"$line"
		case $host in
		local) echo "  - {name: $name, runner: local}" ;;
		*) echo "  - {name: $name, runner: ssh, host: $host}" ;;
		esac
	done
	echo servers:
}

# server SLUG PATH [MORE]: prints a server of fleet.yaml.
server() {
	echo "  - {slug: $1, url: \"${URL%/mcp}/$2\"${3:+, $3}}"
}

# fleet ARGS…: sets status and seconds; its output is in out and err.
fleet() {
	local began=$SECONDS
	status=0
	# shellcheck disable=SC2034 # for the test
	"$ROOT/scripts/mcp-fleet" -c fleet.yaml "$@" >out 2>err || status=$?
	# shellcheck disable=SC2034
	seconds=$((SECONDS - began))
	cat err
}

# ours: the processes on this machine that the mcp-fleet of this test started. Those
# behind ssh have another environment.
ours() {
	processes_with "^MARK=$MARK$"
}

# hangs REGION…: only the runners of these regions are ended by MCP_FLEET_TIMEOUT;
# all else that timeout(1) runs has 600 seconds, for the machine may be busy.
hangs() {
	mkdir -p patient
	cat >patient/timeout <<-EOT
	#!/bin/bash
	for region in $*; do
		[[ " \$* " != *" mcp-probe "*" -r \$region "* ]] || exec $(type -P timeout) "\$@"
	done
	[[ \$1 != -k || " \$* " == *" -O exit "* ]] || set -- "\$1" "\$2" 600 "\${@:4}"
	exec $(type -P timeout) "\$@"
	EOT
	chmod +x patient/timeout
	PATH=$PWD/patient:$PATH
}

nothing_left() {
	local left
	left=$(ours)
	[ -z "$left" ] || { xargs ps -f -p <<<"$left"; return 1; }
	[ -z "$(ls -A tmp)" ] || { find tmp; return 1; }
}

runners() {
	redis --raw hvals fleet:runners | jq -r '"\(.region) \(.status)"' | sort
}

verdicts() {
	jq -r '[.slug, .verdict, .step, .failed_regions, .reporters, .expected,
		(.failing | join(","))] | join(" ")' "$@" | sort
}

# local_probe: the mcp-probe of this machine is standard input, a script; that of
# the region good-1 is the real one. REAL is the real one, too, but for what tools
# say: a probe has nine lines.
local_probe() {
	mkdir -p fake
	{ echo '#!/bin/bash'
		echo "[[ \$* != *good-1* ]] || exec $BIN/mcp-probe \"\$@\""
		cat; } >fake/mcp-probe
	chmod +x fake/mcp-probe
	printf '%s\n' '#!/bin/bash' 'set -o pipefail' \
		"$BIN/mcp-probe \"\$@\" | sed '/^{\"v\":1,\"type\":\"tool\",/d'" >fake/real
	chmod +x fake/real
	export REAL=$PWD/fake/real
	PATH=$PWD/fake:$PATH
}

# made: of what init made, in one line: slug=path of each server, with what its
# credential waits for; name!reason of each entry that is none.
made() {
	mcp-aggregate config -c fleet/fleet.yaml >config 2>/dev/null
	jq -r '.servers[] | "\(.slug)=\(.url | sub("^http://127.0.0.1:1"; ""))" +
		if .auth.mode == "none" then "" else ":" + .auth.mode end' config >servers
	sed -n "s/^ *# Fill in \(.*\), and take the # away before auth of \(.*\):$/\2?\1/p" out >>servers
	sed -n '/^Not for regions:/,/^The store:/s/^  \([^:]*\): \(.*\)/\1!\2/p' out >>servers
	paste -s -d ';' servers
}
