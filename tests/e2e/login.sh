#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Getting in and out from scripts: a forgotten password, what the server says about a field, when to
# try again, a log-in that another profile finishes, receipts in JSON.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

start_server --otp-policy always
export CHAT_SERVER=ws://127.0.0.1:$port
secret() { (umask 077 && echo "$2" >"$world/$1"); }
secret old 'a quiet meadow in may'
secret new 'another meadow in june'
secret weak 'short'

# cli NAME OPTION...: what it said is in said.log (answers) and heard.log (the rest).
cli() {
	local name=$1
	shift
	as "$name" "$client" "$@" >"$world/said.log" 2>"$world/heard.log" </dev/null
}
said() { has "$world/said.log" "$1"; }
heard() { has "$world/heard.log" "$1"; }
one_object() { [ "$(wc -l <"$world/said.log")" = 1 ] && grep -q '^{.*}$' "$world/said.log"; }
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$world/said.log"; }
letters() { letters_to "$1@example.org" | wc -l; }
more_than() { [ "$(letters "$1")" -gt "$2" ]; }
# with_code NAME COMMAND...: runs it, then waits for the letter that it has caused.
with_code() {
	local name=$1 count
	shift
	count=$(letters "$name")
	"$@" || return
	until_true "$name gets a letter" more_than "$name" "$count"
	code=$(code_for "$name@example.org")
}
signup=(--signup --password-file "$world/old" --account)
login=(--login --password-file "$world/old" --account)

# ---- signing up: what the server says, about what ----
check "a name that is none is refused" exits 65 cli alice "${signup[@]}" 'Alice!' --email alice@example.org
check "with its field and its rule" heard 'name: a name is 1 to 32 of a-z'
check "an address that is none is refused" exits 65 cli alice "${signup[@]}" alice --email nonsense
check "with its field" heard 'e-mail: that is not an e-mail address'
check "a weak password is refused" exits 65 cli alice --signup --password-file "$world/weak" \
	--account alice --email alice@example.org --json
check "with the reason" heard 'the password needs at least 10 characters'
check "and in one object" one_object
check "that names the field" said '"field":"password"'
check "a good one is taken" with_code alice cli alice "${signup[@]}" alice --email alice@example.org --json
check "with one object" one_object
check "of the code that is waited for" said '"type":"challenge"'
check "and what it is for" said '"purpose":"signup","factor":"mail"'
check "the code finishes it" cli alice --code "$code" --json
check "with one object" one_object
check "that says who is in" said '"type":"signed_in"'
check "by name" said '"name":"alice"'
check "a name that is taken is refused" exits 65 cli bob "${signup[@]}" alice --email bob@example.org
check "in so many words" heard 'that name is taken'
check "alice logs out" cli alice --logout --json
check "with one object" one_object
check "that says so" said '"type":"signed_out","was_in":true'
check "twice does no harm" cli alice --logout --json
check "and is told" said '"was_in":false'

# ---- a log-in that another profile finishes ----
through_nobody() { http_proxy=http://127.0.0.1:1 "$@"; }
check "a proxy of the environment hears of no password" exits 77 through_nobody \
	cli alice --login --password-file "$world/new" --account alice
check "since the server itself has answered" heard "name or password is wrong"
check "a log-in is begun" with_code alice cli alice "${login[@]}" alice --json
challenge=$(member challenge)
check "its challenge is printed" [ ${#challenge} = 26 ]
check "the code alone means nothing to another profile" exits 77 cli carol --code "$code"
check "which says what is missing" heard 'with --challenge'
check "with the challenge it is taken there" cli carol --challenge "$challenge" --code "$code"
check "as whose it is" cli carol --whoami
check "by name" said alice
check "what is no challenge is refused" exits 64 cli carol --challenge nonsense --code "$code" --profile other
check "carol logs out" cli carol --logout

# ---- a forgotten password ----
check "alice is in on one machine" with_code alice cli desk "${login[@]}" alice
check "with the code" cli desk --code "$code"
check "a password is forgotten elsewhere" with_code alice cli alice --forgotten alice@example.org --json
check "with one object" one_object
check "that says what the code is for" said '"purpose":"reset"'
check "--code does not take that code" exits 65 cli alice --code "$code"
check "and says what does" heard '--reset-code'
check "no new password, no terminal: usage" exits 64 cli alice --reset-code "$code"
check "a weak one is refused" exits 65 cli alice --reset-code "$code" --new-password-file "$world/weak"
check "with the reason" heard 'the password needs at least 10 characters'
check "a wrong code is refused" exits 77 cli alice --reset-code 000000 --new-password-file "$world/new"
check "the right one sets it" cli alice --reset-code "$code" --new-password-file "$world/new" --json
check "with one object" said '"type":"password_changed"'
check "twice is once too often" exits 77 cli alice --reset-code "$code" --new-password-file "$world/new"
is_out() { cli desk --send '#lobby' --no-queue --timeout 2s hello && return 1; [ $? = 77 ]; }
until_true "the other machine is out" is_out
ok "all sessions have ended"
check "the old password is refused" exits 77 cli alice "${login[@]}" alice
check "the new one is taken" with_code alice cli alice --login --password-file "$world/new" --account alice
check "by the code" cli alice --code "$code"
check "a password is forgotten where one is in" with_code alice cli alice --forgotten alice@example.org
check "in words" said '--reset-code CODE'
check "and set from another profile" cli carol --reset-code "$code" \
	--challenge "$(grep -o '[a-z2-7]\{26\}' "$world/said.log")" --new-password-file "$world/old"

# ---- what goes wrong on this side ----
cp "$world/old" "$world/open" && chmod 644 "$world/open"
check "a password that others can read is refused" exits 77 cli alice --login \
	--password-file "$world/open" --account alice
check "with what to do" heard 'chmod 600'

# ---- beside an open screen ----
check "alice logs in" with_code alice cli alice "${login[@]}" alice
check "with her code" cli alice --code "$code"
open_terminal alice 80 24 "$client" --server "$CHAT_SERVER"
see alice online
check "logging out beside the screen works" cli alice --logout
check "and says so" said 'signed out'
see alice 'Log in'
ok "the screen asks for a log-in"
check "nobody is in any more" cli alice --logout
check "which is said" said 'nobody is signed in'
check "a log-in beside it says what holds the profile" exits 75 cli alice "${login[@]}" alice
press alice Escape
see_gone alice 'F2: sign up'
type_in alice /quit
press alice Enter
is_over() { ! terminal has-session -t alice 2>/dev/null; }
until_true "the screen is gone" is_over

# ---- with nobody signed in, and without the server ----
check "--whoami ends with 77" exits 77 cli alice --whoami
check "--rooms too" exits 77 cli alice --rooms
check "--history too" exits 77 cli alice --history '#lobby'
check "and --devices" exits 77 cli alice --devices
check "each says once what to do" [ "$(grep -c -- '--login' "$world/heard.log")" = 1 ]
check "alice logs in" with_code alice cli alice "${login[@]}" alice
check "with her code" cli alice --code "$code"
check "she is called otherwise" cli alice --set-profile 'display_name=Alice of the Disks'
check "which --whoami knows" cli alice --whoami --json
check "at once" said '"display_name":"Alice of the Disks"'
stop_server
check "away from the server --whoami answers" exits 0 cli alice --whoami
check "and says as of when" heard "offline: as of $(date +%Y-%m-)"
check "--rooms answers" exits 0 cli alice --rooms
check "from the store" said '#lobby'
check "and says as of when" heard 'offline: as of '
check "--history answers" exits 0 cli alice --history '#lobby'
check "and says as of when" heard 'offline: as of '
check "what only the server knows ends with 69" exits 69 cli alice --devices
check "a profile that knows nothing ends with 69" exits 69 cli dave --code 123456 --challenge "$challenge"
dave() { CHAT_SERVER=unix:$world/server/chat.sock cli dave "$@"; }
check "by a socket as well" exits 69 dave --whoami
check "for each of them" exits 69 dave --rooms
start_server --otp-policy always
export CHAT_SERVER=ws://127.0.0.1:$port
check "alice logs out" cli alice --logout

# ---- too often ----
stop_server
start_server --otp-policy always --login-failures 3
export CHAT_SERVER=ws://127.0.0.1:$port
too_often() {
	cli bob --login --password-file "$world/weak" --account alice --json
	[ $? = 75 ]
}
until_true "too many tries are refused" too_often
ok "too many tries end with 75"
check "it says when to try again" grep -qE 'try again in [0-9]+ (second|minute)' "$world/heard.log"
check "also for programs" grep -qE '"code":"rate".*"retry_ms":[0-9]+' "$world/said.log"
done_testing
