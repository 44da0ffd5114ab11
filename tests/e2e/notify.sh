#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Notifications with the real programs: what a person sees and marks, what the terminal is
# told, and what reaches a hook of his own while he is away.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# A server of somebody's own: prints its port, then each request as a line.
cat >"$world/hook.py" <<'END'
import http.server, sys
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        print(self.path, self.headers.get("Priority"), self.headers.get("Title"),
              body.replace("\n", "|"), flush=True)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *ignored):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
print("port", server.server_port, flush=True)
server.serve_forever()
END
python3 "$world/hook.py" >"$world/hook.log" 2>&1 &
hook=$!
trap 'kill "$hook" 2>/dev/null; cleanup' EXIT
until_true "the hook listens" has "$world/hook.log" "port "
hook_port=$(awk '/^port/ { print $2 }' "$world/hook.log")

enter() {
	sign_up "$1"
	open_terminal "$1" 100 24 sh -c \
		"'$client' --notify osc777 2>$world/$1.err.log; echo ended; exec cat"
	see "$1" "Rooms"
}

start_server --hook-allow 127.0.0.1
export CHAT_SERVER=ws://127.0.0.1:$port
enter alice
enter bob
say alice "/create #ops"
see alice "[#ops]"
say bob "/join #ops"
see bob "[#ops]"
say bob "/join #lobby"
see bob "[#lobby]"

say alice "the disk is full, @bob"
until_true "bob sees that he is meant" shows bob "@1"
say bob "/notifications"
see bob "@ #ops  alice: the disk is full, @bob"
ok "what somebody should look at is listed"
leave_page bob
say bob "/goto 1"
see bob "[#ops]"
until_true "it is read there" hides bob "@1"
say bob "/notifications"
see bob "There is nothing to look at."
ok "what was seen in its room is read"

say bob "/mute 1h"
say bob "/join #lobby"
see bob "[#lobby]"
say alice "not that urgent, @bob"
unread() { screen bob | grep -qE '#ops +.*[1-9]'; }
until_true "it is unread" unread
say bob "/notifications"
see bob "There is nothing to look at."
ok "a muted room is silent"
say bob "/join #ops"
say bob "/scroll bottom"
see bob "not that urgent"
say bob "/unmute"

say bob "/notify hook http://127.0.0.1:$hook_port/bob"
see bob "127.0.0.1:$hook_port/bob"
leave_page bob
say alice "while he is here, @bob"
see bob "while he is here"
say bob "/quit"
see bob "ended"
say alice "now he is not, @bob"
until_true "the hook is told" has "$world/hook.log" "now he is not"
check "under his topic, with priority" \
	grep -qE '^/bob 4 =\?UTF-8\?B\?[A-Za-z0-9+/=]+\?= ' "$world/hook.log"
title=$(sed -n 's,^/bob 4 =?UTF-8?B?\([^?]*\)?= .*,\1,p' "$world/hook.log" | head -1)
check "whose title a strict decoder reads" bash -c "base64 -d <<<'$title' >/dev/null"
check "once" [ "$(grep -c 'now he is not' "$world/hook.log")" = 1 ]
check "what he saw was not pushed" not has "$world/hook.log" "while he is here"
check "the server's log does not have the address" \
	not has "$world/server.log" "$hook_port/bob"
stop_server
done_testing
