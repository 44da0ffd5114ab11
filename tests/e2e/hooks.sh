#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Webhooks as their users have them: curl posts into a room, and another server is told what
# happens there, in order, signed, at least once, whatever is killed in between.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

receiver=
trap '[ -z "$receiver" ] || kill "$receiver" 2>/dev/null || true; cleanup' EXIT

mkdir "$world/hookd"
python3 "$top_srcdir/tests/lib/hookd.py" "$world/hookd" 2>"$world/hookd.log" &
receiver=$!
until_true "the receiver listens" test -s "$world/hookd/port"
there=http://127.0.0.1:$(cat "$world/hookd/port")

start_server --hook-allow 127.0.0.1/32 --log-level info
CHAT_SERVER=unix:$world/server/chat.sock

# api METHOD PATH [BODY]: as the owner; answer and status are kept.
api() {
	status=$(curl -s -o "$world/answer" -w '%{http_code}' -X "$1" \
		--unix-socket "$world/server/chat.sock" ${3+-H 'Content-Type: application/json' -d "$3"} \
		"http://chat$2")
}
# field NAME: of the newest answer.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$world/answer" | head -n 1; }
answered() { [ "$status" = "$1" ]; }
answer_has() { has "$world/answer" "$1"; }
# post URL [CURL-OPTION...]: from outside, without a token.
post() {
	local url=$1
	shift
	status=$(curl -s -o "$world/answer" -w '%{http_code}' "$@" "http://127.0.0.1:$port$url")
}
said() { as alice "$client" --history '#lobby' --limit 20 >"$world/said.log" 2>&1; has "$world/said.log" "$1"; }
told() { has "$world/hookd/good" "$1"; }

as alice "$client" --rooms >/dev/null 2>&1

# ---- in ----
api POST /v1/rooms/lobby/hooks '{"kind":"in","name":"Build"}'
check "an incoming webhook is made" answered 200
url=$(field url) hook=$(field hook)
check "and its URL is shown" [ -n "$url" ]
post "$url" -d 'disk full'
check "curl -d posts into the room" answered 200
check "and people read it" said 'disk full'
post "$url" -H 'Content-Type: application/json' -d '{"text":"from JSON"}'
check "JSON does" answered 200
post "$url" --data-urlencode 'payload={"text":"<https://example.org|log>","username":"ci"}'
check "and Slack's form" answered 200
check "with its link as text" said 'log (https://example.org)'
post "$url" -H 'Idempotency-Key: job-1' -d 'only once'
first=$(field cid)
post "$url" -H 'Idempotency-Key: job-1' -d 'only once'
check "a repeated key is the same message" [ "$first" = "$(field cid)" ]
said 'only once'
check "that stands there once" [ "$(grep -c 'only once' "$world/said.log")" = 1 ]
post "${url%?}_" -d x
wrong="$status $(cat "$world/answer")"
check "a wrong secret is refused" answered 404
post "/v1/hooks/in/aaaaaaaaaaaaaaaaaaaaaaaaaa/x" -d x
check "like an unknown webhook" [ "$wrong" = "$status $(cat "$world/answer")" ]
post "$url" -H 'Content-Type: image/png' -d x
check "what is no text is refused" answered 400
head -c 70000 /dev/zero | tr '\0' x >"$world/big"
post "$url" --data-binary "@$world/big"
check "and what is too large" answered 413
api POST "/v1/hooks/$hook/rotate"
fresh=$(field url)
post "$url" -d 'with the old one'
check "the old URL ends with a new secret" answered 404
post "$fresh" -d 'with the new one'
check "which works" answered 200
api PATCH "/v1/hooks/$hook" '{"on":"no"}'
post "$fresh" -d x
check "a webhook that is off takes nothing" answered 410
check "no secret is in the log" not grep -qF "${fresh##*/}" "$world/server.log"
check "nor in the database" not grep -qaF "${fresh##*/}" "$world/server/chat.db" "$world/server/chat.db-wal"

# ---- out ----
api POST /v1/rooms/lobby/hooks '{"kind":"out","name":"x","url":"http://10.0.0.1/"}'
check "a private address is refused" answered 403
api POST /v1/rooms/lobby/hooks "{\"kind\":\"out\",\"name\":\"Log\",\"url\":\"$there/in?key=hidden\"}"
check "an outgoing webhook is made" answered 200
field secret >"$world/hookd/keys"
out=$(field hook)
as alice "$client" --send '#lobby' 'one' >/dev/null
until_true "it is told what is said" told '"text":"one"'
check "signed" has "$world/hookd/good" ' signed {"type":"hook_event"'
check "but nothing from before" not told 'disk full'
api PATCH "/v1/hooks/$hook" '{"on":"yes"}'
post "$fresh" -d 'by a webhook'
api POST "/v1/hooks/$out/ping"
until_true "a ping arrives" told hook_ping
check "webhooks are not told of each other" not told 'by a webhook'

echo 503 >"$world/hookd/status"
for word in two three four; do
	as alice "$client" --send '#lobby' "$word" >/dev/null
done
until_true "what fails is tried" has "$world/hookd/bad" '"text":"two"'
check "and only the first in its queue" not has "$world/hookd/bad" '"text":"three"'
stop_server KILL
as alice "$client" --send '#lobby' never --no-queue >/dev/null 2>&1 || true
start_server --hook-allow 127.0.0.1/32 --log-level info
api GET "/v1/hooks/$out"
check "the failure is shown" answer_has '"status":503'
echo 204 >"$world/hookd/status"
until_true "after kill -9 it goes on" told '"text":"four"'
sed -n 's/.*"text":"\([a-z]*\)".*/\1/p' "$world/hookd/good" | uniq >"$world/order"
check "in order, and nothing is missing" [ "$(tr '\n' ' ' <"$world/order")" = 'one two three four ' ]
id=$(sed -n 's/^\([^ ]*\) .*"text":"two".*/\1/p' "$world/hookd/good" | head -n 1)
check "under one id at each try" has "$world/hookd/bad" "$id "

api POST "/v1/hooks/$out/rotate"
field secret >"$world/hookd/keys.new"
as alice "$client" --send '#lobby' 'five' >/dev/null
until_true "with a new secret it goes on" told '"text":"five"'
check "which the old one still signs" grep -q ' signed .*"text":"five"' "$world/hookd/good"
mv "$world/hookd/keys.new" "$world/hookd/keys"
as alice "$client" --send '#lobby' 'six' >/dev/null
until_true "and the new one does" grep -q ' signed .*"text":"six"' "$world/hookd/good"

echo 410 >"$world/hookd/status"
as alice "$client" --send '#lobby' 'seven' >/dev/null
failing() { api GET "/v1/hooks/$out"; answer_has '"state":"failing"'; }
until_true "410 Gone turns it off" failing
rm "$world/hookd/status"
api PATCH "/v1/hooks/$out" '{"on":"yes"}'
until_true "turned on again it goes on where it stopped" told '"text":"seven"'
check "no URL is in the log" not grep -qF 'key=hidden' "$world/server.log"
check "nor in the database" not grep -qaF 'key=hidden' "$world/server/chat.db" "$world/server/chat.db-wal"
api DELETE "/v1/hooks/$out"
check "it is removed" answered 204
api GET /v1/rooms/lobby/hooks
check "and one is left" [ "$(grep -o '"hook":' "$world/answer" | wc -l)" = 1 ]
done_testing
