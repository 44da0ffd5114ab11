#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The server as a program: starting, refusing to start, ending. Each refusal is a sentence
# with what to do, and leaves alone what was there.
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

# refused CODE WORDS OPTION...: it ends with CODE and says WORDS.
refused() {
	exits "$1" "$programs/server/chat-server" "${@:3}" && says "$2"
}

check "a wrong flag is named, with the right one" \
	refused 64 'did you mean --port?' --prot 1
check "a value out of range is named with the range" \
	refused 64 "it must be from 0 to 65535" --port 99999
check "an unknown command is named" refused 64 frobnicate frobnicate
check "a missing configuration file is named" \
	refused 80 "$world/none.conf" --config "$world/none.conf"
check "the open without TLS is refused" refused 77 tls_cert --listen 0.0.0.0

printf 'port = 1\nprot = 2\nmax_connections = 1\n' >"$world/c.conf"
check "every mistake of a file is told with its line" \
	refused 64 'c.conf:3: max_connections' --config "$world/c.conf"
check "and the first one too" says "c.conf:2: there is no setting 'prot'"
printf '# fine\nport = 0\n' >"$world/c.conf"
check "a good file is found good" \
	refused 0 "$world/c.conf" --config "$world/c.conf" --check-config

check "init makes folder, secrets and settings" \
	refused 0 "$world/init/server.conf" --data-dir "$world/init/data" \
	--config "$world/init/server.conf" init
check "the settings that init wrote are valid" \
	refused 0 server.conf --config "$world/init/server.conf" --check-config

start_server --log-level info
check "the data folder is private" [ "$(stat -c %a "$world/server")" = 700 ]
check "the secrets are private" \
	[ "$(stat -c %a "$world"/server/secrets/*.key | sort -u)" = 600 ]
check "a second server on the same folder is refused" \
	refused 75 "running in $world/server" --data-dir "$world/server" --port 0
check "the first one's socket is still there" [ -S "$world/server/chat.sock" ]
check "a port in use is refused" \
	refused 65 "$port" --data-dir "$world/other" --port "$port"
check "a socket that another server listens on is refused" \
	refused 65 chat.sock --data-dir "$world/other" --port 0 --socket "$world/server/chat.sock"

stop_server TERM
check "SIGTERM ends it cleanly" has "$world/server.log" 'server: ended'
check "and takes the socket away" [ ! -e "$world/server/chat.sock" ]
start_server --log-level info
stop_server KILL
check "kill -9 leaves the socket behind" [ -S "$world/server/chat.sock" ]
start_server --log-level info
ok "and it starts again over it"
stop_server INT
check "SIGINT ends it cleanly" has "$world/server.log" 'server: ended'

echo not a database, but longer than the head of one >"$world/server/chat.db"
check "a damaged database is refused by name" \
	refused 73 chat.db --data-dir "$world/server" --port 0
check "and is left alone" has "$world/server/chat.db" 'not a database'
if [ "$(id -u)" != 0 ]; then
	mkdir -m 500 "$world/shut"
	check "an unwritable data folder is refused" \
		refused 77 "$world/shut" --data-dir "$world/shut/data" --port 0
	chmod 700 "$world/shut"
fi
: >"$world/file"
check "a file in the place of the folder is refused" \
	refused 65 "$world/file" --data-dir "$world/file" --port 0
done_testing
