# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# On the machine of a region with an inbox outside the fleet's store: has it run from now
# on, by a timer of systemd where one answers, otherwise by cron; see mcp-inbox(7).
#
#   inbox_start.bash FOLDER
set -euo pipefail
export LC_ALL=C

# give_up STATUS MESSAGE
give_up() {
	printf '%s\n' "$2" >&2
	exit "$1"
}

# setting KEY: its value in region.conf.
setting() {
	sed -n "s/^$1 *= *//p" "$home/region.conf" | tail -n 1
}

# start_timer: the units, and how to end it.
start_timer() {
	local name units=/etc/systemd/system
	name=mcp-region-$(setting region)
	[[ ! $user ]] || units=${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user
	mkdir -p -- "$units"
	cat >"$units/$name.service" <<-END
	[Unit]
	Description=the probes of region $(setting region) of mcp-fleet
	Documentation=man:mcp-inbox(7)

	[Service]
	Type=oneshot
	ExecStart=$home/run
	TimeoutStartSec=90s
	NoNewPrivileges=yes
	LimitCORE=0
	END
	cat >"$units/$name.timer" <<-END
	[Unit]
	Description=the probes of region $(setting region) of mcp-fleet
	Documentation=man:mcp-inbox(7)

	[Timer]
	OnCalendar=*-*-* *:$minutes:00
	AccuracySec=1s

	[Install]
	WantedBy=timers.target
	END
	systemctl $user daemon-reload
	systemctl $user enable --now "$name.timer"
	# Without a session, too.
	[[ ! $user ]] || loginctl enable-linger ||
		echo 'it runs while you are logged in; ask an administrator for loginctl enable-linger' >&2
	echo "$name.timer runs it. To end it: systemctl ${user:+$user }disable --now $name.timer"
}

# start_cron: a line, once.
start_cron() {
	local lines
	lines=$(crontab -l 2>/dev/null) || lines=''
	[[ $lines != *"\"$home/run\""* ]] || give_up 0 'cron runs it already'
	printf '%s\n' ${lines:+"$lines"} "${minutes/0\//*/} * * * * \"$home/run\"" | crontab -
	echo "cron runs it. To end it: crontab -e"
}

home=$(realpath -- "${1:?usage: inbox_start.bash FOLDER}") minutes='*' user=--user
[[ $home =~ ^/[A-Za-z0-9._/@+,=:~-]+$ ]] ||
	give_up 2 "$home: move it to a folder whose name needs no quotes"
# The free plan has no more writes.
[[ $(setting inbox) != cloudflare-kv:* ]] || minutes=0/2
((EUID)) || user=''
# shellcheck disable=SC2086 # none, or one
if systemctl $user show-environment >/dev/null 2>&1; then
	start_timer
elif type -P crontab >/dev/null; then
	start_cron
else
	give_up 3 "neither systemd nor cron runs here; run $home/run every minute"
fi
