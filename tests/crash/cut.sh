#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A network that swallows everything without a word, in a network of our own: both sides
# notice by the pings that do not come or are not answered, and when the way is free again
# the clients resume by themselves, with what was written meanwhile.
set -euo pipefail
: "${top_srcdir:?}" "${top_builddir:?}"
if [ -z "${IN_ROOM-}" ]; then
	# shellcheck source=tests/crash/enter.sh
	. "$top_srcdir/tests/crash/enter.sh"
	enter_room -n
	exec "${enter[@]}" env IN_ROOM=1 top_srcdir="$top_srcdir" top_builddir="$top_builddir" \
		TMPDIR="${TMPDIR:-/tmp}" "$0"
fi
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$top_srcdir/tests/e2e/lib.sh"
patience=${PATIENCE:-120}
lo=$programs/tests/crash/lo
"$lo" up

sign_up() {
	local name=$1
	mkdir -p "$world/$name"
	(umask 077 && echo "a long enough password of $name" >"$world/$name/password")
	as "$name" "$client" --signup --account "$name" --email "$name@example.org" \
		--password-file "$world/$name/password" >>"$world/signup.log" 2>&1 </dev/null ||
		fail "$name signs up"
	until_true "a letter for $name" code_for "$name@example.org" >/dev/null
	as "$name" "$client" --code "$(code_for "$name@example.org")" \
		>>"$world/signup.log" 2>&1 </dev/null || fail "$name answers with the code"
}

# Connections to our port that this machine believes in (state 01 of proc(5)'s net/tcp).
connections() {
	awk -v port="$(printf ':%04X' "$port")" \
		'$2 ~ port "$" && $4 == "01" { n++ } END { print n + 0 }' /proc/net/tcp
}
are() { [ "$(connections)" = "$1" ]; }
# heard NAME COUNT TEXT: COUNT lines of NAME's client contain TEXT.
heard() { [ "$(grep -cF -- "$3" "$world/$1.log")" -ge "$2" ]; }

start_server --log-level info
export CHAT_SERVER=ws://127.0.0.1:$port
sign_up alice
sign_up bob
online_lines alice
online_lines bob
type_line alice 'before the cut'
hear bob 'before the cut'
until_true "two clients are connected" are 2
ok "two clients are connected"

"$lo" down
SECONDS=0
until_true "the server notices that nobody answers" are 0
remark "after $SECONDS s"
ok "the server lets go of connections that do not answer"
hear alice 'not connected'
hear bob 'not connected'
remark "after $SECONDS s"
ok "both clients notice that the server is silent"
check "within ping and grace (33 s) and a little" [ "$SECONDS" -le 50 ]
type_line alice 'written in the dark'
type_line bob 'also in the dark'
"$lo" up
until_true "alice is back" heard alice 2 online
until_true "bob is back" heard bob 2 online
hear bob 'written in the dark'
hear alice 'also in the dark'
ok "both resume by themselves and hear what the other wrote meanwhile"
once() { [ "$(as erin "$client" --server "unix:$world/server/chat.sock" --history '#lobby' | grep -c "$1")" = 1 ]; }
check "it is there once" once 'written in the dark'
check "and the other line, too" once 'also in the dark'
close_lines alice
close_lines bob
stop_server
done_testing
