#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Goal: every command in EXAMPLES of a page, and in README.md, is run, as it stands, and
# does what the page says. It has a machine of its own for that: names, networks and folders are those of
# the examples, and behind them are real programs.

load ../helpers/lib

# What does not run, by page and first words of its line, and why. A line that no page
# has is a failure, and so is an example that is neither run nor here.
NOT_RUN='
check_mcp.1|MCP OK|an output
mcp-guardrail.1|  uses: github/codeql-action|a job that only GitHub has
mcp-serve.8|[![MCP status]|Markdown
README.md|make run |cli/whole/run.bats runs it
README.md|make deb && sudo apt install|long/packages.bats and tests/bare do so
README.md|make images && docker|long/images.bats reads the image without docker
README.md|docker run |long/images.bats runs the same with crun
README.md|scripts/deps build && make|tests/bare and cli/whole/deploy.bats do so
README.md|sudo mcp-fleet init|long/packages.bats does so
'

# Commands that do not end with 0, and why.
BAD_NEWS='
mcp-alert.1|1|mcp-aggregate replay records.jsonl|there is a red minute
mcp-archive.1|2|mcp-archive replay|no probes are archived yet
mcp-fleet.1|1|mcp-fleet doctor -c fleet/fleet.yaml|nobody serves the page yet
README.md|1|mcp-fleet doctor -c fleet.yaml|nothing runs each minute here
'

# Programs that are not to be had here: what they do instead, and whose they are. One
# that no example calls is a failure.
STAND_INS='
crontab|[ "$1" = -l ] && exit; cat >/dev/null|no spool
kubectl|:|a cluster
new-stripe-token|echo new|whoever makes tokens
'

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

# examples PAGE: the blocks of its EXAMPLES, a file each, PAGE.NN; of README.md, what is
# indented, and the commands of its table.
examples() {
	if [[ $1 == *.md ]]; then
		awk -v page="${1##*/}" '
			/^```/ { fenced = !fenced }
			fenced { next }
			/^    / { if (!shown) to = sprintf("%s.%02d", page, ++n); shown = 1; print substr($0, 5) >to; next }
			{ shown = 0 }
			/^\| [a-z][^|`]* \| `.*`/ { gsub(/^[^`]*`|`[^`]*$/, ""); print >sprintf("%s.%02d", page, ++n) }' "$1"
		return
	fi
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh [^E]/p' "$1" |
		sed "s/\\\\e/\\\\/g; s/\\\\(aq/'/g" |
		awk -v page="${1##*/}" '
			function block() { return sprintf("%s.%02d", page, ++n) }
			/^\.Dl / { sub(/^\.Dl /, ""); print >block(); next }
			/^\.Bd/ { to = block(); shown = 1; next }
			/^\.Ed/ { shown = 0 }
			shown { print >to }'
}

# kind BLOCK: how it is run.
kind() {
	local line
	read -r line <"$1"
	case $line in
	'$ '*) echo session ;;
	'- run:'*) echo job ;;
	*)	! [[ $line =~ ^[a-z_]+:(\ |$) ]] || { echo configuration; return; }
		grep -qE '^([0-9*]+ ){5}' "$1" && echo crontab || echo commands ;;
	esac
}

# listed BLOCK: NOT_RUN names it.
listed() {
	local page words _
	while IFS='|' read -r page words _; do
		[[ ! $page || ${1##*/} != "$page".* ]] || ! grep -qF -- "$words" "$1" || return 0
	done <<<"$NOT_RUN"
	return 1
}

# script BLOCK: what a shell is told of it.
script() {
	case $(kind "$1") in
	session) sed -n '1s/^\$ //p' "$1" ;;
	job) # The command, which may go on in a second line.
		awk '/^- run: /{ sub(/^- run: /, ""); on = 1; printf "%s", $0; next }
			on && /^    [^ ]/ { printf " %s", $0; next }
			{ on = 0 } END { print "" }' "$1" ;;
	crontab) sed -E 's/^([0-9*]+ ){5}//; s/\\%/%/g' "$1" ;;
	commands) cat "$1" ;;
	esac
}

# due BLOCK: the exit status that it must have.
due() {
	local page status words _
	while IFS='|' read -r page status words _; do
		[[ ! $page || ${1##*/} != "$page".* ]] || ! grep -qF -- "$words" "$1" ||
			{ echo "$status"; return; }
	done <<<"$BAD_NEWS"
	echo 0
}

# bats test_tags=later
@test "every example runs" {
	local page
	unshare -rmnpf --kill-child --mount-proc sh -c 'mount --rbind /tmp /tmp &&
		mount -o remount,bind,ro / && mount -t tmpfs none /run' 2>/dev/null ||
		skip 'no namespaces to be had here'
	for page in "$ROOT"/man/*.[1-8] "$ROOT/README.md"; do
		examples "$page"
	done
	"$ROOT/tests/peers/install"
	export -f kind script due listed
	export NOT_RUN BAD_NEWS STAND_INS ROOT BIN
	run unshare -rmnpf --kill-child --mount-proc \
		bash "$ROOT/tests/fixture/examples/machine" "$PWD"
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	grep -q '^README' ran
	# Every page that has examples of commands, and most of the commands.
	[ "$(sed 's/\.[0-9]*$//' ran | sort -u | wc -l)" -ge 11 ]
	[ "$(wc -l <ran)" -ge 25 ] || { cat ran; return 1; }
	diff <(cut -d '|' -f 1 <<<"$STAND_INS" | grep . | sort) <(sort -u called)
}

@test "what is said not to run, and not to end well, is in a page" {
	local page words _
	for page in "$ROOT"/man/*.[1-8] "$ROOT/README.md"; do
		examples "$page"
	done
	while IFS='|' read -r page words _; do
		[[ ! $page ]] || grep -qF -- "$words" ./"$page".* || { echo "$page: $words"; return 1; }
	done < <(echo "$NOT_RUN${BAD_NEWS//|1|/|}")
}
