#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 of the client on a screen, right after Enter or a moment later, in front of a
# server that answers and of one that stands still: a line that has left the input is on
# disk, is sent by whoever comes next, and is there once.
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "${top_srcdir:?}/tests/e2e/lib.sh"
rounds=${CRASH_ROUNDS:-6}

start_server --log-level info
export CHAT_SERVER=unix:$world/server/chat.sock
input() { screen alice | tail -n 1; }
input_is() { [ "$(input)" = "[#lobby]${1:+ $1}" ]; }
# Typing goes on while a line is on its way to the disk; it stands above the input until
# then, in the place of the rule.
line_left() {
	local rows
	rows=$(screen alice | tail -n 2)
	[[ $rows == ─*$'\n'"[#lobby] $1" ]]
}

: >"$world/kept"
: >"$world/typed"
for ((round = 1; round <= rounds; round++)); do
	open_terminal alice 80 24 "$client" --server "$CHAT_SERVER"
	pid=$(terminal list-panes -t alice -F '#{pane_pid}')
	see alice '[#lobby]'
	see alice online
	press alice C-u
	until_true "the input is empty" input_is ''
	[ $((round % 2)) = 0 ] || kill -STOP "$server_pid"
	type_in alice "typed $round"
	press alice Enter
	type_in alice next
	echo "typed $round" >>"$world/typed"
	if [ $((round % 3)) != 0 ]; then
		until_true "the line leaves the input" line_left next
		echo "typed $round" >>"$world/kept"
	fi
	kill -KILL "$pid"
	terminal kill-session -t alice 2>/dev/null || true
	kill -CONT "$server_pid"
done
ok "$rounds times kill -9 of a client on a screen, $((rounds - rounds / 3)) times with the line on disk"
as alice "$client" --flush --timeout 20s >"$world/flush.log" 2>&1 || fail "--flush sends what waits"
as alice "$client" --history '#lobby' --limit 1000 2>/dev/null | cut -f3 | grep '^typed' >"$world/heard"
check "no line is there twice" [ -z "$(sort "$world/heard" | uniq -d)" ]
check "every line that had left the input is there" \
	[ -z "$(grep -vxFf "$world/heard" "$world/kept")" ]
check "nothing else is, and in the order of typing" \
	cmp "$world/heard" <(grep -xFf "$world/heard" "$world/typed")
stop_server
done_testing
