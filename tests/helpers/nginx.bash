# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# nginx as a process of the test. Needs nothing else.

# nginx_run CONF: whether it listens by that file of this folder; its process is NGINX.
# Where it does not, as its port is taken, that is in the file log.
nginx_run() {
	local line='' says
	rm -f says && mkfifo says
	# Opened for both first, see redis_start.
	exec {both}<>says
	PATH=$PATH:/usr/sbin nginx -p "$PWD" -c "$PWD/$1" \
		-g "user $(id -un) $(id -gn);" 2>&"$both" 3>&- {both}>&- &
	NGINX=$!
	exec {says}<says {both}>&-
	while read -r -t 60 -u "$says" line && [[ $line != *"start worker process "* ]]; do
		echo "$line" >>log
	done
	# What it says from now on is read by nobody, and must not stop it.
	cat <&"$says" >>log 3>&- &
	exec {says}<&-
	[[ $line == *"start worker process "* ]]
}
