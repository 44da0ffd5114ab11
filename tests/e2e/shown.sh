#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What one sees of others with the real programs: who is there, away, gone or killed, what of
# one's own was delivered and read, and who types; and that it is not shown where they have
# switched it off.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

for name in alice bob carol dave; do
	echo 'a quiet meadow' | subcommand user add "$name" "$name@example.org" - >/dev/null
done
(umask 077 && echo 'a quiet meadow' >"$world/password")
start_server --otp-policy off
export CHAT_SERVER=ws://127.0.0.1:$port

cli() { as "$1" "$client" --password-file "$world/password" "${@:2}" </dev/null; }
enter() {
	open_terminal "$1" 110 16 "$client" --server "$CHAT_SERVER"
	see "$1" online
}
pid_of() { pgrep -P "$(terminal list-panes -t "$1" -F '#{pane_pid}')" -x chat-client ||
	terminal list-panes -t "$1" -F '#{pane_pid}'; }

# What waits ends while the rest goes on: wait_for TAG NAME OPTION..., then ended TAG CODE.
wait_for() {
	as_background "$2" "$client" --json "${@:3}" >"$world/$1.log" 2>&1 &
	line_pid[$1]=$!
}
waits() { not gone "${line_pid[$1]}"; }
state_is() { has "$world/$1.log" "\"state\":\"$2\""; }
# Whether that message of NAME's stands with the mark behind it, or without.
read_by_all() { screen "$1" | grep -qE "$2 ✓✓"; }
unread_by_some() { screen "$1" | grep -qE "$2( *│.*)?$"; }

for name in alice bob carol; do
	check "$name logs in" exits 0 cli "$name" --login --account "$name"
done

# ---- who is there ----
enter alice
say alice '/room #lobby'
see alice '○ bob'
check "alice is there, bob is not" shows alice '● alice'
enter bob
say bob '/room #lobby'
see alice '● bob'
ok "he is when his client runs"

# Dave has never been here, and bob does not look at the chat of the two.
wait_for some alice --send '#lobby' --wait=delivered --timeout 6s 'is anybody here'
wait_for none alice --send @dave --wait=delivered --timeout 6s 'are you here, dave'
wait_for there alice --send @bob --wait=delivered --timeout 60s 'has it come'
wait_for unseen alice --send @bob --wait=read --timeout 6s 'have you read it'

say bob '/away at lunch'
see alice '◐ bob'
see bob 'is anybody here'
ok "he is seen as away"
say bob /back
see alice '● bob'
ok "and back"
check "bob lets nobody see him" exits 0 cli bob --set-profile presence=nobody
see alice '○ bob'
ok "he is not seen where he does not want to be"
check "and everybody again" exits 0 cli bob --set-profile presence=everyone
see alice '● bob'

# ---- delivered and read ----
check "what waits for delivery ends when it was delivered" ended there 0
check "and says so" state_is there delivered
check "what waits for reading does not end well while he does not look" ended unseen 81
check "it is stored nevertheless" state_is unseen stored
say alice '/join @bob'
see alice 'have you read it'
check "what was only delivered has no mark" unread_by_some alice 'has it come'
check "nor has the other" unread_by_some alice 'have you read it'
wait_for seen alice --send @bob --wait=read --timeout 60s 'and this'
see alice 'and this'
see bob 'Unread 1'
check "another one waits" waits seen
say bob '/join @alice'
check "until he looks" ended seen 0
check "and says so" state_is seen read
until_true "what he has read is marked" read_by_all alice 'and this'
check "all of it" read_by_all alice 'has it come'
say alice 'still looking'
until_true "what he reads at once is marked as well" read_by_all alice 'still looking'
ok "what he has read is marked on her screen"
check "nobody was there to take delivery" ended none 81
check "which says so" state_is none stored
check "what was sent to all was delivered to some only" ended some 82

# ---- switched off ----
check "bob lets nobody see how far he has read" exits 0 cli bob --set-profile receipts=no
wait_for hidden alice --send @bob --wait=read --timeout 5s 'a quiet one'
see bob 'a quiet one'

# Typing is held by going on typing: goes_on NAMES TEXT.
goes_on() {
	local name
	for name in $1; do
		type_in "$name" x
	done
	shows alice "$2"
}
enter carol
for name in alice bob carol; do
	say "$name" '/room #lobby'
	see "$name" 'is anybody here'
done
until_true "two are seen typing" goes_on 'bob carol' 'are typing'
ok "two are seen typing"
check "bob lets nobody see that he writes" exits 0 cli bob --set-profile typing=no
press bob C-u
press carol C-u
see_gone alice typing
type_in bob 'anew'
see bob 'anew'
until_true "only carol is seen typing" goes_on 'bob carol' 'carol is typing'
ok "then only carol is seen typing, while both do"
check "bob lets it be seen again" exits 0 cli bob --set-profile typing=yes
press bob C-u
until_true "both are seen again" goes_on 'bob carol' 'are typing'
ok "then both are seen again"

# ---- killed ----
kill -KILL "$(pid_of bob)"
see alice '○ bob'
ok "who was killed is not there any more"
enter bob
see alice '● bob'
ok "he is there when he comes back"

# ---- switched on again ----
check "what waits for his reading has not ended well" ended hidden 81
say alice '/join @bob'
see alice 'a quiet one'
check "and it is not marked" unread_by_some alice 'a quiet one'
press bob C-u
check "bob lets it be seen again" exits 0 cli bob --set-profile receipts=yes
say bob '/join @alice'
say alice 'a loud one'
until_true "what he reads is marked again" read_by_all alice 'a loud one'
ok "then it is marked again"
done_testing
