# SPDX-License-Identifier: GPL-3.0-or-later
# For the end-to-end tests: a folder, a server, clients, terminals, all private and gone at
# the end. Nothing sleeps to let something happen: what is expected is asked for until it
# is there, and time running out is the failure.
# shellcheck shell=bash disable=SC2001,SC2119,SC2120
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC
unset LANGUAGE XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME NO_COLOR SSH_AUTH_SOCK

: "${top_srcdir:?}" "${top_builddir:?}"
programs=$top_builddir
client=$programs/client/chat-client
patience=${PATIENCE:-60} # seconds until something that should happen has failed to
world=$(mktemp -d "${TMPDIR:-/tmp}/chat.XXXXXX")
export TMUX_TMPDIR=$world
points=0
declare -A line_pid line_fd
telling= # whether people read along instead of a test harness
exec </dev/null # nobody types, whoever starts the test
server_pid=
port=

cleanup() {
	local status=$?
	local pid
	for pid in $server_pid "${line_pid[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
	tmux -L "chat$$" kill-server 2>/dev/null || true
	wait 2>/dev/null || true
	if [ "${KEEP-}" ]; then
		echo "# kept: $world"
	else
		rm -rf "$world"
	fi
	exit "$status"
}
trap cleanup EXIT

# ---- TAP, or a story ----

ok() {
	points=$((points + 1))
	if [ "$telling" ]; then
		echo "   ✓ $*"
	else
		echo "ok $points - $*"
	fi
}

# remark TEXT: for whoever reads.
remark() {
	if [ "$telling" ]; then
		sed 's/^/   /' <<<"$1"
	else
		sed 's/^/# /' <<<"$1"
	fi
}

# scene TEXT: what comes next.
scene() {
	if [ "$telling" ]; then
		printf '\n%s\n' "$*"
	else
		echo "# $*"
	fi
}

# fail SENTENCE: say what is known and end; what comes after would fail for the same reason.
fail() {
	points=$((points + 1))
	if [ "$telling" ]; then
		echo "   ✗ $*"
	else
		echo "not ok $points - $*"
	fi
	local file name
	for name in $(terminal list-sessions -F '#S' 2>/dev/null || true); do
		remark "---- screen of $name"
		remark "$(screen "$name")"
	done
	for file in "$world"/*.log; do
		[ -f "$file" ] || continue
		remark "---- ${file##*/}"
		remark "$(tail -n 30 "$file")"
	done
	done_testing
	[ -z "$telling" ] || exit 1
	exit 0
}

# check SENTENCE COMMAND...: one point.
check() {
	local sentence=$1
	shift
	if "$@"; then
		ok "$sentence"
	else
		fail "$sentence"
	fi
}

# The plan, at the end; a story ends without a number.
done_testing() { [ "$telling" ] || echo "1..$points"; }

not() { ! "$@"; }

# until_true SENTENCE COMMAND...: ask until it is so.
until_true() {
	local sentence=$1 deadline=$((SECONDS + patience))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$deadline" ] || fail "$sentence: not within $patience s"
		sleep 0.05
	done
}

# Whether FILE has a line that contains TEXT.
has() { grep -qF -- "$2" "$1" 2>/dev/null; }

# exits CODE COMMAND...: whether it ends with CODE; what it said and its end are in run.log.
exits() {
	local code=$1 status=0
	shift
	"$@" >"$world/run.log" 2>&1 || status=$?
	echo "exit status: $status" >>"$world/run.log"
	[ "$status" = "$code" ]
}
# says TEXT: whether that command said it.
says() { has "$world/run.log" "$1"; }
# value NAME: of what it said as NAME, tab, value.
value() { sed -n "s/^$1\t//p" "$world/run.log"; }

# gone PID: whether that process is no more.
gone() { ! kill -0 "$1" 2>/dev/null; }

# needs TOOL...: without one of them nothing is tested; asked for before the first point.
needs() {
	local tool
	for tool in "$@"; do
		command -v "$tool" >/dev/null && continue
		echo "1..0 # SKIP $tool is not installed"
		exit 0
	done
}

# ---- the server ----

# start_server [OPTION...]: on a Unix socket and a free port; returns when it is ready.
start_server() {
	: >"$world/server.log"
	"$programs/server/chat-server" --data-dir "$world/server" --port "${port:-0}" "$@" \
		2>>"$world/server.log" &
	server_pid=$!
	until_true "the server gets ready" has "$world/server.log" 'server: ready'
	port=$(sed -n 's/.*server: listening, address=.*port=\([0-9]*\).*/\1/p' \
		"$world/server.log" | tail -n 1)
}

# stop_server [SIGNAL]
stop_server() {
	kill -"${1:-TERM}" "$server_pid"
	wait "$server_pid" 2>/dev/null || true
	server_pid=
}

# subcommand WORDS...: chat-server WORDS in the folder of that server, or in $data.
subcommand() {
	"$programs/server/chat-server" --data-dir "${data-$world/server}" --port 0 --log-level error "$@"
}
# operate CODE WORDS...: it ends with CODE; says tells what it said.
operate() { exits "$1" subcommand "${@:2}"; }

# fetch PORT PATH [HEADER...]: the answer of a GET over HTTP, head and all.
fetch() {
	local port=$1 path=$2 fd
	shift 2
	exec {fd}<>"/dev/tcp/127.0.0.1/$port"
	printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n' "$path" >&"$fd"
	[ $# = 0 ] || printf '%s\r\n' "$@" >&"$fd"
	printf '\r\n' >&"$fd"
	timeout "$patience" cat <&"$fd"
	exec {fd}>&-
}
body() { sed '1,/^\r$/d'; }

# The code in the newest letter to ADDRESS that came after COUNT letters.
letters_to() { grep -lF "To: $1" "$world"/server/mail/*.eml 2>/dev/null | sort; }
code_for() {
	local letter
	letter=$(letters_to "$1" | tail -n 1)
	[ -n "$letter" ] && sed -n 's/^ *\([0-9]\{6\}\)\r\{0,1\}$/\1/p' "$letter" | grep . | tail -n 1
}

# ---- clients ----

# as NAME COMMAND...: with a home of NAME's own. In the background it is the command itself
# that runs under $!, so that a signal reaches it.
as() {
	local name=$1
	shift
	mkdir -p "$world/$name"
	(exec env HOME="$world/$name" INPUTRC=/dev/null CHAT_SERVER="${CHAT_SERVER-}" "$@")
}
as_background() {
	local name=$1
	shift
	mkdir -p "$world/$name"
	exec env HOME="$world/$name" INPUTRC=/dev/null CHAT_SERVER="${CHAT_SERVER-}" "$@"
}

# run CODE NAME OPTION...: chat-client as NAME, without any terminal as cron would, ends with
# CODE; says tells what it said.
run() { exits "$1" as "$2" timeout "$patience" setsid -w "$client" "${@:3}"; }

# own_account NAME: what the account is called that whoever runs the tests has on a server's
# socket, with NAME's home.
own_account() {
	as "$1" "$client" --whoami --json 2>/dev/null | sed -n 's/.*"name":"\([^"]*\)".*/\1/p'
}

# sign_up NAME: an account for NAME; the password, $password if that is set, is in the file
# password of NAME's home.
sign_up() {
	local name=$1
	mkdir -p "$world/$name"
	(umask 077 && echo "${password-a long enough password of $name}" >"$world/$name/password")
	run 0 "$name" --signup --account "$name" --email "$name@example.org" \
		--password-file "$world/$name/password" || fail "$name signs up"
	until_true "a letter for $name" code_for "$name@example.org" >/dev/null
	run 0 "$name" --code "$(code_for "$name@example.org")" || fail "$name is in"
}

# ended NAME CODE: whether the client of line_pid[NAME] ends, with CODE.
ended() {
	local status=0
	until_true "$1 ends" gone "${line_pid[$1]}"
	wait "${line_pid[$1]}" || status=$?
	unset "line_pid[$1]"
	[ "$status" = "$2" ]
}

# ---- clients that talk in lines (--linear) ----

# open_lines NAME: stdin is a pipe of ours, so nothing is at its end until we close it.
open_lines() {
	local name=$1 fd
	mkdir -p "$world/$name"
	rm -f "$world/$name.in"
	mkfifo "$world/$name.in"
	as_background "$name" "$client" --linear <"$world/$name.in" >"$world/$name.log" 2>&1 &
	line_pid[$name]=$!
	exec {fd}>"$world/$name.in"
	line_fd[$name]=$fd
}

# online_lines NAME: and is connected.
online_lines() {
	open_lines "$1"
	hear "$1" online
}

# type_line NAME TEXT
type_line() {
	remark "$1> $2"
	printf '%s\n' "$2" >&"${line_fd[$1]}"
}

# hear NAME TEXT: wait until NAME's client has said TEXT.
hear() {
	until_true "$1 hears '$2'" has "$world/$1.log" "$2"
}

close_lines() {
	local fd=${line_fd[$1]}
	printf '/quit\n' >&"$fd"
	exec {fd}>&-
	wait "${line_pid[$1]}" || fail "the client of $1 ended with $?"
	unset "line_pid[$1]" "line_fd[$1]"
}

# ---- terminals ----

terminal() { tmux -L "chat$$" -f /dev/null "$@"; }

# open_terminal NAME COLUMNS ROWS COMMAND...
open_terminal() {
	local name=$1 columns=$2 rows=$3
	shift 3
	mkdir -p "$world/$name"
	terminal new-session -d -s "$name" -x "$columns" -y "$rows" \
		env HOME="$world/$name" INPUTRC=/dev/null "$@"
	terminal set-option -t "$name" status off >/dev/null
	# the end of the last session must not race with the beginning of the next
	terminal set-option -s exit-empty off
}

screen() { terminal capture-pane -p -t "$1"; }
shows() { screen "$1" | grep -qF -- "$2"; }
hides() { ! shows "$1" "$2"; }
# see NAME TEXT: wait until TEXT stands on the screen of NAME.
see() { until_true "$1 sees '$2'" shows "$1" "$2"; }
see_gone() { until_true "$1 no longer sees '$2'" hides "$1" "$2"; }
# type_in NAME TEXT; press NAME KEY...
type_in() { terminal send-keys -t "$1" -l -- "$2"; }
press() { terminal send-keys -t "$1" "${@:2}"; }
# say NAME TEXT: type it and send it off.
say() {
	type_in "$1" "$2"
	press "$1" Enter
}
# leave_page NAME: of the page that is there or will be; keys behind a lone Esc would be
# another key together with it.
leave_page() {
	see "$1" 'Esc closes)'
	press "$1" Escape
	see_gone "$1" 'Esc closes)'
}
