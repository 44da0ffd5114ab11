#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A bot from a script: the example in doc/examples as it is, with a token that its owner makes
# and takes back.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

bot=
trap '[ -z "$bot" ] || kill "$bot" 2>/dev/null || true; cleanup' EXIT

start_server --log-level info
CHAT_SERVER=unix:$world/server/chat.sock
api() { curl -s -X "$1" --unix-socket "$world/server/chat.sock" ${3+-H 'Content-Type: application/json' -d "$3"} "http://chat$2"; }
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1; }
history_has() { CHAT_SERVER=unix:$world/server/chat.sock as alice "$client" --history '#lobby' --limit 50 >"$world/history.log" 2>&1; has "$world/history.log" "$1"; }
as alice "$client" --rooms >/dev/null 2>&1

check "a bot is made" [ "$(api POST /v1/bots '{"name":"clock","display_name":"Clock"}' | field name)" = clock ]
api POST /v1/bots/clock/tokens '{"name":"ops bot","scopes":["read","write"]}' >"$world/made"
umask 077
field token <"$world/made" >"$world/clock.token"
check "and a token, shown once" [ -s "$world/clock.token" ]

CHAT_SERVER=ws://127.0.0.1:$port
with_token() { as bot "$client" --profile bot --token-file "$world/clock.token" "$@"; }
check "the client comes in with it" exits 0 with_token --whoami
check "as the bot" says clock
check "and speaks" exits 0 with_token --send '#lobby' 'I am a bot'
check "which people read" history_has 'I am a bot'
check "the environment names the file as well" exits 0 as bot env CHAT_TOKEN_FILE="$world/clock.token" \
	"$client" --profile bot --send '#lobby' 'from the environment'
check "no token is on the disk of the client" not grep -rqaF "$(cat "$world/clock.token")" "$world/bot"
chmod 644 "$world/clock.token"
check "a token that others can read is refused" not exits 0 with_token --whoami
chmod 600 "$world/clock.token"
echo 'chatbot_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' >"$world/wrong.token"
check "a wrong one ends with 77" exits 77 as bot2 "$client" --token-file "$world/wrong.token" --whoami

(exec env HOME="$world/bot" CHAT_CLIENT="$client" CHAT_SERVER="$CHAT_SERVER" \
	"$top_srcdir/doc/examples/bot.sh" "$world/clock.token" '#lobby' "http://127.0.0.1:$port/v1" \
	>"$world/bot.log" 2>&1) &
bot=$!
until_true "the bot listens" exits 0 with_token --whoami
CHAT_SERVER=unix:$world/server/chat.sock
answered() {
	as alice "$client" --send '#lobby' '!uptime' >/dev/null 2>&1
	history_has $'Clock [bot]\tup'
}
until_true "the example answers" answered
token=$(field session <"$world/made")
api DELETE "/v1/bots/clock/tokens/$token" >/dev/null
began=$SECONDS
until_true "a token that is revoked ends its connections" gone "$bot"
check "within five seconds" [ $((SECONDS - began)) -le 5 ]
bot=
CHAT_SERVER=ws://127.0.0.1:$port
check "and lets nobody in" exits 77 as bot3 "$client" --token-file "$world/clock.token" --timeout 3 --whoami
check "no token is in the log of the server" not grep -qF chatbot_ "$world/server.log"
check "nor in its database" not grep -qaF "$(cat "$world/clock.token")" "$world/server/chat.db" "$world/server/chat.db-wal"
done_testing
