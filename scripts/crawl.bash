# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What mcp-registry crawl does: it keeps the list of a registry in a folder, see
# mcp-audit(7), FOLLOW A REGISTRY.
# shellcheck disable=SC2016 # programs of jq and awk
# shellcheck disable=SC2154 # variables of mcp-registry
#
# The current folder is DIR. Each step of a crawl can be repeated: a page
# that was read is a file in pages/; once all are there, the new state is made in new/,
# becomes ready/ by one rename, and its files then replace the old ones. A crawl that is
# killed leaves one of these, and the next crawl continues from there.
#
# Names, versions and URLs come from strangers. jq makes rows of them in which
# nothing needs to be quoted, so that sort and awk, whose memory is small, can work
# on a list of 100,000 servers: columns are separated by tabs, text is JSON.

full_s=84600       # how old a whole list may be: half an hour less than a day
overlap_s=3600     # how much of what was read before is read again
pending_s=86400    # how long the pages of a crawl that was killed are used
gone_s=7948800     # 92 days: so long the slugs of a server that went are kept
wait_max=300       # seconds that one run waits for a registry that asks for it
tries_max=5        # requests for one page
rows_max=268435456 # bytes of all rows
memory_kib=1048576 # what jq may take to read one page

# One page to a line that begins with P: the next cursor, after "=", or "-"; the
# entries, and how many are older versions, or have no name; ETag; when the answer was
# made; URL. Then a row for each entry: see merge_rows.
read_page='
def clean($max): .[:$max] |
	if test("[\\p{Cc}\\p{Cf}]") then gsub("[\\p{Cc}\\p{Cf}]"; "?") else . end;
def word: tojson | gsub(" "; "\\u0020");
def remote($inside): ([.url | strings] | first // "") as $url |
	if .type | . != "streamable-http" and . != "sse" then {left: "t"}
	elif $url | test("[{}]") then {left: "v"}
	elif $url | plain | not then {left: "u"}
	elif ($inside | not) and ($url | private) then {left: "p"}
	else {row: "\(.type) \($url | tojson) \(needs[:10] | word) -"} end;

# The digits of a version, in their order; one before a release is older.
def order: (split("+") | first // "") as $v |
	([$v | split("-") | first // "" | scan("[0-9]+")][:6] |
		map(("0" * 12 + .)[-12:]) | join(".")) +
	(if $v | contains("-") then " 0" else " 1" end);

def row($inside): ([objects | .server? // . | objects] | first // {}) as $server |
	([objects | ._meta? | objects | .["io.modelcontextprotocol.registry/official"],
		.[] | objects] | first // {}) as $meta |
	([$server.name | strings | select(test("^[!#-\\[\\]-~]{1,200}\\z"))] |
		first // null) as $name |
	([$server.version | strings] | first // "" | clean(255)) as $version |
	def text($key; $max): [$meta[$key], $server[$key] | strings |
		clean($max)] | first // null;
	if $name == null then "bad"
	elif $meta.isLatest == false then "older"
	else
		[$server.remotes? | arrays[] | objects | remote($inside)][:20] as $remotes |
		(text("status"; 20) // "" |
			if test("^[a-z-]+\\z") then . else "active" end) as $status |
		text("updatedAt"; 40) as $updated |
		[$name, "\(if $meta.isLatest then 2 else 1 end) \(
				text("publishedAt"; 40) // "") \($version | order) \($updated)",
			$status, ($version | tojson),
			(text("statusMessage"; 500) | tojson), ($updated | tojson),
			([$remotes[].left // empty] | add // if $remotes == [] then "n"
				else "-" end),
			([$remotes[].row // empty] | join(" ") | if . == "" then "-"
				else . end)] | join("\t")
	end;

if length != 1 then error("no one value of JSON") else .[0] end |
(if type == "object" then .servers else . end) as $entries |
if ($entries | type) != "array" then error("no list of servers") else . end |
($url | private) as $inside |
[$entries[] | row($inside)] as $rows |
([objects | .metadata | objects | .nextCursor, .next_cursor | strings |
	select(. != "")] | first // null) as $cursor |
if $cursor and ($cursor | length) > 2000 then error("a cursor of more than 2000 characters")
	else . end |
["P", (if $cursor then "=" + ($cursor | @uri) else "-" end), ($entries | length),
	([$rows[] | select(. == "older")] | length),
	([$rows[] | select(. == "bad")] | length), $etag,
	($date | try (strptime("%a, %d %b %Y %H:%M:%S GMT") | mktime) catch 0), $url] |
	join("\t"),
($rows[] | select(. != "older" and . != "bad"))
'

# Rows of known servers: the columns of a page, the slugs, and when a server was
# removed.
read_entries='
def word: tojson | gsub(" "; "\\u0020");
inputs | [.name, "", .status, (.version | tojson), (.message | tojson),
	(.updated | tojson), .left // "-",
	([.remotes[] | .type, (.url | tojson), (.needs // [] | word), .slug // "-"] |
		join(" ") | if . == "" then "-" else . end),
	(.gone // "-" | tostring)] | join("\t")
'

# Of each name the newest version; `twice` counts the others.
newest_rows='
$1 != name { if (NR > 1) print row; name = $1; twice-- }
{ row = $0; twice++ }
END { if (NR) print row; print twice + 0 >counts }
'

# Merges known rows (9 columns) and read rows (8), sorted by name, into rows of name,
# status, version, message, updated, left, remotes, remotes before, gone, known; and
# into the changes. A server that a whole list no longer has was removed without notice.
merge_rows='
function out(status, version, message, updated, left, now_at, before, gone, known) {
	print name, status, version, message, updated, left, now_at, before, gone, known
}
function change(what, rest) {
	if (!first) printf "{\"v\":1,\"type\":\"registry-change\",\"at\":%d," \
		"\"name\":\"%s\",\"change\":\"%s\"%s}\n", now, name, what, rest >changes
}
function keep(gone) {
	out(o[3], o[4], o[5], o[6], o[7], o[8], o[8], gone, 1)
}
function take(before, known) {
	out(n[3], n[4], n[5], n[6], n[7], n[8], before, "-", known)
	live++
}
function went(why) {
	change("removed", ",\"why\":\"" why "\"")
	o[3] = why == "deleted" ? why : o[3]
	keep(now)
}
function flush() {
	if (!old && !new) return
	if (old && o[9] == "-") were++
	if (!new) {
		if (o[9] != "-") { if (now - o[9] < gone_s) keep(o[9]) }
		else if (whole) went("missing")
		else { keep("-"); live++ }
	} else if (n[3] == "deleted") {
		if (old && o[9] == "-") went("deleted")
		else if (old && now - o[9] < gone_s) keep(o[9])
	} else if (!old || o[9] != "-") {
		change("added", ",\"version\":" n[4] ",\"status\":\"" n[3] "\"")
		take(old ? o[8] : "-", 0)
	} else {
		if (n[3] != o[3])
			change("status", ",\"from\":\"" o[3] "\",\"to\":\"" n[3] "\"" \
				(n[5] == "null" ? "" : ",\"message\":" n[5]))
		if (n[4] != o[4])
			change("version", ",\"from\":" o[4] ",\"to\":" n[4])
		take(o[8], 1)
	}
}
$1 != name { flush(); name = $1; old = new = 0 }
NF == 9 { old = split($0, o, "\t") }
NF == 8 { new = split($0, n, "\t") }
END { flush(); print live + 0, were + 0 >counts }
'

# Gives slugs to remotes, in two passes over the rows of merge_rows: a server keeps
# its slugs, also under a new URL; none gets the slug of another, or a URL that another
# has. Writes entries, targets, changes, and a summary.
assign_rows='
function slug(name, base, n, s) {
	base = tolower(name)
	gsub(/[^a-z0-9._-]+/, "-", base)
	sub(/^[._-]+/, "", base)
	base = substr(base, 1, 80)
	if (base == "") base = "server"
	for (s = base; s in taken; s = substr(base, 1, 80 - length(n) - 1) "-" n) {
		n = number[base] + 1
		number[base] = n = n < 2 ? 2 : n
	}
	taken[s]
	return s
}
# Whether text matches the pattern, where "*" is any text.
function like(text, pattern, part, k, i, at) {
	k = split(pattern, part, /\*/)
	if (k == 1) return text == pattern
	if (substr(text, 1, length(part[1])) != part[1]) return 0
	text = substr(text, length(part[1]) + 1)
	for (i = 2; i < k; i++) {
		if (part[i] == "") continue
		if (!(at = index(text, part[i]))) return 0
		text = substr(text, at + length(part[i]))
	}
	return length(text) >= length(part[k]) &&
		substr(text, length(text) - length(part[k]) + 1) == part[k]
}
function opted_out(name, url, host, i) {
	if (!outs && !patterns) return 0
	host = tolower(url)
	sub(/^"https?:\/\//, "", host)
	sub(/[\/:?"].*/, "", host)
	sub(/\.$/, "", host)
	name = tolower(name)
	for (i = 1; i <= patterns; i++)
		if (like(name, pattern[i]) || like(host, pattern[i])) return 1
	if (name in out) return 1
	while (!(host in out))
		if (!sub(/^[^.]*\./, "", host)) return 0
	return 1
}
function moved(from, to, s) {
	if (!first && $10) printf "{\"v\":1,\"type\":\"registry-change\",\"at\":%d," \
		"\"name\":\"%s\",\"change\":\"url\",\"slug\":\"%s\",\"from\":%s,\"to\":%s}\n",
		now, $1, s, from, to >changes
}
function target(type, url, needs, s) {
	if (opted_out($1, url)) { left["opted out"]++; return }
	targets++
	if (needs != "[]") marked++
	printf "{\"slug\":\"%s\",\"url\":%s%s%s%s}\n", s, url,
		inside == "true" ? "" : ",\"deny_private\":true",
		type == "sse" ? ",\"protocol_hint\":\"sse\"" : "",
		needs == "[]" ? "" : ",\"needs\":" needs >targets_file
}
# remotes: the remotes in r, 4 words each, get their slugs: their own, then those of
# removed URLs, then new ones.
function remotes(r, k, b, j, i, m) {
	for (i = 1; i < k; i += 4) {
		r[i + 3] = "-"
		if ((r[i + 1] in owner) && (owner[r[i + 1]] != $1 || mine[r[i + 1]] == NR)) {
			left["listed before"]++
			continue
		}
		owner[r[i + 1]] = $1
		mine[r[i + 1]] = NR
		r[i + 3] = ""
		for (m = 1; m < j; m += 4)
			if (b[m + 1] == r[i + 1] && b[m + 3] != "-") {
				r[i + 3] = b[m + 3]
				b[m + 3] = "-"
			}
	}
	m = 1
	for (i = 1; i < k; i += 4) {
		if (r[i + 3] != "") continue
		while (m < j && b[m + 3] == "-") m += 4
		if (m < j) {
			moved(b[m + 1], r[i + 1], r[i + 3] = b[m + 3])
			b[m + 3] = "-"
		} else {
			moved("null", r[i + 1], r[i + 3] = slug($1))
		}
	}
	for (; m < j; m += 4)
		if (b[m + 3] != "-") moved(b[m + 1], "null", b[m + 3])
}
function entry(r, k, i, text) {
	for (i = 1; i < k; i += 4)
		text = text (i > 1 ? "," : "") "{\"type\":\"" r[i] "\",\"url\":" r[i + 1] \
			(r[i + 2] == "[]" ? "" : ",\"needs\":" r[i + 2]) \
			(r[i + 3] == "-" ? "" : ",\"slug\":\"" r[i + 3] "\"") "}"
	printf "{\"name\":\"%s\",\"version\":%s,\"status\":\"%s\"%s,\"updated\":%s," \
		"\"remotes\":[%s]%s%s}\n", $1, $3, $2,
		$4 == "null" ? "" : ",\"message\":" $4, $5, text,
		$6 == "-" ? "" : ",\"left\":\"" $6 "\"",
		$9 == "-" ? "" : ",\"gone\":" $9
}
function words(text, w) {
	return text == "-" ? 0 : split(text, w, " ")
}
BEGIN {
	n_kinds = split("of another transport/with a URL template/with no plain URL/" \
		"with a private address/without a remote/listed before/opted out", kind, "/")
	for (i = 1; i <= 5; i++) what[substr("tvupn", i, 1)] = kind[i]
}
pass == 0 {
	sub(/#.*/, "")
	gsub(/[ \t\r]/, "")
	$0 = tolower($0)
	sub(/\.$/, "")
	if ($0 ~ /\*/) pattern[++patterns] = $0
	else if ($0 != "") { out[$0]; outs++ }
	next
}
pass == 1 {
	k = words($7, r)
	j = words($8, b)
	for (m = 1; m < j; m += 4) {
		if (b[m + 3] == "-") continue
		taken[b[m + 3]]
		if ($9 == "-")
			for (i = 1; i < k; i += 4)
				if (r[i + 1] == b[m + 1]) owner[r[i + 1]] = $1
	}
	next
}
{
	k = words($7, r)
	j = words($8, b)
	if ($9 == "-") {
		servers++
		remotes(r, k, b, j)
		for (i = 1; i < k; i += 4)
			if (r[i + 3] != "-") target(r[i], r[i + 1], r[i + 2], r[i + 3])
		for (i = 1; $6 != "-" && i <= length($6); i++)
			left[what[substr($6, i, 1)]]++
	}
	entry(r, k)
}
END {
	print servers + 0, targets + 0 >counts
	printf "%s: %d targets of %d servers\n", me, targets, servers >summary
	for (i = 1; i <= n_kinds; i++)
		if (left[kind[i]])
			printf "%s: left out: %d %s\n", me, left[kind[i]], kind[i] >summary
	if (marked)
		printf "%s: marked: %d that want a header\n", me, marked >summary
}
'

# Whether robots.txt, as RFC 9309 has it, lets mcp-registry ask for $PATH_ASKED, and
# the delay that it asks for: "yes 5". The longest rule decides, of equals `Allow`.
judge_robots='
function fits(path, rule, end, part, k, i, at) {
	end = sub(/\$$/, "", rule)
	k = split(rule, part, /\*/)
	if (substr(path, 1, length(part[1])) != part[1]) return 0
	path = substr(path, length(part[1]) + 1)
	if (k == 1) return !end || path == ""
	for (i = 2; i < k; i++) {
		if (part[i] == "") continue
		if (!(at = index(path, part[i]))) return 0
		path = substr(path, at + length(part[i]))
	}
	if (!end) return part[k] == "" || index(path, part[k]) > 0
	return length(path) >= length(part[k]) &&
		substr(path, length(path) - length(part[k]) + 1) == part[k]
}
function rule(group, allow, value) {
	if (!fits(path, value) || length(value) < best[group]) return
	if (length(value) > best[group] || allow) verdict[group] = allow
	best[group] = length(value)
}
BEGIN { path = ENVIRON["PATH_ASKED"] }
NR == 1 { sub(/^\357\273\277/, "") }
{
	sub(/#.*/, "")
	gsub(/^[ \t]+|[ \t\r]+$/, "")
	colon = index($0, ":")
	if (!colon) next
	key = tolower(substr($0, 1, colon - 1))
	value = substr($0, colon + 1)
	gsub(/[ \t]+$/, "", key)
	gsub(/^[ \t]+/, "", value)
}
key == "user-agent" {
	if (!heads) own = all = 0
	heads = 1
	value = tolower(value)
	sub(/[^a-z_*-].*/, "", value)
	if (value == "mcp-registry") own = named = 1
	if (value == "*") all = 1
	next
}
{ heads = 0 }
key == "allow" || key == "disallow" {
	if (value == "") next
	if (own) rule("own", key == "allow", value)
	if (all) rule("all", key == "allow", value)
}
key == "crawl-delay" && value ~ /^[0-9]+(\.[0-9]+)?$/ {
	if (own) delay["own"] = value
	if (all) delay["all"] = value
}
END {
	group = named ? "own" : "all"
	print (group in verdict) && !verdict[group] ? "no" : "yes", delay[group] + 0
}
'

# header NAME: the value of a header of the last answer; of several, the last one.
header() {
	awk -v name="$1:" '/^HTTP\// { value = "" }
		tolower($1) == name {
			value = substr($0, length(name) + 1)
			gsub(/^[ \t]+|[ \t\r]+$/, "", value)
		}
		END { print substr(value, 1, 200) }' pages/head
}

# heed_wait: waits until the time that the registry named to an earlier run.
heed_wait() {
	local until left
	[[ -e wait ]] || return 0
	until=$(<wait)
	[[ $until =~ ^[0-9]{1,11}$ ]] || until=0
	left=$((until - $(date +%s)))
	if ((left > wait_max)); then
		die 3 "the registry asked us to wait another $left s"
	elif ((left > 0)); then
		sleep "$left" 9>&-
	fi
	rm -f wait
}

# ask URL [CURL-OPTIONS…]: one request; sets code, 000 if there was no answer, and
# why. An answer that an earlier run got, and did not come to read, is used.
ask() {
	local url=$1
	shift
	if [[ -e pages/asked && -e pages/said && $(<pages/asked) == "$url" &&
		$(<pages/said) =~ ^(200|304)$ ]]; then
		code=$(<pages/said)
		return 0
	fi
	[[ ! $asked ]] || sleep "$pause" 9>&-
	asked=1 failed=0
	rm -f pages/said pages/body pages/head
	printf '%s\n' "$url" >pages/asked
	# curl does not limit unpacked answers and those without a length.
	(trap '' XFSZ
	ulimit -f $((page_max / 1024 + 1))
	exec curl -q -sS -g --proto '=http,https' --compressed \
		--connect-timeout 10 --max-time 60 --max-filesize "$page_max" \
		-A "$agent" -H 'Accept: application/json' "$@" -D pages/head \
		-o pages/body -w '%{http_code}\n' "$url" \
		>pages/said 2>pages/why) || failed=$?
	touch pages/head pages/body
	code=$(<pages/said)
	why="answered with status $code"
	if ((failed == 63 || $(wc -c <pages/body) > page_max)); then
		rm -f pages/said
		die 3 "$url: answered with more than $page_max bytes"
	elif ((failed)); then
		rm -f pages/said
		code=000 why=$(tail -n 1 pages/why | printable)
	fi
}

# printable: at most 300 bytes, without control characters.
printable() {
	tr -d '\000-\037\177' | head -c 300
}

# retry_after SECONDS: how long to wait until the next try; so many if the registry
# did not say.
retry_after() {
	local value
	value=$(header retry-after)
	if [[ $value =~ ^[0-9]{1,9}$ ]]; then
		echo $((10#$value))
	elif [[ $value ]]; then
		# By the registry's own clock, if its answer has it.
		jq -rn --arg value "$value" --arg date "$(header date)" \
			--argjson otherwise "$1" '
			def time: strptime("%a, %d %b %Y %H:%M:%S GMT") | mktime;
			try (($value | time) - ($date | try time catch (now | floor)) |
				if . < 0 then 0 elif . > 999999999 then 999999999
				else . end) catch $otherwise'
	else
		echo "$1"
	fi
}

# request URL [CURL-OPTIONS…]: asks until there is an answer that is not "later".
# If the registry asks for a long pause, no run asks before that.
request() {
	local tries=0 seconds waited=0
	while :; do
		ask "$@"
		[[ $code == 000 || $code == 429 || $code == 5?? ]] || return 0
		rm -f pages/said
		seconds=$(retry_after $((${pause%.*} * (2 << tries))))
		tries=$((tries + 1)) waited=$((waited + seconds))
		if ((waited > wait_max)); then
			echo $(($(date +%s) + seconds)) >wait
			die 3 "$1: $why; will retry in $seconds s"
		fi
		((tries < tries_max)) || return 0
		sleep "$seconds" 9>&-
	done
}

# heed_robots: reads robots.txt, if the last copy is a day old. RFC 9309: without one,
# everything is allowed; if it cannot be read, nothing is.
heed_robots() {
	local origin
	[[ ! $(find robots.txt -mtime -1 2>/dev/null) ]] || return 0
	[[ $base =~ ^[^:]*://[^/?]* ]]
	origin=${BASH_REMATCH[0]}
	request "$origin/robots.txt" -H 'Accept: text/plain' -L --max-redirs 5 \
		--proto-redir '=http,https'
	case $code-$failed in
	200-*) head -c 512000 pages/body >robots.new ;;
	429-*) ;;
	4*-* | 000-47) : >robots.new ;; # 47: redirected too often
	esac
	if [[ -e robots.new ]]; then
		mv -f robots.new robots.txt
	elif [[ ! -e robots.txt ]]; then
		die 3 "$origin/robots.txt: $why; nothing else is read until it can be read"
	fi
	rm -f pages/said
}

# heed_rules URL: ends the run if robots.txt does not allow the URL; slows down as
# robots.txt asks.
heed_rules() {
	local path=${1#*://} verdict delay
	case ${path%%\?*} in
	*/*) path=/${path#*/} ;;
	*) path=/${path#"${path%%\?*}"} ;;
	esac
	read -r verdict delay < <(PATH_ASKED=$path awk "$judge_robots" robots.txt)
	[[ $verdict == yes ]] ||
		die 3 "$1: the registry's robots.txt does not allow it"
	if awk "BEGIN { exit !($delay > $wait_max) }"; then
		die 3 "the registry's robots.txt asks for $delay s between requests"
	elif awk "BEGIN { exit !($delay > $pause) }"; then
		pause=$delay
	fi
}

# refuse WORDS…: the list of the registry cannot be used; keeps nothing of it.
refuse() {
	rm -rf pages
	die 3 "$@"
}

# page URL NUMBER: reads a page into rows.
page() {
	local url=$1 file=pages/$2 before=last/$2 etag=- was=''
	local -a condition=()
	heed_rules "$url"
	if [[ $mode == full && -e $before ]]; then
		IFS=$'\t' read -r _ _ _ _ _ etag _ was <"$before"
	fi
	[[ $was != "$url" || $etag == - ]] || condition=(-H "If-None-Match: $etag")
	request "$url" ${condition[@]+"${condition[@]}"}
	if [[ $code == 304 && ${#condition[@]} -gt 0 ]]; then
		# Its date is from another crawl.
		awk -F '\t' -v OFS='\t' 'NR == 1 { $7 = 0 } { print }' "$before" \
			>"$file.new"
		mv -f "$file.new" "$file"
		return
	elif [[ $code =~ ^4(00|04|10|22)$ && $url == *[\&?]cursor=* ]]; then
		refuse "$url: $why; the next crawl starts from the beginning"
	elif [[ $code != 200 ]]; then
		rm -f pages/said
		die 3 "$url: $why"
	fi
	etag=$(header etag)
	[[ $etag =~ ^(W/)?\"[^\"[:cntrl:][:space:]]*\"$ ]] || etag=-
	# Without enough memory, a signal ends jq, and this shell reports nothing.
	if ! (ulimit -c 0 -v "$memory_kib"
	jq -rs --arg url "$url" --arg etag "$etag" --arg date "$(header date)" \
		"$common$read_page" pages/body >"$file.new" 2>pages/why || exit) \
		2>/dev/null; then
		rm -f pages/said "$file.new"
		die 3 "$url: not the list of a registry: $(head -n 1 pages/why | printable)"
	fi
	mv -f "$file.new" "$file"
}

# read_list: reads all pages of the list that are not in the folder yet.
read_list() {
	local n=1 seen=$'\n' cursor url=$base number bytes=0 and='&'
	[[ $base == *\?* ]] || and='?'
	while :; do
		number=$(printf %06d "$n")
		[[ -e pages/$number ]] || page "$url" "$number"
		bytes=$((bytes + $(wc -c <"pages/$number")))
		((bytes <= rows_max)) || refuse "the list has more than $rows_max bytes"
		IFS=$'\t' read -r _ cursor _ <"pages/$number"
		[[ $cursor != - ]] || return 0
		cursor=${cursor#=}
		if [[ $seen == *$'\n'$cursor$'\n'* ]]; then
			refuse "$url: the next page is one that was read before"
		elif ((n >= pages)); then
			refuse "the list has more than $pages pages; see -p"
		fi
		seen+=$cursor$'\n'
		url=$base${and}cursor=$cursor n=$((n + 1))
	done
}

# settle: moves the files of ready/ into their place.
settle() {
	local file
	rm -rf new
	[[ -d ready ]] || return 0
	for file in ready/*; do
		[[ ! -e $file ]] || mv -f "$file" .
	done
	rmdir ready
}

# make_state WHOLE FILE…: makes the new state from the old one and the pages in these
# files: the whole list, or only updates.
make_state() {
	local whole=$1 live were servers targets older bad twice opt_out=/dev/null
	shift
	[[ ! -e opt-out ]] || opt_out=opt-out
	mkdir new
	: >new/changes
	if ! jq -nr "$read_entries" "$known" >new/old 2>new/why; then
		die 3 "$name/entries.jsonl: is damaged: $(head -n 1 new/why | printable)"
	fi
	# Of several versions of a name, the newest.
	awk 'FNR > 1' "$@" </dev/null |
		sort -s -t $'\t' -k 1,1 -k 2,2 -S 64M -T new |
		awk -F '\t' -v counts=new/twice "$newest_rows" >new/read
	sort -s -m -t $'\t' -k 1,1 new/old new/read |
		awk -F '\t' -v OFS='\t' -v now="$now" -v whole="$whole" -v first="$first" \
			-v gone_s="$gone_s" -v changes=new/changes \
			-v counts=new/counts "$merge_rows" >new/rows
	read -r live were <new/counts
	if ((whole && !forced && were >= 20 && live * 2 < were)); then
		refuse "lists $live of the $were servers that it had: not taken for" \
			"the whole list; see -f"
	fi
	: >new/targets.jsonl
	awk -F '\t' -v me="$me" -v now="$now" -v first="$first" \
		-v inside="$(is_private "$url")" -v changes=new/changes.url -v targets_file=new/targets.jsonl \
		-v counts=new/counts -v summary=new/summary "$assign_rows" \
		pass=0 "$opt_out" pass=1 new/rows pass=2 new/rows >new/entries.jsonl
	[[ ! -e new/changes.url ]] || cat new/changes.url >>new/changes
	read -r servers targets <new/counts
	read -r twice <new/twice
	read -r older bad < <(awk -F '\t' 'FNR == 1 { older += $4; bad += $5 }
		END { print older + 0, bad + 0 }' "$@" </dev/null)
	print_summary >new/said
	printf '{"v":1,"type":"registry","url":"%s","at":%d,"full_at":%d,"since":%d,%s}\n' \
		"$url" "$at" "$full_at" "$since" \
		"\"servers\":$servers,\"targets\":$targets,\"opt_out\":\"$opted\"" \
		>new/state.json
	mkdir new/ready
	if [[ -s new/changes ]]; then
		{ recent_changes; cat new/changes; } >new/ready/changes.jsonl
	fi
	mv new/entries.jsonl new/targets.jsonl new/state.json new/ready/
	cat new/said >&2
	mv new/ready ready
	settle
}

# recent_changes: those that are not too old.
recent_changes() {
	[[ -e changes.jsonl ]] || return 0
	awk -v least=$((now - gone_s)) 'match($0, /"at":[0-9]+/) &&
		substr($0, RSTART + 5, RLENGTH - 5) + 0 >= least' changes.jsonl
}

# print_summary: prints the numbers of the list, omissions and changes.
print_summary() {
	local row
	cat new/summary
	for row in "$older an older version" "$bad without a name" "$twice listed twice"; do
		[[ $row == 0\ * ]] || echo "$me: left out: $row"
	done
	awk -F '"change":"' -v me="$me" '
		{ sub(/".*/, "", $2); n[$2]++ }
		END { for (w in n) printf "%s: changed: %d %s\n", me, n[w], w }' \
		new/changes | sort
}

# read_state: reads the state of the last crawl; without one, the whole list is read.
read_state() {
	local was text damaged
	damaged="$name/state.json: is damaged; without it, the whole list is read"
	known=entries.jsonl
	[[ -e $known ]] || known=/dev/null first=1
	[[ -e state.json && ! $first == 1 ]] || return 0
	text=$(jq -r --argjson overlap "$overlap_s" '
		[.url, .at, .full_at, .since, (.since - $overlap | todate),
			.opt_out + "."] | map(tostring) | join("\t")' \
		state.json 2>/dev/null) || die 3 "$damaged"
	IFS=$'\t' read -r was at full_at since since_text opted <<<"$text"
	opted=${opted%.}
	[[ $at-$full_at-$since =~ ^[0-9]{1,11}-[0-9]{1,11}-[0-9]{1,11}$ ]] ||
		die 3 "$damaged"
	[[ $was == "$base" ]] || die 2 "$name: holds the list of $was"
}

# plan: decides what to read: the rest of a crawl that was killed, the whole list, or
# updates since the last crawl. Sets mode, began, and base.
plan() {
	local was_at was_forced was_url and='&'
	[[ $base == *\?* ]] || and='?'
	if [[ -e pages/plan ]]; then
		IFS=$'\t' read -r mode was_at was_forced was_url <pages/plan
		if [[ $was_url == "$base" && $was_at =~ ^[0-9]{1,11}$ ]] &&
			((now >= was_at && now - was_at < pending_s)) &&
			[[ $forced == 0 || $mode == full ]]; then
			began=$was_at asked=1
			((forced)) || forced=$was_forced
		fi
	fi
	if [[ ! $began ]]; then
		rm -rf pages
		mkdir pages
		mode=full began=$now
		if ((!forced && !first && since && full_at <= now &&
			now - full_at < full_s)); then
			mode=$since_text
		fi
		printf '%s\t%s\t%s\t%s\n' "$mode" "$began" "$forced" "$base" >pages/new
		mv -f pages/new pages/plan
	fi
	[[ $mode == full ]] || base=$base${and}updated_since=$mode
}

# keep_state: makes the state from the pages that were read.
keep_state() {
	local date
	IFS=$'\t' read -r _ _ _ _ _ _ date _ <pages/000001
	# The registry's clock says since when, if it is not ahead of ours.
	since=$((date > 0 && date < began ? date : began))
	at=$now opted=$used
	if [[ $mode == full ]]; then
		full_at=$began
		make_state 1 pages/[0-9]*[0-9]
		rm -rf last
		rm -f pages/[a-z]*
		mv pages last
	else
		make_state 0 pages/[0-9]*[0-9]
		rm -rf pages
	fi
}

# crawl URL FOLDER
crawl() {
	local base=$1 name=$2 url and='?' mode='' now began='' asked='' failed=0
	local code why known first=0 at=0 full_at=0 since=0 since_text='' opted='' used=''
	[[ $base =~ ^[Hh][Tt][Tt][Pp][Ss]?://[][!#-\;=?-Z_a-~]+$ ]] ||
		die 2 "'$base' is not an http or https URL"
	[[ ! $base =~ [?\&](cursor|updated_since)= ]] ||
		die 2 "'$base': the crawl itself sets cursor and updated_since"
	base=${base%%#*}
	[[ $base != *\?* ]] || and='&'
	for url in limit=100 version=latest; do
		[[ $base =~ [?\&]${url%=*}= ]] || base+=$and$url and='&'
	done
	url=$base
	# shellcheck source=scripts/needs.bash
	source "$lib/needs.bash" || die 3 "needs.bash: not installed"
	need_gnu
	mkdir -p -- "$name" && cd -- "$name" || die 3 "$name: cannot be used"
	{ exec 9>>lock; } 2>/dev/null || die 3 "$name: cannot be written to"
	# curl keeps the lock: what it still reads for a crawl that was killed is used.
	flock -n 9 || flock -w 90 9 || die 3 "$name: another crawl is running"
	now=$(date +%s)
	settle
	read_state
	if [[ -e opt-out ]]; then
		[[ -f opt-out && -r opt-out ]] || die 2 "$name/opt-out: cannot be read"
		used=$(cksum <opt-out)
		used=${used// /-}
	fi
	# Opt-outs apply even while the registry is down.
	if ((!first && since)) && [[ $used != "$opted" ]]; then
		opted=$used
		make_state 0
	fi
	plan
	heed_wait
	heed_robots
	read_list
	keep_state
}
