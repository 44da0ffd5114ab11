#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Rooms and messages as two people handle them on the screen: codes into a room that end,
# names that change, threads, what was said before an edit, links, a room that is deleted.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

start_server
export CHAT_SERVER=ws://127.0.0.1:$port
for name in alice bob; do
	sign_up "$name"
	open_terminal "$name" 100 24 "$client"
	see "$name" "[#lobby]"
done
ok "alice and bob are in"

say alice "/create plans"
see alice "[#plans]"
say alice "/invite 2h 1"
see alice "It works 1 time"
code=$(screen alice | sed -n 's/.*\/accept \([a-z0-9]*\).*/\1/p')
leave_page alice
say alice "/invite 2h five"
see alice "Use: /invite"
ok "a wrong number of uses is refused"
press alice C-u
say alice "/invites"
see alice "Open invitations"
ok "a code for two hours and one use is made and listed"

say bob "/accept $code"
see bob "[#plans]"
leave_page alice
say alice "/invites"
see alice "No invitation into this room is open."
ok "it lets one in and is used up"

say alice "/invite 30m"
see alice "It works until"
second=$(screen alice | sed -n 's/.*\/accept \([a-z0-9]*\).*/\1/p')
leave_page alice
say alice "/invites"
see alice "Open invitations"
number=$(screen alice | sed -n 's/^ *\([a-z0-9]\{10\}\)  alice.*/\1/p')
leave_page alice
say alice "/invites revoke $number"
see alice "That invitation no longer works."
ok "another is taken back"
say bob "/leave"
see bob "[#lobby]"
say bob "/accept $second"
see bob "this invitation is over"
ok "and lets nobody in"
press bob C-u

say alice "/rename budget"
see alice "[#budget]"
ok "a room gets another name"
say alice "/invite @bob"
see bob "budget"
say bob "/room budget"
see bob "[#budget]"

say alice "how much is left?"
see bob "how much is left?"
say bob "/thread about twelve"
see alice "about twelve"
say bob "/edit about fifteen"
see alice "about fifteen"
say alice "/versions"
see alice "What the message said before"
see alice "about twelve"
ok "the past of an edited message is shown"
leave_page alice
say alice "/replies"
see alice "Thread"
see alice "how much is left?"
ok "a thread is read as a whole"
leave_page alice

press bob M-v
press bob Up
see bob "▌how much is left?"
say bob "/link"
see bob "chat:"
link=$(screen bob | sed -n 's/.*\(chat:[a-z0-9]*\).*/\1/p' | head -n 1)
say alice "/room #lobby"
see alice "[#lobby]"
say alice "/goto $link"
see alice "[#budget]"
see alice "how much is left?"
ok "a link leads to its message"
say alice "/goto chat:nothing"
see alice "Use: /goto"
press alice C-u C-End

say alice "/mute @bob 10m"
see alice "alice muted bob"
say bob "may I?"
see bob "you are muted here"
ok "who is muted is told so"
say bob "/discard"

say alice "/create #open Anybody may read along"
see alice "[#open]"
say bob "/rooms public"
see bob "#open  1 member  Anybody may read along"
ok "the public rooms are listed"
leave_page bob
say bob "/join #open"
see bob "[#open]"
say alice "/destroy"
see alice "If you mean it: /destroy #open"
say alice "/destroy #open"
see_gone alice "[#open]"
see bob "You are no longer in #open."
ok "a room is deleted for everybody, by who names it"

say alice "/create den history=some"
see alice "Use: /create"
press alice C-u
say alice "/create den history=all Where we keep what was said"
see alice "[#den]"
say alice "before bob came"
see alice "before bob came"
say alice "/invite @bob"
see alice "alice invited bob"
say bob "/room den"
see bob "[#den]"
see bob "Where we keep what was said"
see bob "before bob came"
ok "who comes later reads what was said before, in a room that was made so"

done_testing
