#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What two people do about messages at their terminals: answers, reactions, who has read
# it, pins, searching and going there, the keys behind Alt-v; and the screen around them.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

start_server
export CHAT_SERVER=ws://127.0.0.1:$port
for name in alice bob; do
	sign_up "$name"
	open_terminal "$name" 120 40 "$client"
	see "$name" "[#lobby]"
done
say alice "/create #ops"
see alice "[#ops]"
say bob "/join #ops"
see bob "[#ops]"

say alice "shall we meet at noon?"
see bob "shall we meet at noon?"
say bob "/reply at one"
see alice "↳ alice: shall we meet at noon?"
see alice "at one"
ok "an answer stands below what it answers"
say alice "/react 👍"
see bob "👍"
say bob "/react 🍕"
see alice "🍕"
say bob "/unreact 🍕"
see_gone alice "🍕"
check "reactions are seen by the other, and taken back" shows bob "👍"

# was_read: ask again until that has reached the server.
was_read() {
	say bob "/details"
	see bob "Message  (Esc closes)"
	shows bob "alice (@alice)" || { leave_page bob && false; }
}
until_true "alice has read it" was_read
see bob "Read by:"
check "who reacted and who has read it is said" shows bob "👍  alice"
leave_page bob

# ---- keys behind Alt-v ----

# pick NAME TEXT: Alt-v, and up until TEXT is the picked one.
picked() { screen "$1" | grep -m 1 '▌' || true; }
moved() {
	local now
	now=$(picked "$1")
	[ -n "$now" ] && [ "$now" != "$2" ]
}
pick() {
	local before
	press "$1" M-v
	until_true "$1 picks a message" moved "$1" ""
	until shows "$1" "▌$2"; do
		before=$(picked "$1")
		press "$1" Up
		until_true "$1 picks the one above" moved "$1" "$before"
	done
	see "$1" "r reply  t thread"
}
# stands NAME TEXT: the server has what NAME said.
stands() { screen "$1" | grep -q "$2 *│"; }

pick alice "at one"
press alice r
see alice "[#ops reply]"
say alice "one it is"
see bob "↳ bob: at one"
see bob "one it is"
ok "Alt-v r answers the picked message"
pick bob "shall we meet"
press bob t
see bob "[#ops thread]"
say bob "where, by the way?"
see alice "⋮ alice: shall we meet at noon?"
ok "Alt-v t begins a thread"
pick alice "shall we meet"
press alice e
see alice "[#ops edit] shall we meet at noon?"
say alice " Or at one?"
see bob "shall we meet at noon? Or at one? ✎"
ok "Alt-v e changes it"
pick alice "at one"
press alice e
see alice "You can change only what you said yourself."
pick bob "one it is"
press bob +
see bob "[#ops] /react"
say bob "🎉"
see alice "🎉"
ok "Alt-v + reacts to it"
pick bob "one it is"
press bob d
see bob "That message stays as it was: you may not do that"
see_gone bob "(deleted)"
check "what one may not delete stays" shows alice "one it is"
say alice "a slip"
see bob "a slip"
until_true "alice knows that it is sent" stands alice "a slip"
pick alice "a slip"
press alice d
see bob "(deleted)"
check "Alt-v d deletes it for both" hides bob "a slip"
pick alice "at one"
press alice i
see alice "bob, 20"
see alice "Read by:"
ok "Alt-v i says what is known of it"
leave_page alice

# ---- pins ----

say alice "/pins"
see alice "Nothing is pinned here."
pick alice "at one"
press alice p
see bob "alice pinned a message"
say alice "/unpin"
see alice "That message is not pinned"
say alice "/pins"
see alice "Pinned messages"
see alice "bob: at one"
press alice Enter
see alice "▌at one"
say alice "/unpin"
see bob "alice unpinned a message"
say alice "/pins"
see alice "Nothing is pinned here."
ok "what is pinned is listed, Enter goes there, /unpin ends it"

# ---- searching ----

for number in $(seq 45); do say bob "line $number"; done
say bob "the plan: https://example.org/plan"
see alice "example.org/plan"
say alice "/search from:bob has:link"
see alice "Found: from:bob has:link"
see alice "/goto NUMBER shows one in its room."
check "from: and has: narrow it" not grep -qE '^ +2  20' <(screen alice)
leave_page alice
say alice "/search from:alice meet"
see alice "alice: shall we meet at noon? Or at one?"
press alice Enter
see alice "▌shall we meet at noon?"
see alice "↓ End: Ctrl-End"
check "Enter on a hit goes there, and marks it" hides alice "line 45"
press alice C-End
see alice "line 45"
say alice "/search from:alice has:link"
see alice "Nothing was found."

# ---- what is unread ----

say alice "/create den"
see alice "[#den]"
say bob "are you there, @alice?"
see alice " 1 @1 "
say alice "/unread"
see alice "1 unread @1"
leave_page alice
say alice "/read all"
see_gone alice " 1 @1 "
say alice "/unread"
see alice "Everything is read."
ok "what is unread is listed, and marked as read"
say alice "/say /etc/motd is empty"
until_true "a slash is said" stands alice "you      /etc/motd is empty"
say alice "/info"
see alice "den: a private room"
see alice "Worth a notification here: all."
ok "what is known of a room is said"
leave_page alice

# ---- the screen ----

say alice "/clear"
see_gone alice "/etc/motd"
say alice "after that"
see alice "you      after that"
check "/clear empties the screen" hides alice "/etc/motd"
press alice PPage
see alice "/etc/motd is empty"
ok "scrolling back brings it again"
press alice C-End

# colours NAME: of its first row.
colours() { terminal capture-pane -e -p -t "$1" | head -n 1; }
dark=$(colours alice)
is_dark() { [ "$(colours alice)" = "$dark" ]; }
say alice "/theme light"
until_true "the colours change" not is_dark
say alice "/theme dark"
until_true "and change back" is_dark
say alice "/theme blue"
see alice "Use: /theme"
press alice C-u
say alice "/pane rooms"
see_gone alice "▾ Rooms"
say alice "/pane members"
see_gone alice "● alice"
say alice "/pane rooms"
see alice "▾ Rooms"
say alice "/pane members"
see alice "● alice"
say alice "/bindings"
see alice "Alt-v"
leave_page alice
ok "colours, panes and keys are as one wants them"

say alice "/disconnect"
see alice "offline"
say alice "/room #ops"
see alice "[#ops]"
say alice "said while away"
see alice "said while away ◌"
say alice "/whoami"
see alice "You are @alice on ws://127.0.0.1:$port, offline."
check "what is said while one is offline waits" hides bob "said while away"
say alice "/connect"
see bob "said while away"
see_gone alice "waiting to send"
ok "until one is back"
done_testing
