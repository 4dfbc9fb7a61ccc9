# shellcheck shell=bash
# What the tests of mcp-fleet share: a folder, a configuration, a round, and
# what must not be left of it. Needs lib.bash and redis.bash.

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

# fleet_teardown: kills what a test that failed may have left.
fleet_teardown() {
	local left
	mapfile -t left < <(ours)
	[[ ${#left[@]} -eq 0 ]] || kill -KILL "${left[@]}" 2>/dev/null || true
}

# fleet.yaml: its regions are the arguments, "NAME local" or "NAME HOST";
# servers are added by the test.
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

# server SLUG PATH [MORE]
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

# ours: the processes of this machine that descend from this test's mcp-fleet.
# Those of a remote host have another environment.
ours() {
	local f
	for f in /proc/[0-9]*/environ; do
		if grep -qsz "^MARK=$MARK$" "$f"; then
			f=${f%/environ}
			echo "${f##*/}"
		fi
	done
}

# hangs REGION…: what these regions start never ends, and MCP_FLEET_TIMEOUT ends
# it; all else that has a bound may take as long as it takes here.
hangs() {
	mkdir -p patient
	cat >patient/timeout <<-EOT
	#!/bin/bash
	for region in $*; do
		[[ " \$* " != *" mcp-probe "*" -r \$region "* ]] || exec $(type -P timeout) "\$@"
	done
	[[ \$1 != -k ]] || set -- "\$1" "\$2" 600 "\${@:4}"
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
# the region good-1 is the real one.
local_probe() {
	mkdir -p fake
	{ echo '#!/bin/bash'
		echo "[[ \$* != *good-1* ]] || exec $BIN/mcp-probe \"\$@\""
		cat; } >fake/mcp-probe
	chmod +x fake/mcp-probe
	export REAL=$BIN/mcp-probe
	PATH=$PWD/fake:$PATH
}
