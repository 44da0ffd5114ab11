#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A file goes out with a message and comes in again, from scripts: over a connection that
# breaks, never over a file that is there.
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

export CHAT_SERVER=unix:$world/server/chat.sock
start_server
head -c 300000 /dev/urandom >"$world/in.bin"
printf 'the plan\n' >"$world/plan.txt"

as alice "$client" --send '#lobby' --file "$world/plan.txt" 'look at this' 2>"$world/send.log" ||
	fail "a file is sent with a text"
ok "a file is sent with a text"
as alice "$client" --send '#lobby' --file "$world/in.bin" 2>>"$world/send.log" ||
	fail "a file is sent without a text"
ok "a file is sent without a text"
# another device of the same account, which has seen nothing of it
as carol "$client" --history '#lobby' >"$world/history" 2>>"$world/send.log"
check "a message says what hangs on it" has "$world/history" '▤ plan.txt · 9 B · text/plain'
as carol "$client" --history '#lobby' --json >"$world/history.json" 2>>"$world/send.log"
id() { sed -n "s/.*\"attached\":\[{\"file\":\"\([a-z2-7]*\)\",\"name\":\"$1\".*/\1/p" "$world/history.json"; }
plan=$(id plan.txt)
check "and JSON names it" [ ${#plan} = 26 ]
mkdir "$world/there"
as carol "$client" --save "$plan" "$world/there" >"$world/saved" 2>>"$world/send.log" || fail "it is saved"
check "it is saved" cmp -s "$world/plan.txt" "$world/there/plan.txt"
check "and the path is printed" has "$world/saved" "$world/there/plan.txt"
printf 'mine' >"$world/there/plan.txt"
as carol "$client" --save "$plan" "$world/there" >"$world/saved" 2>>"$world/send.log" || fail "it is saved again"
check "never over another file" [ "$(cat "$world/there/plan.txt")" = mine ]
check "but beside it" cmp -s "$world/plan.txt" "$world/there/plan (1).txt"
as carol "$client" --save "$(id in.bin)" "$world/there" >"$world/saved" 2>>"$world/send.log" || fail "a large one"
check "a large one comes as it was" cmp -s "$world/in.bin" "$world/there/in.bin"
status=0
as carol "$client" --save abaaaaaaaaaaaaaaaaaaaaaaaa "$world/there" 2>"$world/none" || status=$?
check "a file that is not there has its exit code" [ "$status" = 80 ]
status=0
as alice "$client" --send '#lobby' --file "$world/nothing" x 2>"$world/none" || status=$?
check "a file that cannot be read is said" [ "$status" = 80 ]
check "in words" has "$world/none" 'No such file'
as carol "$client" --search 'has:file' >"$world/found" 2>>"$world/send.log"
check "has:file finds it" has "$world/found" 'look at this'

scene "the server goes away in the middle"
head -c 20000000 /dev/urandom >"$world/large.bin"
as_background alice "$client" --send '#lobby' --file "$world/large.bin" --timeout 60s 2>>"$world/send.log" &
sender=$!
coming() { [ "$(find "$world/server/files/part" -size +1M 2>/dev/null)" ]; }
until_true "some of it has come" coming
kill -9 "$server_pid"
wait "$server_pid" 2>/dev/null || true
start_server
wait "$sender" || fail "it goes on where it was"
ok "it goes on where it was"
as carol "$client" --history '#lobby' --json >"$world/history.json" 2>>"$world/send.log"
as carol "$client" --save "$(id large.bin)" "$world/there" >"$world/saved" 2>>"$world/send.log" || fail "and is whole"
check "and is whole" cmp -s "$world/large.bin" "$world/there/large.bin"
check "and there once" [ "$(grep -c large.bin "$world/history.json")" = 1 ]

scene "on the screen"
mkdir "$world/desk"
open_terminal dora 100 24 sh -c "cd $world/desk && HOME=$world/dora '$client' 2>$world/dora.log; echo ended; exec cat"
see dora "[#lobby]"
see dora "large.bin · 19.1 MiB"
ok "a message shows name, size and kind"
type_in dora "/file $world/plan.txt"
press dora Enter
see dora "1 file"
ok "/file sends one"
type_in dora "/save"
press dora Enter
see dora "plan.txt: saved"
check "/save saves it, here" cmp -s "$world/plan.txt" "$world/desk/plan.txt"
type_in dora "/file $world/nothing"
press dora Enter
see dora "there is no such thing"
ok "a file that is not there is said"
# The line is kept, to be mended; it may come back a moment after what is said about it.
leave() {
	press dora C-u
	type_in dora "/quit"
	press dora Enter
	hides dora "[#lobby]"
}
until_true "it ends" leave
done_testing
