#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Two factors with SSH keys: an account with an authenticator (oathtool stands for the app)
# and a key in a real ssh-agent; from scripts, on the screen, and with curl.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/ssh.sh
. "$(dirname "$0")/ssh.sh"

needs oathtool ssh-agent ssh-add ssh-keygen curl python3

secret=
# A code of the app is good once, and 30 seconds are long: recovery codes answer the rest.
totp() { oathtool --totp --base32 "$secret"; }

start_server
export CHAT_SERVER=ws://127.0.0.1:$port
sign_up alice
mkdir -p "$world/ssh"
with_password=(--password-file "$world/alice/password")
key laptop
start_agent
ssh-add -q "$world/ssh/laptop" 2>/dev/null

check "her key is added, with a password that a program prints" \
	run 0 alice --key-add "$world/ssh/laptop.pub" \
	--password-command "cat $world/alice/password"
check "without an authenticator it is enough" run 0 before --login --key --account alice
check "she enrols one" run 0 alice --totp-enrol "${with_password[@]}"
secret=$(value secret)
check "and confirms it" run 0 alice --totp-confirm "$(totp)"
mapfile -t recovery < <(grep -E '^[a-z2-7]{5}-[a-z2-7]{5}$' "$world/run.log")
check "there are recovery codes" [ "${#recovery[@]}" = 10 ]

scene "From scripts"
check "now the key asks for a code" run 0 after --login --key
check "and says whose" says 'code of your authenticator'
check "nobody is in yet" run 77 after --whoami
check "a wrong one is refused" run 77 after --code 000000
check "a right one is in" run 0 after --code "${recovery[0]}"
check "as alice" run 0 after --whoami
check "which is her" says alice

scene "On the screen"
open_terminal eve 90 24 env SSH_AUTH_SOCK="$SSH_AUTH_SOCK" CHAT_SERVER="$CHAT_SERVER" "$client"
see eve "F4: log in with the SSH key laptop@example.org"
press eve F4
see eve "authenticator"
type_in eve "${recovery[1]}"
press eve Enter
see eve "#lobby"
ok "F4 and the code of the authenticator log in"
type_in eve "/quit"
press eve Enter

scene "By hand, with ssh-keygen and curl"
sign_by_hand laptop "$world/entry"
check "the signature gets a challenge" [ "$(field factor <"$world/entry")" = totp ]
check "and no token" [ -z "$(field access_token <"$world/entry")" ]
api auth/otp -d "{\"challenge\":\"$(field challenge <"$world/entry")\",\"code\":\"${recovery[2]}\"}" \
	>"$world/tokens"
check "the code gets the token" [ -n "$(field access_token <"$world/tokens")" ]
check "neither stands in the log" bash -c \
	"! grep -qF -e '${recovery[2]}' -e 'SSH SIGNATURE' '$world/server.log'"
done_testing
