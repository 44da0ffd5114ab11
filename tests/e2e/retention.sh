#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What is older than rooms keep it goes, its words with it, and the file shrinks; what is
# younger stays, and clients go on.
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

export CHAT_SERVER=unix:$world/server/chat.sock
must() { operate 0 "$@" || fail "chat-server $*"; }
size() { stat -c %s "$world/server/chat.db"; }
# lines TEXT: how many there are; nothing when nobody answers.
lines() {
	as alice "$client" --history '#lobby' --limit 1000 >"$world/history.log" 2>/dev/null || return 0
	cut -f3 "$world/history.log" | grep -c "$1" || true
}

start_server --log-level info --send-rate 0
long=$(head -c 11000 /dev/urandom | base64 -w 0)
for ((i = 0; i < 60; i++)); do
	as alice "$client" --send '#lobby' "zebra $i $long" >>"$world/send.log" 2>&1 || fail "a line is sent"
done
stop_server
before=$(size)
check "what was said takes room" [ "$before" -gt 900000 ]
sleep 2 # so that it is older than a second; the clock of the program is the machine's
start_server --log-level info --send-rate 0
must retention '#lobby' 2s
must retention --dry-run
check "a dry run counts" says 'would be cut'
check "and cuts nothing" [ "$(lines zebra)" = 60 ]
# As late as can be: it must be younger than two seconds when the others are cut.
as alice "$client" --send '#lobby' 'the newest' >>"$world/send.log" 2>&1
as alice "$client" --history '#lobby' --limit 1000 --json >"$world/all.json"
must retention
check "then it is cut" says 'were cut'
# The server knows no more whose id that was; whoever has kept the message does.
used=$(grep '"text":"zebra 7 ' "$world/all.json" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p' | head -n 1)
check "an id of what was cut can be used again" exits 0 as carol \
	"$client" --call room_send room=lobby 'text=used again' "cid=$used"
check "also for those who have it" [ "$(lines 'used again')" = 1 ]
check "who keep what they have" [ "$(lines zebra)" = 60 ]
until_true "and the space is given back" has "$world/server.log" 'vacuum is done'
rm -rf "$world/alice"
check "what is young is there" [ "$(lines 'the newest')" = 1 ]
check "what is old is not" [ "$(lines zebra)" = 0 ]
as alice "$client" --send '#lobby' 'and on it goes' >>"$world/send.log" 2>&1
must check
check "the rest is sound" says 'is sound'
must vacuum
stop_server
check "the file is less than half of what it was" [ "$(size)" -lt $((before / 2)) ]
check "no word of it is left in any file" not grep -raqF "${long:100:40}" "$world/server"
done_testing
