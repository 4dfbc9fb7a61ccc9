# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: MIT
# mcp-serve as FastCGI behind lighttpd on a free port of this machine. Needs lib.bash
# and redis.bash.

# web_start [OPTIONS…]: starts both; the address is in WEB, the port in WEB_PORT.
web_start() {
	local tries
	mkfifo ready
	# The program finds the socket that it is to listen on at its stdin.
	perl -MSocket -MPOSIX -e 'socket(S, PF_UNIX, SOCK_STREAM, 0) or die;
		bind(S, pack_sockaddr_un(shift)) && listen(S, 9) or die;
		POSIX::dup2(fileno(S), 0); $| = 1; print "listening\n"; exec @ARGV' \
		fcgi.sock "$BIN/mcp-serve" "$@" >ready 2>serve.err 3>&- &
	WEB_SERVE=$!
	read -r -t 60 <ready
	mkdir empty
	for tries in {1..20}; do
		WEB_PORT=$((RANDOM % 20000 + 30000))
		cat >lighttpd.conf <<-END
			server.modules = ("mod_fastcgi")
			server.document-root = "$PWD/empty"
			server.bind = "127.0.0.1"
			server.port = $WEB_PORT
			server.pid-file = "$PWD/lighttpd.pid"
			server.errorlog = "$PWD/lighttpd.log"
			fastcgi.server = ("/" => (("socket" => "$PWD/fcgi.sock",
				"check-local" => "disable",
				"fix-root-scriptname" => "enable")))
		END
		# In the background once it listens.
		! lighttpd -f lighttpd.conf 2>>lighttpd.err 3>&- || break
	done
	WEB=http://127.0.0.1:$WEB_PORT
}

web_stop() {
	[[ ! -e lighttpd.pid ]] || kill "$(<lighttpd.pid)"
	kill "$WEB_SERVE" 2>/dev/null || true
}
