#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Webhooks and bots as people make them at the screen and scripts by flags.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

start_server
CHAT_SERVER=unix:$world/server/chat.sock

# post URL TEXT: from outside; the status.
post() { curl -s -o "$world/answer" -w '%{http_code}' -d "$2" "http://127.0.0.1:$port${1#http*//*[0-9]}"; }
posts() { [ "$(post "$1" "$2")" = "$3" ]; }
# by_flags CODE OPTION...: the client of alice ends with CODE; says tells what it said.
by_flags() { exits "$1" as alice "$client" "${@:2}" </dev/null; }
flags() { by_flags 0 "$@"; }
# member NAME: of what it said as JSON.
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$world/run.log" | head -n 1; }

# ---- by flags ----
check "a webhook is made by flags" flags --webhooks '#lobby' add in Build server
url=$(value url)
hook=$(value hook)
check "its URL is printed" [ -n "$url" ]
check "and posts" posts "$url" 'from the build' 200
check "a list has it" flags --webhooks '#lobby'
check "with state and name" says "$hook	in	on	Build server"
check "but not its secret" not says "${url##*/}"
check "as JSON too" flags --webhooks '#lobby' --json
check "a row a line" [ "$(member hook)" = "$hook" ]
check "it is turned off" flags --webhooks '#lobby' change "$hook" off
check "and takes nothing" posts "$url" x 410
check "and on" flags --webhooks '#lobby' change "$hook" on
check "a new secret is made" flags --webhooks '#lobby' rotate "$hook"
check "which ends the old one" posts "$url" x 404
check "half an id is refused" by_flags 64 --webhooks '#lobby' remove "${hook%????}"
check "and so is nonsense" by_flags 64 --webhooks '#lobby' destroy "$hook"
check "with the words that there are" says 'add out URL NAME'
check "an address of our own network is refused" by_flags 77 --webhooks '#lobby' add out http://127.0.0.1:1/ Log
check "with the reason" says 'https'
check "it is removed" flags --webhooks '#lobby' remove "$hook"
check "and gone" flags --webhooks '#lobby'
check "from the list" not says "$hook"
check "a bot is made" flags --bots new clock The clock
check "a token too" flags --bots token new clock for=1h may=read,write the tower
umask 077
value token >"$world/clock.token"
token=$(value session)
check "which lets it in" as bot "$client" --token-file "$world/clock.token" --send '#lobby' 'it is noon'
check "people see that it is a program" flags --history '#lobby' --limit 5
check "in lines" says $'The clock [bot]\tit is noon'
check "and in JSON" flags --history '#lobby' --limit 5 --json
check "by a flag" says '"from_bot":true'
check "the bot does not see people so" as bot "$client" --token-file "$world/clock.token" --history '#lobby' --json
check "the token is listed" flags --bots token list clock
check "with what it may" says "$token	the tower	[\"read\",\"write\"]"
check "and revoked" flags --bots token revoke clock "$token"
check "after which it is over" exits 77 as bot2 "$client" --token-file "$world/clock.token" --timeout 3 --whoami

# ---- whoever runs the server ----
check "webhooks make work for an operator too" flags --webhooks '#lobby' add out 'https://hooks.example.org?key=hidden' Log
check "with a secret in the path as well as in the query" flags --webhooks '#lobby' add out https://logs.example.org/hidden Path
path_hook=$(value hook)
check "and not before the host" by_flags 65 --webhooks '#lobby' add out https://alice:hidden@logs.example.org/ Name
check "a token of the bot as well" flags --bots token new clock again
value token >"$world/again.token"
hook=$(operate 0 webhook list lobby; sed -n 's/^\([a-z2-7]*\)  out on .*Log.*/\1/p' "$world/run.log")
check "an operator lists webhooks" [ -n "$hook" ]
check "with the host that is told" says 'https://hooks.example.org'
check "of each" says 'https://logs.example.org'
check "and no more of the address" not says hidden
check "turns one off" operate 0 webhook disable "$hook"
check "which its owners see" flags --webhooks '#lobby'
check "as off" says "$hook	out	off	Log"
check "and on again" operate 0 webhook enable "$hook"
check "to remove it wants --yes" operate 64 webhook remove "$hook"
check "then it is removed" operate 0 webhook remove "$hook" --yes
check "for good" operate 80 webhook disable "$hook"
check "the other one as well" operate 0 webhook remove "$path_hook" --yes
check "a room that is none is said" operate 80 webhook list nowhere
check "an operator lists bots" operate 0 bot list
check "by name" says clock
check "and no people" not says "$(own_account alice) "
check "and a bot's tokens" operate 0 token list clock
token=$(sed -n 's/^\([a-z2-7]*\)  .*again$/\1/p' "$world/run.log")
check "which he ends" operate 0 token revoke clock "$token"
check "so that it is over" exits 77 as bot3 "$client" --token-file "$world/again.token" --timeout 3 --whoami
check "he makes one himself" operate 0 token new clock 'by the operator'
cp "$world/run.log" "$world/made.token"
check "that lets the bot in" as bot4 "$client" --token-file "$world/made.token" --whoami
check "accounts of people have none" operate 80 token new carol 'not a bot'
check "the audit log has it" operate 0 audit list
for verb in hook_changed token_made token_revoked; do
	check "… $verb" says "$verb"
done

check "the bot is listed" flags --bots
check "by name" says $'clock\tThe clock'
check "nobody else's bot can be taken" by_flags 64 --bots remove
check "and removed" flags --bots remove clock
check "for good" flags --bots
check "so the list is empty" not says clock

# ---- at the screen ----
open_terminal alice 150 30 sh -c "CHAT_SERVER=$CHAT_SERVER '$client' 2>$world/alice.err.log; echo ended; exec cat"
see alice "[#lobby]"
type_in alice "/webh"
press alice Tab
type_in alice "add "
see alice "/webhook add"
press alice Tab Tab
see alice "out"
ok "Tab says which words there are"
type_in alice "in Alarm"
press alice Enter
see alice "Post to: "
url=$(screen alice | sed -n 's/.*Post to: *\([^ ]*\).*/\1/p')
check "a webhook made at the screen shows its URL once" [ -n "$url" ]
leave_page alice
check "which posts" posts "$url" 'the disk is full' 200
see alice "the disk is full"
see alice "Alarm bot"
ok "its messages are marked as a program's"
say alice "/webhook"
see alice "used last"
check "the list has it without the secret" hides alice "${url##*/}"
leave_page alice
say alice "/webhook change Alarm off"
see alice "in   off      Alarm"
leave_page alice
check "it is turned off by its name" posts "$url" x 410
say alice "/webhook change Alarm name Fire alarm"
see alice "off      Fire alarm"
leave_page alice
say alice "/webhook"
see alice "Fire alarm"
hook=$(screen alice | sed -n 's/^[^a-z2-7]*\([a-z2-7]\{8\}\)  in .*/\1/p' | head -n 1)
check "the beginning of its id stands there" [ -n "$hook" ]
leave_page alice
say alice "/webhook remove ${hook%??}"
see alice "Done."
say alice "/webhook"
see alice "This room has no webhooks."
leave_page alice
ok "and is enough to remove it"
say alice "/webhook remove nobody"
see alice "there is no such thing"
press alice C-u
say alice "/bot new lamp The lamp"
see alice "@lamp is made"
say alice "/bot token new lamp may=read,write the hall"
see alice "Token: chatbot_"
screen alice | sed -n 's/.*Token: *\([^ ]*\).*/\1/p' >"$world/lamp.token"
leave_page alice
check "its token lets it in" as lamp "$client" --token-file "$world/lamp.token" --send '#lobby' 'light'
see alice "The lamp bot"
say alice "/bot token list lamp"
see alice "the hall  read,write"
leave_page alice
say alice "/bot"
see alice "@lamp  The lamp"
leave_page alice
say alice "/bot remove lamp"
see alice "Done."
check "and not after its end" exits 77 as lamp2 "$client" --token-file "$world/lamp.token" --timeout 3 --whoami
say alice "/quit"
see alice "ended"
for secret in "${url##*/}" "$(cat "$world/lamp.token")" "$(cat "$world/clock.token")"; do
	check "no secret is in a log" not grep -qF "$secret" "$world/server.log" "$world/alice.err.log"
	check "nor on the disk of who made it" not grep -rqaF "$secret" "$world/alice"
done
done_testing
