#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A bot with an account of its own: it answers "!uptime" in a room, for as long as it runs,
# and misses nothing while it does not.
#
# Once, its owner makes it, on the machine of the server or with a token in curl's place:
#
#     s='--unix-socket /run/chat/chat.sock http://chat/v1'
#     curl $s/bots -d '{"name":"clock","display_name":"Clock"}'
#     curl $s/rooms/ops/members -d '{"user":"clock"}'
#     curl $s/bots/clock/tokens -d '{"name":"ops bot","scopes":["read","write"]}' |
#         sed 's/.*"token":"\([^"]*\)".*/\1/' >clock.token; chmod 600 clock.token
#
# Usage: bot.sh TOKEN_FILE ROOM API [CHAT-CLIENT OPTION...], where API is such as
# https://chat.example.org/v1. Messages are heard with chat-client, whose consumer keeps the
# place, and answers go out with curl: a bot in any language does one or the other.
set -eu

token_file=$1
room=$2
api=$3
shift 3
client=${CHAT_CLIENT:-chat-client}
tab=$(printf '\t')
set -- --profile bot --token-file "$token_file" "$@"
me=$("$client" "$@" --whoami)
me=${me%%"$tab"*}

# say KEY TEXT: the key makes it one message, however often it is sent. The token goes to curl
# through its standard input: arguments can be read by every user of the machine.
say() {
	printf 'header = "Authorization: Bearer %s"\n' "$(cat "$token_file")" |
		curl -fsS --retry 5 -K - -H "Idempotency-Key: $1" \
			-H 'Content-Type: application/json' -d "{\"text\":\"$2\"}" \
			"$api/rooms/${room#"#"}/messages" >/dev/null
}

"$client" "$@" --follow --consumer bot --json "$room" | while IFS= read -r line; do
	case $line in
	*'"type":"message"'*'"text":"!uptime"'*) ;;
	*) continue ;;
	esac
	case $line in *"\"from_name\":\"$me\""*) continue ;; esac
	id=$(printf '%s\n' "$line" | sed 's/.*"id":"\([a-z0-9]*\)".*/\1/')
	say "answer-$id" "$(uptime -p 2>/dev/null || echo up)"
done
