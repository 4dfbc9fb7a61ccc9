#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what is built once is not built again, a warning that was passed over once is
# still an error with WERROR=1, and a group of tests that crashes hides no other.

bats_require_minimum_version 1.5.0

setup() {
	ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	cd "$BATS_TEST_TMPDIR" || return 1
	unset MAKEFLAGS MAKELEVEL
	mkdir -p lib/base tests
	cp "$ROOT/Makefile" .
	cp "$ROOT/tests/tests.mk" tests
	cp "$ROOT/lib/base/banned.h" lib/base
	echo 'int clean(void); int clean(void) { return 0; }' >lib/base/clean.c
}

# object NAME ARGS…: makes it.
object() {
	make -s CC=gcc "${@:2}" "build/lib/base/$1.o"
}

@test "an object without warnings is the same with WERROR=1 and without" {
	object clean
	touch -d '1 minute ago' build/flags lib/base/clean.c Makefile
	before=$(stat -c %y build/lib/base/clean.o)
	object clean WERROR=1
	object clean
	[ "$(stat -c %y build/lib/base/clean.o)" = "$before" ]
	# Other flags make it anew.
	object clean CPPFLAGS=-DOTHER
	[ "$(stat -c %y build/lib/base/clean.o)" != "$before" ]
}

@test "a warning is shown, and is an error with WERROR=1 although the object is there" {
	echo 'static int unused;' >lib/base/warned.c
	run -0 object warned
	[[ $output == *unused* ]]
	[ -e build/lib/base/warned.o ]
	run -2 object warned WERROR=1
	[[ $output == *'Werror'* ]]
	run -2 object warned WERROR=1
	echo 'extern int used;' >lib/base/warned.c
	run -0 object warned WERROR=1
	[ -z "$output" ]
}

@test "a system's own level of _FORTIFY_SOURCE is no warning" {
	# Compilers of Ubuntu define it, and packagers set it.
	for flag in CPPFLAGS CFLAGS; do
		run -0 object clean WERROR=1 "$flag=-O2 -D_FORTIFY_SOURCE=3"
		[ -z "$output" ]
	done
}

@test "what does not compile says so once, and is no warning" {
	echo 'int bad' >lib/base/bad.c
	run -2 object bad
	[ "$(grep -c 'error:' <<<"$output")" -eq 1 ]
	[ ! -e build/warned ]
}

# groups NAME ARGS…: a program of four groups, called so.
groups() {
	cat >three.c <<-'END'
		#include <stdio.h>
		#include <stdlib.h>
		int group_test_good(void), group_test_bad(void), group_test_crash(void);
		int group_test_late(void);
		int group_test_good(void) { puts("fine"); return 0; }
		int group_test_bad(void) { puts("not ok 1 - it"); return 256; }
		int group_test_crash(void) { puts("before it"); abort(); }
		int group_test_late(void) { return 0; }
	END
	[ -e three ] || gcc -D_DEFAULT_SOURCE -include "$ROOT/lib/base/banned.h" \
		-DPROGRAM='"three"' -o three "$ROOT/tests/unit/groups.c" three.c \
		-DGROUPS='GROUP(test_good) GROUP(test_bad) GROUP(test_crash) GROUP(test_late)'
	[ "$1" = three ] || ln -sf three "$1"
	"./$1" "${@:2}"
}

@test "a group that fails or crashes hides no other, and what it said is shown" {
	for jobs in 1 4; do
		run -1 groups three -j $jobs
		[ "$(grep -c '^ok [1-4] - test_\(good\|late\)$' <<<"$output")" -eq 2 ]
		[ "$(grep -c '^not ok [1-4] - test_\(bad\|crash\)$' <<<"$output")" -eq 2 ]
		[[ $output == *'#   not ok 1 - it'* && $output == *'#   before it'* ]]
		[[ $output == *'ended by signal 6'* && $output == *'1..4'* ]]
		[[ $output != *fine* ]]
	done
}

@test "groups are chosen by a part of their names, and one by the name of a link" {
	run -0 groups three good late
	[[ $output == *'1..2'* ]]
	run -1 groups three nothing
	run -0 groups test_good
	[ "$output" = fine ]
	run -1 groups test_bad
	run -2 groups test_gone
}
