#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: the rules that a reader of the source relies on hold.

load ../helpers/trace

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	mapfile -t sources < <(git ls-files -co --exclude-standard '*.[ch]' |
		grep -E '^(lib|probe|aggregate|alertd|serve)/')
	mapfile -t headers < <(printf '%s\n' "${sources[@]}" | grep '\.h$')
}

# only HEADER FILE…: nobody else includes it.
only() {
	local header=$1 found
	shift
	found=$(grep -lE "^#include <$header" "${sources[@]}" | sort)
	[ "$found" = "$(printf '%s\n' "$@" | sort)" ] ||
		{ echo "$header is included by: $found"; return 1; }
}

# compiles HEADER: alone, and twice; prints it if it does not.
compiles() {
	local h=$1 seen=(-Ilib)
	[[ $h = @(lib|tests)/* ]] || seen+=(-I"${h%%/*}")
	printf '#include "%s"\n#include "%s"\n' "$PWD/$h" "$PWD/$h" |
		cc -std=c11 -Wall -Wextra -Werror "${seen[@]}" \
			-D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE '-DVERSION="0"' \
			-include lib/base/banned.h -fsyntax-only -x c - ||
		{ echo "$h"; return 1; }
}

# Where a .c includes its own header first, its object shows that the header needs none
# before it; only the others are compiled here.
@test "every header compiles alone: it is the first include of its .c, or is tried" {
	local c h first
	for h in "${headers[@]}" tests/fuzz/*.h; do
		c=${h%.h}.c
		[ "$h" != lib/base/banned.h ] || continue
		if [ ! -e "$c" ]; then
			compiles "$h"
			continue
		fi
		first=$(grep -m 1 '^#include' "$c")
		[ "$first" = "#include \"${h#*/}\"" ] ||
			[ "$first" = "#include \"${h##*/}\"" ] ||
			{ echo "$c includes its own header not first, but: $first"; return 1; }
	done
}

@test "every header may be included twice" {
	awk 'FNR == 1 { guard = ""; n = 0 }
		/^#/ && ++n == 1 { guard = $1 == "#ifndef" ? $2 : "" }
		/^#/ && n == 2 && !($1 == "#define" && guard != "" && $2 == guard) {
			print FILENAME ": no guard"
			bad = 1
		}
		n == 2 { nextfile }
		END { exit bad }' "${headers[@]}" tests/fuzz/*.h
}

@test "a library is known to its owners alone" {
	only curl/ alertd/transport/{http_client,smtp_client,transfers}.c \
		probe/http/{client,sockets,url}.c probe/http/{tls,transfer}.h
	only hiredis/ lib/store/{connection,reply}.c
	only openssl/ssl.h lib/store/connection.c probe/http/{failure,tls}.c
	only yaml.h lib/conf/yaml.c
	only zlib.h probe/http/decoding.c serve/preview/canvas.c serve/render/render.c
	only brotli/ probe/http/decoding.c
	only fcgiapp.h serve/fastcgi.c serve/main.c
}

# Headers that glibc has, and musl has not; and calls.
GLIBC_ALONE='aliases argp argz envz error execinfo fstab gconv gnu/.* gshadow mcheck nss
	obstack printf proc_service re_comp regexp rpc/.* sgtty stab sys/cdefs sys/queue
	sys/rseq sys/single_threaded sys/sysctl sys/unistd termio thread_db ttyent'
CALLS_ALONE='backtrace canonicalize_file_name error_at_line mallinfo malloc_trim rawmemchr
	register_printf_function TEMP_FAILURE_RETRY'

@test "a source needs nothing that glibc alone has" {
	local f
	# shellcheck disable=SC2086
	run grep -nE "^ *# *include <($(printf '|%s' $GLIBC_ALONE))\\.h>|\\<(-$(printf '|%s' $CALLS_ALONE))\\(" "${sources[@]}"
	[ -z "$output" ] || { echo "$output"; return 1; }
	# The headers of glibc bring int64_t unasked. Without comments:
	while read -r f; do
		cc -w -fpreprocessed -E -P -x c "$f" | grep -qwE 'u?int(8|16|32|64)_t' || continue
		cc -std=c11 -Ilib -I"${f%%/*}" -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
			'-DVERSION="0"' -include lib/base/banned.h -M -x c "$f" |
			grep -q '/include/stdint\.h' || { echo "$f: no <stdint.h>"; return 1; }
	done < <(grep -lwE 'u?int(8|16|32|64)_t' "${headers[@]}")
	# What is there on some systems alone is asked for.
	run bash -c 'grep -lw mallopt "$@" | xargs grep -L "^#ifdef M_MMAP_THRESHOLD"' - "${sources[@]}"
	[ -z "$output" ] || { echo "$output"; return 1; }
}

# takes TYPE CALL: whether a function that has one of that type as b may make this call.
takes() {
	printf '%s\n' '#include "api/api.h"' '#include "badge/badge.h"' \
		'#include "data/places.h"' '#include "pages/html.h"' \
		'#include "preview/preview.h"' '#include "words/words.h"' \
		"void f(struct $1 *b);" "void f(struct $1 *b) { $2; }" |
		cc -std=c11 -Ilib -Iserve -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE '-DVERSION="0"' \
			-Werror -Wformat -fsyntax-only -x c - 2>out
}

refuses() {
	if takes "$@"; then
		return 1
	fi
	grep -q 'incompatible.pointer' out
}

# An image showed the tags of a page.
@test "no markup goes into a text: the compiler refuses it" {
	local call
	cd "$BATS_TEST_TMPDIR" && ln -s "$OLDPWD"/{lib,serve} .
	for call in 'html_fmt(b, "x")' 'html_intro(b, 0)' 'own_checks_put(b, 0)' \
		'html_element(b, "p", "")' 'escape_put(b, "")' 'feed_put(b, 0)' 'badge_put(b, 0, 0)'; do
		takes html "$call"
		refuses buf "$call"
	done
	for call in 'times_clock(b, 0)' 'times_span(b, 0)' 'places_put(b, 0)' \
		'incident_words_latest(b, 0)' 'preview_put(b, 0)' 'calendar_put(b, 0, 0, 0, 0)'; do
		takes buf "$call"
		refuses html "$call"
	done
	# A template takes a text as text, and a part as a part.
	takes html 'html_fmt(b, "%s %ls %d", "", HTML_TIME(0, 0), 1)'
	for call in '"%ls", ""' '"%s", HTML_SPAN(1)' '"%d", ""' '"%s"'; do
		! takes html "html_fmt(b, $call)" || { echo "$call"; return 1; }
		grep -q 'Werror=format' out
	done
	# Nobody makes a text of markup.
	cd "$OLDPWD"
	run grep -rnE 'escape_undo|\(struct buf \*\)|\(struct html \*\)' serve
	[ "$status" = 1 ] || { echo "$output"; return 1; }
}

@test "an area has at most 25 files of C" {
	local area n
	while read -r n area; do
		[ "$n" -le 25 ] || { echo "$area: $n"; return 1; }
	done < <(printf '%s\n' "${sources[@]}" | grep '\.c$' | xargs -n1 dirname |
		sort | uniq -c)
}

# The floors of each house, from the roof down: an area, or a file that is in
# none. Those with commas between them share a floor.
FLOORS='
lib: conf tools records terms store cgi json base
probe: main probe steps expiry report,options,queue target auth protocol http redaction
aggregate: main commands judge store,snapshot,export words figures options histories pinned rule poisoning
serve: main render,fastcgi handlers api,badge,mcp,preview,widget pages fetch
	words data source,http access
alertd: main web,commands notifier evaluate emit,delivery
	subscribe output,input,options,last_good sinks,routing words outbox,state,transport incident
	run
'

# What each file includes, as "FILE AREA INCLUDED"; of another program's: "?".
included() {
	local f i folder area
	while IFS=: read -r f i; do
		folder=${f%%/*} area=${f%/*}
		[ "$area" != "$folder" ] || area=${f%.*}
		if [ -e "$folder/$i" ]; then
			i=$folder/$i
		elif [ "$folder" != lib ] && [ -e "lib/$i" ]; then
			continue
		else
			i='?'
		fi
		[ "${i%/*}" != "$folder" ] || i=${i%.*}/
		echo "$f $area ${i%/*}"
	done < <(grep -HoP '^#include "\K[^"]+' "${sources[@]}")
}

@test "a file includes what is beside it or below, and nothing of another program" {
	included | awk -v floors="$FLOORS" '
		BEGIN {
			n = split(floors, word)
			for (i = 1; i <= n; i++) {
				if (sub(/:$/, "", word[i])) {
					folder = word[i]
					continue
				}
				m = split(word[i], area, ",")
				for (j = 1; j <= m; j++)
					floor[folder "/" area[j]] = i
			}
		}
		!floor[$2] { print $1 ": " $2 " has no floor"; bad = 1 }
		$2 != $3 && (!floor[$3] || floor[$3] < floor[$2]) {
			print $1 " includes " $3
			bad = 1
		}
		END { exit bad || !NR }'
}

# Only the driver, probe.c, knows the order of the steps. The check for stale caches is a
# part of steps 6 and 8.
@test "a step of the probe calls no other step" {
	local o other steps=(build/probe/steps/{authorization,connection,handshake,tools}.o)
	for o in "${steps[@]}"; do
		for other in "${steps[@]}"; do
			[ "$o" != "$other" ] || continue
			run comm -12 <(nm -u "$o" | awk '{ print $2 }' | sort) \
				<(nm -g --defined-only "$other" | awk '{ print $3 }' | sort)
			[ "$status $output" = '0 ' ] || { echo "$o: $output"; return 1; }
		done
	done
}

@test "a static name stands in few files of a program" {
	local folder many
	# Callbacks of one interface are called alike: those of struct sink.
	for folder in lib probe aggregate alertd serve; do
		many=$(printf '%s\n' "${sources[@]}" | grep "^$folder/.*\.c$" |
			xargs grep -HoP '^static [^=;]*?\b\w+(?=\()' |
			awk -F '[: *]' '{ print $1, $NF }' | sort -u |
			awk '$1 ~ "/sinks/" && $2 ~ /^(build|judge)$/ { next }
				{ n[$2]++ } END { for (i in n) if (n[i] > 4) print i, n[i] }')
		[ -z "$many" ] || { echo "$folder: $many"; return 1; }
	done
}

@test "only main and xalloc end the program" {
	run grep -nE '\b_?exit\(' "${sources[@]}"
	[ -z "$(grep -vE '^(lib/base/xalloc.c|[a-z]+/main.c):|^lib/base/banned.h' <<<"$output")" ]
}

# circles.allowed lists what is left of older circles: a line goes with its circle, and
# none is added.
@test "no file or folder uses one that uses it" {
	diff tests/meta/circles.allowed <(tests/meta/circles build)
}

@test "what decides touches neither clock, file, socket nor environment" {
	local f objects=()
	for f in aggregate/{rule,figures,poisoning,words}/*.c aggregate/export/rows.c aggregate/commands/status_screen*.c \
		alertd/{incident,routing,words}/*.c alertd/outbox/outbox.c \
		alertd/commands/{check_coverage,check_event,explain,replay_report,timeline}.c \
		alertd/sinks/*.c alertd/transport/{error_text,form,mime,signature}.c \
		lib/conf/match.c lib/base/{chars,ip,num,phrase,strings,text,tzif}.c \
		lib/{json,terms,tools}/*.c lib/records/maintenance.c \
		lib/store/{reply,url}.c lib/cgi/request.c \
		probe/{protocol,redaction}/*.c probe/steps/step_results.c \
		probe/auth/{challenge,oauth}.c \
		probe/expiry/view.c probe/http/framing.c \
		serve/{access,api,badge,data,http,mcp,pages,preview,widget,words}/*.c; do
		case $f in
		# What waits for an answer, and what asks the store or the clock.
		probe/protocol/exchange.c | probe/protocol/*transport.c | \
			serve/http/front.c | \
			alertd/routing/rate_limit.c) continue ;;
		esac
		objects+=("build/${f%.c}.o")
	done
	nm -Au "${objects[@]}" >"$BATS_TEST_TMPDIR/called"
	run grep -E ' U (fopen|fputs|fputc|printf|fprintf|puts|putchar|open|read|write|time|clock_gettime|gettimeofday|getenv|socket|curl_[a-z_]*|clock_wall|clock_mono_ms|store_[a-z_]*)$' \
		"$BATS_TEST_TMPDIR/called"
	[ "$status" -eq 1 ] || { echo "$output"; return 1; }
}

@test "the registry's host stands nowhere" {
	! git ls-files -co --exclude-standard | xargs grep -lE 'registry\.np[m]js|deb\.debia[n]\.org'
}

@test "the comment above a public function names its parameters" {
	tests/meta/contracts "${headers[@]}"
}

@test "comments and design pages mention what is there" {
	tests/meta/mentions
}

# In a regular expression of jq, "$" matches before a newline at the end, too: "\\z" is
# the end.
@test "no regular expression of jq in a script lets a newline through at its end" {
	! git grep -nE '\b(test|match|capture|scan|g?sub|splits?)\("([^"\\]|\\.)*\$([|)]|")' -- \
		scripts ':!scripts/grafana'
}

# cloud.bash and the files of inboxes elsewhere run by themselves.
# needs.bash does without.
@test "no script for users asks for more than bash 4.4 has" {
	! git grep -nE 'EPOCH(REALTIME|SECONDS)|SRANDOM|BASH_ARGV0|\bwait ([^|&;]* )?-[a-z]*[fp]|wait -n [^|&;]|\$\{[^}]*@[UuLKk]\}|\$\{ |local -[a-zA-Z]*I|localvar_inherit|globskipdots|patsub_replacement|assoc_expand_once|GLOBSORT|BASH_(MONOSECONDS|TRAPSIG)|\$\{\||printf [^;|]*%Q|compgen -V|trap -P|-[a-z]*A[a-z]* [a-z_]+=\([^[)]' -- \
		scripts ':!scripts/needs.bash'
}

@test "no part of mcp-fleet defines a function that another has" {
	run bash -c 'shopt -s extglob
		cat scripts/mcp-fleet scripts/!(cloud|inbox_*).bash | grep -oE "^[a-z_0-9]+\(\)" | sort | uniq -d'
	[ "$status $output" = '0 ' ]
}

# Files that say no licence of their own, as expressions, and why: LICENSE holds for them.
LEFT_OUT='
\.(md|txt)$ prose
\.(json|jsonl|gz|tsv|rows|story|dict|bin)$ data
\.(svg|png)$ pictures
^serve/pages/land\.path$ data, in the public domain
^serve/preview/glyphs\.licence$ the licence of the letters
^tests/fuzz/corpus/ inputs
^tests/fixture/releases/[0-9] of a release, as it was
^tests/fixture/.*\.yaml$ data
\.(same|allowed|banned|list|npmrc)$ lists for tools
\.acl$ Redis takes no comment there
^scripts/debian/(changelog|control|copyright|source/) forms of Debian
(^|/)(LICENSE|\.git(ignore|attributes)|\.clang-format)$ itself, and settings of tools
'

@test "every source, script, page and unit names its licence" {
	local file
	git ls-files -co --exclude-standard |
		grep -vE "$(grep . <<<"$LEFT_OUT" | cut -d ' ' -f 1 | paste -s -d '|')" |
		while read -r file; do
			[[ ! -s $file ]] || head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' ||
				echo "$file"
		done >"$BATS_TEST_TMPDIR/without"
	diff /dev/null "$BATS_TEST_TMPDIR/without"
	# And what is made of them.
	[ "$(head -qn 1 build/serve/*/*.c build/alertd/*/*.c build/aggregate/store/*.c |
		grep -vcF '/* SPDX-License-Identifier: MIT */')" -eq 0 ]
}
