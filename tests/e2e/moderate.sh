#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# An owner, a moderator and a member at their terminals: topic, who may write, slow mode,
# roles, mute, kick, ban. Each is seen by the others, and refused to who may not.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# in_pane WHO NAME ROLE: whether WHO sees that NAME is there, in that role.
in_pane() { screen "$1" | grep -qE "● $2 *$3"; }

start_server
export CHAT_SERVER=ws://127.0.0.1:$port
for name in alice bob carol; do sign_up "$name"; done
for name in alice bob carol; do
	open_terminal "$name" 120 40 "$client"
	see "$name" "[#lobby]"
done
say alice "/create #ops"
see alice "[#ops]"
for name in bob carol; do
	say "$name" "/join #ops"
	see "$name" "[#ops]"
	see alice "$name joined"
done

say alice "/topic what runs at night"
see bob "#ops ▏ what runs at night"
see bob "alice set the topic: what runs at night"
say bob "/topic"
see bob " what runs at night"
say carol "/topic mine"
see carol "you may not do that"
check "a member cannot set the topic" shows carol "#ops ▏ what runs at night"

# What is said while a notice stands is seen above it.
say alice "above what carol was told"
see carol "above what carol was told"
check "a notice hides no message" shows carol "you may not do that"

say alice "/writers moderator"
see bob "alice changed who may write here: moderator or above"
say bob "may I?"
see bob "may I? ! you may not do that"
say bob "/discard"
see_gone bob "may I?"
say alice "/role @bob king"
see alice "Use: /role"
press alice C-u
say alice "/role @bob moderator"
see carol "alice changed the role of bob to moderator"
until_true "the members' pane has it" in_pane carol bob mod
say bob "now I may"
see carol "now I may"
ok "who may write is a matter of the role, and seen by all"
until_true "bob's pane has the owner" in_pane bob alice owner
say bob "/who"
see bob "Members  (Esc closes)"
# lists NAME ROLE: whether bob's page has NAME in that role, and there.
lists() { screen bob | grep -qE "^ $1 \(@$1\) +$2 +online"; }
until_true "/who has alice" lists alice owner
until_true "/who has bob" lists bob moderator
ok "/who has the roles, and oneself"
leave_page bob

say alice "/writers guest"
see carol "who may write here: guest or above"
say alice "/slow soon"
see alice "Use: /slow"
press alice C-u
say alice "/slow 2s"
see carol "members wait 2 seconds between two messages"
say carol "/info"
see carol "Members wait 2 seconds between two messages."
leave_page carol
say carol "the first"
say carol "the second"
see bob "the second"
kept() { run 0 carol --history '#ops' --json && says "the second"; }
until_true "carol's store has both" kept
# said_at TEXT: when the server had it, in ms.
said_at() { sed -n "s/.*\"ts\":\([0-9]*\).*\"text\":\"$1\".*/\1/p" "$world/run.log"; }
check "in slow mode a member's next message waits" \
	[ $(($(said_at "the second") - $(said_at "the first"))) -ge 2000 ]
# Rules without a time to wait were told twice.
no_wait() { [ "$(screen carol | grep -c 'here: guest or above *│')" = 2 ]; }
say alice "/slow off"
until_true "carol hears of it" no_wait
say carol "/info"
see carol "Worth a notification here: all."
check "until it is off" hides carol "Members wait"
leave_page carol
say carol "/level loud"
see carol "Use: /level"
press carol C-u
say carol "/level mentions"
see carol "Done."
say carol "/info"
see carol "Worth a notification here: mentions."
leave_page carol
ok "what a room is worth to oneself is kept and said"

say bob "/kick @alice"
see bob "you may not do that"
ok "a moderator cannot remove the owner"
say bob "/mute @carol 10m"
see alice "bob muted carol"
see carol "bob muted carol"
say carol "/react ok"
see carol "That message stays as it was: you are muted here"
see_gone carol " ok "
ok "what was refused is not shown as done"
say bob "/unmute @carol"
see carol "bob unmuted carol"
say bob "/kick @carol"
see carol "You are no longer in #ops."
see carol "▾ Left"
see alice "bob removed carol"
say carol "/join #ops"
see_gone carol "▾ Left"
until_true "she is in the pane of the others" in_pane alice carol ""
ok "who was removed may come back"

say bob "/ban @carol 10m too loud by far"
see carol "You are no longer in #ops."
see alice "bob banned carol"
say carol "/join #ops"
see carol "you are banned here"
say alice "/bans"
see alice "carol (@carol)  until 20"
see alice "too loud by far"
ok "a ban has its end and its reason"
leave_page alice
say carol "/bans"
see carol "you are not in that room"
say alice "/unban @carol"
see bob "alice lifted the ban of carol"
say alice "/bans"
see alice "Nobody is banned here."
say carol "/join #ops"
see_gone carol "▾ Left"
until_true "she is back" in_pane bob carol ""
ok "and lets nobody in until it is lifted"
say alice "/ban @nobody"
see alice "there is no such user"

say alice "/role @alice member"
see alice "You are its only owner"
say alice "/role @bob owner"
see carol "the role of bob to owner"
say alice "/role @alice guest"
see carol "the role of alice to guest"
say alice "/kick @bob"
see alice "you may not do that"
ok "a room keeps an owner, and gets another"
done_testing
