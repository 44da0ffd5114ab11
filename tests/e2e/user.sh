#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# chat-server user: with a server that runs and without one.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

user() { operate "$1" user "${@:2}"; }
with_password() { echo 'a quiet meadow' | user "$@"; }

check "an account is made without a server" with_password 0 add alice alice@example.org -
check "a name that is taken is told" user 65 add alice
check "and why" says 'taken (name)'
check "wrong words are told" user 64 add bob nonsense
check "a code for nobody is refused" user 80 login-code nobody
check "a code is printed" user 0 login-code alice
check "that has six digits" grep -qE '^[0-9]{6} ' "$world/run.log"

unheard() {
	local code=0

	operate 0 "$@" || return
	"$programs/server/chat-server" --data-dir "$world/server" --port 0 "$@" \
		>/dev/full 2>"$world/unheard" || code=$?
	[ "$code" = 74 ] && grep -q 'standard output' "$world/unheard"
}
check "a code that could not be printed is no success" unheard user login-code alice
check "nor is a help" unheard --help
check "nor the version" unheard --version

start_server --log-level info
check "a running server is asked" user 0 add carol carol@example.org admin
check "it knows who was made before" user 65 add alice
check "a weak password is refused with the reason" \
	bash -c "echo short | \"$programs/server/chat-server\" --data-dir \"$world/server\" \
		--port 0 user add dave - 2>&1 | grep -q '10 characters'"
check "a code is printed by it, too" user 0 login-code carol
code=$(sed -n 's/^\([0-9]\{6\}\) .*/\1/p' "$world/run.log")
check "and stands in no log" bash -c "! grep -q '$code' \"$world/server.log\""
check "no mail was sent" [ -z "$(ls "$world/server/mail")" ]
done_testing
