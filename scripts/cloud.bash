# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The runners lambda and worker of mcp-fleet: probes the targets on standard input in
# chunks, some at a time, and prints the records of each when it is done; see
# mcp-fleet(1), How a region is reached. It is a separate program, so that everything it
# starts ends with it. Failures go to standard error, with exit status 3; the records of
# the other chunks are still printed.
set -euo pipefail
export LC_ALL=C
umask 077
ulimit -c 0

chunk_lines=500
chunk_bytes=1000000
answer_max=$((64 << 20)) # bytes of records of a chunk, and of an answer
failed=0 chunks=0 worst=0 told=0 why='' running=()

# die MESSAGE: mcp-fleet prefixes its own name and the name of the region.
die() {
	printf '%s\n' "$*" >&2
	exit 3
}

# shellcheck source=scripts/secrets.bash
source "$(dirname -- "${BASH_SOURCE[0]}")/secrets.bash"

# read_token NAME: the token of the worker, from a file that nobody else can read.
read_token() {
	local folder=${MCP_CREDENTIALS:-${CREDENTIALS_DIRECTORY-}} file kind
	[[ $folder ]] || die "credential $1: neither MCP_CREDENTIALS nor$(:
		) CREDENTIALS_DIRECTORY names a folder"
	file=$folder/$1
	kind=$(stat -Lc %F -- "$file" 2>/dev/null) || die "credential $1: not there"
	[[ $kind == 'regular file' ]] || die "credential $1: not a file"
	! others_read "$file" || die "credential $1: others can read it; chmod 600 it"
	token=''
	IFS= read -r -n 4097 token 2>/dev/null <"$file" || [[ $token ]] ||
		die "credential $1: cannot be read, or is empty"
	# A bound in the pattern, such as {20,4096}, would take 200 MB.
	[[ ${#token} -ge 20 && ${#token} -le 4096 &&
		$token =~ ^[A-Za-z0-9._~+/-]+=*$ ]] ||
		die "credential $1: not a token of 20 letters and digits or more"
}

# last_line FILE: the last line that a program printed, cleaned.
last_line() {
	tail -c 4096 -- "$1" | jq -nrR '[inputs | rtrimstr("\r") | select(test("[^ \t]")) |
		gsub("[\\p{Cc}\\p{Cf}]"; "?")] | last // "" | .[:300]'
}

# send_lambda CHUNK: invokes the function. Why that failed is in the file why.
send_lambda() {
	local c=$1 status=0 where=$at options=()
	if [[ $at == arn:* ]]; then
		where=${at#arn:*:*:}
		options=(--region "${where%%:*}")
	fi
	{
		printf '{"targets":"'
		gzip -c <"$c" | base64 -w 0
		printf '"}'
	} >"$c.event"
	# aws(1) would send the event again if it waited less than an answer takes.
	AWS_MAX_ATTEMPTS=${AWS_MAX_ATTEMPTS:-3} AWS_PAGER='' aws lambda invoke \
		--function-name "$at" --payload "fileb://$c.event" --output json \
		--cli-connect-timeout 10 --cli-read-timeout 900 "${options[@]}" \
		"$c.answer" >"$c.meta" 2>"$c.err" </dev/null || status=$?
	if ((status)); then
		last_line "$c.err" >"$c.why"
	elif ! jq -e '.StatusCode == 200 and (has("FunctionError") | not)' "$c.meta" \
		>/dev/null 2>&1; then
		head -c 65536 "$c.answer" | jq -r '"\(.errorType // "error"): \(
			.errorMessage // "")"' 2>/dev/null >"$c.err" || :
		last_line "$c.err" >"$c.why"
	elif ! {
		jq -r '.said | strings' "$c.answer" | base64 -d | gzip -dc |
			head -c 65536 >"$c.said" &&
			jq -r '.records | strings' "$c.answer" | base64 -d | gzip -dc |
			head -c "$answer_max" >"$c.records" &&
			jq -r '.status' "$c.answer" | grep -xE '0|[1-9][0-9]{0,2}' >"$c.status"
	} 2>/dev/null; then
		echo 'not the answer of mcp-probe' >"$c.why"
	fi
}

# send_worker CHUNK: posts it. The token reaches curl through a pipe. A busy worker
# answers 503; this retries. Why that failed is in the file why.
send_worker() {
	local c=$1 code status=0
	local -a options=(--proto "=https")
	[[ $at == https://* ]] || options=(--proto "=http" --noproxy '*')
	# An answer that comes before all was sent is an error of HTTP/2.
	code=$(curl -q -sS --http1.1 "${options[@]}" --max-redirs 0 --connect-timeout 10 \
		--max-time 60 --retry 5 --retry-max-time 15 --max-filesize "$answer_max" \
		-K - -H 'Content-Type: application/x-ndjson' -H 'Expect:' \
		--data-binary "@$c" -D "$c.head" -o "$c.records" -w '%{http_code}' \
		-- "$at" 2>"$c.err" \
		< <(printf 'header = "Authorization: Bearer %s"\n' "$token")) || status=$?
	if ((status)); then
		last_line "$c.err" >"$c.why"
	elif [[ $code != 200 ]]; then
		echo "it answers $code" >"$c.why"
	else
		field status "$c.head" | grep -xE '0|[1-9][0-9]{0,2}' >"$c.status" ||
			echo 'not the answer of a worker' >"$c.why"
		field said "$c.head" | base64 -d >"$c.said" 2>/dev/null || :
	fi
}

# field NAME FILE: the value of the last X-Probe-NAME of a header.
field() {
	head -c 262144 -- "$2" | tr -d '\r' | sed -n "s/^x-probe-$1: *//Ip" | tail -n 1
}

# print_chunk CHUNK: its records. A run has two runner records, the one with its clock
# and one more; of the other chunks only failures are kept.
print_chunk() {
	local c=$1 status
	awk -v told="$told" -v file="$work/told" '
		/^\{"v":1,"type":"runner",/ {
			ok = /"status":"ok"/
			if (told < 2 && (told == 0 || !ok || /"canaries"/)) {
				print
				told++
			}
			next
		}
		{ print }
		END { print told + 0 >file }' "$c.records"
	told=$(<"$work/told")
	cat -- "$c.said" >&2
	status=$(<"$c.status")
	if ((status > 3)); then
		echo "mcp-probe ended with exit status $status" >"$c.why"
		((status != 124 && status != 137)) ||
			echo 'the time of its machine ended before the probes' >"$c.why"
	else
		worst=$((status > worst ? status : worst))
	fi
}

# end_one: waits for a chunk to end.
end_one() {
	local pid='' c
	wait -n -p pid "${!running[@]}" || :
	c=${running[pid]}
	[[ -s $c.why || ! -s $c.status ]] || print_chunk "$c"
	if [[ -s $c.why || ! -s $c.status ]]; then
		failed=$((failed + 1))
		why=$(head -n 1 "$c.why" 2>/dev/null || :)
	fi
	rm -f -- "$c" "$c".*
	unset "running[$pid]"
}

# split_targets: into files of so many lines and bytes. Canaries are in the first.
split_targets() {
	grep -v '"slug":' "$work/in" >"$work/canaries" || :
	grep '"slug":' "$work/in" | cat -- "$work/canaries" - |
		awk -v lines="$chunk_lines" -v bytes="$chunk_bytes" -v name="$work/chunk." '
		n == lines || (n && size + length($0) + 1 > bytes) { close(file); n = size = 0 }
		{
			if (!n) file = name sprintf("%05d", files++)
			n++
			size += length($0) + 1
			print >file
		}'
}

# The command line: lambda FUNCTION, or worker URL CREDENTIAL.
runner=$1 at=$2
case $runner in
lambda)
	tool=aws width=10 ;;
worker)
	# A worker serves this many at once.
	tool=curl width=4
	read_token "$3" ;;
esac
for tool in "$tool" jq gzip; do
	type -P "$tool" >/dev/null || die "$tool: not installed"
done
work=''
trap 'trap "" HUP INT TERM; rm -rf -- "$work"' EXIT
trap 'exit 143' TERM HUP INT
work=$(trap '' HUP INT TERM; mktemp -d -- "${TMPDIR:-/tmp}/cloud.XXXXXX")
cat >"$work/in"
split_targets
for chunk in "$work"/chunk.*; do
	((${#running[@]} < width)) || end_one
	case $runner in
	lambda) send_lambda "$chunk" & ;;
	worker) send_worker "$chunk" & ;;
	esac
	running[$!]=$chunk
	chunks=$((chunks + 1))
done
while ((${#running[@]})); do
	end_one
done
((!failed)) || die "$at: ${why:-no answer}$(
	((chunks == 1)) || echo " ($failed of $chunks requests)")"
exit "$worst"
