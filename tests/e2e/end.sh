#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every way out leaves the terminal as it was and the process gone within two seconds.
# shellcheck source=tests/e2e/lib.sh
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_server --socket "$world/chat.sock" --socket-signup all
client="$programs/client/chat-client --server unix:$world/chat.sock"

# open_client NAME: the client inside of a shell, which prints the terminal's settings
# before and after it, and how it ended.
open_client() {
	open_terminal "$1" 80 20 sh -c "stty -g >$world/$1.before; cat <<'END' >$world/$1.sh
$client --profile $1
echo \"ended: \$?\"
stty -g >$world/$1.after
cat
END
	echo \$\$ >$world/$1.shell; exec sh $world/$1.sh"
	see "$1" '[#lobby]'
	pid=$(pgrep -P "$(cat "$world/$1.shell")" -f "chat-client.*--profile $1" | head -n 1)
}

same_terminal() { [ -s "$world/$1.after" ] && cmp -s "$world/$1.before" "$world/$1.after"; }
# Whether the shell's picture is back: the alternate screen is left.
normal_screen() { [ "$(terminal display -p -t "$1" '#{alternate_on}')" = 0 ]; }

# ends NAME SENTENCE: within two seconds from now, whole.
ends() {
	local start=${EPOCHREALTIME/./}
	until_true "$2: the process goes" gone "$pid"
	local took=$(((${EPOCHREALTIME/./} - start) / 1000))
	[ "$took" -le 2000 ] || fail "$2: it took $took ms"
	until_true "$2: the terminal is as it was" same_terminal "$1"
	check "$2 gives the terminal back in $took ms" normal_screen "$1"
}

open_client quit
type_in quit /quit
press quit Enter
ends quit "/quit"
check "/quit is no failure" shows quit 'ended: 0'

open_client ctrlc
press ctrlc C-c
press ctrlc C-c
ends ctrlc "Ctrl-C twice"

for signal in TERM INT HUP QUIT; do
	open_client "sig$signal"
	kill -"$signal" "$pid"
	ends "sig$signal" "SIG$signal"
done

open_client abrt
kill -ABRT "$pid"
ends abrt "SIGABRT"

open_client segv
kill -SEGV "$pid"
ends segv "SIGSEGV"

# ---- the terminal goes ----

open_client closed
terminal kill-session -t closed
start=$SECONDS
until_true "the client ends with its terminal" gone "$pid"
check "a closed terminal ends it" [ $((SECONDS - start)) -le 2 ]

# Without SIGHUP: only reading tells.
open_terminal nohup 80 20 sh -c "trap '' HUP; exec $client --profile nohup"
see nohup '[#lobby]'
pid=$(pgrep -f "chat-client.*--profile nohup" | head -n 1)
terminal kill-session -t nohup
start=$SECONDS
until_true "the client ends without SIGHUP" gone "$pid"
check "a terminal that is gone without SIGHUP ends it" [ $((SECONDS - start)) -le 2 ]

# ---- a script that waits ----

# waits NAME SIGNAL [COMMAND...]: begin to wait for a server, then get that signal.
waits() {
	as_background "$1" "${@:3}" "$programs/client/chat-client" --server "unix:$world/none" \
		--profile "$1" --send '#lobby' 'hear me' --timeout 1h >"$world/$1.out" 2>"$world/$1.log" &
	pid=$!
	line_pid[$1]=$pid
	until_true "$1 waits" has_profile "$1"
	kill -"$2" "$pid"
}
# Signals go to the loop, and the store is open.
has_profile() { grep -q "SigBlk:.*[1-9a-f]" "/proc/$pid/status" && [ -e "$world/$1/.local/share/chat/$1/store.db" ]; }
for signal in HUP:129 INT:130 TERM:143; do
	waits "wait${signal%:*}" "${signal%:*}" env --default-signal=HUP,INT,QUIT
	check "SIG${signal%:*} does not end a script with 0" ended "wait${signal%:*}" "${signal#*:}"
done
for signal in HUP INT QUIT; do
	waits "deaf$signal" "$signal" env --ignore-signal=HUP,INT,QUIT
	# Whoever answers that has seen the signal.
	as "deaf$signal" "$programs/client/chat-client" --server "unix:$world/none" \
		--profile "deaf$signal" --whoami >/dev/null 2>&1 || true
	kill -TERM "$pid"
	check "an ignored SIG$signal stays so" ended "deaf$signal" 143
done

# ---- stopping and going on ----

open_client stop
kill -TSTP "$pid"
stopped() { grep -q '^State:.*T' "/proc/$pid/status"; }
until_true "it stops" stopped
until_true "the terminal is free while it stands still" normal_screen stop
kill -CONT "$pid"
see stop '[#lobby]'
type_in stop "after the stop"
press stop Enter
see stop 'you      after the stop'
ok "SIGTSTP frees the terminal and SIGCONT takes it again"
type_in stop /quit
press stop Enter
ends stop "/quit after a stop"

# ---- a terminal that nobody reads ----

for signal in 15 1 2 0; do
	name=deaf$signal
	mkdir -p "$world/$name"
	# shellcheck disable=SC2086 # two words
	took=$(HOME=$world/$name INPUTRC=/dev/null TERM=xterm-256color \
		"$programs/tests/e2e/deaf_terminal" "$signal" $client --profile "$name")
	check "a terminal that nobody reads does not hold it (signal $signal, $took ms)" \
		[ "$took" -le 2000 ]
done

done_testing
