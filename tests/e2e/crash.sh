#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The server and clients are killed while messages are on their way. What a client had on
# disk is there once in the end: nothing lost, nothing doubled, nothing out of order.
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

rounds=${ROUNDS:-4}
each=6

start_server --log-level info
export CHAT_SERVER=unix:$world/server/chat.sock
me=alice
as $me "$client" --rooms >"$world/rooms.log" 2>&1 ||
	fail "the socket's own user is logged in without a word"
ok "the socket's own user is logged in"

# One after the other, so that their order is known; each must be on disk, sent or queued.
talk() {
	local round=$1 i status
	for ((i = 1; i <= each; i++)); do
		status=0
		as $me "$client" --send '#lobby' --timeout 2s "round $round line $i" \
			>>"$world/send.log" 2>&1 || status=$?
		case $status in
		0 | 75) echo "round $round line $i" >>"$world/kept" ;;
		*) echo "ended with $status" >>"$world/send.log" ;;
		esac
	done
}

for ((round = 1; round <= rounds; round++)); do
	talk "$round" &
	talker=$!
	until_true "round $round has begun" has "$world/kept" "round $round line 2"
	stop_server KILL
	start_server --log-level info
	wait "$talker"
done
ok "$rounds times kill -9 of the server between lines"

# The owner of the store is killed with text that it could not send yet.
stop_server KILL
as $me "$client" --send '#lobby' --timeout 1s 'written while it was down' >>"$world/send.log" 2>&1 ||
	[ $? = 75 ] || fail "a text for a server that is down is queued"
echo 'written while it was down' >>"$world/kept"
ok "a text for a server that is down is queued"
open_lines $me
hear $me '#lobby'
kill -KILL "${line_pid[$me]}"
wait "${line_pid[$me]}" 2>/dev/null || true
unset "line_pid[$me]"
start_server --log-level info
as $me "$client" --flush --timeout 20s >"$world/flush.log" 2>&1 || fail "--flush sends what waits"
ok "--flush sends what waits"

as $me "$client" --history '#lobby' --limit 1000 >"$world/history.log" 2>&1
heard() { cut -f3 "$world/history.log" | grep -E '^(round|written)'; }
check "every line is there, once and in order" cmp "$world/kept" <(heard)
check "the server's own store agrees" [ "$(wc -l <"$world/kept")" = $((rounds * each + 1)) ]
stop_server
done_testing
