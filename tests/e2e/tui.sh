#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The client on the screen, with the real programs: two people sign up in the form, talk,
# see each other type, scroll, resize, stop and come back.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

sign_up_in_form() {
	local name=$1
	open_terminal "$name" 100 24 sh -c \
		"'$client' 2>$world/$name.err.log; echo ended; exec cat"
	see "$name" "Log in"
	press "$name" F2
	see "$name" "Sign up"
	type_in "$name" "$name"
	press "$name" Enter
	type_in "$name" "${name^} the First"
	press "$name" Enter
	type_in "$name" "$name@example.org"
	press "$name" Enter
	type_in "$name" "a long password of $name"
	check "$name's password is not shown" hides "$name" "password of"
	press "$name" Enter
	see "$name" "Enter the code"
	until_true "$name gets a letter" code_for "$name@example.org" >/dev/null
	type_in "$name" "$(code_for "$name@example.org")"
	press "$name" Enter
	see "$name" "Rooms"
	ok "$name signed up and is in"
}

pid_of() { pgrep -P "$(terminal list-panes -t "$1" -F '#{pane_pid}')" -x chat-client; }

start_server --log-level info
export CHAT_SERVER=ws://127.0.0.1:$port
sign_up_in_form alice
sign_up_in_form bob

say alice "/join #lobby"
see alice "[#lobby]"
say bob "/join #lobby"
see bob "[#lobby]"
say alice "hello 日本 👨‍👩‍👧‍👦 world"
see bob "hello 日本"
ok "what one types the other sees"
type_in bob "half a wor"
see alice "is typing"
ok "typing is seen"
say bob "d"
see alice "half a word"
see_gone alice "is typing"
ok "and is over when it was sent"

say alice "/frobnicate secret"
see alice "no command /frobnicate"
press alice C-u
say alice "//shrug"
see bob "/shrug"
check "an unknown command is never said" hides bob "secret"
type_in alice " /quit"
press alice Enter
see alice "begins without blanks"
press alice C-u

# draws_bold NAME WORD: whether WORD has the attribute on the screen.
draws_bold() {
	terminal capture-pane -e -p -t "$1" | grep -qP "\e\[([0-9;]*;)?1(;[0-9;]*)?m(\e\[[0-9;]*m)*$2"
}
say bob "it is **heavy** and ~~gone~~"
until_true "markup is drawn" draws_bold alice heavy
check "and its signs are not taken away" shows alice "**heavy** and ~~gone~~"
say alice "/set markdown off"
until_true "markup is not drawn" not draws_bold alice heavy
say alice "/set markdown on"
until_true "markup is drawn again" draws_bold alice heavy
ok "markup is drawn, and can be switched off"

say alice "/edit /shrug, corrected"
see bob "corrected"
see bob "✎"
say alice "/delete"
see bob "(deleted)"
ok "messages are changed and deleted before others' eyes"
say alice "/msg @bob psst, שלום"
see bob "Unread 1"
press bob M-a
see bob "psst"
ok "Alt-a goes to what is unread"
say bob "/room #lobby"
see bob "[#lobby]"

# A key of the terminal's own spelling, and the history of lines.
press alice Up
see alice "/msg @bob"
press alice C-u

# A name that nobody has: the line comes back; what was written offline is told of.
say alice "/msg bbo the secret plan"
see alice "there is no such user"
see alice "/msg bbo the secret plan"
press alice C-u
see_gone alice "the secret plan"
say alice "/disconnect"
see alice "offline"
say alice "/msg nobodyatall for later"
see_gone alice "/msg nobodyatall"
say alice "/connect"
see alice "not sent to @nobodyatall, there is no such user"
say alice "/discard"
say alice "/retry"
see alice "Nothing here has failed"
ok "what cannot be sent to a name is said, and not lost"

press alice F1
see alice "Commands"
press alice Escape
see_gone alice "Commands"

for number in $(seq 60); do say alice "line number $number"; done
see bob "line number 60"
press bob PPage
see bob "↓"
see bob "line number 30"
say alice "one more"
see bob "↓ 1 new"
check "a scrolled screen stands still" shows bob "line number 30"
press bob C-End
see bob "one more"

# The screen after many resizes is the one that a full redraw paints.
say alice "שלום عالم 👩🏽‍🚀 क्षि 한글 e\u0301 🇩🇪 end"
type_in bob "typed 日本 👨‍👩‍👧‍👦"
see bob "typed"
for number in $(seq 200); do
	columns=$((RANDOM % 120 + 1)) rows=$((RANDOM % 40 + 1))
	[ $((number % 25)) != 0 ] || columns=1 rows=1
	terminal resize-window -t bob -x "$columns" -y "$rows"
done
terminal resize-window -t bob -x 90 -y 20
same_after_redraw() {
	local before
	before=$(screen bob)
	press bob C-x l
	sleep 0.3
	[ "$(screen bob)" = "$before" ] && grep -q typed <<<"$before"
}
until_true "after 200 resizes the screen is right" same_after_redraw
ok "after 200 resizes, 1x1 among them, the screen is right"
press bob C-u

type_in alice "unfinished"
see bob "is typing"
kill -KILL "$(pid_of alice)"
see_gone bob "is typing"
ok "typing is over when the other is killed"

# Once more, under a shell that can stop and continue it. How it ends: end.sh.
say bob "/quit"
see bob ended
terminal kill-session -t bob
open_terminal bob 80 20 bash --norc --noprofile
say bob "echo the first line"
say bob "'$client'"
see bob "[#lobby]"
see bob "line number 60"
ok "everything said before is there again"
type_in bob "draft"
press bob C-z
see bob "Stopped"
check "what the shell had said is where it was" shows bob "echo the first line"
check "Ctrl-Z stops the program" [ "$(ps -o state= "$(pid_of bob)")" = T ]
say bob "stty -a >$world/bob.stopped; echo noted"
see bob noted
check "a stopped program leaves the shell its terminal" grep -q ' icanon' "$world/bob.stopped"
say bob fg
see bob "[#lobby] draft"
ok "and fg brings it back as it was"

# The same commands without a screen; a dumb terminal gets it unasked.
press bob C-u
pid=$(pid_of bob)
say bob "/quit"
until_true "bob's client ends" gone "$pid"
terminal kill-session -t bob
open_terminal bob 80 24 sh -c "TERM=dumb '$client' 2>&1; echo ended; exec cat"
see bob "#lobby"
say bob "hello in lines"
see bob "you: hello in lines ("
say bob "/frobnicate"
see bob "no command /frobnicate"
as alice "$client" --send '#lobby' "and back" >/dev/null
see bob "Alice the First: and back ("
check "linear mode stays on the normal screen" \
	[ "$(terminal display -p -t bob '#{alternate_on}')" = 0 ]
say bob "/quit"
see bob ended
done_testing
