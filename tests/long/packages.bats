#!/usr/bin/env bats
# Goal: who installs the packages of `make deb` in an empty Debian has services that
# start, a fleet after one command, and nothing left once they are purged.
# It needs root, and the packages of Debian.

bats_require_minimum_version 1.5.0

setup_file() {
	ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	DEBS=$ROOT/build/deb
	CLEAN=$BATS_FILE_TMPDIR/clean
	export ROOT DEBS CLEAN
	"$ROOT/scripts/deps" build deb
	"$ROOT/scripts/package"
	# An empty Debian, with what the packages depend on and recommend.
	mmdebstrap --quiet --variant=minbase --include="$(needs),systemd-sysv,dbus,\
redis-server,lighttpd" "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" "$CLEAN"
	cp "$DEBS"/*.deb "$CLEAN/root"
	boot
}

teardown_file() {
	[ ! -s "$BATS_FILE_TMPDIR/init" ] || kill -KILL "$(<"$BATS_FILE_TMPDIR/init")"
}

# needs: the packages that ours depend on, the first where there are several.
needs() {
	local deb
	for deb in "$DEBS"/*.deb; do
		dpkg-deb -f "$deb" Depends | tr ',' '\n'
	done | sed 's/^ *//; s/[ |].*//; /^mcp-/d' | sort -u | paste -s -d ,
}

# boot: systemd in the clean root, with namespaces of its own, the network's too.
boot() {
	# shellcheck disable=SC2016 # the shell of the namespaces
	unshare --mount --pid --fork --uts --ipc --net --cgroup bash -ec '
		mount --make-rprivate /
		mount --bind "$1" "$1"
		cd "$1"
		mount -t proc proc proc
		mount --rbind /sys sys
		mount -t tmpfs tmpfs run
		mount -t tmpfs tmpfs tmp
		if [ ! -e sys/fs/cgroup/cgroup.controllers ]; then
			mount -t tmpfs tmpfs sys/fs/cgroup
			mkdir sys/fs/cgroup/systemd
			mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
		fi
		mount -t tmpfs tmpfs dev
		for name in null zero full random urandom tty; do
			touch "dev/$name"
			mount --bind "/dev/$name" "dev/$name"
		done
		mkdir dev/shm dev/pts
		mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
		ln -s pts/ptmx dev/ptmx
		ln -s /proc/self/fd dev/fd
		ip link set lo up
		# Not chroot, where no namespace of users can be made.
		mkdir -p mnt/old
		pivot_root . mnt/old
		umount -l /mnt/old
		exec env -i container=lxc PATH=/usr/sbin:/usr/bin \
			/lib/systemd/systemd --log-target=kmsg' boot "$CLEAN" \
		</dev/null >"$BATS_FILE_TMPDIR/boot" 2>&1 3>&- &
	eventually started $!
}

# started PID: the system that this child of ours began is up.
started() {
	pgrep -P "$1" >"$BATS_FILE_TMPDIR/init" &&
		[[ $(inside systemctl is-system-running) == @(running|degraded) ]]
}

# eventually COMMAND…: true once the command succeeds; false after two minutes.
eventually() {
	local end=$((SECONDS + 120))
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.2
	done
}

# inside COMMAND…: in the clean system.
inside() {
	nsenter -t "$(<"$BATS_FILE_TMPDIR/init")" -m -p -u -i -n -r -w env -i \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb "$@"
}

# ours: what is called like something of ours, or belongs to nobody.
ours() {
	inside find / -xdev \( -name '*mcp*' -o -nouser -o -nogroup \) \
		-not -path '/root/*' -not -path '/proc/*'
}

# verdict: the store has one of the server that fails.
verdict() {
	[[ $(inside redis-cli get probe:127.0.0.1:verdict) == *'"verdict":"amber"'* ]]
}

@test "lintian has no error and no warning" {
	run -0 lintian --allow-root --fail-on error,warning "$DEBS"/*.changes
	# What a region needs is small: in KiB, without the libraries.
	[ "$(dpkg-deb -f "$DEBS"/mcp-probe_*.deb Installed-Size)" -lt 2048 ]
}

@test "two builds are the same bytes, and change nothing in the tree" {
	git -C "$ROOT" status --porcelain >"$BATS_TEST_TMPDIR/before"
	sha256sum "$DEBS"/*.deb >"$BATS_TEST_TMPDIR/sums"
	"$ROOT/scripts/package"
	sha256sum -c "$BATS_TEST_TMPDIR/sums"
	git -C "$ROOT" status --porcelain | diff "$BATS_TEST_TMPDIR/before" -
}

@test "installed, the timers run and do nothing; nothing is enabled that needs settings" {
	inside sh -c 'dpkg -i /root/*.deb'
	for unit in mcp-fleet.timer mcp-alert.timer mcp-report.timer; do
		inside systemctl is-active "$unit"
	done
	run inside systemctl is-enabled mcp-registry.timer mcp-serve.socket
	[ "$(sort -u <<<"$output")" = disabled ]
	inside systemctl start mcp-fleet.service
	[ "$(inside systemctl show -P ConditionResult mcp-fleet.service)" = no ]
	[ "$(inside systemctl show -P Result mcp-fleet.service)" = success ]
	inside systemd-analyze verify --man=no --recursive-errors=no mcp-fleet.service \
		mcp-alert.service mcp-report.service mcp-registry.service mcp-serve@1.service
}

@test "mcp-fleet init is all that a fleet needs: a round, a verdict, a page" {
	inside sh -c 'redis-cli config set appendonly yes && redis-cli config rewrite'
	inside mcp-fleet init -d /etc/mcp-fleet --site http://127.0.0.1:8080 \
		http://127.0.0.1:1/mcp >"$BATS_TEST_TMPDIR/said"
	# As it says.
	run -0 inside sh -c "$(sed -n 's/^  \(systemctl .*\)/\1/p' "$BATS_TEST_TMPDIR/said")"
	inside systemctl start mcp-fleet.service
	eventually verdict
	inside systemctl enable --now mcp-serve.socket mcp-serve@1.service
	inside systemctl stop lighttpd.service
	inside systemd-run -q --unit=pages "$(inside sh -c 'command -v lighttpd')" \
		-D -f /etc/mcp-fleet/lighttpd.conf
	page() {
		[[ $(inside curl -sf http://127.0.0.1:8080/api/embed-status/127.0.0.1) == \
			'{"state":"degraded",'* ]]
	}
	eventually page
	inside systemctl is-active mcp-serve@1.service
	run inside mcp-fleet doctor -c /etc/mcp-fleet/fleet.yaml
	[[ $output != *FAIL* && $output == *"mcp-fleet.timer is active"* ]] ||
		{ echo "$output"; return 1; }
	# Each has its secrets, and those of nobody else.
	run -1 inside setpriv --reuid=mcp-alert --regid=mcp-alert --clear-groups \
		test -r /etc/mcp-fleet/probe
	run -1 inside setpriv --reuid=mcp-fleet --regid=mcp-fleet --clear-groups \
		test -r /etc/mcp-fleet/alert
	inside systemctl stop pages.service
}

@test "an upgrade keeps the configuration, the store and what is enabled" {
	local worker
	cp "$DEBS"/mcp-fleet_*.deb "$BATS_TEST_TMPDIR/old.deb"
	dpkg-deb -R "$BATS_TEST_TMPDIR/old.deb" "$BATS_TEST_TMPDIR/next"
	sed -i 's/^Version: .*/&+next/; s/mcp-probe (= [^)]*)/mcp-probe/' \
		"$BATS_TEST_TMPDIR/next/DEBIAN/control"
	dpkg-deb -b "$BATS_TEST_TMPDIR/next" "$CLEAN/root/next.deb" >/dev/null
	before=$(inside sh -c 'cat /etc/mcp-fleet/fleet.yaml; ls -RAn /etc/mcp-fleet')
	worker=$(inside systemctl show -P MainPID mcp-serve@1.service)
	inside dpkg -i /root/next.deb
	[ "$(inside sh -c 'cat /etc/mcp-fleet/fleet.yaml; ls -RAn /etc/mcp-fleet')" = "$before" ]
	verdict
	for unit in mcp-fleet.timer mcp-alert.timer mcp-serve@1.service; do
		inside systemctl is-active "$unit"
	done
	[ "$(inside systemctl show -P MainPID mcp-serve@1.service)" != "$worker" ]
}

@test "purged, nothing is left" {
	inside dpkg --purge mcp-fleet mcp-probe
	run -0 inside sh -c 'getent passwd; getent group'
	[[ $output != *mcp* ]]
	run -0 ours
	[ -z "$output" ] || { echo "$output"; return 1; }
	run inside systemctl list-units --all --no-legend 'mcp-*'
	[ -z "$output" ] || { echo "$output"; return 1; }
}
