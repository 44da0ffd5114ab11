#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Scripts against a whole server: what is sent is stored once, what is followed comes once,
# in order, whoever is killed; one process owns the store and the others hand over to it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

pids=
# shellcheck disable=SC2086
trap '[ -z "$pids" ] || kill -9 $pids 2>/dev/null || true; cleanup' EXIT

start_server --log-level info
CHAT_SERVER=unix:$world/server/chat.sock
# follow FILE OPTION...: in the background; $! is the program itself.
follow() {
	local file=$1
	shift
	env HOME="$world/alice" CHAT_SERVER="$CHAT_SERVER" "$programs/client/chat-client" \
		--follow --json "$@" >"$world/$file" 2>"$world/follow.log" &
	pids="$pids $!"
}
client() { as alice "$programs/client/chat-client" "$@"; }
store() { echo "$world/alice/.local/share/chat/default"; }

# ---- words and codes ----
check "whoami says who" exits 0 client --whoami --json
check "and that the server hears" says '"online":true'
# Nobody listens there: whoever asked it would get nowhere.
no_proxy_needed() { http_proxy=http://127.0.0.1:1 "$@"; }
check "a proxy is not asked about a socket" exits 0 no_proxy_needed client --whoami --json
check "which the server hears all the same" says '"online":true'
check "rooms are listed" exits 0 client --rooms
check "with the lobby" says '#lobby'
check "a message is stored" exits 0 client --send '#lobby' 'first' --json
check "and its receipt says so" says '"state":"stored"'
check "what was said is found" exits 0 client --search 'firs' --json
check "with its text" says '"text":"first"'
check "what nobody said is not" exits 80 client --search zebra
check "nor what cannot be looked for" exits 65 client --search before:soon
check "which is named" says before:soon
check "an unknown room has a code of its own" exits 80 client --send '#nowhere' x
check "a text of two operands is refused" exits 64 client --send '#lobby' a b
check "two commands at once are refused" exits 64 client --rooms --whoami
check "of whatever kind" exits 64 client --unlock show --whoami
check "and to log in with one" exits 64 client --login --account alice --whoami
check "a room that is not named" exits 65 client --send '' x
check "is what is said" says 'no room was named'
check "invalid UTF-8 is refused" exits 65 client --send '#lobby' $'\xff'
head -c 16385 /dev/zero | tr '\0' x >"$world/big"
big() { client --send '#lobby' - <"$world/big"; }
big_status=0
big >"$world/run.log" 2>&1 || big_status=$?
check "a text of 16 KiB and a byte is refused" [ "$big_status" = 65 ]
check "with the bound" says 16384
printf 'two\nlines\n' >"$world/two"
client --send '#lobby' - <"$world/two"
check "history has both lines of it" exits 0 client --history '#lobby' --limit 1
check "the second indented" says $'\tlines'
check "an id makes it one message" exits 0 client --send '#lobby' 'once' --id job-1 --json
check "also the second time" exits 0 client --send '#lobby' 'once' --id job-1 --json
check "which is said" says '"dup":true'
check "the store is closed to others" [ "$(stat -c %a "$(store)" "$(store)"/* | sort -u | tr '\n' ' ')" = '600 700 ' ]

# ---- output that cannot be written ----
into_full() { "$@" >/dev/full; }
check "a full disk is no success" exits 74 into_full client --rooms
check "and is named" says 'standard output: '
check "nor for what needs no server" exits 74 into_full client --help
check "which says so too" says 'standard output: '

# ---- one owner ----
follow log.txt --consumer log --since start
follower=$!
until_true "the follower begins" has "$world/log.txt" '"text":"once"'
check "the lines so far came once" [ "$(grep -c '"text":"once"' "$world/log.txt")" = 1 ]
check "another command is handed over" exits 0 client --send '#lobby' 'handed over'
until_true "the follower hears it" has "$world/log.txt" '"text":"handed over"'

# Three followers wait for the one that owns the store, which is killed.
for i in 1 2 3; do
	follow "c$i.txt" --consumer "c$i" --since start
	until_true "follower $i begins" has "$world/c$i.txt" '"text":"handed over"'
done
number=0
send_some() {
	local i
	for i in 1 2 3 4 5; do
		number=$((number + 1))
		client --send '#lobby' "n$number" --timeout 60s >/dev/null 2>&1 ||
			fail "n$number was not sent"
	done
}
send_some
kill -9 "$follower"
wait "$follower" 2>/dev/null || true
send_some
# shellcheck disable=SC2016
numbers() { sed -n 's/.*"text":"n\([0-9]*\)".*/\1/p' "$1"; }
whole() { [ "$(numbers "$1" | tr '\n' ' ')" = "$(seq -s ' ' 1 "$2") " ]; }
for i in 1 2 3; do
	until_true "follower $i has all ten in order, each once" whole "$world/c$i.txt" 10
done
ok "three followers live through the death of the owner, without gap or double"

# ---- the server is killed under load ----
for _ in 1 2 3 4; do
	stop_server KILL
	number=$((number + 1))
	client --send '#lobby' "n$number" --timeout 100ms >/dev/null 2>&1 || true
	start_server --log-level info
	send_some
done
for i in 1 2 3; do
	until_true "follower $i has all $number" whole "$world/c$i.txt" "$number"
done
ok "a server killed four times costs no follower a line"

# A follower that was away gets what it missed.
follow log2.txt --consumer log
until_true "the killed one goes on" has "$world/log2.txt" "\"n$number\""
numbers "$world/log.txt" >"$world/both"
numbers "$world/log2.txt" >>"$world/both"
check "what it got before and after is everything" \
	[ "$(sort -nu "$world/both" | tr '\n' ' ')" = "$(seq -s ' ' 1 "$number") " ]

# ---- a screen is opened while followers run ----
open_terminal alice 80 24 "$programs/client/chat-client" --server "$CHAT_SERVER"
see alice '#lobby'
client --send '#lobby' 'with a screen' --timeout 5s
see alice 'with a screen'
for i in 1 2 3; do
	until_true "follower $i goes on beside the screen" has "$world/c$i.txt" 'with a screen'
	check "and has it once" [ "$(grep -c 'with a screen' "$world/c$i.txt")" = 1 ]
done
check "a second screen is refused" exits 75 client --server "$CHAT_SERVER"
terminal kill-server
client --send '#lobby' 'without the screen' --timeout 5s
for i in 1 2 3; do
	until_true "follower $i goes on without it" has "$world/c$i.txt" 'without the screen'
done
ok "followers make room for a screen and take over when it is gone"

# One whose reader takes nothing just now makes room as well, and loses no line.
head -c 16000 /dev/zero | tr '\0' w >"$world/wide"
for i in $(seq 12); do
	client --send '#lobby' "wide$i $(cat "$world/wide")" >/dev/null || fail "wide$i was not sent"
done
mkdir -p "$world/dave"
mkfifo "$world/slow"
exec {slow}<>"$world/slow"
as_background dave "$client" --follow --json --since start >"$world/slow" 2>"$world/slow.log" &
slow_pid=$!
pids="$pids $slow_pid"
IFS= read -r _ <&"$slow"
as dave "$client" --send '#lobby' 'before the screen'
open_terminal dave 80 24 "$client" --server "$CHAT_SERVER"
see dave 'before the screen'
say dave 'behind the screen'
timeout "$patience" sed '/behind the screen/q' <&"$slow" >"$world/slow.txt" || true
as_many() { sed -n 's/.*"text":"\(wide[0-9]*\|[a-z]* the screen\)[ "].*/\1/p' "$world/slow.txt" | tr '\n' ' '; }
check "a slow reader of a follower that made room has every line once" \
	[ "$(as_many)" = "without the screen $(seq -f 'wide%g' -s ' ' 12) before the screen behind the screen " ]
exec {slow}>&-
kill "$slow_pid"
terminal kill-server

# ---- fifty at once ----
seq 1 50 | xargs -P 50 -I{} env HOME="$world/alice" CHAT_SERVER="$CHAT_SERVER" \
	"$programs/client/chat-client" --send '#lobby' 'all at once {}' 2>"$world/many.log" ||
	fail "fifty sends at once: one failed"
arrived() { [ "$(grep -c 'all at once' "$1")" = 50 ]; }
until_true "the followers hear fifty" arrived "$world/c1.txt"
ok "fifty sends at once are fifty messages"

for pid in $pids; do
	kill -TERM "$pid" 2>/dev/null || true
done
for pid in $pids; do
	wait "$pid" 2>/dev/null || true
done
check "the last one leaves no log behind" [ ! -e "$(store)/store.db-wal" ]
stop_server TERM
check "without a server it is queued" exits 75 client --send '#lobby' 'later' --timeout 200ms
check "unless it must not be" exits 69 client --send '#lobby' 'never' --timeout 200ms --no-queue
check "also for a room that there may not be" exits 75 client --send '#nowhere' 'lost' --timeout 200ms
start_server --log-level info
check "the next one sends it, and says what was refused" exits 80 client --flush
check "in words" says 'no such room'
check "once" exits 0 client --flush
check "and only it" exits 0 client --history '#lobby' --limit 2
check "is there" says later
if says never; then fail "what must not be queued was sent"; fi
ok "what must not be queued is not there"
done_testing
