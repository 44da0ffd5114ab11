#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One's account with the real programs: an authenticator (oathtool stands for the app of a
# phone), recovery codes, devices, password, profile, blocks, export and the end, from
# scripts, with curl and on the screen.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

needs oathtool curl

start_server --log-level info
export CHAT_SERVER=ws://127.0.0.1:$port
address=http://127.0.0.1:$port
password='a quiet meadow in may'

# cli NAME OPTION...: it ends well; client_of for other ends.
cli() { exits 0 client_of "$@"; }
client_of() { as "$1" "$client" --password-file "$world/$1/password" "${@:2}"; }
# A code that was not used yet: a step of 30 seconds gives one.
next_step() {
	local now=$((EPOCHSECONDS / 30))
	until [ $((EPOCHSECONDS / 30)) -gt "$now" ]; do sleep 0.2; done
}
totp() { oathtool --totp --base32 "$secret"; }

check "alice signs up" sign_up alice
check "bob signs up" sign_up bob

# ---- the authenticator, from scripts ----
check "enrolling prints a secret" cli alice --totp-enrol
secret=$(value secret)
check "of 160 bits" [ ${#secret} = 32 ]
check "and an address for apps" says 'otpauth://totp/chat:alice?secret='
check "and a picture of it" says '█'
check "without colours, for no terminal shows it" not grep -q $'\x1b' "$world/run.log"
check "the first code turns it on" cli alice --totp-confirm "$(totp)"
check "and gives ten recovery codes" [ "$(grep -cE '^[a-z2-7]{5}-[a-z2-7]{5}$' "$world/run.log")" = 10 ]
mapfile -t spare <"$world/run.log"
noticed() { grep -lq 'An authenticator guards' "$world"/server/mail/*.eml; }
until_true "a notice is mailed" noticed
ok "the owner is told by mail"
check "who is in is not logged in as somebody else" exits 65 client_of alice --login --account bob
check "and nobody is signed up meanwhile" exits 65 client_of alice --signup --account zoe --email zoe@example.org
cp -r "$world/alice" "$world/copy"
check "alice logs out" cli alice --logout
refused() { ! "$@"; }
check "the server has ended the session, also for a copy of its tokens" \
	refused cli copy --send '#lobby' --no-queue 'still here'
letters=$(letters_to alice@example.org | wc -l)
check "logging in asks for the app" cli alice --login --account alice
check "and says so" says 'authenticator'
check "without a mail" [ "$(letters_to alice@example.org | wc -l)" = "$letters" ]
next_step
code=$(totp)
check "the code of the outside generator opens" cli alice --code "$code"
check "alice logs out again" cli alice --logout
cli alice --login --account alice
check "the same code is refused" exits 77 client_of alice --code "$code"
check "a recovery code opens" cli alice --code "${spare[2]}"
check "alice logs out once more" cli alice --logout
cli alice --login --account alice
check "the same recovery code is refused" exits 77 client_of alice --code "${spare[2]}"
check "another one opens" cli alice --code "${spare[3]}"
check "a wrong code does not remove the app" exits 77 client_of alice --totp-remove --code 000000
next_step
check "password and code remove it" cli alice --totp-remove --code "$(totp)"

# ---- devices ----
day=$(date +%Y-%m-%d) # which may end just now
check "devices are listed" cli alice --devices
check "with when" grep -qP "\t($day|$(date +%Y-%m-%d)) \d\d:\d\d\t" "$world/run.log"
check "and which one this is" says 'this one'
check "or as JSON" cli alice --devices --json
check "with how and where" says '"how":"password"'
check "and the address" says '"place":"127.0.0.1"'

# ---- password ----
(umask 077 && echo short >"$world/alice/new")
check "a weak password is refused" exits 65 client_of alice --change-password \
	--new-password-file "$world/alice/new"
check "with the reason" says 'at least 10 characters'
(umask 077 && echo 'another meadow in june' >"$world/alice/new")
check "a good one is taken" cli alice --change-password --new-password-file "$world/alice/new"
mv "$world/alice/new" "$world/alice/password"

# ---- profile and people ----
check "the profile is changed" cli alice --set-profile display_name=Alice 'about=keeps the disks'
check "and shown to others" cli bob --whois alice
check "with what she says" says 'keeps the disks'
check "she is found" cli bob --find-users al
check "by name" says alice
check "unless she does not want to be" cli alice --set-profile findable=no
cli bob --find-users al
check "then she is not" not says alice
check "bob is blocked" cli alice --block bob
check "and cannot write" exits 77 client_of bob --send @alice hello
check "blocks are listed" cli alice --blocks
check "with bob" says bob
check "and taken back" cli alice --unblock bob
check "then he can write" cli bob --send @alice hello

# ---- the same with curl ----
ask() { # ask METHOD PATH TOKEN [BODY]
	curl -sS -X "$1" -H "Authorization: Bearer $3" -H 'Content-Type: application/json' \
		${4+--data-binary "$4"} "$address$2"
}
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
challenge=$(ask POST /v1/auth/login "" "{\"login\":\"bob\",\"password\":\"$password\"}" | member challenge)
code=
new_code() { [ "$(letters_to bob@example.org | wc -l)" -ge 2 ] && code=$(code_for bob@example.org); }
until_true "bob gets a code" new_code
token=$(ask POST /v1/auth/otp "" "{\"challenge\":\"$challenge\",\"code\":\"$code\"}" | member access_token)
check "curl is logged in" [ -n "$token" ]
secret=$(ask POST /v1/auth/totp "$token" "{\"password\":\"$password\"}" | member secret)
check "curl enrols an app" [ ${#secret} = 32 ]
check "curl confirms it" grep -q '"codes":\[' \
	<<<"$(ask POST /v1/auth/totp/confirm "$token" "{\"code\":\"$(totp)\"}")"
printf '\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDRrest' >"$world/picture.png"
put() { curl -sS -o /dev/null -w '%{http_code}' -T "$1" -H "Authorization: Bearer $token" "$address/v1/auth/avatar"; }
check "curl gives a picture" [ "$(put "$world/picture.png")" = 204 ]
echo '<html>' >"$world/page.png"
check "a page is no picture" [ "$(put "$world/page.png")" = 400 ]
curl -sS -D "$world/head.log" -o "$world/back.png" -H "Authorization: Bearer $token" \
	"$address/v1/users/bob/avatar"
check "and gets it back" cmp -s "$world/picture.png" "$world/back.png"
check "as an attachment" has "$world/head.log" 'attachment'
check "that is not guessed at" has "$world/head.log" 'nosniff'
check "the key set is published" grep -q '"crv":"Ed25519"' <<<"$(curl -sS "$address/.well-known/jwks.json")"
kids() { curl -sS "$address/.well-known/jwks.json" | grep -o '"kid"' | wc -l; }
check "keys are rotated while it runs" operate 0 secrets rotate jwt
check "both verify" [ "$(kids)" = 2 ]
check "and the old token is still good" grep -q '"name":"bob"' <<<"$(ask GET /v1/auth/me "$token")"

# ---- suspension ----
check "bob is suspended" operate 0 user disable bob spam
check "his token is refused at once" grep -q '"bad_token"' <<<"$(ask GET /v1/auth/me "$token")"
check "bob is let in again" operate 0 user enable bob

# ---- on the screen ----
open_terminal alice 80 24 "$client" --server "$CHAT_SERVER"
see alice 'online'
say alice /totp
see alice 'No authenticator guards'
say alice '/totp enrol'
see alice 'Your password, to add an authenticator'
type_in alice 'another meadow in june'
check "the password is not shown" hides alice meadow
press alice Enter
see alice 'Scan this'
check "a QR code stands on a screen of 80 by 24" shows alice '█'
press alice PageDown
see alice 'this secret into it'
secret=$(screen alice | tr -d '\n │' | grep -oE '[A-Z2-7]{32}' | head -n 1)
check "of 32 characters" [ ${#secret} = 32 ]
leave_page alice
say alice "/totp confirm $(totp)"
see alice 'Recovery codes'
ok "the code of the outside generator is taken on the screen"
leave_page alice
say alice '/totp remove'
see alice 'to remove the authenticator'
type_in alice 'another meadow in june'
press alice Enter
see alice 'The code of your authenticator'
next_step
type_in alice "$(totp)"
press alice Enter
see alice 'Codes come by mail again'
ok "and removed with password and code"
say alice /devices
see alice '(this one)'
ok "devices are listed on the screen"
leave_page alice
say alice '/devices history'
see alice 'What happened to your account'
see alice 'authenticator removed'
ok "and what happened to the account"
leave_page alice
say alice /profile
see alice 'keeps the disks'
press alice Escape
see_gone alice 'Found by search'
say alice '/profile status at lunch'
see alice 'at lunch'
ok "the profile is shown and changed"
leave_page alice
say alice '/whois @bob'
see alice '@bob'
leave_page alice
say alice '/block @bob'
see alice 'Done.'
say alice /blocks
see alice 'Whom you block'
ok "people are looked up and blocked"
leave_page alice
say alice /password
see alice 'Your password, to change it'
type_in alice 'another meadow in june'
press alice Enter
see alice '10 characters or more'
type_in alice 'qwertyuiop'
press alice Enter
see alice 'The new password again'
type_in alice 'qwertyuiop'
press alice Enter
see alice 'tried first'
ok "a weak password is refused on the screen with the reason"
type_in alice 'the third meadow'
press alice Enter
see alice 'The new password again'
type_in alice 'the third meadow'
press alice Enter
see alice 'The password is changed'
ok "a good one is taken"
say alice /quit
is_over() { ! terminal has-session -t alice 2>/dev/null; }
until_true "the screen is gone" is_over
(umask 077 && echo 'the third meadow' >"$world/alice/password")

# ---- data and the end ----
check "everything is exported" cli alice --export-account
check "with the account" says '"record":"account"'
check "the address" says alice@example.org
check "and no secret" not says argon2id
check "deleting asks for a code" cli alice --delete-account
challenge=$(member challenge <"$world/run.log")
check "of this challenge" [ ${#challenge} = 26 ]
confirm_code() { code=$(grep -l 'confirms a change' "$world"/server/mail/*.eml | sort | tail -n 1) && [ -n "$code" ]; }
until_true "it comes by mail" confirm_code
code=$(sed -n 's/^ *\([0-9]\{6\}\)\r\{0,1\}$/\1/p' "$code")
check "the account is deleted" cli alice --delete-account --challenge "$challenge" --code "$code"
check "carol signs up" sign_up carol
check "and finds nobody there" exits 80 client_of carol --whois alice
done_testing
