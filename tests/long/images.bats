#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: the images of `make images` are small, are the same bytes each time, and run with a
# read-only root, as another user and without capabilities: mcp-probe alone, a URL, a
# configuration, and its parts, with secrets as Kubernetes hands them over. It needs root,
# and the packages of Debian.

# shellcheck disable=SC2016 # for other shells

bats_require_minimum_version 1.5.0
load ../helpers/lib

setup_file() {
	[ "$EUID" -eq 0 ] || skip "needs root"
	# There is a round a minute.
	export ROOT VERSION PATIENCE=300
	"$ROOT/scripts/deps" build deb packages
	# packages.bats makes them, too.
	compgen -G "$ROOT/build/deb/mcp-fleet_${VERSION}_*.deb" >/dev/null || "$ROOT/scripts/package"
}

@test "images are small, and the same bytes in another time zone and with another mask" {
	local mine=/var/lib/apt/lists/mcp-fleet_test_Packages
	cd "$ROOT"
	# What apt has fetched for this machine stays.
	touch "$mine"
	scripts/image
	rm "$mine"
	cp -r build/images "$BATS_TEST_TMPDIR/first"
	(umask 077; TZ=Asia/Tokyo LANG=C.UTF-8 scripts/image)
	diff -r "$BATS_TEST_TMPDIR/first" build/images
	# In bytes, compressed.
	[ "$(stat -c %s build/images/mcp-probe_*.tar)" -lt 15000000 ]
	[ "$(stat -c %s build/images/mcp-fleet_*.tar)" -lt 60000000 ]
	# The bill of a release has their packages.
	printf '# libraries\n12 libcurl4 7.88\n' >"$BATS_TEST_TMPDIR/list"
	scripts/bill "$BATS_TEST_TMPDIR/list" README.md build/images/*.oci.tar |
		jq -e '(.packages | map(.SPDXID) | length == (unique | length)) and
			(.packages | map(select(.name == "libcurl4")) | length == 3) and
			(.relationships | map(select(.relationshipType == "CONTAINS" and
				(.relatedSpdxElement | endswith("-redis-server")))) | length == 1)'
	# It is two formats: that of OCI, and that of docker load.
	for name in mcp-probe mcp-fleet; do
		for format in oci docker; do
			buildah --storage-driver vfs --root "$BATS_TEST_TMPDIR/images" \
				--runroot "$BATS_TEST_TMPDIR/run" pull -q "$format-archive:$(echo build/images/"$name"_*.tar)"
		done
		# Whoever runs it knows the libraries.
		grep -q $'^libcurl4:[^\t]*\t7' build/images/"$name"_*.packages
		grep -qxF "mcp-probe	$VERSION" build/images/"$name"_*.packages
	done
}

# unpack NAME: an image and its root, into folders of this file.
unpack() {
	local dir=$BATS_FILE_TMPDIR/$1
	[ ! -d "$dir" ] || return 0
	mkdir -p "$dir/rootfs" "$dir/oci"
	tar -C "$dir/oci" -xf "$ROOT/build/images/$1"_*.tar
	tar -C "$dir/rootfs" -xf "$dir/oci/$(jq -r '.[0].Layers[0]' "$dir/oci/manifest.json")"
}

# container IMAGE NAME ARGS…: what docker does for run --read-only --tmpfs /tmp
# --cap-drop ALL, in the network of its caller; MOUNTS has FROM:TO… besides, VARS variables
# and ENTRY another entrypoint.
container() {
	local dir=$BATS_FILE_TMPDIR/$1 bundle=$T/run-$2 mount name=$2
	shift 2
	mkdir "$bundle"
	(cd "$bundle" && crun spec)
	for mount in ${MOUNTS-}; do
		jq -n --arg from "${mount%:*}" --arg to "${mount#*:}" \
			'{destination: $to, type: "bind", source: $from, options: ["bind"]}'
	done | jq -s --slurpfile spec "$bundle/config.json" --arg root "$dir/rootfs" \
		--slurpfile image "$dir/oci/$(jq -r '.[0].Config' "$dir/oci/manifest.json")" \
		--arg vars "${VARS-}" --arg entry "${ENTRY-}" '
		. as $mounts | $image[0].config as $of | $spec[0] |
		.root = {path: $root, readonly: true} | .process += {terminal: false,
			args: ((if $entry == "" then $of.Entrypoint else [$entry] end) +
				if $ARGS.positional == [] then $of.Cmd else $ARGS.positional end),
			env: ($of.Env + ($vars | split(" "))), cwd: $of.WorkingDir, noNewPrivileges: true,
			user: ($of.User | split(":") | {uid: (.[0] | tonumber), gid: (.[1] | tonumber)}),
			capabilities: {}} |
		.mounts |= map(select(.type != "cgroup")) + $mounts + [{destination: "/tmp",
			type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "noexec", "mode=1777"]}] |
		.linux.namespaces |= map(select(.type != "network" and .type != "cgroup")) |
		del(.linux.resources)' --args -- "$@" >"$bundle/new"
	mv "$bundle/new" "$bundle/config.json"
	exec crun --root "$T/crun" --cgroup-manager=disabled run --bundle "$bundle" "mcp-$name-$$"
}

# up SLUG: so says the page of a container.
up() {
	[[ $(curl -s "http://127.0.0.1:8080/api/embed-status/$1" | jq -r .state) == up ]]
}

# ends PID: within ten seconds of TERM, and well.
ends() {
	local began=$SECONDS
	kill -TERM "$1"
	wait "$1"
	((SECONDS - began < 10))
}

# alone COMMAND…: these functions in a network of their own. crun wants no cgroups then.
alone() {
	{
		declare -f container eventually up ends
		printf 'set -e\nBATS_FILE_TMPDIR=%q T=%q\n' "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR"
		echo 'mount -t tmpfs none /sys/fs/cgroup; ip link set lo up; cd "$T"'
		cat
	} >"$BATS_TEST_TMPDIR/script"
	unshare --net --mount --pid --fork --kill-child --mount-proc bash "$BATS_TEST_TMPDIR/script"
}

@test "the image of a fleet watches a URL and shows its page; that of mcp-probe agrees" {
	unpack mcp-probe
	unpack mcp-fleet
	[ ! -e "$BATS_FILE_TMPDIR/mcp-probe/rootfs/bin" ]
	# Nothing of the machine that made it, and no way to another user.
	cd "$BATS_FILE_TMPDIR/mcp-fleet/rootfs"
	for file in hostname resolv.conf machine-id apt/sources.list; do
		[ ! -e "etc/$file" ] || { echo "$file"; return 1; }
	done
	[ -z "$(find . -type f -perm /6000)" ]
	alone <<-'END'
		url=http://127.0.0.1:8080/mcp # the MCP server of the page itself
		(container mcp-fleet url "$url") >said 2>&1 &
		eventually up 127.0.0.1 || { cat said; exit 1; }
		grep -xF 'The page:  http://localhost:8080/status/127.0.0.1' said
		curl -sf http://127.0.0.1:8080/badge/127.0.0.1.svg | grep -o 'up, 100.00% uptime' | head -n 1
		curl -sf http://127.0.0.1:8080/status/127.0.0.1 >/dev/null
		(container mcp-probe probe -f text "$url") | grep '^healthy in'
		ends $!
		rc=0
		(container mcp-fleet usage 2>usage) || rc=$?
		[[ $rc == 2 ]] && grep -q '^usage: mcp-fleet' usage
		(container mcp-fleet version mcp-serve --version) | grep -xF "mcp-serve $VERSION"
	END
}

# To one folder: its secrets are as Kubernetes hands them over, of root and for a group.
@test "the image of a fleet runs a configuration in one container, or in one for each part" {
	unpack mcp-fleet
	alone <<-'END'
		mkdir -m 777 here data expiry
		url=http://127.0.0.1:8080/mcp
		(MOUNTS=$T/here:/here container mcp-fleet init init -d /here/fleet "$url")
		fleet=$T/here/fleet
		printf 'token = abcdefghijklmnopqrstu\norigin = http://127.0.0.1:8080\n' >$fleet/credentials/mine
		sed -i "s|^    url: .*|&\n    auth: {mode: bearer, credential: mine}|" $fleet/fleet.yaml
		chown root:10001 $fleet/credentials/mine
		chmod 440 $fleet/credentials/mine
		(MOUNTS="$fleet:/etc/mcp-fleet $T/data:/data" container mcp-fleet one) >one 2>&1 &
		eventually up 127.0.0.1 || { cat one; exit 1; }
		if grep 'others can read it' one; then exit 1; fi
		ends $!
		# What it knew is in the volume.
		[ -s data/appendonlydir/appendonly.aof.manifest ]

		sed -i 's/:6379/:6380/; s/local, runner: local/us-east-1, runner: inbox/' $fleet/fleet.yaml
		chmod 444 $fleet/credentials/mine
		(ENTRY=redis-server container mcp-fleet redis --port 6380 --dir /tmp) >redis 2>&1 &
		redis=$!
		mounts="$fleet/fleet.yaml:/etc/mcp-fleet/fleet.yaml $T/expiry:/run/mcp-expiry"
		(MOUNTS="$mounts $fleet/secrets:/etc/mcp-fleet/secrets" container mcp-fleet page page) >page 2>&1 &
		page=$!
		eventually curl -sfo /dev/null http://127.0.0.1:8080/healthz
		(MOUNTS="$mounts" container mcp-fleet probe probe) >probe 2>&1 &
		probe=$!
		(MOUNTS="$mounts $fleet/secrets:/etc/mcp-fleet/secrets" container mcp-fleet alert judge) >alert 2>&1 &
		alert=$!
		export VARS='MCP_REGION=us-east-1 MCP_STORE=redis://127.0.0.1:6380'
		# Once a minute, as its timer: more rounds fill its inbox.
		minute=""
		region() {
			[[ $(date +%H:%M) != "$minute" ]] || return 0
			minute=$(date +%H:%M)
			rm -rf "$T/run-region"
			(MOUNTS="$fleet/credentials:/etc/mcp-fleet/credentials" container mcp-fleet region region \
				>>region 2>&1)
		}
		refused() {
			region
			grep -q 'others can read it' region
		}
		seen() {
			region
			up 127.0.0.1
		}
		eventually refused || { cat region probe; exit 1; }
		chmod 440 $fleet/credentials/mine
		eventually seen || { cat region probe alert; exit 1; }
		for part in $probe $alert $page $redis; do
			ends $part
		done
	END
}
