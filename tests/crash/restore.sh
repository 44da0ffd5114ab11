#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A server that was restored from a backup: who has heard more than it knows is told, sees
# it, and from then on has what everybody has; what waited to be sent is sent, once.
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "${top_srcdir:?}/tests/e2e/lib.sh"

export CHAT_SERVER=unix:$world/server/chat.sock
say() { as "$1" "$client" --send '#lobby' "$2" >>"$world/send.log" 2>&1 || fail "'$2' is sent"; }
admin() { "$programs/server/chat-server" --data-dir "$world/server" --port 0 "$@" >>"$world/admin.log" 2>&1; }
texts() { as "$1" "$client" --history '#lobby' --limit 100 2>>"$world/send.log" | cut -f3 | grep -v '^(' || true; }
followed() { grep -oE '"text":"[^"]*"' "$world/follow.out" | cut -d'"' -f4; }

start_server --log-level info
for i in 1 2 3; do say alice "before $i"; done
check "a backup is made while the server runs" admin backup --output "$world/backup"
for i in 1 2 3 4; do say alice "lost $i"; done
as alice "$client" --rooms >/dev/null
as_background carol "$client" --follow --consumer notes --since start --json '#lobby' \
	>"$world/follow.out" 2>"$world/follow.log" &
follower=$!
online_lines bob
hear bob 'lost 4'
until_true "the follower has all seven" has "$world/follow.out" 'lost 4'
stop_server
hear bob 'not connected'
as dave "$client" --send '#lobby' --timeout 500ms 'nobody listens' >/dev/null 2>&1 || true
type_line bob 'written while it was down'
check "the backup is put back" admin restore --force "$world/backup"
start_server --log-level info
check "the server knows that it is a restored one" has "$world/server.log" 'restored'

until_true "what bob wrote is sent by itself" has "$world/bob.log" 'you: written while'
hear bob 'cut or restored'
ok "bob is told that the room's log began anew"
for i in 1 2; do say alice "after $i"; done
hear bob 'after 2'
ok "and hears what is new"
until_true "the follower hears it, too" has "$world/follow.out" 'after 2'
kill "$follower"
wait "$follower" 2>/dev/null || true

want=$(printf '%s\n' 'before 1' 'before 2' 'before 3' 'written while it was down' 'after 1' 'after 2')
check "alice, who had heard more, has what the server has" [ "$(texts alice)" = "$want" ]
check "and so does who comes with an empty store" [ "$(texts erin)" = "$want" ]
check "the follower left nothing out" [ "$(followed | tail -n 3)" = "$(tail -n 3 <<<"$want")" ]
close_lines bob
check "and bob" [ "$(texts bob)" = "$want" ]
stop_server
done_testing
