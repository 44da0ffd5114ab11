#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# --call: a script does what people do at the screen, each operation by its fields.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

start_server
CHAT_SERVER=unix:$world/server/chat.sock
sign_up alice
sign_up bob

# call CODE NAME OPERATION [FIELD=VALUE...]
call() { run "$1" "$2" --call "${@:3}"; }
# member NAME: of the answer, the first text of that name.
member() { grep -o "\"$1\":\"[^\"]*\"" "$world/run.log" | head -n 1 | cut -d '"' -f 4; }
# given NAME JSON OPERATION: the fields come through standard input.
given() {
	run 0 "$1" --call "$3" - < <(printf '%s\n' "$2")
}

# ---- what there is ----
check "the operations are listed without a server" run 0 carol --server unix:/nowhere --operations
check "with their fields and what they do" \
	grep -q $'^room_invite\troom= user= \[role=\]\tTake somebody into a room$' "$world/run.log"
check "those of the account are not among them" not says auth_login
check "nor those that give no JSON" not says user_avatar

# ---- rooms ----
check "a private room is made" call 0 alice room_create kind=private 'name=the plans' 'topic=what to do'
room=$(member room)
check "the answer has its id" [ -n "$room" ]
check "in one line of JSON" [ "$(wc -l <"$world/run.log")" = 2 ]
check "somebody is taken in, by the name of the room" call 0 alice room_invite 'room=the plans' user=@bob role=moderator
check "which is not answered" [ "$(wc -l <"$world/run.log")" = 1 ]
check "who is in it" call 0 bob room_members "room=$room"
check "with the role" says '"role":"moderator"'
check "its topic is changed" call 0 bob room_update "room=$room" topic=done
check "and read" call 0 alice room_get "room=$room"
check "as it is now" says '"topic":"done"'
check "a code to pass on has numbers" call 0 alice room_invite_new "room=$room" uses=1 for_ms=60000
check "as given" says '"uses":1'
check "a public room by its slug" call 0 alice room_create kind=public slug=ops
check "nobody joins by looking at it" call 77 bob room_messages 'room=#ops'
check "but by joining" call 0 bob room_join 'room=#ops'

# ---- messages ----
check "something is said" run 0 alice --send '#ops' 'the first' --json
id=$(member id)
check "and has an id" [ -n "$id" ]
check "it gets a reaction" call 0 bob message_react "id=$id" text=👍
check "who reacted is told" call 0 alice message_reactions "id=$id"
check "with what" says 👍
check "it is edited" call 0 alice message_edit "id=$id" text='the second'
check "by nobody else" call 77 bob message_edit "id=$id" text=mine
check "its versions are kept" call 0 alice message_versions "id=$id"
check "as they were" says 'the first'
check "it is pinned" call 0 alice message_pin "id=$id"
check "pins are listed" call 0 bob room_pins room=ops
check "with the text of now" says 'the second'
check "it is deleted" call 0 alice message_delete "id=$id"

# ---- lists, switches, JSON ----
check "a webhook is made" call 0 alice room_hook_new room=ops kind=in name=Build
hook=$(member hook)
check "a switch is yes or no" call 0 alice hook_change "hook=$hook" on=no
check "and is switched" says '"state":"off"'
check "a bot is made" call 0 alice bot_new name=clock
check "a list takes a word again and again" call 0 alice bot_token_new user=clock name=tower scopes=read scopes=write
check "and has them all" says '"scopes":["read","write"]'
check "fields come as JSON" given alice '{"kind":"private","name":"by JSON"}' room_create
check "and are taken" says '"name":"by JSON"'
check "with any line ends" given alice $'{"kind":"private",\r\n\t"name":"by CRLF"\n}' room_create

# ---- beside a screen ----
online_lines alice
check "the client that is open asks for it" call 0 alice room_members room=ops limit=1
check "for no more than was asked for" says '"complete":false'
close_lines alice

# ---- many at once: each is the owner in its turn, and does what others hand to it ----
for round in 1 2 3; do
	for i in 1 2 3 4 5 6; do
		as_background alice "$client" --bots token new clock "t$round-$i" \
			>>"$world/tokens.log" 2>&1 &
		line_pid[token$i]=$!
	done
	for i in 1 2 3 4 5 6; do
		wait "${line_pid[token$i]}" || true
		unset "line_pid[token$i]"
	done
done
check "the tokens are listed" call 0 alice bot_tokens user=clock
given_tokens() { grep -o '"name":"t[1-3]-[1-6]"' "$world/run.log" | sort; }
remark "$(given_tokens | uniq -c)"
check "each was made once" [ "$(given_tokens | wc -l) $(given_tokens | uniq -d)" = '18 ' ]

# ---- what is not right ----
check "an operation that is none is refused" call 64 alice room_paint room=ops
check "with where they are" says '--operations'
check "one of the account has its own option" call 64 alice auth_login login=alice
check "a field that is none is refused" call 64 alice room_get room=ops colour=red
check "with those that are" says 'takes: room='
check "a missing one is named" call 64 alice room_invite room=ops
check "by its name" says 'user='
check "so is a number that is none" call 64 alice room_ban room=ops user=bob for_ms=soon
check "by its name as well" says 'for_ms='
check "a switch that is neither" call 64 alice hook_change "hook=$hook" on=maybe
check "a word twice where one is taken" call 64 alice room_get room=ops room=lobby
check "no password on a command line" call 64 alice admin_user_add name=dave password=secret
check "what is said to be why" says 'others see'
check "no JSON" run 64 alice --call room_get - < <(printf '{"room":')
check "what one may not is refused by the server" call 77 bob room_delete room=ops
check "what there is not as well" call 80 alice room_get room=nowhere
stop_server
check "without a server nothing is asked" call 69 alice room_get room=ops --timeout 1
done_testing
