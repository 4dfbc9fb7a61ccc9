#!/usr/bin/env bats
# Goal: the rules that a reader of the source relies on hold.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	CPPFLAGS="-Ilib -Iprobe -Iaggregate -Ialertd -Iserve -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -DVERSION=\"0\" -include lib/banned.h"
	mapfile -t sources < <(printf '%s\n' {lib,probe,aggregate,alertd,serve}/*.[ch])
}

# includes HEADER FILE…: nobody else includes it.
only() {
	local header=$1 found
	shift
	found=$(grep -lE "^#include <$header" "${sources[@]}" | sort)
	[ "$found" = "$(printf '%s\n' "$@" | sort)" ] ||
		{ echo "$header is included by: $found"; return 1; }
}

@test "every header compiles alone, and twice" {
	for h in {lib,probe,aggregate,alertd,serve,tests/fuzz}/*.h; do
		[ "$h" = lib/banned.h ] && continue
		# shellcheck disable=SC2086
		printf '#include "%s"\n#include "%s"\n' "$PWD/$h" "$PWD/$h" |
			cc -std=c11 -Wall -Wextra -Werror $CPPFLAGS \
				-fsyntax-only -x c - || { echo "$h"; return 1; }
	done
}

@test "a library is known to its owners alone" {
	only curl/ alertd/http_send.c alertd/smtp_send.c probe/http.c probe/http_fail.h \
		probe/http_fields.h probe/http_setup.h probe/http_tls.h probe/http_transfer.h \
		probe/url.c
	only hiredis/ lib/store.c
	only yaml.h lib/conf_yaml.h
	only fcgiapp.h serve/main.c
}

@test "a program's folder includes nothing of another's" {
	local f h name
	# "FILE:NAME" of each header that is included without a folder.
	while IFS=: read -r f name; do
		[ ! -e "${f%/*}/$name" ] || continue
		for h in {probe,aggregate,alertd,serve}/"$name"; do
			[ ! -e "$h" ] || { echo "$f includes $h"; return 1; }
		done
	done < <(grep -HoP '^#include "\K[^"/]+(?=")' "${sources[@]}")
}

@test "only main and xalloc end the program" {
	run grep -nE '\b_?exit\(' "${sources[@]}"
	[ -z "$(grep -vE '^(lib/xalloc.c|[a-z]+/main.c):|^lib/banned.h' <<<"$output")" ]
}

@test "what decides touches neither clock, file, socket nor environment" {
	for o in aggregate/verdict aggregate/drift aggregate/churn aggregate/run aggregate/history aggregate/status \
		aggregate/status_server aggregate/status_pipeline aggregate/bucket \
		aggregate/figures aggregate/rates lib/hist serve/route \
		lib/request serve/view serve/badge serve/card serve/glyphs serve/metrics serve/brand serve/embed serve/feed \
		serve/incidents serve/page_answers serve/page_incidents serve/page_list serve/page_map \
		serve/page_past serve/page_status serve/part serve/past serve/places \
		serve/search serve/sides serve/told serve/works serve/respond \
		serve/server serve/suggest serve/escape alertd/machine alertd/tally \
		alertd/layer alertd/summary alertd/event alertd/state alertd/strings \
		alertd/outbox alertd/routing alertd/hours alertd/ladder alertd/ack \
		alertd/ack_token alertd/digest alertd/state_duty alertd/expiry \
		alertd/change alertd/churn alertd/conditions alertd/divergence alertd/drifting \
		alertd/phrase alertd/sightings alertd/silence alertd/pipeline \
		lib/stages alertd/coldstart alertd/common alertd/quality \
		alertd/stray alertd/handle alertd/message alertd/message_words \
		alertd/sink alertd/sink_event alertd/sink_text alertd/sink_webhook \
		alertd/sink_pagerduty alertd/sink_opsgenie alertd/sink_slack \
		alertd/sink_discord alertd/sink_twilio alertd/sink_email \
		alertd/sink_alertmanager alertd/elsewhere alertd/pulse alertd/mail \
		alertd/loopback lib/mailbox \
		alertd/rehearse alertd/tested alertd/coverage \
		alertd/describe \
		alertd/quiet lib/maintenance alertd/plan alertd/explain \
		alertd/explain_json alertd/ledger alertd/ledger_compare alertd/recording \
		alertd/timeline lib/conf_policy serve/health probe/sse probe/rpc \
		probe/answer probe/budget probe/tools probe/oauth probe/challenge probe/steps \
		probe/mirror probe/failure probe/mask probe/redact \
		probe/wall_judge probe/finding probe/jwt \
		lib/jcs lib/jcs_number lib/json lib/json_grammar lib/siphash \
		lib/text lib/names lib/num lib/tzif; do
		run nm -u "build/$o.o"
		[ "$status" -eq 0 ]
		! grep -wE 'fopen|fputs|fputc|printf|fprintf|puts|putchar|open|read|write|time|clock_gettime|gettimeofday|getenv|socket|curl_[a-z_]*' \
			<<<"$output" || { echo "$o"; return 1; }
	done
}

@test "the registry's host stands nowhere" {
	! git ls-files -co --exclude-standard | xargs grep -lE 'registry\.np[m]js|deb\.debia[n]\.org'
}
