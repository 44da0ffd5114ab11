#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Signing up, wrong codes, a forgotten password and a known device, on the screen.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

code() { code_for alice@example.org; }
letters() { letters_to alice@example.org | wc -l; }
# another COUNT: wait for a letter more than COUNT.
another() { until_true "a letter comes" more_than "$1"; }
more_than() { [ "$(letters)" -gt "$1" ]; }
wrong() { printf '%06d' $(((10#$(code) + 1) % 1000000)); }

echo 'a quiet meadow' | subcommand user add alice alice@example.org - >/dev/null
start_server --otp-policy new-device
open_terminal alice 80 24 "$client" --server "ws://127.0.0.1:$port"
see alice 'Log in'

scene "The password is forgotten"
press alice F3
see alice 'A new password'
type_in alice 'nonsense'
press alice Enter
see alice 'that is not an e-mail address'
press alice Escape
see alice 'F3: forgotten'
press alice F3
see alice 'A new password'
type_in alice 'alice@example.org'
press alice Enter
see alice 'and a new password'
see alice 'It went to alice@example.org'
see alice '5 tries are left.'
ok "the form says where the code went and how often it may be tried"
another 0
type_in alice "$(wrong)"
press alice Tab
type_in alice 'another quiet meadow'
press alice Enter
see alice '4 tries are left.'
see alice 'that code is not right'
ok "a wrong code is told, and what is left"
type_in alice "$(code)"
press alice Tab
type_in alice 'short'
press alice Enter
see alice 'at least 10 characters'
ok "the reason is told, and the code stays"
type_in alice 'another quiet meadow'
terminal resize-window -t alice -x 30 -y 8
terminal resize-window -t alice -x 80 -y 24
press alice Enter
see alice 'The password is changed'
ok "the code and a new password are taken, and nobody is logged in by that"

scene "A log-in with it"
count=$(letters)
type_in alice 'alice'
press alice Tab
type_in alice 'another quiet meadow'
press alice Enter
see alice 'Enter the code'
see alice 'It went to the mail address of alice.'
ok "whose name is given is not told the address"
another "$count"
press alice F3
see alice 'send again (in'
ok "another code has to wait"
terminal set-buffer "$(code)"
terminal paste-buffer -p -t alice
press alice Enter
see alice '#lobby'
ok "a pasted code is taken"
see alice 'online'

scene "The same device again"
type_in alice '/logout'
press alice Enter
see alice 'Log in'
count=$(letters)
type_in alice 'alice'
press alice Tab
type_in alice 'another quiet meadow'
press alice Enter
see alice '#lobby'
check "is known and takes no code" [ "$(letters)" = "$count" ]
done_testing
