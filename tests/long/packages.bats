#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: who installs the packages of `make deb` in an empty Debian has services that
# start, a fleet after one command, regions by ssh and by themselves, all of it still
# after an upgrade and a restart, and nothing left once they are purged; and the image of
# a worker runs. It needs root, and the packages of Debian.

# shellcheck disable=SC2016 # for other shells

bats_require_minimum_version 1.5.0
load ../helpers/lib
load ../helpers/alert

# Those of the helper are for a store of the test.
setup() {
	:
}

teardown() {
	:
}

setup_file() {
	[ "$EUID" -eq 0 ] || skip "needs root"
	ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	DEBS=$ROOT/build/deb
	CLEAN=$BATS_FILE_TMPDIR/clean
	# A system boots, and its timers run each minute.
	export ROOT DEBS CLEAN PATIENCE=120
	"$ROOT/scripts/deps" build deb packages
	"$ROOT/scripts/package"
	# An empty Debian; with what the packages depend on and recommend, it is a machine.
	VERSION=$(dpkg-deb -f "$DEBS"/mcp-fleet_*.deb Version)
	export VERSION NEXT=${VERSION//[0-9]/9}
	mmdebstrap --quiet --variant=minbase --include="$(needs),systemd-sysv,dbus,\
redis-server,lighttpd,openssh-server" \
		"$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" "$CLEAN"
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
		# As systemd finds it in a container: what it mounts elsewhere for a service,
		# its credentials, comes here.
		mount --make-rshared /
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

# page STATE…: a visitor is told one of them.
page() {
	local told
	told=$(inside curl -sf http://127.0.0.1:8080/api/embed-status/127.0.0.1) &&
		[[ " $* " == *" $(jq -r .state <<<"$told") "* ]]
}

# judged: the store has a verdict of the server that fails.
judged() {
	# Amber where one region says so, red where several do.
	[[ $(inside redis-cli get probe:127.0.0.1:verdict) == *'"verdict":"'@(amber|red)'"'* ]]
}

# typed TEXT: the mend of this finding of doctor, typed by root.
typed() {
	inside bash -ec "$(jq -r --arg text "$1" \
		'select(.finding | contains($text)).mend' "$BATS_TEST_TMPDIR/findings")"
}

# doctor [NAME=VALUE]: what it finds in the clean system, by root.
doctor() {
	inside env "$@" mcp-fleet doctor -c /etc/mcp-fleet/fleet.yaml --json \
		>"$BATS_TEST_TMPDIR/findings" || true
	cat "$BATS_TEST_TMPDIR/findings"
}

# told STATUS SUBJECT TEXT: it found this.
told() {
	jq -es --arg status "$1" --arg subject "$2" --arg text "$3" 'any(.status == $status and
		.subject == $subject and (.finding | contains($text)))' "$BATS_TEST_TMPDIR/findings"
}

# reports REGION: the runner of the region said last that it is well.
reports() {
	inside redis-cli hget fleet:runners "$1" | jq -es '.[0].status == "ok"' >/dev/null
}

# kept: what an upgrade and a restart leave as it is.
kept() {
	inside sh -c 'cat /etc/mcp-fleet/fleet.yaml; ls -RAn /etc/mcp-fleet /var/lib/mcp-fleet/.ssh
		systemctl is-enabled mcp-fleet.timer mcp-alert.timer mcp-report.timer \
			mcp-expiry.timer mcp-snapshot.timer \
			mcp-region.timer mcp-serve.socket mcp-serve@1.service'
}

@test "lintian has no error and no warning, and hides none" {
	run -0 lintian --allow-root --fail-on error,warning "$DEBS"/*.changes
	[[ $output != *[EW]:* ]]
	[ -z "$(find "$ROOT/scripts/debian" -name '*lintian*')" ]
	# What a region needs is small: in KiB, without the libraries.
	[ "$(dpkg-deb -f "$DEBS"/mcp-probe_*.deb Installed-Size)" -lt 2048 ]
}

@test "files are where a packager looks for them, and none is in /etc" {
	for deb in "$DEBS"/*.deb; do
		dpkg-deb -c "$deb" | awk '{ print $6 }' | sed 's/^\.//; /\/$/d'
		# What is in /etc/mcp-fleet is made by mcp-fleet init, and so no conffile.
		[[ -z $(dpkg-deb -I "$deb" conffiles 2>/dev/null) ]]
	done | sort >"$BATS_TEST_TMPDIR/files"
	for file in /usr/bin/mcp-{probe,aggregate,alert,serve,fleet,rotate,guardrail,registry,archive} \
		/lib/systemd/system/mcp-{fleet,alert,region,report,registry,expiry,snapshot,archive}.{service,timer} \
		/lib/systemd/system/mcp-expiry-alert.service \
		/lib/systemd/system/mcp-{serve.socket,serve@.service,site.service} \
		/usr/lib/{sysusers,tmpfiles}.d/mcp-fleet.conf \
		/usr/share/man/man1/mcp-probe.1.gz /usr/share/man/man8/mcp-serve.8.gz \
		/usr/lib/nagios/plugins/check_mcp /usr/share/doc/mcp-fleet/changelog.gz \
		/usr/share/bash-completion/completions/mcp-fleet \
		/usr/share/zsh/vendor-completions/_mcp-probe \
		/usr/share/fish/vendor_completions.d/mcp-probe.fish; do
		grep -qx "$file" "$BATS_TEST_TMPDIR/files" || { echo "$file"; return 1; }
	done
	run ! grep -vE '^/(usr/(bin|lib|libexec/mcp-fleet|share)|lib/systemd/system)/' \
		"$BATS_TEST_TMPDIR/files"
}

@test "another folder, mask and time zone make the same bytes, and change nothing in the tree" {
	mkdir "$BATS_TEST_TMPDIR/tree"
	tar -C "$ROOT" --exclude ./build --exclude ./.git -c . |
		tar -C "$BATS_TEST_TMPDIR/tree" -x
	cd "$BATS_TEST_TMPDIR/tree"
	find . -type f -exec sha256sum {} + | sort >../before
	(umask 077; TZ=Asia/Tokyo LANG=C.UTF-8 CCACHE_DISABLE=1 scripts/package)
	for deb in "$DEBS"/*.deb; do
		cmp "$deb" "build/deb/${deb##*/}"
	done
	find . -path ./build -prune -o -type f -exec sha256sum {} + | sort | diff ../before -
	# Times of files are cut to the day of the version, if that has come.
	sed -i 's/>  .*/>  Fri, 01 Jan 2100 00:00:00 +0000/' scripts/debian/changelog
	run -2 scripts/package
	[[ $output == *': scripts/debian/changelog is dated in the future: '* ]]
}

@test "installed, the timers run and do nothing; nothing is enabled that needs settings" {
	inside sh -c 'dpkg -i /root/*.deb'
	for unit in mcp-fleet.timer mcp-alert.timer mcp-report.timer mcp-expiry.timer; do
		inside systemctl is-active "$unit"
	done
	run inside systemctl is-enabled mcp-registry.timer mcp-region.timer mcp-serve.socket \
		mcp-site.service mcp-snapshot.timer mcp-archive.timer
	[ "$(sort -u <<<"$output")" = disabled ]
	inside systemctl start mcp-fleet.service
	[ "$(inside systemctl show -P ConditionResult mcp-fleet.service)" = no ]
	[ "$(inside systemctl show -P Result mcp-fleet.service)" = success ]
	inside systemd-analyze verify --man=no --recursive-errors=no mcp-fleet.service \
		mcp-alert.service mcp-report.service mcp-registry.service mcp-region.service \
		mcp-expiry.service mcp-expiry-alert.service mcp-snapshot.service \
		mcp-archive.service \
		mcp-serve@1.service
}

@test "mcp-fleet init is all that a fleet needs: a round, a verdict, a page" {
	inside sh -c 'redis-cli config set appendonly yes && redis-cli config rewrite'
	inside mcp-fleet init -d /etc/mcp-fleet --site http://127.0.0.1:8080 \
		http://127.0.0.1:1/mcp >"$BATS_TEST_TMPDIR/said"
	# As it says.
	run -0 inside sh -c "$(sed -n 's/^  \(systemctl .*\)/\1/p' "$BATS_TEST_TMPDIR/said")"
	inside systemctl start mcp-fleet.service
	eventually judged
	inside systemctl is-active mcp-site.service
	inside systemctl enable --now mcp-serve.socket mcp-serve@1.service
	eventually page degraded
	inside systemctl is-active mcp-serve@1.service
	doctor
	run ! jq -e 'select(.status == "fail")' "$BATS_TEST_TMPDIR/findings"
	told ok timer 'mcp-fleet.timer is active, and its service has the environment of this shell'
	told ok timer 'mcp-alert.timer is active'
	told ok timer 'mcp-expiry.timer is active'
	told ok timer 'mcp-snapshot.timer is active'
	for unit in mcp-expiry mcp-snapshot; do
		inside systemctl start "$unit.service"
	done
	inside sh -c 'ls /run/mcp-expiry/found.jsonl /var/lib/mcp-snapshot/fleet-*.jsonl.*'
	told ok upgrade 'nothing to do'
	# A first alert, as it says: the hook is not to be reached.
	sed -n '/^  # The people to notify/,/^  # Whether/{/^  [^#]/p}' "$BATS_TEST_TMPDIR/said" \
		>"$BATS_TEST_TMPDIR/typed"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/typed")" -eq 3 ]
	inside cp -p /etc/mcp-fleet/fleet.yaml /root/
	run -3 inside bash -ec "$(<"$BATS_TEST_TMPDIR/typed")" \
		<<<'url = http://127.0.0.1:1/hook'
	grep -o '{"v".*' <<<"$output" | jq -e '.routes[0].result == "failed"'
	# Whoever gets a message can acknowledge by it: alerts and the site are two users'.
	doctor
	told ok routes 'acknowledge links work'
	inside mv /root/fleet.yaml /etc/mcp-fleet/
	[ "$(inside stat -c '%U %a' /etc/mcp-fleet/alert/slack)" = 'mcp-alert 600' ]
	# Each has its secrets, and those of nobody else.
	run -1 inside setpriv --reuid=mcp-alert --regid=mcp-alert --clear-groups \
		test -r /etc/mcp-fleet/probe
	run -1 inside setpriv --reuid=mcp-fleet --regid=mcp-fleet --clear-groups \
		test -r /etc/mcp-fleet/alert
}

@test "doctor says what the service of a timer does not see, and how to mend it" {
	inside systemctl stop mcp-alert.timer
	doctor MCP_FLEET_SSH='-F /root/a "b%'
	told fail timer 'mcp-alert.timer is enabled, but inactive'
	typed 'mcp-alert.timer is enabled'
	told fail timer 'MCP_FLEET_SSH is set here, but not for mcp-fleet.service'
	run ! told fail timer 'not for mcp-alert.service'
	typed 'MCP_FLEET_SSH is set here'
	doctor MCP_FLEET_SSH='-F /root/a "b%'
	run ! told fail timer 'MCP_FLEET_SSH is set here'
	run ! told fail timer 'is enabled, but'
	told fail timer 'names /root/a, where it sees nothing'
	[ "$(inside systemctl show -P Environment mcp-fleet.service)" = \
		'MCP_CREDENTIALS=/etc/mcp-fleet/probe "MCP_FLEET_SSH=-F /root/a \"b%"' ]
	inside sh -c 'cd /etc/systemd/system/mcp-fleet.service.d && rm * &&
		printf "[Service]\nEnvironment=PATH=/nowhere\nEnvironmentFile=/etc/mcp-fleet/env\n" >own.conf'
	doctor
	told fail timer 'mcp-fleet.service was changed, and systemd has not read it'
	typed 'systemd has not read it'
	doctor
	told fail timer 'jq is not in the PATH of mcp-fleet.service'
	typed 'mcp-fleet.service needs /etc/mcp-fleet/env, which is missing'
	inside chown root: /etc/mcp-fleet/probe
	doctor
	run ! told fail timer 'needs /etc/mcp-fleet/env'
	typed '/etc/mcp-fleet/probe belongs to root'
	inside sh -c 'rm -r /etc/mcp-fleet/env /etc/systemd/system/mcp-fleet.service.d &&
		systemctl daemon-reload'
	doctor
	run ! told fail timer ''
}

@test "an event is an entry of the journal, with fields" {
	verdict 0 ap,eu initialize | inside tee /run/verdicts >/dev/null
	# In a store of its own.
	inside systemd-run -q --wait -p User=mcp-alert -p StandardInput=file:/run/verdicts \
		mcp-alert --store redis://127.0.0.1:6379/9
	inside journalctl --sync
	inside journalctl -o json MCP_SERVER=example-mcp MCP_REGION=eu >"$BATS_TEST_TMPDIR/entry"
	jq -es 'length == 1 and (.[0] | .MCP_EVENT == "downtime_started" and
		.MCP_KIND == "downtime" and .MCP_REGION == ["ap", "eu"] and .PRIORITY == "2" and
		(.MESSAGE | startswith("P1 downtime_started: example-mcp is down")) and
		.SYSLOG_IDENTIFIER == "mcp-alert" and (._SYSTEMD_UNIT | startswith("run-")) and
		.MCP_KEY == (.MCP_RECORD | fromjson.dedup_key))' "$BATS_TEST_TMPDIR/entry"
}

# fails STEP ERROR: the server with the certificate does so, at any error.
fails() {
	[[ $(inside redis-cli get probe:tls:verdict) == *'"step":"'"$1"'"'*'"error":"'$2* ]]
}

@test "an authority of our own is trusted by the units, and a certificate that ends soon is told" {
	inside cp -p /etc/mcp-fleet/fleet.yaml /root/
	inside bash -ec 'mkdir /root/tls
		cd /root/tls
		new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
		openssl req -x509 $new -keyout ca.key -out ca.pem -subj /CN=Own -days 90 2>log
		openssl req $new -keyout key -out csr -subj /CN=localhost 2>>log
		openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -days 3 \
			-extfile <(echo subjectAltName=DNS:localhost) -out cert 2>>log
		install -m 644 ca.pem /etc/mcp-fleet/own.pem
		systemd-run -q --unit=tls -p WorkingDirectory=/root/tls \
			openssl s_server -accept 8443 -cert cert -key key -www
		sed -i "/^servers:/a\\  - {slug: tls, url: \"https://localhost:8443/mcp\"}" \
			/etc/mcp-fleet/fleet.yaml
		systemctl start mcp-fleet.service'
	eventually fails tls tls.
	doctor
	told warn local 'the authority that signed the certificate of tls is not known here'
	inside sed -i 's|localhost:8443/mcp"|&, ca: /etc/mcp-fleet/own.pem|' /etc/mcp-fleet/fleet.yaml
	inside systemctl start mcp-fleet.service
	eventually fails initialize ''
	inside systemctl start mcp-expiry.service
	eventually inside sh -c 'journalctl -u mcp-expiry-alert MCP_SERVER=tls | grep -q certificate_expiring'
	inside systemctl stop tls
	inside mv /root/fleet.yaml /etc/mcp-fleet/
}

@test "a region by ssh: a refusal is in the journal; a connection ends with its round" {
	inside sed -i '/^regions:/a\  - {name: eu-west-2, runner: ssh, host: probe@127.0.0.1}' \
		/etc/mcp-fleet/fleet.yaml
	inside bash -ec 'systemctl start ssh.service
		useradd -rmd /home/probe -s /bin/sh probe
		cd /var/lib/mcp-fleet/.ssh
		setpriv --reuid mcp-fleet --regid mcp-fleet --clear-groups \
			ssh-keygen -q -t ed25519 -N "" -f "$PWD/id_ed25519"
		ssh-keyscan 127.0.0.1 2>/dev/null >/etc/mcp-fleet/known_hosts'
	refused() {
		inside systemctl start mcp-fleet.service
		inside journalctl -u mcp-fleet.service -o cat | grep -q 'eu-west-2: exit: .*Permission denied'
	}
	eventually refused
	inside bash -ec 'install -d -m 700 -o probe -g probe ~probe/.ssh
		echo "restrict,command=\"mcp-probe --serve-ssh -r eu-west-2\" $(</var/lib/mcp-fleet/.ssh/id_ed25519.pub)" \
			>~probe/.ssh/authorized_keys'
	well() {
		inside systemctl start mcp-fleet.service && reports eu-west-2
	}
	eventually well
	inside systemctl start mcp-fleet.service
	# Nothing of a round is left, no connection either: that is how systemd ends it.
	quiet() {
		[[ $(inside systemctl is-active mcp-fleet.service) == inactive ]] &&
			! inside pgrep -u mcp-fleet -x ssh &&
			[[ -z $(inside find /run/mcp-fleet -type s) ]]
	}
	eventually quiet
	[ "$(inside systemctl show -P Result mcp-fleet.service)" = success ]
}

@test "a region that probes by itself, each half minute by its timer" {
	local acl
	acl=$(sed 's/\<REGION\>/tokyo/g; s/REGION_PASSWORD/s3cret/; s/^user //' \
		"$ROOT/scripts/deploy/store/region.acl")
	inside bash -ec 'set -f; redis-cli acl setuser $1' set "$acl"
	inside sed -i '/^regions:/a\  - {name: tokyo, runner: inbox}' /etc/mcp-fleet/fleet.yaml
	inside bash -ec 'umask 077; echo s3cret >/etc/mcp-fleet/store; umask 022
		mkdir /etc/systemd/system/mcp-region.service.d
		printf "[Service]\nEnvironment=MCP_REGION=tokyo\nEnvironment=MCP_STORE=redis://region-tokyo@127.0.0.1\n" \
			>/etc/systemd/system/mcp-region.service.d/own.conf
		systemctl daemon-reload
		systemctl enable --now mcp-region.timer'
	eventually reports tokyo
	finished() {
		[[ $(inside systemctl is-active mcp-region.service) == inactive &&
			$(inside systemctl show -P Result mcp-region.service) == success ]]
	}
	eventually finished
	run ! grep -q s3cret < <(inside journalctl -o export)
}

@test "what was installed is of one version; a unit of a checkout that hides ours is told" {
	inside bash -ec 'mkdir -p /usr/local/lib/systemd/system
		cp /lib/systemd/system/mcp-serve@.service /usr/local/lib/systemd/system
		printf "#!/bin/sh\necho mcp-alert 0.0.9\n" >/usr/local/bin/mcp-alert
		chmod +x /usr/local/bin/mcp-alert'
	doctor PATH=/usr/local/bin:/usr/bin:/bin
	told warn upgrade '/usr/local/lib/systemd/system/mcp-serve@.service hides the unit'
	told warn upgrade '/usr/local/bin/mcp-alert is of mcp-alert 0.0.9'
	inside rm -r /usr/local/lib/systemd /usr/local/bin/mcp-alert
	doctor
	told ok upgrade 'nothing to do'
}

# next_version: the packages of the next version, with the same programs.
next_version() {
	local deb dir
	mkdir "$CLEAN/root/next"
	for deb in "$DEBS"/*.deb; do
		dir=$BATS_TEST_TMPDIR/$(basename "$deb" .deb)
		dpkg-deb -R "$deb" "$dir"
		grep -rlZF "$VERSION" "$dir" | xargs -0 sed -i "s/${VERSION//./\\.}/$NEXT/g"
		dpkg-deb -b "$dir" "$CLEAN/root/next" >/dev/null
	done
}

@test "an upgrade, of which doctor was asked before, keeps all that there is" {
	local worker
	next_version
	kept >"$BATS_TEST_TMPDIR/before"
	worker=$(inside systemctl show -P MainPID mcp-serve@1.service)
	# As mcp-fleet(7) says.
	inside sh -ec 'for deb in /root/next/*.deb; do dpkg-deb -x $deb /root/unpacked; done'
	inside /root/unpacked/usr/bin/mcp-fleet doctor -c /etc/mcp-fleet/fleet.yaml --json \
		>"$BATS_TEST_TMPDIR/findings" || true
	told ok upgrade "$NEXT reads older data as it is: nothing to do"
	inside sh -c 'dpkg -i /root/next/*.deb'
	[ "$(inside mcp-fleet --version)" = "mcp-fleet $NEXT" ]
	kept | diff "$BATS_TEST_TMPDIR/before" -
	judged
	for unit in mcp-fleet.timer mcp-alert.timer mcp-region.timer mcp-serve@1.service \
		mcp-site.service; do
		inside systemctl is-active "$unit"
	done
	[ "$(inside systemctl show -P MainPID mcp-serve@1.service)" != "$worker" ]
}

@test "a restart keeps all that there is" {
	kept >"$BATS_TEST_TMPDIR/before"
	# It may be gone before it answers.
	inside systemctl poweroff || true
	gone() {
		! kill -0 "$(<"$BATS_FILE_TMPDIR/init")" 2>/dev/null
	}
	eventually gone
	boot
	eventually judged
	kept | diff "$BATS_TEST_TMPDIR/before" -
	for unit in mcp-fleet.timer mcp-alert.timer mcp-region.timer mcp-serve@1.service \
		mcp-site.service; do
		inside systemctl is-active "$unit"
	done
	eventually page degraded down
}

@test "purged, nothing is left" {
	# What an administrator made is an administrator's, where it is not in /etc/mcp-fleet.
	inside rm -r /etc/systemd/system/mcp-region.service.d
	inside dpkg --purge mcp-fleet mcp-probe
	run -0 inside sh -c 'getent passwd; getent group'
	[[ $output != *mcp* ]]
	run -0 ours
	[ -z "$output" ] || { echo "$output"; return 1; }
	run inside systemctl list-units --all --no-legend 'mcp-*'
	[ -z "$output" ] || { echo "$output"; return 1; }
}

# image ARGS…: buildah, with images in the folder of this file.
image() {
	buildah --storage-driver vfs --root "$BATS_FILE_TMPDIR/images" \
		--runroot "$BATS_FILE_TMPDIR/run" "$@"
}

# built NAME FOLDER ARGS…: an image, and a container of that name.
built() {
	local name=$1 folder=$2
	shift 2
	image bud -q --isolation chroot --format docker --layers=false \
		--build-arg BASE=localhost/base -t "$name" "$@" "$folder"
	image from -q --pull-never --name "$name" "localhost/$name"
	echo "$name: $(du -sm "$(image mount "$name")" | cut -f 1) MB, of which" \
		"$(du -sm "$(image mount base)" | cut -f 1) are Debian's" >&3
}

@test "the image of a worker: each program runs there, and not as root" {
	local home
	mmdebstrap --quiet --variant=minbase \
		"$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" "$BATS_TEST_TMPDIR/base.tar"
	image from -q --name base scratch
	image add -q base "$BATS_TEST_TMPDIR/base.tar" /
	image commit -q base localhost/base
	# In a copy, whose build/deb has the packages, and nothing else of build.
	home=$BATS_TEST_TMPDIR/tree
	mkdir -p "$home/build" "$home/scripts"
	cp -r "$DEBS" "$home/build"
	cp -r "$ROOT/scripts/deploy" "$home/scripts"
	built worker "$home" -f "$home/scripts/deploy/worker/Dockerfile"
	run -0 image run --isolation chroot worker -- id -u
	[ "$output" != 0 ]
	run -0 image run --isolation chroot worker -- mcp-probe --version
	[ "$output" = "mcp-probe $VERSION" ]
}

@test "the image of a worker answers, and its health check says whether it does" {
	local token=0123456789abcdef0123456789abcdef digest
	digest=$(printf %s "$token" | sha256sum)
	image inspect --type image worker | jq -c '.Docker.config.Healthcheck.Test[1:]' \
		>"$BATS_TEST_TMPDIR/check"
	[ "$(jq length "$BATS_TEST_TMPDIR/check")" -gt 0 ]
	{
		declare -f image eventually
		printf 'BATS_FILE_TMPDIR=%q digest=%q token=%q\n' "$BATS_FILE_TMPDIR" \
			"${digest%% *}" "$token"
		echo 'run() { image run --isolation chroot "$@"; }'
		echo "healthy() { run worker -- $(jq -r '@sh' "$BATS_TEST_TMPDIR/check"); }"
		cat <<-'END'
		set -e
		ip link set lo up
		! healthy 2>/dev/null
		run -e MCP_REGION=edge -e "MCP_WORKER_TOKEN_SHA256=$digest" worker -- \
			lighttpd -D -f /etc/mcp-worker.conf &
		eventually healthy 2>/dev/null
		echo '{"v":1,"type":"target","slug":"a","url":"http://127.0.0.1:1/mcp","region":"edge"}' |
			curl -sf -H "Authorization: Bearer $token" --data-binary @- http://127.0.0.1:8080/probe
		END
	} >"$BATS_TEST_TMPDIR/script"
	run -0 unshare --net --pid --fork --kill-child --mount-proc bash "$BATS_TEST_TMPDIR/script"
	[[ $output == *'"type":"probe"'*'"slug":"a"'* || $output == *'"slug":"a"'*'"type":"probe"'* ]]
}
