#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Two people who have never met sign up over TCP, with codes from the mail, join a room,
# talk in it and directly, correct themselves, read back, and leave. `./run` without a
# terminal prints it with --tell; make check runs it as a test.
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"
[ "${1-}" != --tell ] || telling=1

# play NAME OPTION...: chat-client as NAME, shown with what it says; $out is that.
play() {
	local name=$1 status=0
	shift
	local shown=${*@Q}
	shown=$(sed -E "s/'([A-Za-z0-9@./:-]+)'/\1/g; s|$world|…|g" <<<"$shown")
	remark "$name\$ chat-client $shown"
	out=$(as "$name" "$client" "$@" 2>&1 </dev/null) || status=$?
	[ -z "$out" ] || remark "$out"
	[ "$status" = 0 ] || fail "chat-client ended with $status"
}

said() { grep -qF -- "$1" <<<"$out"; }

meet() {
	local name=$1
	mkdir -p "$world/$name"
	(umask 077 && echo "a long enough password of $name" >"$world/$name/password")
	play "$name" --signup --account "$name" --email "$name@example.org" \
		--display-name "${name^}" --password-file "$world/$name/password"
	until_true "a letter for $name" code_for "$name@example.org" >/dev/null
	play "$name" --code "$(code_for "$name@example.org")"
	play "$name" --whoami
	check "$name is logged in after the code" said "$name"
}

left_by_bob() { ! as bob "$client" --rooms 2>/dev/null | grep -q garden; }

scene "A server starts, on a socket and a free port"
start_server --log-level debug
export CHAT_SERVER=ws://127.0.0.1:$port
ok "it is ready on $CHAT_SERVER"

scene "Alice and Bob sign up; the codes come by mail"
meet alice
meet bob
check "every code went out by mail only" [ "$(grep -cE '\b[0-9]{6}\b' "$world/server.log")" = 0 ]

scene "Alice makes a room, Bob joins and listens"
online_lines alice
type_line alice '/create #garden everything that grows'
hear alice '#garden'
online_lines bob
type_line bob '/join #garden'
hear bob '#garden'
as_background bob "$client" --follow --consumer notes --since start '#garden' >"$world/bob.notes" 2>"$world/follow.log" &
follower=$!
ok "bob is in #garden"

scene "They talk"
type_line alice 'The tomatoes are ripe.'
hear bob 'The tomatoes are ripe.'
type_line bob 'I bring salt and bread.'
hear alice 'I bring salt and bread.'
play alice --send '#garden' 'At sevn, under the tree.'
hear bob 'At sevn, under the tree.'
ok "what is said, and sent by a script, is heard"
until_true "bob's --follow heard it too" has "$world/bob.notes" 'At sevn'
ok "--follow has every line"

scene "Alice corrects herself, and writes to Bob alone"
type_line alice '/edit At seven, under the tree.'
until_true "the correction reaches bob" has "$world/bob.notes" '(edited) At seven'
ok "the correction reaches bob"
kill "$follower"
play bob --send '@alice' 'Shall I bring grün too? 🌿'
hear alice 'Bob: 1 unread'
ok "a direct message makes its own room"

scene "They close everything, come back and find it all there"
close_lines alice
close_lines bob
stop_server
start_server --log-level debug
play bob --history '#garden'
check "bob reads back what was said" said 'I bring salt and bread.'
check "with the correction in its place" said 'At seven, under the tree.'
check "and without the slip" not said 'At sevn,'
play alice --history '@bob'
check "alice has the direct message" said 'Shall I bring grün too? 🌿'
play alice --rooms
check "and both rooms in her list" said garden

scene "Bob leaves"
online_lines bob
type_line bob '/leave #garden'
until_true "the room is gone from bob's list" left_by_bob
close_lines bob
ok "bob is no longer in #garden"
play alice --send '#garden' 'Until tomorrow.'
stop_server
scene "All $points points are as they should be."
done_testing
