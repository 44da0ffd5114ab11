#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A file goes out with a message and comes in again, from scripts: over a connection that
# breaks, never over a file that is there.
# shellcheck source=tests/e2e/lib.sh disable=SC2119,SC2317
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

scene "both sides are killed in the middle"
head -c 20000000 /dev/urandom >"$world/both.bin"
rm -rf "$world/server/files/part"
as alice "$client" --send '#lobby' --file "$world/both.bin" --wait none 'from the disk' 2>>"$world/send.log" ||
	fail "it is on disk at once"
ok "it is on disk at once"
killed() { # both, when MORE than so much has come
	as_background alice "$client" --flush --timeout 60s 2>>"$world/send.log" &
	sender=$!
	coming() { [ "$(find "$world/server/files/part" -size "+$1" 2>/dev/null)" ]; }
	until_true "some of it has come" coming "$1"
	kill -9 "$server_pid" "$sender"
	wait "$server_pid" "$sender" 2>/dev/null || true
	start_server
}
killed 2M
killed 8M
check "what has come is still there" [ "$(find "$world/server/files/part" -size +8M)" ]
as bob "$client" --send '#lobby' 'said meanwhile' 2>>"$world/send.log"
as alice "$client" --flush --timeout 60s 2>>"$world/send.log" || fail "it goes on where it was"
ok "it goes on where it was"
as carol "$client" --history '#lobby' --json >"$world/history.json" 2>>"$world/send.log"
as carol "$client" --save "$(id both.bin)" "$world/there" >"$world/saved" 2>>"$world/send.log" || fail "it is whole"
check "it is whole" cmp -s "$world/both.bin" "$world/there/both.bin"
check "and there once" [ "$(grep -c both.bin "$world/history.json")" = 1 ]
me=$(own_account alice)
counted() { # so many bytes of files
	"$programs/server/chat-server" --data-dir "$world/server" user show "$me" >"$world/facts" 2>>"$world/send.log"
	has "$world/facts" "$1"
}
check "and counts once" counted $((9 + 300000 + 20000000 + 20000000))
as alice "$client" --quota >"$world/quota" 2>>"$world/send.log"
check "--quota says so" has "$world/quota" "used	$((9 + 300000 + 20000000 + 20000000))"
as alice "$client" --quota --json >"$world/quota" 2>>"$world/send.log"
check "and in JSON" has "$world/quota" "\"used\":$((9 + 300000 + 20000000 + 20000000)),"

scene "it cannot be sent as it was"
printf 'first' >"$world/draft.txt"
stop_server
as alice "$client" --send '#lobby' --file "$world/draft.txt" --wait none 2>>"$world/send.log" || fail "offline it is queued"
printf 'second thoughts' >"$world/draft.txt"
start_server
as alice "$client" --flush 2>>"$world/send.log" || true
as carol "$client" --history '#lobby' >"$world/history" 2>>"$world/send.log"
check "a file that was changed is not sent" not has "$world/history" draft.txt
open_terminal alice 160 24 sh -c "HOME=$world/alice '$client' 2>$world/alice.log; echo ended; exec cat"
see alice "draft.txt · 5 B ! the file was changed before all of it was sent"
ok "and why is said"
type_in alice "/retry"
press alice Enter
see alice "draft.txt · 15 B"
see_gone alice "! the file was changed"
ok "/retry sends it as it is"
head -c 60000000 /dev/urandom >"$world/huge.bin"
type_in alice "/file $world/huge.bin"
press alice Enter
see alice "huge.bin · 57.2 MiB ◌"
type_in alice "not behind it"
press alice Enter
arrived() {
	as carol "$client" --history '#lobby' >"$world/history" 2>>"$world/send.log"
	has "$world/history" "$1"
}
until_true "a text does not wait for it" arrived 'not behind it'
check "a text does not wait for a file" not has "$world/history" huge.bin
see alice " %"
ok "how far it is stands behind it"
type_in alice "/discard"
press alice Enter
see_gone alice "huge.bin"
ok "/discard takes it back"
until_true "the server forgets it" counted $((9 + 300000 + 20000000 + 20000000 + 15))
ok "and the server forgets it"

scene "on the screen"
mkdir "$world/desk"
open_terminal dora 100 24 sh -c "cd $world/desk && HOME=$world/dora '$client' 2>$world/dora.log; echo ended; exec cat"
see dora "[#lobby]"
see dora "large.bin · 19.1 MiB"
ok "a message shows name, size and kind"
printf 'a note\n' >"$world/note.txt"
type_in dora "/file $world/note.txt"
press dora Enter
see dora "note.txt · 7 B · text/plain"
see_gone dora "◌"
ok "/file sends one"
see_gone dora "◌"
type_in dora "/save"
press dora Enter
see dora "note.txt: saved"
check "/save saves it, here" cmp -s "$world/note.txt" "$world/desk/note.txt"
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
