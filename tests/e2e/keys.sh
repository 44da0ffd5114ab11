#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Logging in with SSH keys: a real ssh-agent, keys of ssh-keygen, from scripts, by hand with
# curl and ssh-keygen, and on the screen.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/ssh.sh
. "$(dirname "$0")/ssh.sh"

needs ssh-agent ssh-add ssh-keygen curl python3

start_server
export CHAT_SERVER=ws://127.0.0.1:$port
sign_up alice
sign_up bob
mkdir -p "$world/ssh"
key laptop
key desktop
key old ecdsa
key strange

scene "Keys of the account"
check "without the password none is added" run 77 alice --key-add "$world/ssh/laptop.pub"
check "with it one is" run 0 alice --key-add "$world/ssh/laptop.pub" \
	--password-file "$world/alice/password"
check "another as a line" run 0 alice --key-add "$(cat "$world/ssh/desktop.pub")" \
	--password-file "$world/alice/password"
check "the same twice is refused" run 65 alice --key-add "$world/ssh/laptop.pub" \
	--password-file "$world/alice/password"
check "with the reason" says 'has that key already'
check "a type that is not taken is told before the server is asked" \
	run 65 alice --key-add "$world/ssh/old.pub" --password-file "$world/alice/password"
check "and what to do" says 'ssh-keygen -t ed25519'
check "a private key is not sent anywhere" run 65 alice --key-add "$world/ssh/laptop" \
	--password-file "$world/alice/password"
check "and it is said" says 'ends in .pub'
check "they are listed" run 0 alice --keys
check "as ssh-keygen names them" says "$(ssh-keygen -lf "$world/ssh/laptop.pub" | cut -d' ' -f2)"
check "and were not used" says 'not used yet'
check "for programs, too" run 0 alice --keys --json
check "in JSON" says '"type":"ssh-ed25519"'

scene "Logging in"
unset SSH_AUTH_SOCK
check "without an agent it is said" run 77 laptop --login --key
check "where one would be" says 'SSH_AUTH_SOCK'
start_agent
check "an empty agent is told" run 77 laptop --login --key
check "with what to do" says 'ssh-add'
ssh-add -q "$world/ssh/strange" "$world/ssh/laptop" 2>/dev/null
check "the account may be named" run 0 laptop --login --key --account alice
check "the key came in as its account" run 0 laptop --whoami
check "which is alice" says alice
check "from then on the key is enough" run 0 again --login --key
check "to be alice" run 0 again --whoami
check "there, too" says alice
check "a key may be chosen" run 0 chosen --login --identity "$world/ssh/laptop.pub"
check "one that the agent does not have is told" \
	run 77 other --login --identity "$world/ssh/desktop.pub"
check "as such" says 'does not have that key'
check "one that nobody has opens nothing" run 77 other --login --identity "$world/ssh/strange.pub"
check "nor does it open bob" run 77 other --login --key --account bob
check "used keys say so" run 0 alice --keys
check "with the time" says "used 20"

printf '#!/bin/sh\necho once\n' >"$world/askpass"
chmod +x "$world/askpass"
with_askpass() { SSH_ASKPASS=$world/askpass SSH_ASKPASS_REQUIRE=force "$@"; }
with_askpass ssh-add -x >/dev/null 2>&1
check "a locked agent has no keys" run 77 locked --login --key
with_askpass ssh-add -X >/dev/null 2>&1
check "until it is unlocked" run 0 locked --login --key
ssh-add -q -D 2>/dev/null
ssh-add -q -c "$world/ssh/laptop" 2>/dev/null
check "an agent that is told not to sign is heard" run 77 refused --login --key
check "as such" says 'refused'
ssh-add -q -D 2>/dev/null
ssh-add -q "$world/ssh/laptop" 2>/dev/null
kill "$agent_pid"
wait "$agent_pid" 2>/dev/null || true
check "a socket without an agent is told" run 77 gone --login --key
start_agent
ssh-add -q "$world/ssh/strange" "$world/ssh/laptop" 2>/dev/null

scene "On the screen"
open_terminal eve 90 24 env SSH_AUTH_SOCK="$SSH_AUTH_SOCK" CHAT_SERVER="$CHAT_SERVER" "$client"
see eve "F4: log in with the SSH key strange@example.org (1/2)"
press eve F4
see eve "That key opens no account here"
see eve "laptop@example.org (2/2)"
press eve F4
see eve "#lobby"
see eve "online"
type_in eve "/keys"
press eve Enter
see eve "laptop@example.org"
see eve "/bindings"
ok "F4 logs in with a key of the agent, /keys lists the account's"
press eve Escape
see_gone eve "/bindings"
type_in eve "/keys add $world/ssh/strange.pub"
press eve Enter
see eve "Your password, to add an SSH key: strange@example.org"
type_in eve "a wrong password"
press eve Enter
see eve "name or password is wrong"
type_in eve "/keys add $world/ssh/strange.pub"
press eve Enter
see eve "Your password, to add"
type_in eve "a long enough password of alice"
press eve Enter
see eve "That key logs you in from now on"
type_in eve "/keys remove strange@example.org"
press eve Enter
see eve "That key logs nobody in any more"
ok "/keys adds a key after the password was given, and removes it"
check "a script beside it adds one" run 0 eve --key-add "$world/ssh/strange.pub" \
	--password-file "$world/alice/password"
check "lists them" run 0 eve --keys
check "with the new one" says 'strange@example.org'
check "and takes it away" run 0 eve --key-remove strange@example.org
check "saying so" says 'key removed'
type_in eve "/quit"
press eve Enter

scene "By hand, with ssh-keygen and curl"
sign_by_hand desktop "$world/tokens"
check "what ssh-keygen signed logs in" [ -n "$(field access_token <"$world/tokens")" ]
token=$(field access_token <"$world/tokens")
check "the token is alice's" bash -c "curl -s -H 'Authorization: Bearer $token' \
	http://127.0.0.1:$port/v1/auth/me | grep -q '\"alice\"'"
check "the same answer is good once" \
	[ "$(api auth/key-login/answer --unix-socket "$world/server/chat.sock" \
		-d @"$world/answer" | field code)" = expired ]
# Over the socket, where failures are not counted by address: there were many by now.
check "what names another server is refused" \
	[ "$(sed 's/127.0.0.1/evil.example.org/' "$world/answer" |
		api auth/key-login/answer --unix-socket "$world/server/chat.sock" -d @- |
		field code)" = forbidden ]

scene "Removing"
check "by name" run 0 alice --key-remove desktop@example.org
check "one that is not there is told" run 80 alice --key-remove desktop@example.org
check "the session it began has ended" [ "$(curl -s -o /dev/null -w '%{http_code}' \
	-H "Authorization: Bearer $token" "http://127.0.0.1:$port/v1/auth/me")" = 401 ]
check "nothing of it all stands in the log" bash -c \
	"! grep -qF -e '$nonce' -e 'SSH SIGNATURE' '$world/server.log'"
done_testing
