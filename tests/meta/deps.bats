#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what scripts, tests and examples of the manual call comes with a package that scripts/deps installs, or
# with one that those need; a newcomer has no other.

bats_require_minimum_version 1.5.0
load ../helpers/lib

# What the checks and `make run` install; and what else files do, by the start of their
# paths.
CHECKS='build test long run servers'
OTHERS='
scripts/package|deb
tests/bare|bare
tests/bench/|bench
tests/compare/|compare
tests/elsewhere|build musl
tests/long/compare|compare
tests/long/packages|deb packages
tests/long/images|deb packages
scripts/image|images
tests/long/pictures|pictures
'

# Words that stand where a command does and need no package of ours, and why.
NOT_NEEDED='
docker|belongs to the machine of whoever has it
file|is in a text
kubectl|has a stand-in
perf|is used where it is there
red|is in a text
route|is in a text
sudo|is for users other than root
'

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	type -P dpkg-query >/dev/null || skip 'no Debian'
}

# commands FILE…: FILE:LINE:WORD of each word that stands where a command does.
commands() {
	awk '
		FNR == 1 { shell = /^#!.*(ba)?sh|bats|shellcheck shell=/; here = "" }
		!shell || /^[ \t]*#/ { next }
		here != "" {
			line = $0; sub(/^\t+/, "", line)
			if (line == here) here = ""
			next
		}
		{
			line = $0
			if (match(line, /<<-?[ ]*[\047"]?[A-Za-z_]+/)) {
				here = substr(line, RSTART, RLENGTH)
				gsub(/[<\-\047" ]/, "", here)
			}
			gsub(/\047[^\047]*\047/, "X", line)
			gsub(/\$\(/, " ; ", line)
			gsub(/\|\||&&|[|;&({]|(^|[ \t])(then|do|else|if|while|until|!|eventually|env|exec|timeout +[0-9"$a-z_]+|run( +[-!][0-9a-z-]*)*)[ \t]/, " ; ", line)
			n = split(line, part, ";")
			for (i = 1; i <= n; i++) {
				word = part[i]
				sub(/^[ \t]+/, "", word)
				while (word ~ /^[A-Za-z_][A-Za-z0-9_]*=[^ \t]*[ \t]/)
					sub(/^[^ \t]*[ \t]+/, "", word)
				sub(/[ \t].*/, "", word)
				if (word ~ /^[a-z][a-z0-9._+-]*$/)
					print FILENAME ":" FNR ":" word
			}
		}' "$@"
}

# provided GROUP…: the packages that scripts/deps installs, those that each of them
# needs, and those that every Debian has, with git and make.
provided() {
	# shellcheck disable=SC2016 # fields of dpkg
	{
		"$ROOT/scripts/deps" -l "$@"
		echo git make apt
		dpkg-query -W -f '${Essential} ${Priority} ${Package}\n' |
			awk '$1 == "yes" || $2 == "required" { print $NF }'
	} | tr ' ' '\n' >wanted
	dpkg-query -W -f '${Package}\t${Pre-Depends}, ${Depends}\t${Provides}\n' |
		awk -F '\t' '
			function bare(text) { gsub(/\([^)]*\)|:[a-z0-9]+|[ \n]/, "", text); return text }
			NR == FNR { queue[++last] = $1; next }
			{
				needs[$1] = bare($2)
				n = split(bare($3), names, ",")
				for (i = 1; i <= n; i++) provider[names[i]] = provider[names[i]] " " $1
				provider[$1] = provider[$1] " " $1
			}
			END {
				for (at = 1; at <= last; at++) {
					n = split(provider[queue[at]], found, " ")
					for (i = 1; i <= n; i++) {
						if (seen[found[i]]++) continue
						print found[i]
						m = split(needs[found[i]], list, /[,|]/)
						for (j = 1; j <= m; j++) if (list[j] != "") queue[++last] = list[j]
					}
				}
			}' wanted - | sort -u
}

# others FILE: the groups that it installs beside those of the checks.
others() {
	local start groups
	while IFS='|' read -r start groups; do
		[[ ! $start || $1 != "$start"* ]] || echo "$groups"
	done <<<"$OTHERS"
}

@test "each command that a script, a test or an example calls comes with a package of scripts/deps" {
	# shellcheck disable=SC2086 # words
	provided $CHECKS >packages
	(cd "$ROOT" && git ls-files scripts tests .ci | grep -v '^tests/fuzz/corpus' |
		while read -r file; do
			[[ $file == scripts/deps ]] || ! head -n 3 "$file" | grep -qE '^#!.*(sh|bats)|shellcheck shell=' || echo "$file"
		done) >files
	{
		echo '# shellcheck shell=bash'
		sed -n '/^\.Sh EXAMPLES/,/^\.Sh [^E]/ { s/^\.Dl //; /^\./!p; }' "$ROOT"/man/*.[1-8]
	} >examples
	echo "$PWD/examples" >>files
	cd "$ROOT"
	# shellcheck disable=SC2046 # names without spaces
	commands $(<"$BATS_TEST_TMPDIR/files") | sort -t : -u -k 1,1 -k 3,3 >"$BATS_TEST_TMPDIR/called"
	cd "$BATS_TEST_TMPDIR"
	# Functions of scripts may have the name of a command.
	(cd "$ROOT" && xargs grep -hoE '^[[:blank:]]*[a-z_0-9]+\(\)' <"$BATS_TEST_TMPDIR/files") |
		tr -d '() \t' | sort -u >functions
	# Ours may be installed here.
	cut -d : -f 3 called | sort -u | comm -23 - functions | grep -v '^mcp-' |
		while read -r word; do
			! grep -q "^$word|" <<<"$NOT_NEEDED" || continue
			path=$(PATH=/usr/sbin:/usr/bin:/sbin:/bin type -P "$word") || continue
			echo "$word $(realpath "$path")"
		done >paths
	awk 'NR == FNR { path[$1] = $2; next } {
		split($0, part, ":"); p = path[part[3]]; short = p; sub(/^\/usr\//, "/", short)
		if (p != "") print p, short, part[1] ":" part[2], part[3] }' paths called >found
	[ "$(wc -l <found)" -gt 80 ]
	# shellcheck disable=SC2046 # paths without spaces
	dpkg-query -S $(cut -d ' ' -f 1,2 found | tr ' ' '\n' | sort -u) 2>/dev/null |
		sed -n 's/^\([^:,]*\)[^ ]*: /\1 /p' >owners
	awk 'FILENAME == "packages" { has[$1]; next } FILENAME == "owners" { owner[$2] = $1; next }
		{ o = owner[$1]; if (o == "") o = owner[$2]; if (o == "") o = "-" }
		!(o in has) { print o, $3, $4 }' packages owners found |
		while read -r package place word; do
			groups=$(others "${place%:*}")
			# shellcheck disable=SC2086 # words
			[[ $groups ]] && grep -qx "$package" <(provided $groups) ||
				echo "$place: $word, of $package"
		done >missing
	[ ! -s missing ] || { cat missing; return 1; }
}

@test "no script of node asks for more than the node of the oldest Debian has" {
	# shellcheck disable=SC2046 # names without spaces
	run ! grep -nE '\.to(Sorted|Reversed|Spliced)\(|import\.meta\.(dirname|filename)|Object\.groupBy|Promise\.(withResolvers|try)|Array\.fromAsync' \
		$(cd "$ROOT" && git ls-files '*.mjs' '*.js' | sed "s|^|$ROOT/|")
}

# Debian's libc6-dev brings the headers of Linux; musl-dev of Alpine does not.
@test "each header that programs include is in a package that scripts/deps names for build" {
	"$ROOT/scripts/deps" -l build | sort >named
	(cd "$ROOT" && git grep -hoE '^# *include <[^>]+>' -- '*.[ch]' ':!tests' ':!scripts') |
		sed 's/.*<//; s/>//' | sort -u | while read -r header; do
			ls -d "/usr/include/$header" "/usr/include/$(gcc -print-multiarch)/$header" 2>/dev/null || :
		done >headers
	[ "$(wc -l <headers)" -gt 60 ]
	xargs dpkg-query -S <headers | sed 's/:.*//' | sort -u >owners
	[ "$(wc -l <owners)" -ge 9 ]
	diff /dev/null <(comm -23 owners named)
}

# A minimal Fedora has no cmp, and the sed of busybox lacks an option of scripts/manual.
@test "a build and its installation call only bash, awk and what scripts/deps names for build" {
	mkdir only
	# shellcheck disable=SC2046 # names without spaces
	dpkg-query -L $("$ROOT/scripts/deps" -l build) | sed -nE 's,^(/usr)?/s?bin/,,p' >names
	echo bash >>names
	while read -r name; do
		ln -sf "$(type -P "$name")" only
	done <names
	ln -s "$(type -P sh)" "$(type -P awk)" only
	from_table() {
		env -u MAKEFLAGS -u MAKELEVEL PATH="$PWD/only" make -s -C "$ROOT" CC=true CCACHE= LLD= "$@"
	}
	for again in first second; do
		from_table B="$PWD/built" "$PWD/built/serve/pages/manual_pages.c" \
			"$PWD/built/aggregate/store/scripts.c" "$PWD/built/flags"
		[ "$again" = second ] || touch -d '1 minute ago' built/flags
	done
	# The same flags are not written again: that would build everything anew.
	[ built/flags -ot built/serve/pages/manual_pages.c ]
	cmp built/serve/pages/manual_pages.c "$ROOT/build/serve/pages/manual_pages.c"
	PATH=$PWD/only "$ROOT/scripts/completions" completed "$BIN"/mcp-{probe,alert} "$ROOT"/scripts/mcp-{fleet,rotate}
	diff completed/bash/mcp-fleet "$ROOT/build/completions/bash/mcp-fleet"
	from_table -o all install DESTDIR="$PWD/to"
	[ -x to/usr/local/bin/mcp-probe ]
	from_table -o all uninstall DESTDIR="$PWD/to"
	diff /dev/null <(find to -type f)
}

# managed SYSTEM GROUP…: what scripts/deps says on such a system that has only bash, and
# a dnf and an apk, which note what they are asked for and refuse what real ones refuse.
managed() {
	local tool system=$1
	shift
	mkdir -p only "$system"
	for tool in bash env cat grep tee chmod rm; do
		ln -sf "$(type -P "$tool")" "only/$tool"
	done
	cat >only/apk <<-'END'
		#!/usr/bin/env bash
		case "$*" in
		"info -e "*) exit 1 ;;
		"add -q -U "[a-z]*) ;;
		*) echo "apk: unrecognized: $*" >&2; exit 99 ;;
		esac
		shift 3
		for name; do
			[[ $name =~ ^[a-z0-9][a-z0-9._+-]*$ ]] || { echo "apk: $name" >&2; exit 99; }
		done
		echo "apk $*" >>asked
	END
	cat >only/dnf <<-'END'
		#!/usr/bin/env bash
		[[ "$1 $2 $3 $4" == '-q -y --setopt=install_weak_deps=False install' ]] || exit 1
		shift 4
		echo "dnf $*" >>asked
	END
	chmod +x only/*
	: >asked
	env PATH="$PWD/only" OS_RELEASE="$PWD/$system.release" "$ROOT/scripts/deps" "$@"
}

@test "scripts/deps asks the manager of a system for the names that it has there" {
	echo 'ID="fedora"' >fedora.release
	printf '%s\n' 'ID="rocky"' 'ID_LIKE="rhel centos fedora"' >rocky.release
	printf '%s\n' 'PRETTY_NAME="Alpine Linux v3.22"' 'ID=alpine' >alpine.release
	printf '%s\n' 'ID=ubuntu' ID_LIKE=debian >ubuntu.release
	for system in fedora rocky; do
		run -0 managed "$system" build
		[ "$(cat asked)" = 'dnf gcc make pkgconf-pkg-config mandoc glibc-devel libcurl-devel cjson-devel openssl-devel libyaml-devel hiredis-devel fcgi-devel zlib-devel brotli-devel kernel-headers diffutils sed tar coreutils findutils grep util-linux' ]
	done
	run -0 managed alpine build run
	[ "$(cat asked)" = 'apk gcc make pkgconf mandoc musl-dev curl-dev cjson-dev openssl-dev yaml-dev hiredis-dev fcgi-dev zlib-dev brotli-dev linux-headers diffutils sed tar coreutils findutils grep util-linux jq curl ca-certificates redis lighttpd tzdata' ]
	run -0 managed ubuntu -n ci
	[ "$output" = $'jq\ncurl\nca-certificates' ]
	# What a system lacks is named, and the rest is installed.
	run -0 managed alpine test deb
	[[ ${lines[0]} == 'deps: Alpine Linux v3.22 has no package of systemd-analyze dpkg fakeroot essential debhelper' ]]
	[[ $(cat asked) == 'apk perl-utils bats jq gojq nodejs npm '* ]]
}

@test "scripts/deps says what to install on a system that it does not know" {
	printf '%s\n' 'PRETTY_NAME="Arch Linux"' 'ID=arch' >arch.release
	run -3 managed arch ci
	[ "$output" = 'deps: Arch Linux is neither Debian, Ubuntu, Fedora nor Alpine; please install what Debian calls jq curl ca-certificates' ]
	run -3 managed nothing ci
	[[ $output == 'deps: this system is neither'* ]]
	# A user who is not root, and cannot become it.
	as=()
	echo ID=alpine >alpine.release
	managed alpine ci >/dev/null
	[[ $EUID -ne 0 ]] || as=(unshare --user)
	run -3 "${as[@]}" env PATH="$PWD/only" OS_RELEASE="$PWD/alpine.release" "$ROOT/scripts/deps" ci
	[ "$output" = 'deps: neither root nor sudo; please install jq curl ca-certificates' ]
}
