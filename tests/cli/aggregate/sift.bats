#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: what a runner printed becomes records of its region and of the servers that
# were asked for, each with its kind; what is left over says why. See also
# tests/cli/fleet/sift.bats.

bats_require_minimum_version 1.5.0
load ../../helpers/lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	printf '%s\n' '{"slug":"b"}' '{"canary":"https://x/"}' '{"slug":"a"}' >targets
}

# sift TEXT: the lines of this text, as the runner of r-a printed them.
sift() {
	printf %b "$1" >out
	run -0 --separate-stderr "$BIN/mcp-aggregate" sift targets -r r-a <out
	[ -z "$stderr" ]
}

@test "a record is what it says, with its bytes, or anew where it has a tab" {
	step='"v":1,"region":"r-a","type":"step","slug":"a","probe_id":"p.1","n"'
	sum='"v":1,"region":"r-a","type":"probe","slug":"b","probe_id":"p"'
	on='"v":1,"type":"resume","region":"r-a","slug":"b","probe_id":"p","probe_started_at":5'
	tool='"v":1,"type":"tool","region":"r-a","slug":"b","probe_id":"p","digest":1'
	sift "{$tool}\n"
	[ "$output" = "T b/p	{$tool}" ]
	sift "{$step:1.0}\n \t\r\n{$step:\t2,\"x\":\"ä\xff\"}\n{$step:\"3\"}\n{$sum,\"state\":\"broken\",\"probe_started_at\":10,\"total_ms\":2500}\n{$sum,\"total_ms\":\"x\"}\n{$sum,\"state\":\"unfinished\"}\n{$on,\"ms\":2}"
	diff - <(echo "$output") <<-END
	S a/p.1 1	{$step:1.0}
	S a/p.1 2	{$step:2,"x":"ä�"}
	S a/p.1 ?	{$step:"3"}
	P b/p true 12.5	{$sum,"state":"broken","probe_started_at":10,"total_ms":2500}
	P b/p false 0	{$sum,"total_ms":"x"}
	P b/p unfinished 0	{$sum,"state":"unfinished"}
	N b/p 5.000000 2.000	{$on,"ms":2}
	END
}

@test "what is no record, or none that was asked for" {
	while IFS='|' read -r line kind; do
		sift "$line\n"
		[ "$output" = "$kind" ] || { echo "$line: $output, not $kind"; return 1; }
	done <<-'END'
	{}|?
	[]|?
	{"v":1|?
	{"v":2,"type":"step","region":"r-a","slug":"a","probe_id":"p","n":1}|?
	{"v":1,"type":"step","region":"r-a","slug":"c","probe_id":"p","n":1}|?
	{"v":1,"type":"step","region":"r-a","slug":"a","probe_id":"p/","n":1}|?
	{"v":1,"type":"spool","region":"r-a","slug":"a","probe_id":"p"}|?
	{"v":1,"type":"step","region":"r-a","slug":"a","slug":"b","probe_id":"p","n":1}|?
	{"v":1,"type":"step","region":"r-a","slug":"a","probe_id":"p","n":1}\r|?
	{"v":1,"type":"step","region":"r-b","slug":"a","probe_id":"p","n":1}|F r-b
	{"v":1,"type":"step","region":"R","slug":"a","probe_id":"p","n":1}|?
	{"v":1,"type":"runner","region":"r-a","own_region":"r b\\n"}|O r?b?
	{"v":1,"type":"runner","region":"r-a","own_region":["x"]}|O ??x??
	{"v":1,"type":"resume","region":"r-a","slug":"a","probe_id":"p","probe_started_at":5}|?
	{"v":1,"type":"resume","region":"r-a","slug":"a","probe_id":"p","probe_started_at":-5,"ms":2}|?
	{"v":1,"type":"resume","region":"r-a","slug":"a","probe_id":"p","probe_started_at":5,"ms":1e7}|?
	{"v":1,"type":"runner","region":"r-a","offset_s":[0,0]}|?
	{"v":1,"type":"runner","region":"r-a","host_key":null}|?
	END
	{ printf '"%*s"\n' 1100000 ''; echo x; } >out
	run -0 "$BIN/mcp-aggregate" sift targets -r r-a <out
	[ "$output" = $'?\n?' ]
}

@test "the address of a runner is passed on where it tells machines apart" {
	while read -r address told; do
		sift '{"v":1,"egress":"'"$address"'","type":"runner","region":"r-a","at":5,"own_region":"r-a"}\n'
		record='{"v":1,"type":"runner","region":"r-a","at":5}'
		[ "$told" = - ] || record="${record%?},\"egress\":\"$told\"}"
		[ "$output" = "R 5 $told	$record" ] || { echo "$output"; return 1; }
	done <<-'END'
	9.9.9.9 9.9.9.9
	2606:4700::7 2606:4700::7
	192.0.2.7 -
	2001:db8::7 -
	10.0.0.1 -
	172.31.255.255 -
	172.32.0.0 172.32.0.0
	100.64.0.1 -
	100.128.0.1 100.128.0.1
	192.168.1.1 -
	127.0.0.1 -
	0.0.0.0 -
	169.254.1.1 -
	fd00::1 -
	fe80::1 -
	::1 -
	::ffff:10.0.0.1 -
	2606:4700::A -
	224.0.0.1 -
	x -
	END
	# Where its platform runs it says more than an address.
	while read -r pop told; do
		sift '{"v":1,"pop":'"$pop"',"egress":"9.9.9.9","type":"runner","region":"r-a","at":5}\n'
		record='{"v":1,"type":"runner","region":"r-a","at":5'
		[[ $told == 9* ]] && record+=",\"egress\":\"9.9.9.9\"}" || record+=",\"pop\":\"${told#@}\"}"
		[ "$output" = "R 5 $told	$record" ] || { echo "$output"; return 1; }
	done <<-END
	"fly:fra" @fly:fra
	"A.b_c-1" @A.b_c-1
	"$(printf '%064d' 1)" @$(printf '%064d' 1)
	"$(printf '%065d' 1)" 9.9.9.9
	"" 9.9.9.9
	"a/b" 9.9.9.9
	["x"] 9.9.9.9
	7 9.9.9.9
	END
}

@test "one region, and a file that is there" {
	run -2 "$BIN/mcp-aggregate" sift targets </dev/null
	[ "$output" = "mcp-aggregate: sift: --region needs the one region that printed the records" ]
	run -2 "$BIN/mcp-aggregate" sift targets -r r-a,r-b </dev/null
	run -2 "$BIN/mcp-aggregate" sift none -r r-a </dev/null
	[ "$output" = "mcp-aggregate: none: No such file or directory" ]
}
