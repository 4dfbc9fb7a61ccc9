#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: who runs the programs on a machine, in an image or as a function is told which
# libraries are older than those that Debian had when the release was made, and which
# are not known.

bats_require_minimum_version 1.5.0
load ../../helpers/lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	# Of sources that nobody has installed.
	mkdir scripts
	cp "$ROOT"/scripts/mcp-fleet "$ROOT"/scripts/*.bash scripts
	PATH=$PWD/scripts:$BIN:$PATH
	release=$(dpkg-query -W -f '${Version}' base-files)
	release=${release%%[.+~]*}
	dpkg-query -W >here
	list "$(date +%F)"
}

teardown() {
	[[ ! ${PROBE_PID-} ]] || kill "$PROBE_PID" 2>/dev/null || true
}

# list DAY [SED]: a list of what is installed here, changed by this.
list() {
	{
		echo "# mcp-fleet $VERSION, $1"
		sed "s/:[a-z0-9]*\t/\t/; s/^/$release /; s/\t/ /" here | sed "${2-}"
	} >scripts/libraries.list
}

# package FILE: that of a library here.
package() {
	dpkg -S "$1" | sed 's/[:,].*//; q'
}

# cve ARGS…: the findings, in out; nothing is to be on standard error.
cve() {
	status=0
	mcp-fleet doctor --cve --json "$@" >out 2>err || status=$?
	cat out err
	[ ! -s err ]
}

# told STATUS PATTERN: there is such a finding; sets mend.
told() {
	jq -s --arg s "$1" --arg p "$2" '[.[] | select(.status == $s and
		(.finding | test($p)))]' out >matching
	mend=$(jq -r '.[0].mend // ""' matching)
	jq -e '. != []' matching >/dev/null
}

@test "what is as new as Debian had it is well, and each older library is told" {
	cve
	[ "$status" -eq 0 ]
	[ "$(jq -r .status out | sort -u)" = ok ]
	told ok '^[0-9]+ are as new as Debian'
	ssl=$(package '*/libssl.so.3') yaml=$(package '*/libyaml-0.so.2')
	list "$(date +%F)" "s/ $ssl .*/ $ssl 99.1-1/; s/ $yaml .*/&+b7/"
	cve
	[ "$status" -eq 1 ]
	[ "$(grep -c '"warn"' out)" -eq 1 ]
	told warn "^$ssl is [0-9.]+.*, and Debian $release had 99.1-1 on $(date +%F)\$"
	[[ $mend == *"apt-get update && "*"apt-get install --only-upgrade $ssl" ]]
}

@test "a list that is old or missing, of another Debian, or without a package" {
	list "$(date -d '-40 days' +%F)"
	cve
	told warn '^the list is 40 days old$'
	[[ $mend == 'make libraries && '*'make install '* ]]
	curl=$(package '*/libcurl.so.4')
	list "$(date +%F)" "/ $curl /d"
	cve
	told warn "^$curl [0-9].* is not in the list\$"
	sed -i "s/^$release /99 /" scripts/libraries.list
	run -3 mcp-fleet doctor --cve
	[[ $output == *"Debian $release is not in the list of libraries, which has Debian 99" ]]
	rm scripts/libraries.list
	run -3 mcp-fleet doctor --cve
	[[ $output == *'no list of libraries: '* ]]
}

@test "a library that no package has is named, with what it says of itself" {
	mkdir elsewhere
	cp -L "$(ldd "$BIN/mcp-serve" | awk '/libcjson/ { print $3 }')" elsewhere/libcjson.so.1
	export LD_LIBRARY_PATH=$PWD/elsewhere
	cve
	told warn "^$PWD/elsewhere/libcjson.so.1 belongs to no package"
	run -0 bash -c "$mend"
	[[ $output == *cJSON/[0-9]* ]]
}

@test "a program that runs with a library that was replaced is told" {
	mkdir elsewhere
	mkfifo targets
	cp -L "$(ldd "$BIN/mcp-probe" | awk '/libcjson/ { print $3 }')" elsewhere/libcjson.so.1
	# It waits for its targets.
	LD_LIBRARY_PATH=$PWD/elsewhere "$BIN/mcp-probe" --targets - <targets 3>&- &
	PROBE_PID=$!
	exec 9>targets
	eventually grep -qs "$PWD/elsewhere/libcjson" "/proc/$PROBE_PID/maps"
	cp elsewhere/libcjson.so.1 newer
	mv newer elsewhere/libcjson.so.1
	cve
	told warn "^mcp-probe \\($PROBE_PID\\) still runs with a library from before an upgrade\$"
	[[ $mend == "kill $PROBE_PID "* ]]
	bash -c "$mend"
	cve
	run ! told warn 'before an upgrade'
}

@test "a zip for Lambda, and what an image has, by the list of here" {
	ssl=$(package '*/libssl.so.3')
	list "$(date +%F)" "s/ $ssl .*/ $ssl 99.1-1/"
	"$ROOT/scripts/deploy/lambda/build" -p "$BIN/mcp-probe" f.zip
	cve f.zip
	[ "$(grep -c '"warn"' out)" -eq 1 ]
	told warn "^$ssl is .*, and Debian $release had 99.1-1 on "
	[[ $mend == *'/lambda/build f.zip' ]]
	cve - <here
	[ "$(grep -c '"warn"' out)" -eq 1 ]
	told warn "^$ssl is .*, and Debian $release had 99.1-1 on "
	[[ $mend == 'make images '* ]]
	# Built before zips said it; and what is no list at all.
	zip -qd f.zip lib/packages
	run -2 mcp-fleet doctor --cve f.zip
	[[ $output == *'f.zip: does not list its contents; rebuild it' ]]
	run -2 mcp-fleet doctor --cve none.zip
	head -c 100000 /dev/urandom >noise
	run -3 mcp-fleet doctor --cve noise
	[[ $output == *'this system is not in the list of libraries'* ]]
	run -2 mcp-fleet doctor --cve a b
	[[ $output == *'b: one argument too many'* ]]
}

@test "make libraries: what Debian has by now, where apt has fetched nothing, too" {
	local own of number name dir
	own=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	while read -r of number; do
		dir=repo/dists/$of/main/binary-$(dpkg --print-architecture)
		mkdir -p "$dir"
		for name in base-files lib{curl4-openssl,ssl,hiredis,yaml,cjson,fcgi}-dev zlib1g-dev libssl3; do
			printf 'Package: %s\nVersion: %s\nArchitecture: all\nDepends: libssl3\n\n' "$name" "$number"
		done >"$dir/Packages"
	done <<-'END'
		bookworm 12.1
		bookworm-security 12.2
		trixie 13.1
		trixie-security 13.2
	END
	printf "deb file:$PWD/repo %s main\n" "$own" "$own-security" >sources
	mkdir -p lists/partial
	printf '%s "%s";\n' Dir::State::lists "$PWD/lists" Dir::Etc::sourcelist "$PWD/sources" \
		Dir::Etc::sourceparts "$PWD/none" Acquire::AllowInsecureRepositories true >apt.conf
	APT_CONFIG=$PWD/apt.conf run -0 --separate-stderr "$ROOT/scripts/libraries" "$VERSION"
	[ "$output" = "# mcp-fleet $VERSION, $(date -u +%F)"$'\n12 libssl3 12.2\n13 libssl3 13.2' ]
}

@test "make dist: the sources with the list, a bill and checksums, the same bytes each time" {
	git -C "$ROOT" rev-parse -q HEAD >/dev/null || skip 'no clone'
	git clone -q --no-hardlinks --depth 1 "file://$ROOT" clone
	git clone -q --no-hardlinks --depth 1 "file://$ROOT" other/place
	make -s -C clone dist PACKAGES= LIST="$PWD/scripts/libraries.list"
	touch scripts/libraries.list
	(umask 077; TZ=Asia/Tokyo make -s -C other/place dist PACKAGES= LIST="$PWD/scripts/libraries.list")
	diff -r clone/build/dist other/place/build/dist
	mkdir sources
	tar xzf clone/build/dist/mcp-fleet-*.tar.gz -C sources --strip-components 1
	cmp scripts/libraries.list sources/scripts/libraries.list
	run -0 sources/scripts/mcp-fleet doctor --cve
	[[ $output == *'are as new as Debian'* ]]
	cd clone/build/dist
	sha256sum -c SHA256SUMS
	[ "$(wc -l <SHA256SUMS)" -eq "$(find . -type f ! -name SHA256SUMS | wc -l)" ]
	# Each part is in the bill once, with what it is for, and what is linked has a licence.
	jq -e --arg sum "$(sha256sum mcp-fleet-*.tar.gz | cut -d ' ' -f 1)" '
		.spdxVersion == "SPDX-2.3" and ([.packages[].SPDXID] | length == (unique | length)) and
		.packages[0].checksums[0].checksumValue == $sum and
		([.relationships[].relatedSpdxElement] | unique) == ([.packages[].SPDXID] | sort)' *.spdx.json
	for library in libcurl libssl libhiredis libyaml libcjson libfcgi zlib1g libbrotli; do
		jq -e --arg name "$library" '[.packages[] | select(.name | startswith($name)) |
			.licenseDeclared] | . != [] and all(. != "NOASSERTION")' *.spdx.json || { echo "$library"; return 1; }
	done
}
