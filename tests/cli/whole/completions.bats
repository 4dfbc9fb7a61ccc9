#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bats file_tags=later
# Goal: a shell completes what --help of a program and of its commands names, and
# nothing else; and completions are installed where shells look for them.

bats_require_minimum_version 1.5.0
load ../../helpers/lib

setup_file() {
	cd "$BATS_TEST_DIRNAME/../../.." || return 1
	MADE=$BATS_FILE_TMPDIR/made
	export ROOT=$PWD MADE
	scripts/completions "$MADE" "${BIN:-build/bin}"/mcp-{probe,aggregate,serve,alert} \
		scripts/mcp-{fleet,guardrail,registry,rotate}
}

# line: sorted words in one line.
line() {
	sort | paste -s -d ' '
}

# offered WORD…: what bash offers for the last of these words, sorted, in one line.
offered() {
	bash -c '
		source "$MADE/bash/$1"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		"_${1//-/_}"
		printf "%s\n" "${COMPREPLY[@]}"' completion "$@" | line
}

# named PROGRAM [WORD…]: the options that --help names, sorted, in one line.
named() {
	"$@" --help | sed -nE '/^options:/,/^$/s/^  (-.*)/\1/p' |
		sed -E 's/   *.*//; s/ [^-].*//; s/,//' | tr ' ' '\n' | line
}

# commands PROGRAM: its commands, a line each.
commands() {
	"$1" --help | sed -nE '/^(commands|for scripts):/,/^$/s/^  ([a-z]+( [a-z]+)?)( -)?(  .*)?$/\1/p' |
		sort -u
}

programs() {
	local name
	for name in "$MADE"/bash/*; do
		name=${name##*/}
		if [ -e "$ROOT/scripts/$name" ]; then
			echo "$ROOT/scripts/$name"
		else
			echo "$BIN/$name"
		fi
	done
}

@test "bash offers the options that --help names, of the program and of each command" {
	local program words n=0
	while read -r program; do
		[ "$(offered "${program##*/}" -)" = "$(named "$program")" ]
		while read -ra words; do
			run named "$program" "${words[@]}"
			[[ $output ]]
			[ "$(offered "${program##*/}" "${words[@]}" -)" = "$output" ] ||
				{ echo "$program ${words[*]}: $output"; return 1; }
			n=$((n + 1))
		done < <(commands "$program")
	done < <(programs)
	# Those of mcp-aggregate and of mcp-alert, for two.
	[ "$n" -gt 30 ]
}

@test "bash offers the commands, and the second words of those that have two" {
	local program first
	while read -r program; do
		[ "$(commands "$program")" ] || continue
		[ "$(offered "${program##*/}" '')" = \
			"$(commands "$program" | cut -d ' ' -f 1 | sort -u | line)" ]
		for first in $(commands "$program" | sed -n 's/ .*//p' | uniq); do
			[ "$(offered "${program##*/}" "$first" '')" = \
				"$(commands "$program" | sed -n "s/^$first //p" | line)" ]
		done
	done < <(programs)
	[ "$(offered mcp-alert maintenance '')" = "add end list" ]
	[ "$(offered mcp-fleet help '')" = "demo doctor enroll init snapshot" ]
}

@test "bash offers the words that an argument can be, or files, or nothing" {
	cd "$BATS_TEST_TMPDIR"
	mkdir a-folder
	touch a-file
	[ "$(offered mcp-probe --format '')" = "jsonl nagios tap text" ]
	[ "$(offered mcp-probe -f t)" = "tap text" ]
	[ "$(offered mcp-probe --format = '')" = "jsonl nagios tap text" ]
	[ "$(offered mcp-probe --format =)" = "jsonl nagios tap text" ]
	[ "$(offered mcp-fleet --only '')" = "judge probe" ]
	[ "$(offered mcp-probe --targets a)" = "a-file a-folder" ]
	[ "$(offered mcp-fleet init --folder a)" = a-folder ]
	[ -z "$(offered mcp-probe --slug a)" ]
	# An argument is no command, though it be called like one.
	[[ " $(offered mcp-aggregate --store verdict '') " == *" ingest "* ]]
}

# A word of choice stands in the table of options, and so in --help.
@test "every word that bash offers for an argument is taken" {
	local option word
	for option in --format --cache-check; do
		for word in $(offered mcp-probe "$option" ''); do
			run "$BIN/mcp-probe" "$option" "$word" --help
			[ "$status" -eq 0 ]
		done
		run -2 "$BIN/mcp-probe" "$option" no-such-word http://127.0.0.1:1/
	done
}

@test "zsh and fish get every option and every command" {
	local program name option
	while read -r program; do
		name=${program##*/}
		for option in $(named "$program"); do
			grep -qF -- "$option" "$MADE/zsh/_$name"
			case $option in
			--*) grep -q -- " -l ${option#--} " "$MADE/fish/$name.fish" ;;
			*) grep -q -- " -s ${option#-} " "$MADE/fish/$name.fish" ;;
			esac
		done
		commands "$program" | while read -r option; do
			grep -qF "'${option##* }:" "$MADE/zsh/_$name"
			grep -qF -- " -a ${option##* } " "$MADE/fish/$name.fish"
		done
	done < <(programs)
	[ "$(find "$MADE/zsh" "$MADE/fish" -type f | wc -l)" -eq \
		"$((2 * $(programs | wc -l)))" ]
}

@test "a program whose --help names no option gets no completion" {
	cd "$BATS_TEST_TMPDIR"
	printf '#!/bin/sh\necho usage: none\n' >none
	chmod +x none
	run -1 "$ROOT/scripts/completions" made none
	[[ $output == "completions: none: --help names no option" ]]
}
