#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# chat-server user, room and session: with a server that runs and without one; what they do
# reaches clients that are connected.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

export CHAT_SERVER=unix:$world/server/chat.sock

for name in erin carol dave; do
	check "$name gets an account" operate 0 user add "$name" "$name@example.org"
done
check "without a server they are listed" operate 0 user list
check "each on a line" [ "$(grep -c 'active' "$world/run.log")" = 3 ]
check "a private room is made for somebody" operate 0 room create private plans owner=erin topic='for the autumn'
check "and shown" says 'for the autumn'

start_server --log-level info
me=$(own_account me)
check "who runs the server has an account" [ -n "$me" ]
check "with a server that runs they are listed" operate 0 user list ca --json
check "as JSON, one per line" grep -q '^{"id":".*"name":"carol"' "$world/run.log"
check "rights are given" operate 0 user set carol admin=yes
check "and shown" says 'administrator       yes'
check "rooms are listed" operate 0 room list
check "with names of private ones" says 'plans'
check "somebody is brought in" operate 0 room add plans "$me" moderator
online_lines me
type_line me "/join plans"
hear me plans
check "a topic is changed" operate 0 room set plans topic='for the winter'
hear me 'for the winter'
check "sessions are listed" operate 0 session list "$me"
check "with what they are used by" says 'chat-client'
check "an archived room" operate 0 room archive plans
check "takes no message" not as me "$client" --send plans 'too late' --no-queue
check "until it is opened again" operate 0 room unarchive plans
check "then it does" as me "$client" --send plans 'in time' --no-queue
check "what cannot be undone wants --yes" operate 64 room clear plans
check "and says so" says '--yes'
check "a history is deleted" operate 0 room clear plans --yes
check "and counted" grep -qE '^[0-9]+ messages and other events were deleted' "$world/run.log"
check "an owner is named" operate 0 room owner plans carol
check "and the other put out" operate 0 room remove plans erin
check "the members are listed" operate 0 room members plans
check "without him" not says 'erin '
check "a room is deleted" operate 0 room delete plans --yes
check "and is no more" operate 80 room show plans
check "a password is taken away" operate 0 user reset-password erin
until_true "which a letter says" grep -rqF 'You need a new password' "$world/server/mail"
begun=$SECONDS
check "somebody is locked out" operate 0 user disable "$me" 'as a test'
until_true "who is told at once" grep -qE 'session was ended|log in|may not' "$world/me.log"
check "within five seconds" [ $((SECONDS - begun)) -le 5 ]
check "and shown as that" operate 0 user show "$me"
check "with the reason" says 'as a test'
check "he is let in again" operate 0 user enable "$me"
check "an account is deleted" operate 0 user delete erin --yes
check "and stands in no list" operate 0 user list erin
check "but in that of the deleted" operate 0 user list erin state=deleted
check "that names him" says 'erin'
check "words that are wrong are told" operate 64 user set carol nonsense=1
check "and the right ones named" says 'admin= broadcast= name='
check "help says the verbs" operate 0 room --help
check "all of them" says 'unarchive'
check "the audit log has it all" operate 0 audit list
for verb in account_made rights_changed room_made room_changed member_changed \
	room_cleared room_deleted password_dropped account_state account_deleted; do
	check "… $verb" says "$verb"
done
kill "${line_pid[me]}" 2>/dev/null || true
done_testing
