#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Parts of a history, and many rooms in one stream: by flags, and on the screen, where Enter
# jumps to a message in its room.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

start_server --log-level info
CHAT_SERVER=unix:$world/server/chat.sock
for i in {1..12}; do echo "line $i"; done >"$world/lines"
while read -r line; do run 0 alice --send '#lobby' "$line" || fail "$line is sent"; done <"$world/lines"

# Sequence number and id of a message of which the last answer had the JSON.
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([a-z0-9]*\)\"\{0,1\}[,}].*/\1/p" "$world/run.log" | head -n 1; }
lines() { grep -o 'line [0-9]*' "$world/run.log" | cut -d' ' -f2 | tr '\n' ' '; }

# ---- parts of a room ----
check "the newest message is told" run 0 second --history '#lobby' --limit 1 --json
seq=$(field seq) id=$(field id)
check "before it are others, on a device that has nothing" run 0 third --history '#lobby' --before "$seq" --limit 3
check "the three that are nearest" [ "$(lines)" = '9 10 11 ' ]
check "a message is known by its id" run 0 third --history '#lobby' --before "$id" --limit 2
check "as by its number" [ "$(lines)" = '10 11 ' ]
check "after one are the next" run 0 fourth --history '#lobby' --after "$((seq - 9))" --limit 4
check "the oldest of them first" [ "$(lines)" = '4 5 6 7 ' ]
check "around one are both" run 0 fourth --history '#lobby' --around "$((seq - 6))" --limit 5
check "with it in the middle" [ "$(lines)" = '4 5 6 7 8 ' ]
check "also where the rest is not there" run 0 fourth --history '#lobby' --around "$id" --limit 5
check "it ends with the newest" [ "$(lines)" = '10 11 12 ' ]
check "one side at a time" run 64 second --history '#lobby' --around 3 --before 4
check "no other word is a message" run 65 second --history '#lobby' --before tomorrow
check "which is explained" says 'by its id or its number'
check "an unknown id is no message" run 80 second --history '#lobby' --before "${id%?????}aaaae"

# ---- streams ----
check "an announcement is made" run 0 alice --send '#announcements' 'the tap is off tonight'
check "and one more line is said" run 0 alice --send '#lobby' 'line 13'
check "everything comes in one stream" run 0 second --everything --limit 3
check "ordered over the rooms" [ "$(head -n 3 "$world/run.log" | cut -f1,3 | tr '\t\n' '| ')" = \
	'#lobby|line 12 #announcements|the tap is off tonight #lobby|line 13 ' ]
check "broadcasts alone" run 0 second --broadcasts --json
check "have what was announced" says '"text":"the tap is off tonight"'
check "and nothing else" [ "$(grep -c '"seq"' "$world/run.log")" = 1 ]
check "a stream is not guessed from a part of it" run 69 second --everything --server unix:/nowhere --timeout 300ms

# ---- what one should look at ----
check "notifications are listed" run 0 second --notifications --json
check "and marked as read" run 0 second --notifications-read

# ---- on the screen ----
CHAT_SERVER=ws://127.0.0.1:$port
sign_up erin
open_terminal erin 100 24 env CHAT_SERVER="$CHAT_SERVER" "$client"
see erin Rooms
say erin "/join #lobby"
see erin "line 13"
say erin "/create #den"
see erin "[#den]"
say erin "/everything"
see erin "Everything, newest first"
see erin "the tap is off tonight"
ok "everything is one list, announcements too"
press erin Down
press erin Enter
see_gone erin "Everything, newest first"
see erin "[#announcements]"
see erin "the tap is off tonight"
ok "Enter goes to the message in its room"
say erin "/broadcasts"
see erin "Announcements to everybody"
press erin Enter
see erin "[#announcements]"
ok "the announcements are a list of their own"

# ---- away, and what is told of oneself ----
say erin "/away at lunch"
see erin "You are away"
check "who is away has a status" run 0 erin --whois erin
check "with what he said" says 'at lunch'
say erin "/back"
see erin "You are there again"
say erin "/profile"
see erin "Tell of typing"
press erin BTab
press erin Space
see erin "rooms"
press erin Enter
see erin "Your profile is saved"
check "presence is shown to fewer now" run 0 erin --set-profile typing=no receipts=no
check "the form and the flags agree" says 'rooms'
check "what is no choice is refused" run 64 erin --set-profile typing=maybe
check "and the fields are named" says 'receipts='
done_testing
