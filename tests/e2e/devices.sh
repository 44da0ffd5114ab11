#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One account on several devices: each ends the others', by a flag, on the screen and over REST,
# and who was put out hears of it within five seconds. Then recovery codes, a refresh token that
# is used twice, and the end of the account on the screen.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

needs oathtool curl python3

for name in alice bob; do
	echo 'a quiet meadow' | subcommand user add "$name" "$name@example.org" - >/dev/null
done
(umask 077 && echo 'a quiet meadow' >"$world/password")
start_server --otp-policy off
export CHAT_SERVER=ws://127.0.0.1:$port
address=http://127.0.0.1:$port

cli() { as "$1" "$client" --password-file "$world/password" "${@:2}" </dev/null; }
# log_in DEVICE [ADDRESS]: alice's.
log_in() { check "alice logs in at the $1" exits 0 cli "$1" --login --account "${2:-alice}"; }
is_out() { exits 77 cli "$1" --devices; }
is_in() { exits 0 cli "$1" --devices; }

# What must be seen within five seconds of what is done behind begin.
begin() { begun=${EPOCHREALTIME/./}; }
within() { # within SENTENCE COMMAND...: ask until it is so, and say how long that took
	until_true "$@"
	local ms=$(((${EPOCHREALTIME/./} - begun) / 1000))
	check "$1, within 5 s" [ "$ms" -le 5000 ]
	remark "after $ms ms"
}

# The phone is the one with the open screen.
put_out() { shows phone 'session was ended'; }
come_back() {
	type_in phone alice@example.org
	press phone Enter
	type_in phone 'a quiet meadow'
	press phone Enter
	see phone online
}
# session_of DEVICE: its id, as that device itself is told.
session_of() {
	cli "$1" --devices --json | sed -n '/"current":true/s/.*"session":"\([^"]*\)".*/\1/p'
}

# ---- by a flag ----
log_in desk
log_in laptop
log_in phone alice@example.org
check "also with the address as the name" exits 0 cli phone --whoami
check "as herself" says alice
open_terminal phone 80 24 "$client" --server "$CHAT_SERVER"
see phone online
as_background laptop "$client" --follow '#lobby' >"$world/follow.log" 2>&1 &
line_pid[follow]=$!
check "three devices are listed" exits 0 cli desk --devices
check "each on a line" [ "$(grep -c password "$world/run.log")" = 3 ]
id=$(session_of phone)
check "the phone knows its own session" [ ${#id} = 26 ]
begin
check "it is ended at the desk" exits 0 cli desk --end-device "$id"
within "the phone's screen says so" put_out
see phone 'Log in'
check "nothing of the room stands there any more" hides phone '#lobby'
check "its tokens are gone" is_out phone
check "ended once more it stays ended" exits 0 cli desk --end-device "$id"
check "bob logs in" exits 0 cli bob --login --account bob
check "he cannot end what is hers" exits 80 cli bob --end-device "$(session_of laptop)"
check "the others are in" is_in laptop
check "what is no session is refused" exits 64 cli desk --end-device nonsense

# ---- on the screen ----
come_back
ok "the phone is in again, by the address on the screen"
open_terminal desk 100 24 "$client" --server "$CHAT_SERVER"
see desk online
id=$(session_of phone)
say desk "/devices name ${id:0:8} kitchen table"
see desk 'Done.'
say desk /devices
see desk 'kitchen table'
check "a device has another name" shows desk "${id:0:8}"
leave_page desk
begin
say desk "/devices end ${id:0:8}"
within "the phone's screen says that it was ended" put_out
say desk /devices
see desk '(this one)'
check "and it is not listed any more" hides desk 'kitchen table'
leave_page desk
say desk '/devices end zzzzzzzz'
see desk 'no such thing'
come_back
begin
say desk '/devices end others'
within "the phone's screen says that others were ended" put_out
within "what follows a room on the laptop ends" gone "${line_pid[follow]}"
status=0
wait "${line_pid[follow]}" || status=$?
unset 'line_pid[follow]'
check "with 77" [ "$status" = 77 ]
check "and says why" has "$world/follow.log" 'session was ended'
check "the laptop is out" is_out laptop
check "the desk is in" is_in desk
come_back
begin
say desk '/logout all'
within "the phone's screen says that all were ended" put_out
see desk 'Log in'
check "the desk is out, too" is_out desk
come_back
log_in laptop
begin
check "all are logged out at the laptop" exits 0 cli laptop --logout-all
within "the phone's screen says that, too" put_out
check "and the laptop is out" is_out laptop
come_back

# ---- over REST ----
# From an address of its own: requests without a token are counted by address.
ask() { # ask METHOD PATH TOKEN [BODY]: the status is in status.log, the body in body.log
	curl -sS --interface 127.0.0.2 -X "$1" -H "Authorization: Bearer $3" -H 'Content-Type: application/json' \
		${4+--data-binary "$4"} -o "$world/body.log" -w '%{http_code}' "$address$2" \
		>"$world/status.log"
}
answers() { # answers STATUS METHOD PATH TOKEN [BODY]
	ask "${@:2}"
	[ "$(cat "$world/status.log")" = "$1" ]
}
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$world/body.log"; }
# rest_in DEVICE: the tokens of a new session.
rest_in() {
	ask POST /v1/auth/login "" '{"login":"alice@example.org","password":"a quiet meadow"}'
	check "curl logs in as $1 by the address" answers 200 POST /v1/auth/otp "" \
		"{\"challenge\":\"$(member challenge)\",\"device_name\":\"$1\"}"
	take_tokens
}
take_tokens() { access=$(member access_token) refresh=$(member refresh_token); }
# listen NAME: a WebSocket with that token.
listen() {
	python3 "$top_srcdir/tests/lib/listener.py" "$port" <<<"$access" >"$world/$1.log" 2>&1 &
	line_pid[$1]=$!
	hear "$1" '"type":"welcome"'
}
rest_in thief
thief=$access
listen ear
rest_in mine
check "a token ends another's session" answers 204 DELETE "/v1/auth/sessions/$(sed -n \
	's/.*"type":"welcome".*"session":"\([^"]*\)".*/\1/p' "$world/ear.log")" "$access"
begin
check "whose next request is 401" answers 401 GET /v1/auth/me "$thief"
check "in so many words" has "$world/body.log" '"code":"bad_token"'
within "its WebSocket is closed with 4502" has "$world/ear.log" 'closed 4502'
check "its own goes on" answers 200 GET /v1/auth/me "$access"
check "which of the sessions it is, is said" answers 200 GET /v1/auth/sessions "$access"
check "with its name" has "$world/body.log" '"device_name":"mine"'
check "without the other" not has "$world/body.log" '"device_name":"thief"'
listen own
begin
check "it ends all" answers 204 POST /v1/auth/logout "$access" '{"everywhere":true}'
within "its own WebSocket is closed" has "$world/own.log" 'closed 4502'
within "the phone's screen says so" put_out

# ---- a refresh token that is used twice ----
rest_in desk
first=$refresh
check "a refresh token is traded" answers 200 POST /v1/auth/refresh "" "{\"refresh_token\":\"$first\"}"
take_tokens
check "the next one, too" answers 200 POST /v1/auth/refresh "" "{\"refresh_token\":\"$refresh\"}"
take_tokens
listen last
begin
check "the first one once more is refused" answers 401 POST /v1/auth/refresh "" \
	"{\"refresh_token\":\"$first\"}"
check "in so many words" has "$world/body.log" '"code":"revoked"'
within "the WebSocket of the newest token is closed" has "$world/last.log" 'closed 4502'
check "that token is refused" answers 401 GET /v1/auth/me "$access"
check "and the newest refresh token" answers 401 POST /v1/auth/refresh "" \
	"{\"refresh_token\":\"$refresh\"}"
warned() { grep -rqF 'was used' "$world/server/mail"; }
until_true "its owner is told by mail" warned
ok "its owner is told by mail"

# ---- a block, and recovery codes ----
come_back
say phone '/block @bob'
cannot_write() { exits 77 cli bob --send @alice --no-queue hello; }
until_true "bob is blocked on the screen" cannot_write
say phone /blocks
see phone 'Whom you block'
see phone '@bob'
leave_page phone
say phone '/unblock @bob'
can_write() { exits 0 cli bob --send @alice --no-queue hello; }
until_true "bob is unblocked on the screen" can_write
ok "bob is blocked and unblocked on the screen"
say phone /blocks
see phone 'You block nobody'

recovery='[a-z2-7]{5}-[a-z2-7]{5}'
check "an authenticator is begun beside the screen" exits 0 cli phone --totp-enrol
secret=$(value secret)
check "and turned on" exits 0 cli phone --totp-confirm "$(oathtool --totp --base32 "$secret")"
mapfile -t codes < <(grep -oE "$recovery" "$world/run.log")
check "a wrong code gives no new recovery codes" exits 77 cli phone --recovery-codes --code 000000
check "one of the old ones does" exits 0 cli phone --recovery-codes --code "${codes[0]}"
check "ten" [ "$(grep -cE "^$recovery$" "$world/run.log")" = 10 ]
check "others than before" not says "${codes[1]}"
mapfile -t fresh < <(grep -oE "$recovery" "$world/run.log")
check "those of before are none any more" exits 77 cli phone --recovery-codes --code "${codes[1]}"
give() { # give TITLE TEXT: what a form on the phone asks for
	see phone "$1"
	type_in phone "$2"
	press phone Enter
}
say phone '/totp codes'
give 'Your password, for new recovery codes' 'a quiet meadow'
give 'The code of your authenticator, or a recovery code' "${fresh[0]}"
see phone 'Write these down'
ten() {
	mapfile -t codes < <(screen phone | grep -oE "$recovery")
	[ ${#codes[@]} = 10 ]
}
until_true "the screen shows ten new ones" ten
ok "the screen shows ten new ones"
check "others than before" hides phone "${fresh[1]}"
leave_page phone

# ---- the end of the account ----
say phone '/account delete'
give 'Your password, to delete your account for good' 'a quiet meadow'
give 'The code of your authenticator, or a recovery code' "${fresh[1]}"
give 'that code is not right' "${codes[0]}"
see phone 'Your account is deleted.'
see phone 'Log in'
ok "the account is deleted on the screen, with a code that is good"
check "nobody is called that any more" exits 80 cli bob --whois alice
check "nobody logs in by that name" exits 77 cli tower --login --account alice
check "or address" exits 77 cli tower --login --account alice@example.org
done_testing
