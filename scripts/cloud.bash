# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The runners lambda and worker of mcp-fleet: probes the targets on standard input in
# batches, some at a time, and prints the records of each when it is done; see
# mcp-fleet(1), How a region is reached. It is a separate program, so that everything it
# starts ends with it. Failures go to standard error, with exit status 3; the records of
# the other batches are still printed.
#
# A worker may have the probes of a batch in chunks, a request each, after each other:
# each but the last hands on what the next one needs, in resume records. A probe that a
# chunk has no records of is printed as unfinished, with the steps that are known.
set -euo pipefail
export LC_ALL=C
umask 077
ulimit -c 0

batch_lines=500
batch_bytes=1000000
answer_max=$((64 << 20)) # bytes of records of a batch, and of an answer
failed=0 batches=0 worst=0 told=0 why='' running=()

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

# send_lambda BATCH: invokes the function. Why that failed is in the file why.
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

# send_worker BATCH: posts it. The token reaches curl through a pipe. A busy worker
# answers 503; this retries. Why that failed is in the file why.
send_worker() {
	local c=$1 code left status=0
	local -a options=(--proto "=https")
	left=$(time_left)
	[[ $at == https://* ]] || options=(--proto "=http" --noproxy '*')
	# An answer that comes before all was sent is an error of HTTP/2.
	code=$(curl -q -sS --http1.1 "${options[@]}" --max-redirs 0 --connect-timeout 10 \
		--max-time "$left" --retry 5 --retry-max-time $((left < 15 ? left : 15)) \
		--max-filesize "$answer_max" \
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

# time_left: seconds that a request may take. Of chunks, what is known is printed before
# mcp-fleet ends this program.
time_left() {
	local left=60
	((chunks == 1)) || left=$((seconds - SECONDS - 2))
	echo "$((left > 60 ? 60 : left > 0 ? left : 1))"
}

# The lines of mcp-aggregate sift of all chunks of a batch, joined to records: those of
# whole probes, and of unfinished ones. A probe has the id that its first chunk gave
# it. What is no record of it stays what it is to the next reader.
# shellcheck disable=SC2016 # a program of awk
join='
	function line(slug, id, at, rest) {
		return "{\"v\":1,\"type\":" rest ",\"slug\":\"" slug "\",\"region\":\"" \
			ENVIRON["REGION"] "\",\"probe_id\":\"" id \
			"\",\"probe_started_at\":" at
	}
	function fill(slug, n) {
		return line(slug, id[slug], at[slug], "\"step\"") ",\"n\":" n \
			",\"step\":\"" name[n] "\",\"status\":\"skip\",\"ms\":null," \
			"\"error\":null,\"message\":" why[last[slug]] ",\"detail\":{}}"
	}
	BEGIN {
		split("dns tls initialize oauth-discovery auth-initialize tools-list " \
			"tools-call tool-hash", name, " ")
		split(ENVIRON["WHY"], why, "\n")
	}
	FNR == 1 { chunk = substr(FILENAME, length(FILENAME)) + 0 }
	{ split($1, k, " "); split(k[2], key, "/"); slug = key[1] }
	k[1] == "R" { print $2 }
	k[1] == "?" { print "?" }
	k[1] == "O" { print "{\"v\":1,\"type\":\"runner\",\"own_region\":\"" k[2] "\"}" }
	k[1] == "F" { print "{\"v\":1,\"type\":\"step\",\"region\":\"" k[2] "\"}" }
	k[1] !~ /^[SNTP]$/ { next }
	!(slug in id) { id[slug] = key[2]; order[++n] = slug }
	id[slug] != key[2] || slug in whole || (k[1] == "S" && k[3] !~ /^[1-8]$/) {
		print "?"; next
	}
	k[1] == "S" { step[slug, k[3] + 0] = $2 }
	k[1] == "T" { tools[slug] = tools[slug] $2 "\n" }
	k[1] == "N" { at[slug] = k[3]; ms[slug] = k[4]; last[slug] = chunk }
	k[1] == "P" { whole[slug] = $2 }
	END {
		for (i = 1; i <= n; i++) {
			slug = order[i]
			ended = slug in whole
			if (!ended && !(slug in at)) continue
			for (j = 1; j <= 8; j++)
				if ((slug, j) in step) print step[slug, j]
				else if (!ended) print fill(slug, j)
			if (ended) print tools[slug] whole[slug]
			else print line(slug, id[slug], at[slug], "\"probe\"") \
				",\"state\":\"unfinished\",\"failed_step\":null," \
				"\"error\":null,\"total_ms\":" ms[slug] "}"
		}
	}'

# chunk_targets BATCH CHUNK STEPS: those whose probes go on, with what the chunk before
# handed on. The first chunk has all, and the canaries.
chunk_targets() {
	local c=$1
	if (($2 == 1)); then
		jq -c --argjson steps "$3" 'if .slug then .steps = $steps else . end' "$c.all"
	else
		jq -c --argjson steps "$3" --slurpfile resume \
			<(sed -n 's/^N [^\t]*\t//p' "$c.$(($2 - 1))" | grep -vE '.{2000}') '
			($resume | map({key: .slug, value: del(.v, .type, .slug, .region)}) |
				from_entries) as $by |
			select(.slug and $by[.slug]) | .steps = $steps |
			.resume = $by[.slug]' "$c.all"
	fi
}

# send_chunks BATCH: sends it in chunks, and joins what these print. Why some failed is in
# the file why, the first of them.
send_chunks() {
	local c=$1 k s status=0 said=''
	local -a reason=() steps=('' '[1,3]' '[4,8]')
	((chunks == 2)) || steps=('' '[1,3]' '[4,7]' '[8,8]')
	mv -- "$c" "$c.all"
	for ((k = 1; k <= chunks; k++)); do
		chunk_targets "$c" "$k" "${steps[k]}" >"$c.targets"
		[[ -s $c.targets ]] || break
		mv -- "$c.targets" "$c"
		rm -f -- "$c.status" "$c.why"
		reason[k]='no records of it'
		if ((k > 1 && seconds - SECONDS <= 2)); then
			echo 'no time was left' >"$c.why"
		else
			send_worker "$c"
		fi
		if [[ ! -s $c.why ]]; then
			said=$(<"$c.status")
			cat -- "$c.said" >>"$c.all-said"
			mcp-aggregate sift "$c" -r "$region" <"$c.records" >"$c.$k"
			((said > 3)) || status=$((said > status ? said : status))
			((said <= 3)) || ended "$said" >"$c.why"
		fi
		[[ -s $c.why ]] || continue
		reason[k]=$(<"$c.why")
		[[ -s $c.first ]] || echo "chunk $k of $chunks: ${reason[k]}" >"$c.first"
		[[ -e $c.$k ]] || break
	done
	rm -f -- "$c.status" "$c.why"
	[[ ! -e $c.first ]] || mv -- "$c.first" "$c.why"
	[[ -e $c.1 ]] || return 0
	touch -- "$c.all-said"
	mv -- "$c.all-said" "$c.said"
	# One that handed on last in chunk 1 was not run in chunk 2.
	WHY=$(for ((k = 2; k <= chunks + 1; k++)); do
		s=$((k > chunks ? chunks : k))
		jq -nc --arg why "not run: chunk $s of $chunks: ${reason[s]-}" '$why'
	done) REGION=$region awk -F '\t' "$join" "$c".[1-3] >"$c.records"
	echo "$status" >"$c.status"
}

# ended STATUS: why mcp-probe ended with it.
ended() {
	if (($1 == 124 || $1 == 137)); then
		echo 'the time of its machine ended before the probes'
	else
		echo "mcp-probe ended with exit status $1"
	fi
}

# field NAME FILE: the value of the last X-Probe-NAME of a header.
field() {
	head -c 262144 -- "$2" | tr -d '\r' | sed -n "s/^x-probe-$1: *//Ip" | tail -n 1
}

# print_batch BATCH: its records. A run has two runner records, the one with its clock
# and one more; of the other batches only failures are kept.
print_batch() {
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
		ended "$status" >"$c.why"
	else
		worst=$((status > worst ? status : worst))
	fi
}

# end_one: waits for a batch to end. Its subshell writes to the pipe ended, unless it was
# killed.
end_one() {
	local pid='' ends c
	while [[ ! $pid ]]; do
		if read -r -t 1 -u "$ended" ends; then
			pid=${running[ends]+$ends}
			continue
		fi
		for c in "${!running[@]}"; do
			kill -0 "$c" 2>/dev/null || pid=$c
		done
	done
	wait "$pid" || :
	c=${running[pid]}
	[[ ! -s $c.status ]] || print_batch "$c"
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
		awk -v lines="$batch_lines" -v bytes="$batch_bytes" -v name="$work/batch." '
		n == lines || (n && size + length($0) + 1 > bytes) { close(file); n = size = 0 }
		{
			if (!n) file = name sprintf("%05d", files++)
			n++
			size += length($0) + 1
			print >file
		}'
}

# The command line: lambda FUNCTION, or worker URL CREDENTIAL CHUNKS REGION SECONDS.
runner=$1 at=$2 chunks=1
case $runner in
lambda)
	tool=aws width=10 ;;
worker)
	# A worker serves this many at once.
	tool=curl width=4
	chunks=${4:-1} region=${5-} seconds=${6:-60}
	# A target grows by what a chunk hands on.
	((chunks == 1)) || batch_lines=200 batch_bytes=500000
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
mkfifo "$work/ended"
exec {ended}<>"$work/ended"
for batch in "$work"/batch.*; do
	((${#running[@]} < width)) || end_one
	{
		trap 'echo "$BASHPID" >&"$ended"' EXIT
		case $runner$chunks in
		lambda*) send_lambda "$batch" ;;
		worker1) send_worker "$batch" ;;
		*) send_chunks "$batch" ;;
		esac
	} &
	running[$!]=$batch
	batches=$((batches + 1))
done
while ((${#running[@]})); do
	end_one
done
((!failed)) || die "$at: ${why:-no answer}$(
	((batches == 1)) || echo " ($failed of $batches requests)")"
exit "$worst"
