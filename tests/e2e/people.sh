#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The directory of people: from scripts, on the screen, in lines; a chat opened from it
# comes to the top of the other's list. What happens to the account is said in sentences.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

people=(alice amir ana bob)
for name in "${people[@]}"; do
	echo 'a quiet meadow' | "$programs/server/chat-server" --data-dir "$world/server" \
		--port 0 --log-level error user add "$name" "$name@example.org" - >/dev/null
done
for i in $(seq 10 69); do
	echo 'a quiet meadow' | "$programs/server/chat-server" --data-dir "$world/server" \
		--port 0 --log-level error user add "m$i" "m$i@example.org" - >/dev/null
done
(umask 077 && echo 'a quiet meadow' >"$world/password")
start_server --otp-policy off --directory everyone
export CHAT_SERVER=ws://127.0.0.1:$port
cli() { as "$1" "$client" --password-file "$world/password" "${@:2}"; }
check "alice logs in" exits 0 cli alice --login --account alice
check "bob logs in" exits 0 cli bob --login --account bob
check "ana logs in" exits 0 cli ana --login --account ana

# ---- from scripts ----
check "a bot is made" exits 0 cli alice --bots new amsel
check "people are listed" exits 0 cli alice --people
check "all of them" [ "$(grep -cE '^m[0-9]{2}' "$world/run.log")" = 60 ]
check "or by the beginning of a name" exits 0 cli alice --people a
check "with those" says amir
check "without others" not says bob
check "a program is marked" grep -qP '^amsel\t.*\tbot$' "$world/run.log"
check "as JSON" exits 0 cli alice --people an --json
check "a line each" says '"name":"ana"'
check "two beginnings are one too many" exits 64 cli alice --people a b

# ---- on the screen ----
check "bob and ana talk" exits 0 cli bob --send @ana 'good morning'
open_terminal ana 80 24 "$client" --server "$CHAT_SERVER"
see ana online
open_terminal alice 80 24 "$client" --server "$CHAT_SERVER"
see alice online
type_in alice '/people a'
press alice Enter
see alice '@amir'
check "a program is marked there too" shows alice '@amsel (bot)'
check "the keys are told" shows alice '↑ ↓ Enter; Esc closes'
row_of() { screen ana | grep -n -- "$1" | head -n 1 | cut -d: -f1; }
until_true "the row is there" shows alice '@ana'
press alice Down Down Down
press alice Enter
see alice '[ana]'
ok "Enter opens the chat at once"
type_in alice 'hello ana'
press alice Enter
see ana ' alice '
top() { [ "$(row_of '^ . alice')" -lt "$(row_of '^ . bob')" ]; }
until_true "it comes to the top of her list" top
ok "which comes to the top of the other's list"

type_in alice '/people m'
press alice Enter
see alice '@m10'
press alice PageDown PageDown PageDown PageDown PageDown PageDown
see alice '… and more'
press alice Enter
see alice '@m69'
ok "the next page follows"
press alice Escape
see_gone alice '@m69'
type_in alice '/people zzz'
press alice Enter
see alice 'Nobody is called that here'
ok "nobody is told"

# ---- in lines ----
open_lines bob
hear bob online
type_line bob '/people an'
hear bob '@ana'
type_line bob '/join @ana'
hear bob 'ana'
close_lines bob
ok "a list to read, and a chat by its name"

# ---- what happened to the account ----
check "ana's password is changed on one machine" exits 0 cli other --login --account ana
see ana 'Somebody logged in to your account on a new device.'
ok "a log-in elsewhere is told in a sentence"
type_in ana '/notifications'
press ana Enter
see ana 'Notifications'
check "also in the list" shows ana 'Somebody logged in to your account'
check "without the word of the protocol" hides ana new_device
press ana Escape

# ---- a key that cannot ask for a finger ----
ssh-keygen -q -t ed25519 -N '' -f "$world/key" -C alice
check "an ordinary key cannot ask for a finger" exits 65 cli bob --key-add "$world/key.pub" --key-verify
check "and that is the reason" says 'only a key in a FIDO2 token'
check "without that it is taken" exits 0 cli bob --key-add "$world/key.pub"
done_testing
