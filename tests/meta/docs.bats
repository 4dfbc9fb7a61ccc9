#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what is written about the programs is what they do.

load ../helpers/trace

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	BIN=${BIN:-build/bin}
}

@test "mandoc finds nothing to say about the pages" {
	output=$(mandoc -T lint man/*.[1-8] 2>/dev/null |
		grep -v 'referenced manual not found' || true)
	[ -z "$output" ] || { echo "$output"; return 1; }
}

# Whoever adds a sentence finds one that says the same, or nothing.
@test "the manual has at most 45,000 words, and each page of these at most so many" {
	local page words all=0
	declare -A most=([mcp-aggregate.1]=4500 [mcp-alert.1]=4500 [mcp-serve.8]=4000 [mcp-fleet.7]=4000)
	for page in man/*.[1-8]; do
		words=$(mandoc -T ascii "$page" | sed "s|.\x08||g" | wc -w)
		all=$((all + words))
		[ "$words" -le "${most[${page##*/}]:-4500}" ] || { echo "$page: $words"; return 1; }
	done
	[ "$all" -ge 40000 ]
	[ "$all" -le 45000 ] || { echo "$all words"; return 1; }
}

# A page whose NAME is not as it should be has no line there.
@test "apropos mcp finds every page" {
	local page index
	# Debian calls them so, to leave those of man-db alone.
	index=$(type -P makewhatis || type -P /usr/sbin/makewhatis)
	for page in man/*.[1-8]; do
		install -D -m 644 -t "$BATS_TEST_TMPDIR/man${page##*.}" "$page"
	done
	"$index" "$BATS_TEST_TMPDIR"
	"$(type -P mapropos || type -P apropos)" -M "$BATS_TEST_TMPDIR" mcp >"$BATS_TEST_TMPDIR/found"
	for page in man/*.[1-8]; do
		page=${page##*/}
		grep -qE "^${page%.*} ?\(${page##*.}\) - .* *[a-zA-Z]" "$BATS_TEST_TMPDIR/found" ||
			{ echo "$page"; return 1; }
	done
}

@test "a page that another refers to is there, or the system's" {
	local system=' cron(8) curl(1) env(1) crontab(5) prove(1) jq(1) openssl(1) ssh(1) sshd(8) systemd.exec(5) write(2) redis-server(1) rename(2) '
	while read -r name section; do
		[ -e "man/$name.$section" ] ||
			[[ $system == *" $name($section) "* ]] ||
			{ echo "$name($section)"; return 1; }
	done < <(sed -n 's/^\.Xr \([^ ]*\) \([0-9]\).*/\1 \2/p' man/*.[1-8] | sort -u)
}

# words TEXT: the options, arguments and brackets, one form for both sources.
words() {
	tr -s ' \n' '  ' | sed 's/ *\([][|]\) */\1/g; s/^ *//; s/ *$//'
}

# helps PROGRAM: --help, of itself, then of each command, the forms of one once: that
# of "tools" shows "tools signs", too.
helps() {
	local command
	"$1" -h
	"$1" -h | sed -nE '/^(commands|for scripts):/,/^$/s/^  ([a-z]+( [a-z]+)?).*/\1/p' | uniq |
		awk '{ all[NR] = $0; is[$0] = 1 } END { for (i = 1; i <= NR; i++)
			if (split(all[i], word) == 1 || !is[word[1]]) print all[i] }' |
		while read -ra command; do
			"$1" "${command[@]}" -h
		done
}

# section PAGE NAME: as it is shown.
section() {
	MANWIDTH=500 mandoc -T ascii -O width=500 "$1" | sed 's|.\x08||g' |
		sed -n "/^$2/,/^[A-Z]/p" | sed '1d;$d'
}

# each FUNCTION: of every program, with its page.
each() {
	local p
	for p in "$BIN"/mcp-* scripts/mcp-* scripts/nagios/check_mcp; do
		"$1" "$p" man/"${p##*/}".[18] || { echo "$p"; return 1; }
	done
}

# forms PROGRAM: each on a line, sorted.
forms() {
	sed "s/ *\($1[ []\)/\n\1/g" | sed 's/ *$//' | sort -u
}

# common: the options that a page calls [common], where it says which they are.
common() {
	local text
	text=$(cat)
	echo "${text%%common is\[*}" | sed "s/\[common\]/[${text#*common is\[}/g"
}

same_usage() {
	local usage
	usage=$(helps "$1" | sed -n '/^usage:/,/^$/{s/^usage://p;t;/^       /p;}' |
		grep -vE '^ *mcp-[a-z]+ command ')
	# In any order.
	diff <(section "$2" SYNOPSIS | words | common | forms "${1##*/}") \
		<(words <<<"$usage" | forms "${1##*/}")
}

@test "usage is the synopsis of the page" {
	each same_usage
}

same_options() {
	diff <(section "$2" DESCRIPTION | sed -nE 's/^     (-\S+( \S+)*).*/\1/p' |
		sed 's/ | /|/' | sort) <(helps "$1" |
		sed -nE '/^options:/,/^$/s/^  (-\S+( \S+)*).*/\1/p' | sort -u)
}

@test "the options of --help are those of the page, line by line" {
	each same_options
}

same_exits() {
	diff <(section "$2" 'EXIT STATUS' | sed -nE 's/^     ([0-9]+) .*/\1/p') \
		<("$1" -h | sed -nE '/^exit status:/,/^$/s/^  ([0-9]+)  .*/\1/p')
}

@test "the exit statuses of --help are those of the page" {
	each same_exits
}

@test "every key of the store is in mcp-store(7)" {
	sed -n '/^\.Sh FILES/,/^\.Sh SEE/s/^\.It //p' man/mcp-store.7 | tr -d ' ' |
		sed 's/Ta.*//' | grep : | sort -u >"$BATS_TEST_TMPDIR/page"
	{
		grep -oP '^\t\{"\K[a-z]+:[^"]*' aggregate/snapshot/fleet_keys.c
		grep -oP '^#define KEY_[A-Z]+ "\K[^"]*' lib/store/keys.h
	} | sort -u | diff - "$BATS_TEST_TMPDIR/page"
}

@test "every code that a probe can report is in its page" {
	grep -ohE '"(dns|tcp|tls|http|mcp|auth|oauth|tool|hash|body|sse)\.[a-zA-Z][A-Za-z0-9-]*"' probe/*.c probe/*/*.c |
		tr -d '"' | grep -vE '\.h$|^auth\.(mode|credential)$' | sort -u |
		while read -r code; do
			grep -qE "^\.It .*\b${code//./\\.}\b" man/mcp-probe.1 ||
				{ echo "$code"; return 1; }
		done
}

# known COMMAND…: whether the program has this command, and these options. What is
# not ours is.
known() {
	local help word command=$2
	[[ $1 == mcp-* ]] || return 0
	[[ $command =~ ^[a-z]+$ ]] || command=''
	help=$("$1" ${command:+"$command"} -h) || return 1
	for word in "${@:2}"; do
		[[ $word != -* ]] || grep -qw -- "$word" <<<"$help" || return 1
	done
}

@test "every kind of alert has a section in mcp-runbook(7): three commands that there are, a cause, an end" {
	local kind section line words n
	PATH=$(cd "$BIN" && pwd):$PWD/scripts:$PATH
	sed -nE '/^#define ALERT_(INCIDENT|SINGLE)_KINDS/,/^[^\t#]/s/^\tX\([A-Z_]+, "([a-z_]+)".*/\1/p' \
		lib/records/alert.h >"$BATS_TEST_TMPDIR/kinds"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/kinds")" -ge 17 ]
	mandoc -T html -O fragment man/mcp-runbook.7 >"$BATS_TEST_TMPDIR/html"
	while read -r kind; do
		grep -q " id=\"$kind\"" "$BATS_TEST_TMPDIR/html" || { echo "$kind"; return 1; }
		n=0
		while read -r line; do
			eval "words=($line)"
			known "${words[@]}" || { echo "$kind: $line"; return 1; }
			n=$((n + 1))
		done < <(sed -n "/^\.Ss $kind\$/,/^\.S[sh] /p" man/mcp-runbook.7 |
			sed -n '/^\.Bd/,/^\.Ed/{/^\./!p}')
		[ "$n" -eq 3 ] || { echo "$kind: $n commands"; return 1; }
		section=$(sed -n "/^\.Ss $kind\$/,/^\.S[sh] /p" man/mcp-runbook.7)
		# What it means is said before the first command.
		[[ $section =~ ^[^$'\n']*$'\n'[A-Z0-9][^$'\n']+ ]] || { echo "$kind: no meaning"; return 1; }
		[[ $section =~ [Uu]sual\ causes? ]] || { echo "$kind: no cause"; return 1; }
		[[ $section =~ It\ is\ over\ (after|when)|Nothing\ resolves\ this\ alert ]] ||
			{ echo "$kind: no end"; return 1; }
	done <"$BATS_TEST_TMPDIR/kinds"
}

# Sentences, and whether one of words.banned is in each.
SENTENCES='
yes|The operator is told of it.
yes|A policy that does, tells of each of its servers by itself.
yes|What is not given names everything, but something has to be given.
yes|It works. Who shows a token may read.
yes|The region stands still.
yes|The clock is that of the region.
yes|It waits for the one that answers.
yes|Ten servers, of which two fail.
yes|The batch is sent once more.
yes|The same holds for a region.
yes|Its servers let in who has no credential.
yes|Walled: it asks for a credential.
yes|It does not send the certificates between.
yes|It keeps what tools say.
no|mcp-alert retries the delivery for an hour.
no|You are notified of what changed, and which server it was.
no|auth-walled stands for a server that requires a login.
no|What is amber?
no|A user who shows a token may read.
'

@test "words finds turns of phrase that make a reader stop, and nothing in plain sentences" {
	grep . <<<"$SENTENCES" | cut -d '|' -f 2 | tests/meta/words - | cut -d : -f 1 | sort -nu >"$BATS_TEST_TMPDIR/found"
	diff <(grep . <<<"$SENTENCES" | grep -n '^yes' | cut -d : -f 1) "$BATS_TEST_TMPDIR/found"
}

# words.allowed has what is left of them: a number goes down, or away, with them
# (tests/meta/words -u), and none is added.
@test "no file has more turns of phrase that words.banned has than words.allowed says" {
	tests/meta/words >"$BATS_TEST_TMPDIR/words"
	diff tests/meta/words.allowed "$BATS_TEST_TMPDIR/words" && return
	comm -13 <(sort tests/meta/words.allowed) <(sort "$BATS_TEST_TMPDIR/words") |
		cut -d ' ' -f 2 | xargs -r tests/meta/words
	return 1
}

# named PAGE: the sections of others that it names, "mcp-alert.1 MAINTENANCE" a line: by
# a heading in capitals, or in a table "mcp-alert(1), Heading".
named() {
	mandoc -T ascii -O width=500 "$1" | sed 's/.\x08//g' | tr -s '\n ' '  ' |
		grep -oP "(?<![\w\$-])(A )?[A-Z][A-Z'-]+( [A-Z'-]+)*,? (in|of) [a-z._-]+\(\d\)|[a-z._-]+\(\d\), (A )?[A-Z][A-Z'-]+( [A-Z'-]+)*(?![a-z])" |
		sed -E 's/^(.*[^,]),? (in|of) (.*)\((.)\)$/\3.\4 \1/; s/^(.*)\((.)\), /\1.\2 /'
	sed -nE '/^\.It .* Ta .*Xr \S+ [1-8] , /{s/.*Xr (\S+) ([1-8]) , /\1.\2 /; s/ No .*//; p}' "$1"
}

@test "a section that a page names of another is there" {
	local page section other
	for page in man/*.[1-8]; do
		named "$page"
	done | sort -u | grep -vE ' (API|JSON)$' >"$BATS_TEST_TMPDIR/named"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/named")" -gt 20 ]
	while read -r other section; do
		[[ -e man/$other ]] || continue
		sed -nE 's/^\.S[hs] //p' "man/$other" | sed -E 's/\\&$//; s/:.*//' |
			grep -qxF -- "$section" || { echo "$other: $section"; return 1; }
	done <"$BATS_TEST_TMPDIR/named"
}

# Codes that no test provokes, and why.
UNPROVOKED='
tcp.failed    what is left over; no errno of connect(2) but the named ones can be had
tls.client-certificate  is made a wall, or a refused credential; see cli/probe/mtls.bats
dns.failed    what is left over; glibc has no other failure that can be had
'

@test "every code in the page is provoked by a test" {
	sed -n '/^\.Sh DIAGNOSTICS/,/^\.Pp/s/^\.It //p' man/mcp-probe.1 |
		tr -d ' ' | tr ',' '\n' | grep -v N | sort >"$BATS_TEST_TMPDIR/codes"
	while read -r code; do
		grep -q "^$code " <<<"$UNPROVOKED" && continue
		grep -qE "(^|[^a-z.])${code//./\\.}([^a-z.-]|$)" tests/cli/*/*.bats ||
			{ echo "$code"; return 1; }
	done <"$BATS_TEST_TMPDIR/codes"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/codes")" -gt 50 ]
}

@test "shellcheck finds nothing to say about the scripts" {
	run bash -c 'git ls-files -co --exclude-standard | while read -r f; do head -n 1 "$f" | grep -qaE "^#!.*\b(ba)?sh$" && echo "$f"; done | xargs -n 1 shellcheck -x'
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
}

@test "make help names every target that README and CONTRIBUTING name, and each is there" {
	local target
	make -s help >"$BATS_TEST_TMPDIR/help"
	sed -nE 's/^make ([a-z-]+) .*/\1/p' "$BATS_TEST_TMPDIR/help" | sort -u >"$BATS_TEST_TMPDIR/named"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/named")" -gt 12 ]
	while read -r target; do
		grep -qE "^$target( [a-z]+)*:" Makefile tests/tests.mk || { echo "$target"; return 1; }
	done <"$BATS_TEST_TMPDIR/named"
	grep -ohE '(^ +|`)make [a-z-]+' README.md CONTRIBUTING.md | sed 's/.*make //' | sort -u |
		grep -vxE 'help|-.*' | comm -23 - "$BATS_TEST_TMPDIR/named" >"$BATS_TEST_TMPDIR/missing"
	diff /dev/null "$BATS_TEST_TMPDIR/missing"
}

@test "every file of tests is in tests/FILES.md, which tests/long/mutants --table makes" {
	diff <(cd tests && printf '%s\n' unit/*/test_*.c meta/*.bats cli/*/*.bats long/*.bats | sort) \
		<(sed -n 's/^| \([a-z]*\/[^ ]*\) |.*/\1/p' tests/FILES.md | sort)
}

# Of each library that the Makefile links, as the packages name it.
LIBRARIES='brotlidec:brotli cjson:cJSON crypto:OpenSSL curl:libcurl fcgi:FCGI hiredis:hiredis
	ssl:OpenSSL yaml:libyaml z:zlib'

@test "the packages have the text of LICENSE, and name the licence of each library and font" {
	local library name
	diff <(sed '1,4d' LICENSE) <(sed -n '/^License: MIT$/,/^$/{s/^ \.\?//p;}' scripts/debian/copyright)
	for library in $(sed -n 's/^[a-z]*_LIBS = //p' Makefile | tr ' ' '\n' | sort -u); do
		[ "$library" != -lm ] || continue
		name=$(tr ' \t' '\n' <<<"$LIBRARIES" | sed -n "s/^${library#-l}://p")
		[[ $name ]] && grep -qE "\b$name\b[^,]* \([A-Za-z0-9.-]+\)" <<<"$(tr -s ' \n' '  ' <scripts/debian/copyright)" ||
			{ echo "$library"; return 1; }
	done
	diff <(sed '1,3d; s/ *$//' serve/preview/glyphs.licence | grep -v '^Copyright' | tr -s ' \n' '\n') \
		<(sed -n '/^License: Bitstream-Vera$/,/^$/{s/^ \.\?//p;}' scripts/debian/copyright | tr -s ' \n' '\n')
}

@test "make html: links of the site and of Markdown lead somewhere, without a network" {
	local page target
	scripts/manual --html "$BATS_TEST_TMPDIR/html" man/*.[1-8]
	[ "$(find "$BATS_TEST_TMPDIR/html" -name '*.[1-8].html' | wc -l)" -eq "$(find man -name '*.[1-8]' | wc -l)" ]
	run grep -nE '(src|action)="[^"]*:|<link [^>]*href="[^"]*:|@import|[ :]url\(' "$BATS_TEST_TMPDIR/html/"{*.html,style.css,search.js}
	[ -z "$output" ] || { echo "$output"; return 1; }
	for page in "$BATS_TEST_TMPDIR"/html/*.html man/md/*.md; do
		grep -oP ' href="\K[^"#]*(#[^"]*)?(?=")' "$page" | sort -u | while read -r target; do
			[[ $target != \#* ]] || target=${page##*/}$target
			[ -e "${page%/*}/${target%%#*}" ] || { echo "$page: $target"; return 1; }
			[[ $target != *\#* ]] ||
				grep -qF " id=\"${target#*#}\"" "${page%/*}/${target%%#*}" ||
				{ echo "$page: $target"; return 1; }
		done
	done
	for page in "$BATS_TEST_TMPDIR"/html/*.[1-8].html; do
		grep -qF "\"${page##*/}\"" "$BATS_TEST_TMPDIR/html/index.html"
	done
}

# Where it differs: make html, and commit man/md.
@test "the Markdown that a forge shows is that of the manual pages" {
	scripts/manual --markdown "$BATS_TEST_TMPDIR" man/*.[1-8]
	diff -r man/md "$BATS_TEST_TMPDIR"
}

# found QUERY: the first section that the search of the site finds.
found() {
	node -e 'const vm = require("vm"), fs = require("fs"), window = {};
		const site = vm.createContext({window, manualIndex: (list) => window.manualIndex(list)});
		for (const file of ["search.js", "index.js"])
			vm.runInContext(fs.readFileSync(`${process.argv[1]}/${file}`, "utf8"), site);
		console.log(window.manualSearch(process.argv[2]).map((s) => s[0])[0]);' "$BATS_TEST_TMPDIR" "$1"
}

@test "the search of the manual finds the section" {
	scripts/manual --html "$BATS_TEST_TMPDIR" man/*.[1-8]
	while IFS='|' read -r query section; do
		[ "$(found "$query")" = "$section" ] || { echo "$query: $(found "$query")"; return 1; }
	done <<-'END'
	mute|mcp-alert.1.html#MUTE_ALERTS
	the rule|mcp-aggregate.1.html#THE_RULE
	Badges serve|mcp-serve.8.html#Badges
	"quoted" nowhere-at-all|undefined
	END
}

# headings FILE: what a forge calls them in an address, and what has an id.
headings() {
	sed -n 's/^##* //p' "$1" | tr '[:upper:] ' '[:lower:]-' | tr -cd 'a-z0-9_\n-'
	grep -oP ' id="\K[^"]*' "$1"
}

@test "what README and the pages beside it link is there; Install is on the second screen" {
	local page link file
	for page in *.md man/*.md; do
		grep -oP '(\]\(|src=")\K(?!https?:)[^")]*' "$page" | while read -r link; do
			file=${page%"${page##*/}"}${link%%#*}
			[ -e "${file:-$page}" ] || { echo "$page: $link"; return 1; }
			[[ $link != *\#* ]] || headings "${file:-$page}" | grep -qxF -- "${link#*#}" ||
				{ echo "$page: $link"; return 1; }
		done
	done
	[ "$(grep -oE '@v[0-9.]+' README.md | sort -u)" = "@v$(sed -n 's/^VERSION = //p' Makefile)" ]
	[ "$(grep -n '^## Install' README.md | cut -d : -f 1)" -lt 70 ]
	for page in man/*.[1-8]; do
		grep -qF "(man/md/${page##*/}.md" README.md ||
			[[ $page == man/@(check_mcp.1|mcp-fleet.1) ]] || { echo "README: $page"; return 1; }
	done
}

# What is new comes into the list by tests/meta/contract -u.
@test "nothing that others' scripts use goes: contract.list; what holds it is there" {
	local file
	LC_ALL=C comm -23 tests/meta/contract.list <(tests/meta/contract) | diff /dev/null -
	[ "$(wc -l <tests/meta/contract.list)" -gt 900 ]
	for file in $(grep -oE '\b(meta|unit|cli)/[A-Za-z_/.-]+\.(bats|c|list)' man/CONTRACT.md | sort -u); do
		[ -e "tests/$file" ] || { echo "$file"; return 1; }
	done
}
