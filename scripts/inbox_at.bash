# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# An inbox outside the fleet's store, for the two programs that use one: inbox_take.bash
# where rounds run, inbox_region.bash in a region; see mcp-inbox(7). Each kind of store
# is a file inbox_KIND.bash with these functions:
#
# inbox_open		checks the parts of the URL, and sets the variables below
# inbox_put NAME FILE	stores the file under that name; true once the store confirms it
# inbox_list		prints the names in it, one per line, of pieces and others
# inbox_get NAME FILE	copies what has that name to the file; 1 if nothing has, 2 if it
#			failed
# inbox_drop NAME…	removes these; it is no failure if one is not there
#
# Why one of them failed is in the file why. A name is "targets" or names a piece:
# MINUTE.NUMBER.DIGEST, where MINUTE is that of the probes in seconds of UTC, and DIGEST
# is of what is stored. So nothing is written twice under one name but the same bytes,
# and what was cut or altered is not read.
# shellcheck disable=SC2034 # some variables are for the other files

call_max=20              # seconds for a call
answer_max=$((16 << 20)) # bytes of an answer
pages_max=5              # answers with names that are read
raw_max=$((9 << 20))     # bytes of records in a piece
piece_name='^(1[0-9]{9})\.([0-9a-f]{2})\.([0-9a-f]{32})$'
code='' proto=() here='^http://(127\.0\.0\.1|localhost|\[::1\])([:/]|$)'

# What a store may set differently: bytes of a piece, and of its records; seconds from
# one look to the next; seconds after which another place sees what was stored; whether
# pieces are removed, or expire by themselves.
piece_max=$((8 << 20)) piece_raw=$((8 << 20)) look_every=15 lag=0 drops=true

# give_up STATUS MESSAGE: the round, or cron, adds who said it.
give_up() {
	printf '%s\n' "$2" >&2
	exit "$1"
}

# shellcheck source=scripts/needs.bash
source "$(dirname -- "${BASH_SOURCE[0]}")/needs.bash"

# fails MESSAGE: notes why a function fails.
fails() {
	printf '%s\n' "$*" >"$work/why"
	return 2
}

# why: the reason, cleaned.
why() {
	head -c 4096 -- "$work/why" | jq -nrR '[inputs | select(test("[^ \t]")) |
		gsub("[\\p{Cc}\\p{Cf}]"; "?")] | first // "no reason given" | .[:300]'
}

# open_inbox URL CREDENTIAL REGION: the credential is a file.
open_inbox() {
	token='' user='' password='' session=''
	work=''
	trap 'trap "" HUP INT TERM; rm -rf -- "$work"' EXIT
	trap 'exit 143' TERM HUP INT
	work=$(trap '' HUP INT TERM; mktemp -d -- "${TMPDIR:-/tmp}/inbox.XXXXXX")
	read_address "$1" "$3"
	# An answer may not say how long it is: twice answer_max, in KiB.
	ulimit -f $((answer_max >> 9))
	# shellcheck source=scripts/secrets.bash
	source "$(dirname -- "${BASH_SOURCE[0]}")/secrets.bash"
	[[ $kind == file ]] || read_secret "$2"
	inbox_open
}

# check_address URL REGION: gives up where no secret would make this an inbox.
check_address() {
	token=- user=- password=-
	read_address "$1" "$2"
	inbox_open
}

# read_address URL REGION: reads the parts, and the functions of that kind of store.
read_address() {
	local rest=${1#*://} pair
	kind=${1%%://*} region=$2 query='' endpoint='' aws_region=''
	[[ $region =~ ^[a-z][a-z0-9-]{0,39}$ ]] || give_up 2 'no name of a region'
	[[ $kind =~ ^(s3|dynamodb|cloudflare-kv|gist|https?|file)$ ]] ||
		give_up 2 "$kind: no kind of inbox"
	[[ $kind != http ]] || kind=https
	if [[ $rest == *\?* ]]; then
		query=${rest#*\?} rest=${rest%%\?*}
	fi
	inbox=${rest%/}
	inbox_url=$1
	while IFS= read -r pair; do
		case $pair in
		'') ;;
		region=*) aws_region=${pair#*=} ;;
		endpoint=*) endpoint=${pair#*=} endpoint=${endpoint%/} ;;
		*) give_up 2 "${pair%%=*}: neither region nor endpoint" ;;
		esac
	done <<<"${query//&/$'\n'}"
	[[ ! $aws_region || $aws_region =~ ^[a-z0-9-]{1,40}$ ]] ||
		give_up 2 "region=$aws_region: not a region"
	# shellcheck source=/dev/null
	source "$(dirname -- "${BASH_SOURCE[0]}")/inbox_$kind.bash"
}

# at_endpoint URL: sets endpoint to this if none was given. The secret goes there, in
# the clear only within this machine.
at_endpoint() {
	endpoint=${endpoint:-$1}
	proto=(--proto '=https')
	[[ $endpoint =~ ^https?://[][A-Za-z0-9._:-]+(/[A-Za-z0-9._~%/-]*)?$ ]] ||
		give_up 2 "endpoint: no https:// address"
	[[ ! $endpoint =~ $here ]] || proto=(--proto '=http' --noproxy '*')
	[[ $endpoint == https://* || $endpoint =~ $here ]] ||
		give_up 2 "endpoint: not https://"
}

# read_secret FILE: lines such as "token = TEXT", in a file that nobody else can read.
read_secret() {
	local line key value kind what="credential ${1##*/}"
	[[ ${1##*/} != credential ]] || what=$1
	[[ $1 == */*/* || -e $1 ]] || give_up 2 "$what: neither MCP_CREDENTIALS nor$(:
		) CREDENTIALS_DIRECTORY names a folder"
	kind=$(stat -Lc %F -- "$1" 2>/dev/null) || give_up 2 "$what: not there"
	[[ $kind == 'regular file' ]] || give_up 2 "$what: not a file"
	! others_read "$1" ||
		give_up 2 "$what: others can read it; chmod 600 it"
	while IFS= read -r line || [[ $line ]]; do
		[[ $line =~ ^[[:space:]]*(#|$) ]] && continue
		# A bound in the pattern, such as {1,4096}, would take 200 MB.
		[[ ${#line} -le 4200 && $line =~ ^\ *([a-z_]+)\ *=\ *([!#-~]+)\ *$ &&
			$line != *\\* ]] ||
			give_up 2 "$what: a line is not of the form key = text"
		key=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
		case $key in
		token) token=$value ;;
		user | access_key) user=$value ;;
		password | secret_key) password=$value ;;
		session_token) session=$value ;;
		*) give_up 2 "$what: $key: neither token, access_key,$(:
			) secret_key, session_token, user nor password" ;;
		esac
	done < <(head -c 65536 -- "$1")
	[[ $token || ($user && $password) ]] ||
		give_up 2 "$what: not filled in; see mcp-inbox(7), CREDENTIALS"
}

# secret_lines: the secret, as curl reads it; it is in no argument.
secret_lines() {
	[[ ! $token || $user ]] || printf 'header = "Authorization: Bearer %s"\n' "$token"
	[[ ! $user ]] || printf 'user = "%s:%s"\n' "$user" "$password"
	[[ ! $session ]] || printf 'header = "x-amz-security-token: %s"\n' "$session"
}

# call [OPTION…] URL: the answer is in the file answer, its header in head; sets code.
# A call without an answer fails.
call() {
	local status=0 before date age
	before=$(realtime)
	: >"$work/answer"
	: >"$work/head"
	code=$(curl -q -sS --http1.1 "${proto[@]}" --max-redirs 0 --connect-timeout 10 \
		--max-time "$call_max" --max-filesize "$answer_max" -K - -H 'Expect:' \
		-o "$work/answer" -D "$work/head" -w '%{http_code}' "$@" \
		2>"$work/err" < <(secret_lines)) || status=$?
	# A cache adds for how many seconds it has had the answer.
	date=$(header date) age=$(header age)
	[[ $age =~ ^[0-9]{1,8}$ ]] || age=0
	note_clock "$before" "$(realtime)" "${date:+$date + $age seconds}"
	((status)) || return 0
	((status != 153 && status != 63 && status != 23)) ||
		echo "more than $((answer_max >> 20)) MiB in an answer" >"$work/err"
	[[ -s $work/err ]] || echo "curl: exit status $status" >"$work/err"
	tail -n 1 "$work/err" >"$work/why"
	return 2
}

# expect CODES: whether the answer has one of these; else its reason is noted.
expect() {
	[[ ! $code =~ ^($1)$ ]] || return 0
	fails "it answers $code$(head -c 65536 "$work/answer" | tr -d '\0' |
		reason 2>/dev/null)"
}

# reason: of an answer in JSON or XML, what it says of the failure.
reason() {
	jq -Rsr '(try fromjson catch null) as $o |
		[($o | objects | .errors[0]?.message?, .message?, .Message?,
			(.__type? | strings | sub(".*#"; ""))),
		(capture("<Code>(?<text>[^<]*)") | .text)] | map(strings)[0] //
		empty | ": " + .[:200]' || :
}

# header NAME: the last of this name in the answer.
header() {
	tr -d '\r' <"$work/head" | sed -n "s/^$1: *//Ip" | tail -n 1
}

# note_clock BEFORE AFTER DATE: sets low and high: between which our clock is ahead of
# that of the store, which said its whole second in between.
note_clock() {
	local date
	date=$(date -d "${3:-none}" +%s.%N 2>/dev/null) || return 0
	read -r low high < <(awk -v before="$1" -v after="$2" -v date="$date" -v whole="${4-1}" \
		'BEGIN { printf "%.3f %.3f\n", before - date - whole, after - date }')
}

# digest_of FILE: the DIGEST of its name.
digest_of() {
	sha256sum <"$1" | cut -c 1-32
}
