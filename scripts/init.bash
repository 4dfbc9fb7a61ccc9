# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# mcp-fleet init: makes the folder of a fleet of one region, this machine, from a URL,
# a list, or the configuration of a client of MCP; see mcp-fleet(1), INIT.
# shellcheck disable=SC2016 # programs of jq and awk
# shellcheck disable=SC2154 # variables of mcp-fleet
#
# The input may come from strangers, with a repository, and contains secrets. It is
# bounded, no part of it becomes a path or a command, and a variable of the environment
# goes to a server only if the user asked for that.

source_max=$((1 << 20)) # bytes
servers_max=1000        # longer lists are for servers_from
probe_each=10           # seconds for the probe of a server
folder=fleet site='' ca='' lone='' from_env=false origin='' new='' store_works=false
# Which folders hold the secrets of servers and of routes, and whether they are those
# of the units of systemd, which have users of their own.
probe_secrets=credentials alert_secrets=secrets units=false

init_usage() {
	cat <<-'END'
	usage: mcp-fleet init [-e] [-d folder] [--ca file] [--site url] [--store url]
	           source
	       mcp-fleet init [-d folder] --region name inbox

	Makes a folder with fleet.yaml, credentials and a web server's configuration.
	The source is a URL, a file of URLs or targets, or the configuration of a
	client, such as .mcp.json. With --region, makes the folder of a region that
	probes by itself, and leaves its records in that inbox, see mcp-inbox(7).

	options:
	  --ca file             the certificate of a private authority of your servers;
	                        init copies it into the folder
	  -d, --folder folder   the folder to make; default fleet, or the region
	  -e, --env             take ${NAME} in headers from the environment
	  -h, --help            print this help
	  --region name         make the folder of this region
	  --site url            address of the pages; default http://localhost:8080
	  --store url           the store; default MCP_STORE, or a local Redis

	exit status:
	  0  done
	  2  wrong usage, or the source or folder cannot be used
	  3  this machine failed

	See mcp-fleet(1).
	END
}

init_settings() {
	local args
	args=$(getopt -n "$me init" -o d:eh -l ca:,env,folder:,help,region:,site:,store: -- "$@") ||
		{ say "see $me init --help"; exit 2; }
	eval set -- "$args"
	while :; do
		case $1 in
		--ca) ca=$2; shift ;;
		-d | --folder) folder=$2; shift ;;
		-e | --env) from_env=true ;;
		-h | --help) init_usage; exit 0 ;;
		--region) lone=$2; shift ;;
		--site) site=$2; shift ;;
		--store) url=$2; shift ;;
		--) shift; break ;;
		esac
		shift
	done
	(($# < 2)) || die 2 "$2: one argument too many"
	if (($# == 0)); then
		args=$(ls -d .mcp.json .vscode/mcp.json .cursor/mcp.json 2>/dev/null || :)
		[[ ! $lone ]] || die 2 "no inbox; see mcp-inbox(7)"
		die 2 "no source; see $me init --help${args:+; there is ${args//$'\n'/, }}"
	fi
	origin=$1
	[[ ! $lone || $folder != fleet ]] || folder=$lone
	folder=$(realpath -m -- "$folder")
	# It is written to files of cron and web servers, which quote differently.
	[[ $folder =~ ^/[A-Za-z0-9._/@+,=:~-]+$ ]] ||
		die 2 "$folder: use a folder name that needs no quotes"
	[[ $site =~ ^(|https?://[][A-Za-z0-9._:-]+)/?$ ]] ||
		die 2 "--site: must be https://HOST or http://HOST:PORT"
	site=${site%/}
	check_ca
	if [[ $folder == /etc/mcp-fleet && $EUID -eq 0 ]] &&
		id mcp-fleet mcp-alert >/dev/null 2>&1; then
		units=true probe_secrets=probe alert_secrets=alert
	fi
	url=${url:-${MCP_STORE-}}
	[[ $url =~ ^[!#-~]*$ && $url != *\\* ]] || die 2 "the store: not an address"
	if [[ -e $folder || -L $folder ]] && ! rmdir -- "$folder" 2>/dev/null; then
		die 2 "$folder: exists already; nothing was changed"
	fi
}

# check_ca: whether the file of --ca has a certificate; else ends.
check_ca() {
	[[ $ca ]] || return 0
	[[ -f $ca && -r $ca ]] || die 2 "--ca: $ca: not a readable file"
	(($(stat -Lc %s -- "$ca") <= source_max)) || die 2 "--ca: $ca: is larger than 1 MiB"
	grep -q '^-----BEGIN \(X509 \|TRUSTED \|\)CERTIFICATE-----' -- "$ca" ||
		die 2 "--ca: $ca: holds no PEM certificate"
}

# JSON with comments, as editors write it, to JSON: comments, and commas before a
# bracket that closes, are left out; as is a byte order mark.
strip_comments='
NR == 1 { sub(/^\357\273\277/, "") }
{
	n = length($0)
	for (i = 1; i <= n; i++) {
		c = substr($0, i, 1)
		if (comment) {
			if (c == "*" && substr($0, i + 1, 1) == "/") { comment = 0; i++ }
			continue
		}
		if (string) {
			printf "%s", c
			if (c == "\\") printf "%s", substr($0, ++i, 1)
			else if (c == "\"") string = 0
			continue
		}
		if (c == "/" && substr($0, i + 1, 1) == "/") break
		if (c == "/" && substr($0, i + 1, 1) == "*") { comment = 1; i++; continue }
		if (c == " " || c == "\t" || c == "\r") { printf "%s", c; continue }
		if (comma && c != "}" && c != "]") printf ","
		comma = c == ","
		if (!comma) printf "%s", c
		string = c == "\""
	}
	print ""
}
END { if (comma) printf "," }'

# The servers of a client, each as {name, url, headers, vars} or {name, left}, where
# left says why regions cannot probe it. ${} is not filled in yet. Every entry of every
# map is included: two clients can use one name, and none may hide another.
read_client='
def folded: with_entries(.key |= (ascii_downcase | gsub("[_-]"; "")));
def filled: strings | gsub("\\A\\s+|\\s+\\z"; "") | select(. != "");
def yes: tostring | test("\\A(true|1|yes|on)\\z"; "i");
def no: tostring | test("\\A(false|0|no|off)\\z"; "i");
def off: any(.disabled; yes) or
	any(.enabled, .isenabled, .active, .isactive; no);
def beside: {left: "stdio: it runs beside its client, so no region can reach it"};

# The command of an entry, as words. A shell may be given it in one.
def is_remote: test("\\A(?!https?://)(.*[/\\\\])?mcp-remote(@[^/\\\\]*)?([/\\\\.].*)?\\z"; "i");
def is_line: test("(\\A|[\\s/\\\\\"\u0027])mcp-remote([@.]\\S*)?[\"\u0027]?(\\s|\\z)") and test("\\s") and
	(test("\\A[A-Za-z0-9_-]+:\\s") | not);
def shell_words: [.[:20000] |
	match("(?:[^\\s\"\u0027]|\"[^\"]*\"|\u0027[^\u0027]*\u0027)+"; "g").string |
	gsub("[\"\u0027]"; "")];
def words: if type == "array" then map(scalars | tostring)
	elif type == "string" then [.] else [] end;
def command: (.command | if type == "object" then [.path] + (.args | words) | words
		else words end) + (.args | if type == "string" then shell_words else words end) |
	map(select(. != "") | if is_line then shell_words[] else . end);
# The words after mcp-remote; null if it is not run.
def remote: . as $words | [range(length) | select($words[.] | is_remote)][0] |
	if . == null then null else $words[. + 1:] end;
def header: index(":") as $at | if $at then
	{(.[:$at]): (.[$at + 1:] | sub("\\A[ \t]+"; ""))} else {} end;
def takes_value: test("\\A--(header|host|transport|resource|auth-timeout|ignore-tool|" +
	"static-oauth-client-(metadata|info))\\z");
# Its URL is the first word that is not an option; a port may follow.
def bridged: reduce .[] as $word ({headers: {}, plain: []};
		if .of then (if .of == "--header" then .headers += ($word | header) else . end) |
			.of = null
		elif $word | takes_value then .of = $word
		elif $word | startswith("--header=") then
			.headers += ($word[9:] | header)
		elif $word | startswith("-") then .
		else .plain += [$word] end) |
	{headers, url: [.plain[] | select(is_remote | not) |
		select(test("\\Ahttps?://|[$%{<]"; "i"))][0]};

def headers: if type == "array" then [.[] | objects | folded |
		select(.name // .key | type == "string") |
		{(.name // .key): .value}] | add // {}
	elif type == "object" then . else {} end |
	map_values(if type == "number" or type == "boolean" then tostring
		elif type == "string" then . else "" end);
def server: if type != "object" then {left: "no object"} else
	folded | . + (.transport | objects // {} | folded) |
	([.httpurl, .url, .serverurl, .baseurl, .sseurl, .endpoint, .uri | filled][0]) as $url |
	([.type, .transport, .transporttype | filled][0] // "http") as $type |
	command as $command | ($command | remote) as $remote |
	if off then {left: "disabled there"}
	elif $remote and ($remote | bridged.url) then $remote | bridged
	elif ($command != [] or .source == "extension") and $url == null then beside
	elif $type | test("\\A(stdio|local|builtin|in-?memory)\\z"; "i") then beside
	elif $type | gsub("[_-]"; "") |
		test("\\A((streamable)?http(stream|streamable)?|https|streamable|sse|remote|url)\\z"; "i") |
		not then {left: "of another transport, \($type[:20])"}
	else {url: $url, headers: (([.headers, .httpheaders,
			(.requestinit, .requestoptions | objects | .headers) | headers] | add) +
		([.authorizationtoken | strings | {Authorization: "Bearer \(.)"}][0] // {}) +
		([.bearertokenenvvar | strings | {Authorization: "Bearer ${\(.)}"}][0] // {}))}
	end + {vars: ([.env, .environment, (.command | objects | .env) | objects] | add // {})} |
	if .left == null and .url == null then {left: "without a URL"} else . end end;

# The entries of a map, or of an array of named ones.
def entries: if type == "object" then to_entries[]
	else to_entries[] | {value, key: ([.value | objects |
		.name, .id, .key, .url, "entry" | filled][0] // "entry")} end;
def is_entry: type == "object" and
	(folded | any(.url, .serverurl, .httpurl, .baseurl, .command, .type, .enabled;
		type == "string" or type == "boolean" or type == "array"));
# The maps, wherever they are, such as in the projects of Claude Code: each entry with
# what else is in the object that has the map.
def maps($parent; $depth): . as $around | to_entries[] | .key as $key | .value |
	select(type == "object" or type == "array") |
	if $key | test("(\\A|[._-])((mcp|context)[_-]?servers|modelContextProtocolServers|" +
		"mcp\\.servers)\\z"; "i") then {entry: entries, $around}, {map: true}
	elif ($key | ascii_downcase) == "servers" and ($depth == 0 or $parent == "mcp") then
		{entry: entries, $around}, {map: true}
	elif $key == "mcp" and type == "object" and $depth == 0 and
		(.servers == null or (.servers | is_entry)) then
		{entry: (entries | select(.key | test("\\A(allowed|excluded|serverCommand|inputs)\\z") | not)),
			$around}, {map: true}
	elif $depth > 7 then empty
	elif type == "array" then .[] | objects | maps($key; $depth + 1)
	else maps($key; $depth + 1) end;
. as $all |
[if type == "array" then {entry: entries, around: {}}, {map: true}
else maps(""; 0) end] |
if . != [] then .
elif $all | length > 0 and all(.[]; type == "object") and any(.[]; is_entry) then
	[$all | {entry: entries, around: {}}]
else error("no mcpServers, servers, context_servers or mcp") end |
([$all | objects | (.mcp | objects | .allowed), .allowMCPServers | arrays] | add) as $allowed |
([$all | objects | (.mcp | objects | .excluded), .excludeMCPServers | arrays] | add // []) as $excluded |
.[] | select(.entry) | .around.disabledMcpServers as $disabled | .entry | .key as $name |
{name: $name} + (.value | server) |
if .left then .
elif any($excluded, ($disabled | arrays) | .[]; . == $name) then {$name, left: "disabled there"}
elif $allowed and ($allowed | length) > 0 and all($allowed[]; . != $name) then
	{$name, left: "not among those allowed there"}
else . end'

# A line of a list: a URL, or a target record, of which the keys that a server of
# fleet.yaml has are used.
read_list='
def seconds: if type == "number" then "\(.)s" else . end;
inputs | sub("\r\\z"; "") | select(test("^[ \t]*(#.*)?\\z") | not) |
if test("^[ \t]*\\{") then
	[try fromjson catch {}][0] | if (.url | type) != "string" then
		error("line \(input_line_number): no target record") else . end |
	{name: (.slug // .url | tostring), url, headers: {}, kept: (
		{title, auth, health_tool,
			interval: (.interval | seconds), timeout: (.timeout | seconds),
			deny_private, cold_start,
			ca: [.ca | strings | select(test("^/|\n"))][0]} |
		with_entries(select(.value != null)))}
else {name: null, url: gsub("^[ \t]+|[ \t]+\\z"; ""), headers: {}} end'

# Turns the output of read_client and read_list into servers, each with a slug and the
# text of its credential. Of several headers one is the secret, as a credential file
# holds one.
make_servers='
def clean: gsub("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Cn}\\p{Zl}\\p{Zp}]"; "?");
# Placeholders in the notations of all clients: ${NAME}, ${{ NAME }},
# {{NAME}}, {env:NAME}, {NAME}, %NAME%, $NAME, <NAME>. Some of it may stand in a URL.
def braces: "\\$\\{\\{?([^{}]{0,200})\\}?\\}|\\{\\{([^{}]{1,200})\\}\\}|" +
	"\\{([^{}\\s\"]{1,200})\\}|<([^<>]{1,200})>|%([A-Za-z_][A-Za-z0-9_]{0,200})%";
def in_header: braces + "|\\$(?:env:)?([A-Za-z_][A-Za-z0-9_]{0,200})";
def in_url: braces + "(?![0-9A-Fa-f]{2})|\\$([A-Z_][A-Z0-9_]{0,200})|" +
	"\\b(YOUR[_-][A-Z0-9_-]{1,200})";
# A name that may be part of a secret is left out.
def holes($kind): . as $text | [match($kind; "g") |
	{at: .offset, end: (.offset + .length), all: .string,
		of: ([.captures[].string | strings][0] // "" | gsub("\\A\\s+|\\s+\\z"; ""))} |
	.name = if (.all | startswith("${")) or
		([$text[:.at][-1:], $text[.end:][:1]] | all(.[]; test("\\A[^A-Za-z0-9]?\\z")))
		then .of | clean[:60] else "its secret" end |
	.fills = (.all | test("\\A([$%]|\\{env:)"))];
def variable: capture("^(env:)?(?<name>[A-Za-z_][A-Za-z0-9_]*)(?<or>:-(?<text>.*))?\\z");
# fill(kind; vars): {text, missing}; a hole that no variable or default fills is missing.
# A variable is {text, missing}, too.
def fill($kind; $vars): . as $text | reduce (holes($kind) | reverse[]) as $hole (
	{text: $text, missing: []};
	([$hole | select(.fills) | .of | variable | ($vars[.name] | objects | select(.text != "")),
		(.text | strings | select(holes($kind) == []) | {text: ., missing: []})][0]) as $value |
	if $value == null then .missing = [$hole.name] + .missing
	else .missing = $value.missing + .missing |
		.text |= .[:$hole.at] + $value.text + .[$hole.end:] end);
# The secret part of the value of a header, and whether it is only an example.
def token: sub("\\A(bearer|basic|token|api-?key)(\\s+|\\z)"; ""; "i") |
	gsub("\\A\\s+|\\s+\\z"; "");
def word($words): test("(\\A|[^a-z])(" + $words + ")([^a-z]|\\z)"; "i");
def example: . == "" or
	test("\\A(\\[.*\\]|\\(.*\\)|__.*__|\u0027.*\u0027|\".*\"|[^A-Za-z0-9]+|(.)\\2{2,})\\z") or
	test("\\.{3}|\u2026|\\*{3}|\u2022{2}|`|\\$[({]|x{6}|(\\A|[^a-z0-9])your|[ _-]here\\z"; "i") or
	# A reference to where the secret is kept.
	test("\\A([a-z][a-z0-9+.-]*://|(env|file|secrets?|input|vault|keychain)[.:/(\\[])"; "i") or
	test("\\A(process\\.env|os\\.environ)"; "i") or
	word("x{3,}|placeholder|example|sample|dummy|redacted|removed|hidden|masked") or
	word("omitted|todo|tbd|fixme|none|null|undefined") or
	word("(change|replace|fill|insert|enter|put|paste|add|use|set)[ _-]?" +
		"(me|this|it|in|with|here|my|token|key|api|the|actual|real|a)") or
	test("\\A([a-z]+[ _-])*(key|token|secret|passw(or)?d|pat|jwt|credentials?)\\z"; "i") or
	test("\\A[a-z]*(api|access|auth|secret|bearer|my)(key|token|secret)\\z"; "i");
def unfilled: .missing + if .missing == [] and (.text | token | example) then
	[.text | token | select(test("\\A([A-Z]+[_-][A-Z_-]+|your[ _-][a-z _-]+)\\z")) | .[:60]] |
	if . == [] then ["its secret"] else . end else [] end;
def base: ascii_downcase | gsub("[^a-z0-9._-]+"; "-") | sub("^[._-]+"; "") |
	.[:80] | sub("[._-]+\\z"; "");
def host: sub("^https?://"; "") | sub("[/?#].*"; "") | sub(":[0-9]*\\z"; "");
def slug($taken): . as $base | if $taken[$base] | not then $base else
	first(range(2; 2000) | "-\(.)" | $base[:80 - length] + . |
		select($taken[.] | not)) end;
def unfit: if .left then .left
	elif .url.missing != [] then "its URL wants \(.url.missing | join(", "))"
	elif .url.text | test("^https?://[^/?#]*@") then
		"its URL holds a user name, and fleet.yaml is no place for a secret"
	elif .url.text | test("^https?://[!-~]{1,2000}\\z") | not then "its URL is none"
	else [.url.text | capture("[?&](?<key>[^=&#]*(key|token|secret|passw|auth|sig|credential)[^=&#]*)="; "i").key][0] |
		if . == null then empty
		else "its URL holds a secret, \(clean[:40]), and fleet.yaml is no place for one"
		end
	end;
def ours: test("^(accept|accept-.*|connection|content-.*|host|mcp-.*|user-agent|x-probe-region)\\z"; "i");
def sendable: test("^https://|^http://(localhost|127\\.[0-9.]+|\\[::1\\])([:/]|\\z)"; "i");
def origin: capture("^(?<o>https?://[^/?#]+)").o;
def secret($url): (.value | unfilled) as $unfilled |
	(.value.text | test("^[!-~]([ -~]{0,4000}[!-~])?\\z")) as $fits |
	if $unfilled != [] and ((.key | ascii_downcase) == "authorization") and
		(.value.text | test("\\A\\s*(bearer(\\s|\\z).*)?\\z"; "i")) then
		{mode: "bearer", lines: ["token = " + if $fits then .value.text | token else "" end],
			missing: $unfilled}
	elif $unfilled != [] then {mode: "header", lines: ["header = " + .key,
		"value = " + if $fits then .value.text else "" end], missing: $unfilled}
	elif $fits | not then null
	elif (.key | ascii_downcase) == "authorization" and
		(.value.text | test("^bearer +[^ ]+ *\\z"; "i")) then
		{mode: "bearer", lines: ["token = " + (.value.text | sub("^[^ ]+ +"; "") |
			sub(" +\\z"; ""))], missing: []}
	else {mode: "header", lines: ["header = " + .key, "value = " + .value.text],
		missing: []} end |
	if . then .lines = ["origin = " + ($url | origin)] +
		.lines else . end;
def credential: .url.text as $url | [.headers | to_entries[] |
	select(.key | ours | not) |
	select(.key | test("^[!#$%&*+.^_`|~0-9A-Za-z-]{1,100}\\z")) |
	.order = (if .key | test("^authorization\\z"; "i") then 0
		elif .key | test("key|token|auth|secret"; "i") then 1 else 2 end)] |
	sort_by(.order) | {all: map(.key), first: .[0]};
# The names of the secrets of mcp-fleet, and of the route in fleet.yaml, cannot be slugs,
# as a slug names a credential file.
reduce inputs as $entry ({servers: [], seen: {}, taken:
		(["ack", "answer", "session", "store", "slack"] | map({key: ., value: true}) |
		from_entries)};
	. as $state | (if $env then $ENV else {} end |
		map_values({text: ., missing: []})) as $around |
	# A value that an entry sets may itself name a variable.
	($entry.vars // {} | map_values(select(type == "string" or type == "number") |
		tostring)) as $own |
	($around + ($own | map_values(fill(in_header; $around)))) as $vars |
	# A variable in a URL would be visible to everybody.
	($entry | .url |= (. // "" | fill(in_url; $own | map_values(fill(in_url; {})))))
		as $e |
	($e.name // ($e.url.text | host) | tostring) as $name |
	([$entry.name, $entry.url, $entry.headers] | tojson) as $whole |
	([($e | unfit), (select($e.name and $state.seen[$whole]) | "given twice")][0]) as $left |
	if $left then .servers += [{name: ($name | clean[:80]), left: $left}]
	else
		([$name, ($e.url.text | host), "server" | base | select(. != "")][0] |
			slug($state.taken)) as $slug |
		($e | .headers |= with_entries(select(.value | type == "string") |
			.value |= fill(in_header; $vars)) | credential) as $found |
		(if $found.first then $found.first | secret($e.url.text)
			elif $e.kept.auth.credential? then
				{mode: "any", missing: ["its secret"], lines: [
					"origin = " + ($e.url.text | origin),
					"# token = or header = and value =, or another kind"]}
			else null end) as $credential |
		.taken[$slug] = true | .seen[$whole] = true | .servers += [{
			name: ($name | clean[:80]), $slug, url: $e.url.text,
			title: ($e.kept.title // (if $e.name then $name else "" end) |
				tostring | clean[:200] | select(. != "" and . != $slug) // null),
			kept: ($e.kept // {} | del(.title, .auth)),
			$credential, unsafe: ($e.url.text | sendable | not),
			unsent: ($found.all - [select($credential) | $found.first.key // empty] |
				map(clean))}]
	end) | .servers'

# Makes the text of fleet.yaml from the output of make_servers and the results of a
# probe.
write_config='
def hex: [. / 4096, . / 256 % 16, . / 16 % 16, . % 16 | floor |
	"0123456789abcdef"[.:. + 1]] | add;
# JSON is YAML, except for characters that YAML reads as line ends or does not allow.
def yaml: tojson | explode | map(if (. > 126 and . < 160) or . == 8232 or . == 8233 or
	. == 65279 or . == 65534 or . == 65535 then "\\u" + hex | explode[] else . end) |
	implode;
def clean: gsub("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]"; "?");
def state: if .state == null then "it was not probed"
	elif .state == "auth-walled" then "it asks for a credential"
	elif .state == "healthy" then "it works" + (if .tools == null then "" else
		", with \(.tools) tool\(if .tools == 1 then "" else "s" end)" end)
	else "it fails at \(.step): \(.message // .error // "" | clean[:200])" end;
"# The servers to watch, from where, and the people to notify; see fleet.yaml(5). After a",
"# change: mcp-aggregate config -c \($folder)/fleet.yaml",
"",
"# The Redis that all programs share. It needs maxmemory-policy noeviction, and",
"# appendonly yes.",
"store: \($store | yaml)",
"",
"# Where people find the pages.",
"site:",
"  url: \($site | yaml)",
"",
"# Where probes run. Three are needed to distinguish outages from network faults;",
"# a machine that ssh(1) reaches needs mcp-probe(1) and its credentials:",
"#   - {name: eu-west-2, host: probe@london.example.com}",
"regions:",
"  - {name: \($region), runner: local}",
"",
(select($ca) | "# Their certificates may be of this authority, too.",
"defaults:", "  - {match: [\"*\"], ca: ca.pem}", ""),
"servers:",
(.[] | select(.left | not) | (($results[.slug] // {}) | state) as $state |
	"  # \(.name | clean), on \($date): \($state)",
	(.unsent | select(. != []) |
		"  # Not sent: \(join(", ")); a credential holds one header, of visible ASCII."),
	"  - slug: \(.slug | yaml)",
	"    url: \(.url | yaml)",
	(select(.title) | "    title: \(.title | yaml)"),
	(.kept | to_entries[] | "    \(.key): \(.value | yaml)"),
	if .credential == null then
		select($results[.slug].state == "auth-walled") |
		"    # Once there is a file \($probe_secrets)/\(.slug), see FILES in mcp-probe(1):",
		"    #auth: {credential: \(.slug | yaml)}"
	elif .unsafe then
		"    # A credential is sent over https only, so without it:",
		"    #auth: {credential: \(.slug | yaml)}"
	elif .credential.missing != [] then
		"    # Once \(.credential.missing | join(", ")) is filled in, in \($probe_secrets)/\(.slug):",
		"    #auth: {credential: \(.slug | yaml)}"
	else "    auth: {mode: \(.credential.mode), credential: \(.slug | yaml)}" end),
"",
"# The people to notify, see mcp-routes(5). Take the # away, and put a line url = https://...,",
"# the address of the hook, into \($alert_secrets)/slack, mode 600\($owner):",
"#alerts:",
"#  routes:",
"#    - {name: chat, type: slack, secret: slack}"'

# read_source: writes the servers of the source, with their credentials, as an array to
# the file servers.
read_source() {
	local read=$read_list why
	if [[ $origin =~ ^https?:// ]]; then
		printf '%s\n' "$origin" >"$scratch/source"
	else
		[[ -f $origin && -r $origin ]] || die 2 "$origin: not a readable file"
		head -c $((source_max + 1)) -- "$origin" >"$scratch/source"
		(($(stat -c %s "$scratch/source") <= source_max)) ||
			die 2 "$origin: is larger than 1 MiB; long lists are for" \
				"servers_from of fleet.yaml(5)"
	fi
	timeout 20 awk "$strip_comments" "$scratch/source" >"$scratch/json" 2>/dev/null || :
	if jq -e '(type == "array" and all(.[]; type == "object")) or
		(type == "object" and (has("url") | not))' "$scratch/json" \
		>/dev/null 2>&1; then
		read=$read_client
		timeout 20 jq -c "$read" "$scratch/json" >"$scratch/entries" 2>"$scratch/said"
	else
		! head -c 400 "$scratch/json" | grep -qzP '(?i)^\s*(\[|\{\s*("[^"]*(servers|mcp|projects)"|$))' ||
			die 2 "$origin: no JSON: $(jq . "$scratch/json" 2>&1 >/dev/null |
				sed 's/^jq: error ([^)]*): //;q')"
		timeout 20 jq -cnR "$read" "$scratch/source" >"$scratch/entries" \
			2>"$scratch/said"
	fi || {
		why=$(sed 's/^jq: error ([^)]*): //;q' "$scratch/said")
		die 2 "$origin: ${why:-cannot be read}"
	}
	(($(wc -l <"$scratch/entries") <= servers_max)) ||
		die 2 "$origin: more than $servers_max servers; use servers_from of" \
			"fleet.yaml(5)"
	timeout 60 jq -cn --argjson env "$from_env" "$make_servers" "$scratch/entries" \
		>"$scratch/servers" || die 3 "$origin: cannot be read"
	jq -e 'any(.[]; .left | not)' "$scratch/servers" >/dev/null || {
		tell_left >&2
		die 2 "$origin: no server that regions can reach"
	}
}

# tell_left: prints which servers regions cannot probe, and why.
tell_left() {
	jq -r 'map(select(.left)) | select(. != []) | "Not for regions:",
		(.[] | "  \(.name): \(.left)")' "$scratch/servers"
}

# find_store: the store that was named, or a Redis that answers on this machine.
find_store() {
	local try
	for try in ${url:+"$url"} unix:///run/redis/redis-server.sock \
		unix:///run/redis/redis.sock unix:///run/valkey/valkey.sock \
		redis://127.0.0.1:6379; do
		if timeout 6 mcp-aggregate status store --store "$try" -f jsonl \
			>"$scratch/store" 2>"$scratch/said"; then
			store_works=true
			url=$try
			return
		fi
		[[ ! $url ]] || return 0
	done
	url=redis://127.0.0.1:6379
}

# write_fleet RESULTS: fleet.yaml, with the results of a probe as comments.
write_fleet() {
	jq -r --slurpfile all "$1" --arg folder "$folder" --arg store "$url" \
		--arg site "$site" --arg region "$region" --arg date "$(date +%F)" \
		--arg probe_secrets "$probe_secrets" --arg alert_secrets "$alert_secrets" \
		--arg owner "$($units && echo ', of user mcp-alert')" \
		--argjson ca "$([[ $ca ]] && echo true || echo false)" \
		'($all[0] // {}) as $results | '"$write_config" "$scratch/servers" \
		>"$new/fleet.yaml"
}

# write_credentials: writes a file for each secret; no secret is in a command line.
write_credentials() {
	local slug text
	mkdir "$new/$probe_secrets" "$new/$alert_secrets"
	while read -r slug text; do
		base64 -d <<<"$text" >"$new/$probe_secrets/$slug"
	done < <(jq -r '.[] | select(.credential) |
		"\(.slug) \(.credential.lines | join("\n") + "\n" | @base64)"' \
		"$scratch/servers")
	write_ack
}

# write_ack: makes the secret that signs the links to acknowledge, for mcp-alert and for
# the web server; with units, which have users of their own, the web server has a copy.
write_ack() {
	printf 'for = ack\ntoken = %s\n' \
		"$(od -An -N 32 -tx1 /dev/urandom | tr -d ' \n')" >"$new/$alert_secrets/ack"
	$units || return 0
	mkdir "$new/web"
	cp "$new/$alert_secrets/ack" "$new/web"
}

# loopback: the address on which a site for this machine alone is served; nothing for
# another one.
loopback() {
	local host=${site#*://}
	host=${host,,}
	if [[ $host =~ ^(127(\.[0-9]+){3}|\[::1\])(:|$) ]]; then
		echo "${BASH_REMATCH[1]}"
	elif [[ $host =~ ^(127\.[0-9.]*|([a-z0-9_-]+\.)*localhost\.?)(:|$) ]]; then
		echo 127.0.0.1
	fi
}

# write_site: the configuration of a lighttpd that a user can start; of the examples
# that are installed.
write_site() {
	local text examples=$lib/../../share/doc/mcp-fleet/examples port bind
	local socket=$folder/web/serve.sock start="lighttpd -D -f $folder/lighttpd.conf"
	[[ -d $examples ]] || examples=$lib
	[[ -r $examples/deploy/lighttpd-fastcgi.conf ]] || return 0
	text=$(<"$examples/deploy/lighttpd-fastcgi.conf")
	text=${text//\/usr\/local\/bin\//"$(dirname -- "$(type -P mcp-serve)")/"}
	text=${text//unix:\/\/\/run\/redis\/redis.sock/"$url"}
	text=${text//https:\/\/status.example.com/"$site"}
	text=${text//\/etc\/mcp-fleet/"$folder"}
	! site_unit "$folder" ||
		socket=/run/mcp-site/serve.sock start='systemctl start mcp-site.service'
	text=${text//\/run\/mcp-serve.sock/"$socket"}
	[[ $site =~ :([0-9]+)$ ]] && port=${BASH_REMATCH[1]} || port=8080
	mkdir -p "$new/web/empty"
	printf '# %s\nserver.port = %s\n' "$start" "$port"
	bind=$(loopback)
	[[ ! $bind ]] || printf 'server.bind = "%s"\n' "$bind"
	printf 'server.document-root = "%s/web/empty"\n\n' "$folder"
	! $units || printf 'server.%sname = "www-data"\n' user group
	printf '%s\n' "$text"
} >"$new/lighttpd.conf"

# own_units: lets each user of the units read its files. The folder and fleet.yaml are
# not secret.
own_units() {
	printf '%s="%s"\n' MCP_STORE "$url" MCP_SITE "$site" >"$new/serve.env"
	chown -R mcp-fleet: "$new/probe"
	chown -R mcp-alert: "$new/alert"
	chown -R www-data: "$new/web"
	if [[ -e $new/lighttpd.conf ]]; then
		chown :www-data "$new/lighttpd.conf"
		chmod 640 "$new/lighttpd.conf"
	fi
	chmod 644 "$new/fleet.yaml" ${ca:+"$new/ca.pem"}
	chmod 755 "$new"
}

# tell_units: prints the next commands where systemd units run the rounds.
tell_units() {
	echo '  # A round each minute, the first one now, and what they had to say:'
	echo '  systemctl enable --now mcp-fleet.timer mcp-alert.timer mcp-report.timer mcp-expiry.timer'
	echo '  systemctl start mcp-fleet.service'
	echo '  journalctl -u mcp-fleet -u mcp-alert'
	echo '  # A snapshot of the store each day, in /var/lib/mcp-snapshot; to upload it, a line'
	echo "  # such as MCP_SNAPSHOT_UPLOAD='aws s3 cp \"\$1\" s3://backup/' in $folder/snapshot.env:"
	echo '  systemctl enable --now mcp-snapshot.timer'
}

# tell_rounds: prints the commands for one round, and for one each minute.
tell_rounds() {
	local bin line expiry programs
	bin=$(dirname -- "$(realpath -- "${BASH_SOURCE[-1]}")")
	programs=$(dirname -- "$(type -P mcp-probe)")
	echo "  export MCP_CREDENTIALS=$folder/credentials"
	echo "  mcp-fleet -v -c $folder/fleet.yaml        # a round, by hand"
	line="MCP_CREDENTIALS=$folder/credentials $bin/mcp-fleet -c $folder/fleet.yaml"
	expiry="$programs/mcp-aggregate targets -c $folder/fleet.yaml |"
	expiry+=" $programs/mcp-probe --targets - --check-expiry -f jsonl |"
	expiry+=" $programs/mcp-alert -c $folder/fleet.yaml"
	if type -P crontab >/dev/null || ! type -P systemd-run >/dev/null; then
		echo '  # Each minute; and each day, whether a certificate or a credential ends soon:'
		echo "  (crontab -l; cat $folder/crontab) | crontab -"
	else
		echo '  # Each minute, until the next reboot:'
		echo "  systemd-run$( ((EUID == 0)) || echo ' --user') --on-calendar='*-*-* *:*:00'" \
			"--timer-property=AccuracySec=1s -E ${line/ / }"
		echo '  # Each day, whether a certificate or a credential ends soon:'
		echo "  systemd-run$( ((EUID == 0)) || echo ' --user') --on-calendar='*-*-* 09:00:00'" \
			"-E MCP_CREDENTIALS=$folder/credentials sh -c '$expiry'"
	fi
	printf '%s >/dev/null\n' "* * * * * ${line//%/\\%}" \
		"0 9 * * * export MCP_CREDENTIALS=$folder/credentials; ${expiry//%/\\%}" \
		>"$new/crontab"
}

# probe_all: one probe of each server from here, as results by slug.
probe_all() {
	timeout 30 mcp-aggregate targets -c "$new/fleet.yaml" -r "$region" \
		>"$scratch/all" 2>"$scratch/said" || { relay '' "$scratch/said"; return 0; }
	jq -c --argjson most "$probe_each" '.timeout = ([.timeout, $most] | min)' \
		"$scratch/all" >"$scratch/targets"
	MCP_CREDENTIALS=$new/$probe_secrets timeout $((3 * probe_each)) mcp-probe \
		--targets - -r "$region" -f jsonl --concurrency 1000 \
		<"$scratch/targets" >"$scratch/records" 2>"$scratch/said" || :
	relay '' "$scratch/said"
	jq -n '[inputs | select(.type == "step" or .type == "probe")] |
		group_by(.slug) | map({key: .[0].slug, value: (
			(map(select(.type == "probe"))[0] // {}) as $probe |
			(map(select(.status? == "fail"))[0] // {}) as $step |
			{state: $probe.state, tools: $probe.tool_count, step: $step.step,
				error: $step.error, message: $step.message})}) | from_entries' \
		"$scratch/records" >"$scratch/results" 2>/dev/null ||
		echo '{}' >"$scratch/results"
}

# tell_servers: prints a line for each server: its name and the result of its probe.
tell_servers() {
	jq -r --slurpfile all "$scratch/results" --arg folder "$folder" \
		--arg secrets "$probe_secrets" '
		def clean: gsub("[\\p{Cc}\\p{Cf}]"; "?");
		.[] | select(.left | not) | ($all[0][.slug] // {}) as $was |
		"  \(.slug): \($was | if .state == "broken" then
			"fails at \(.step): \(.message // .error // "" | clean[:200])"
			else .state // "not probed" end)",
		(select($was.state == "auth-walled" and .credential == null) |
			"    Next: write its credential to \($folder)/\($secrets)/\(.slug), see FILES in mcp-probe(1),",
			"    and take the # away before its auth in \($folder)/fleet.yaml."),
		(.unsent | select(. != []) |
			"    not sent: \(join(", ")); a credential holds one header, of visible ASCII")' \
		"$scratch/servers"
}

# tell_store: prints how to start the store, which does not answer.
tell_store() {
	if [[ $url =~ ^(unix://|redis://(127\.|localhost|\[::1\])) ]]; then
		echo "  # No Redis answers at $url; this starts one on this machine, and"
		echo '  # has it keep what it is given:'
		echo "  $(start_redis)"
		echo "  $(redis_cli) config set appendonly yes && $(redis_cli) config rewrite"
	else
		echo "  # No Redis answers at $url: a round needs it."
	fi
}

# tell_next: prints the next commands, in order.
tell_next() {
	$units && echo 'Next, as root:' || echo 'Next:'
	if ! $store_works; then
		tell_store
	elif jq -e '.wrong != []' "$scratch/store" >/dev/null; then
		jq -r --arg cli "$(redis_cli)" "$mend_store"'.wrong[] |
			"  # The store: \(.)", "  \(mend_store($cli))"' "$scratch/store"
	fi
	jq -r --arg folder "$folder" --arg secrets "$probe_secrets" '
		.[] | select(.credential.missing? // [] | . != []) |
		"  # Fill in \(.credential.missing | join(", ")), and take the # away before auth of \(.slug):",
		"  \("${EDITOR:-vi}") \($folder)/\($secrets)/\(.slug) \($folder)/fleet.yaml"' \
		"$scratch/servers"
	if $units; then tell_units; else tell_rounds; fi
	[[ ! -e $new/lighttpd.conf ]] || {
		echo "  # The pages, at $site$([[ ! $(loopback) ]] ||
			echo ', for this machine alone'); examples for nginx and"
		echo '  # Apache are in share/doc/mcp-fleet/examples/deploy:'
		echo "  $(start_pages "$folder/lighttpd.conf")"
	}
	echo '  # The people to notify of an outage, such as a channel of Slack: the # before alerts goes,'
	echo '  # and a line url = https://... of its hook, and Ctrl-D, is typed:'
	echo "  sed -i '/^#alerts:/,\$s/^#//' $folder/fleet.yaml"
	if $units; then
		echo "  install -m 600 -o mcp-alert /dev/stdin $folder/alert/slack"
		echo "  runuser -u mcp-alert -- env MCP_CREDENTIALS=$folder/alert" \
			"mcp-alert test --all -c $folder/fleet.yaml"
	else
		echo "  (umask 077; cat >$folder/$alert_secrets/slack)"
		echo "  mcp-alert test --all -c $folder/fleet.yaml"
	fi
	echo '  # Whether all of this works:'
	echo "  mcp-fleet doctor -c $folder/fleet.yaml"
}

# make_new: makes the folder new, which becomes the folder at the end.
make_new() {
	new=''
	trap 'trap "" HUP INT TERM; rm -rf -- "$scratch" "$new"' EXIT
	if ! mkdir -p -- "$(dirname -- "$folder")" ||
		! new=$(trap '' HUP INT TERM
			mktemp -d -- "$(dirname -- "$folder")/.$me.XXXXXX"); then
		die 3 "$folder: cannot be made"
	fi
}

# check_inbox: ends where mcp-fleet or the region could not use origin.
check_inbox() {
	printf 'regions:\n%s\n' "$line" >"$scratch/fleet.yaml"
	if [[ $origin == *[\"\\]* ]]; then
		echo 'contains an invalid character' >"$scratch/said"
	elif timeout 30 mcp-aggregate config -c "$scratch/fleet.yaml" >"$scratch/config" \
		2>"$scratch/said"; then
		LC_ALL=C bash -c 'source "$1" && check_address "$2" "$3"' - \
			"$lib/inbox_at.bash" "$origin" "$lone" 2>"$scratch/said" && return
	fi
	sed -i 's/^mcp-aggregate: [^ ]*: \(regions\[0\]\.[a-z]*: \)\?//' "$scratch/said"
	die 2 "$origin: $(head -n 1 "$scratch/said"); see mcp-inbox(7)"
}

# init_region: makes the folder of region lone, whose inbox is origin: all that its
# machine needs but mcp-probe, curl and jq.
init_region() {
	local name secret=$lone-inbox line file conf=${MCP_CONFIG:-fleet.yaml} secrets
	[[ $origin != file:* ]] || secret=''
	line="  - {name: $lone, inbox: \"$origin\"${secret:+, credential: $secret}}"
	check_inbox
	[[ -e $conf || ! -e fleet/fleet.yaml ]] || conf=fleet/fleet.yaml
	[[ ! -e $conf ]] || conf=$(realpath -- "$conf")
	secrets=${MCP_CREDENTIALS-}
	[[ $secrets || ! -d ${conf%/*}/credentials ]] || secrets=${conf%/*}/credentials
	make_new
	mkdir "$new/lib" "$new/credentials"
	for file in "$lib"/inbox_*.bash "$lib"/{needs,secrets}.bash; do
		[[ $file == */inbox_take.bash ]] || cp -- "$file" "$new/lib/"
	done
	printf 'region = %s\ninbox = %s\n' "$lone" "$origin" >"$new/region.conf"
	cat >"$new/run" <<-'END'
	#!/bin/bash
	# One run of this region, see mcp-inbox(7); mcp-probe may be beside it.
	here=$(dirname -- "$(realpath -- "$0")")
	PATH=$here:$PATH:/usr/local/bin exec bash "$here/lib/inbox_region.bash" "$here" "$@"
	END
	cat >"$new/start" <<-'END'
	#!/bin/bash
	# Has this region run every minute, by systemd or cron, see mcp-inbox(7).
	here=$(dirname -- "$(realpath -- "$0")")
	exec bash "$here/lib/inbox_start.bash" "$here"
	END
	chmod 700 "$new/run" "$new/start"
	name=${folder##*/}
	case $origin in
	file:*) ;;
	s3:* | dynamodb:*) printf '# access_key = ...\n# secret_key = ...\n' >"$new/credential" ;;
	*) echo '# token = ...' >"$new/credential" ;;
	esac
	mv -T -- "$new" "$folder" || die 3 "$folder: cannot be made"
	echo "$folder has run, start, region.conf and credentials of servers. Next:"
	[[ ! $secret ]] || {
		echo '  # The secret of the inbox, here and for the rounds:'
		echo "  \${EDITOR:-vi} $folder/credential"
		echo "  install -m 600 $folder/credential ${secrets:-\"\${MCP_CREDENTIALS:?\}\"}/$secret"
	}
	echo "  # In $conf, under regions:"
	echo "$line"
	echo '  # A round publishes the targets; that nothing came into the inbox is right yet:'
	echo "  ${secrets:+MCP_CREDENTIALS=$secrets }mcp-fleet -v -c $conf"
	echo '  # On the machine of the region, here HOST, which needs mcp-probe, curl and jq:'
	echo "  scp -r $folder HOST:"
	echo "  ssh HOST $name/run -v"
	echo '  # Every minute, by systemd or cron:'
	echo "  ssh HOST $name/start"
	echo '  # Whether all of this works:'
	echo "  ${secrets:+MCP_CREDENTIALS=$secrets }mcp-fleet doctor -c $conf"
}

init() {
	local region=${MCP_REGION:-local}
	init_settings "$@"
	[[ $region =~ ^[a-z][a-z0-9-]{0,39}$ ]] || die 2 "MCP_REGION: no name of a region"
	site=${site:-http://localhost:8080}
	need mcp-aggregate mcp-probe jq awk
	begin_work
	if [[ $lone ]]; then
		init_region
		return
	fi
	read_source
	find_store
	make_new
	echo '{}' >"$scratch/results"
	write_credentials
	[[ ! $ca ]] || awk '/^-----BEGIN .*CERTIFICATE-----/ { on = 1 }
		on { print } /^-----END / { on = 0 }' <"$ca" >"$new/ca.pem"
	write_fleet "$scratch/results"
	timeout 30 mcp-aggregate config -c "$new/fleet.yaml" >"$scratch/config" \
		2>"$scratch/said" || {
		relay '' "$scratch/said"
		die 2 "$origin: makes no configuration"
	}
	probe_all
	write_fleet "$scratch/results"
	write_site
	tell_next >"$scratch/next"
	! $units || own_units
	mv -T -- "$new" "$folder" || die 3 "$folder: cannot be made"
	if $units; then
		echo "$folder has fleet.yaml, probe and alert for secrets, and lighttpd.conf." \
			"From here:"
	else
		echo "$folder has fleet.yaml, credentials of servers, secrets of routes," \
			"crontab and lighttpd.conf. From here:"
	fi
	tell_servers
	tell_left
	echo "The store: $url"
	cat "$scratch/next"
}
