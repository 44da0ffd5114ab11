#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Lines piped into --linear: none is lost, whatever the client knows when it starts; each is
# done where the one before has led; the exit code says what became of them.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

start_server
CHAT_SERVER=unix:$world/server/chat.sock

# lines CODE NAME TEXT [OPTION...]: TEXT, with its escapes, piped into NAME's client ends
# with CODE; says tells what the client said.
lines() {
	printf '%b' "$3" | run "$1" "$2" --linear "${@:4}"
}
# told ROOM TEXT: whether the server has TEXT in ROOM, once.
told() {
	run 0 alice --history "$1" && [ "$(cut -f3 "$world/run.log" | grep -cxF -- "$2")" = 1 ]
}

scene "a profile that knows nothing"
check "a room is made, something said, and left" lines 0 alice '/create #den\nhello there\n/quit\n'
check "in that room" told '#den' 'hello there'
check "not where one was before" not told '#lobby' 'hello there'

scene "one that knows its rooms"
check "commands and texts" lines 0 alice '/join #lobby\none\n/room #den\ntwo\n/edit three\n/topic of bears\n'
check "are each done in their room" told '#lobby' one
check "in their order" told '#den' three
check "a last line without an end is one, too" lines 0 alice 'four\n\nfive'
check "and said" told '#den' five
check "with what came before" told '#den' four
check "many lines are all said" lines 0 alice "$(printf 'line %d\\n' $(seq 60))"
check "to the last" told '#den' 'line 60'
check "nothing at all is no mistake" lines 0 alice ''
echo 'from a file' >"$world/lines"
check "a file is as good as a pipe" run 0 alice --linear <"$world/lines"
check "for a line" told '#den' 'from a file'

scene "what is refused"
check "the first refusal is the exit code" lines 80 alice '/join #nowhere\nastray\n/frobnicate\n/join #lobby\nnot astray\n'
check "words for a room that did not open" says 'Not done: the room that was asked for before'
check "are said nowhere else" not told '#den' astray
check "the next room has its own" told '#lobby' 'not astray'
check "an unknown command" lines 64 alice '/frobnicate\nstill said\n'
check "stops nothing" told '#lobby' 'still said'
check "a command that the server refuses" lines 65 alice '/create #den\n/quit\n'
check "and why" says 'that name is taken'

scene "without a server"
stop_server
check "a text is kept" lines 75 alice 'for later\n/quit\n' --timeout 1s
check "a command that needs the server is not" lines 69 alice '/create #cave\n' --timeout 1s
check "a profile that knows nobody says so" lines 69 bob 'lost for words\n' --timeout 1s
check "and why" says 'the server cannot be reached'
start_server
check "the next run sends it" lines 0 alice '/room #lobby\nlater\n/quit\n'
check "once" told '#lobby' 'for later'
check "with what comes then" told '#lobby' 'later'
stop_server
done_testing
