#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One's profile, picture and e-mail address: in the form on the screen, by commands, and from
# scripts, beside a running client and without one.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

needs curl
lacks() { ! has "$1" "$2"; }

start_server
export CHAT_SERVER=ws://127.0.0.1:$port
sign_up alice
sign_up bob
with_password=(--password-file "$world/alice/password")
printf '\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDRrest' >"$world/picture.png"
echo 'no picture' >"$world/note.txt"
head -c 300000 /dev/zero >"$world/large.png"

scene "The form"
open_terminal alice 80 24 "$client"
see alice '#lobby'
see alice 'online'
say alice /profile
see alice 'Your profile'
see alice 'Found by search'
press alice C-u
type_in alice 'Alice of the disks'
press alice Tab
type_in alice 'on holiday'
press alice Down
type_in alice 'I keep the disks.'
press alice Tab Space
see alice 'Found by search    no'
press alice Enter
see alice 'Your profile is saved'
see_gone alice 'Found by search'
ok "Tab goes through it and Enter saves it"
check "others see it" run 0 bob --whois alice
check "the name" says 'Alice of the disks'
check "the status" says 'on holiday'
check "what it is about" says 'I keep the disks.'
run 0 bob --find-users al || fail "people can be looked for"
check "and do not find her" lacks "$world/run.log" alice
say alice /profile
see alice 'Alice of the disks'
press alice C-u
type_in alice 'Somebody else'
press alice Escape
see_gone alice 'Found by search'
check "Escape leaves it as it was" run 0 bob --whois alice
check "by name" says 'Alice of the disks'
say alice /profile
see alice 'Alice of the disks'
press alice C-u
press alice Enter
see alice 'must be one line, and not blank'
ok "what is refused is said in the form"
type_in alice 'Alice'
press alice Tab C-u
press alice Enter
see_gone alice 'Found by search'
check "an empty field empties it" run 0 bob --whois alice
check "and leaves the others" says 'I keep the disks.'
check "as they were" lacks "$world/run.log" holiday

scene "By commands"
say alice '/profile status back again'
see alice 'Status: back again'
press alice Escape
see_gone alice '(Esc closes)'
say alice "/profile avatar $world/note.txt"
see alice 'is no PNG, JPEG or WebP file'
press alice C-u
say alice "/profile avatar $world/large.png"
see alice 'at most 256 KiB'
press alice C-u
say alice "/profile avatar $world/picture.png"
see alice 'Your picture is changed'
run 0 bob --whois alice --json || fail "she is shown"
check "others see that there is a picture" says '"avatar":true'
say alice '/profile email alice@example.net'
see alice 'to change your address to alice@example.net'
type_in alice "$(cat "$world/alice/password")"
press alice Enter
see alice 'The code that was sent to alice@example.net'
until_true "a code for the new address" code_for alice@example.net >/dev/null
type_in alice 000000
press alice Enter
see alice 'your address of before'
old_code() { letters_to alice@example.org | wc -l | grep -qv '^1$' && code_for alice@example.org; }
until_true "one for the old address" old_code >/dev/null
type_in alice "$(old_code)"
press alice Enter
see alice 'That was not it. The code that was sent to alice@example.net'
type_in alice "$(code_for alice@example.net)"
press alice Enter
see alice 'your address of before'
type_in alice "$(old_code)"
press alice Enter
see alice 'Your address is alice@example.net now'
ok "another address takes the password and both codes; a wrong one is asked for again"

scene "From scripts, beside the screen"
check "a picture is taken away" run 0 alice --avatar-remove
check "once" run 80 alice --avatar-remove
check "what is none is not sent" run 65 alice --avatar "$world/note.txt"
check "with the reason" says 'no PNG, JPEG or WebP'
check "a file that is too large neither" run 65 alice --avatar "$world/large.png"
check "one that is not there is told" run 80 alice --avatar "$world/none.png"
(cd "$world" && run 0 alice --avatar picture.png) || fail "a picture is sent"
run 0 bob --whois alice --json || fail "she is shown"
check "by a path from here" says '"avatar":true'
say alice /quit
see_end() { ! kill -0 "$(terminal display -p -t alice '#{pane_pid}' 2>/dev/null)" 2>/dev/null; }
until_true "the screen is gone" see_end

scene "From scripts alone"
check "an address is changed" run 0 alice --set-email alice@example.com "${with_password[@]}"
check "what to do next is said" says '--confirm-email CODE'
challenge=$(value challenge) old=$(value old_challenge)
until_true "a code for the new address" code_for alice@example.com >/dev/null
second() { [ "$(letters_to alice@example.net | wc -l)" -ge 2 ] && code_for alice@example.net; }
until_true "one for the old address" second >/dev/null
codes=(--challenge "$challenge" --old-challenge "$old" --old-code "$(second)")
check "a wrong code is refused" run 77 alice --confirm-email 000000 "${codes[@]}"
check "the right ones are taken" run 0 alice --confirm-email "$(code_for alice@example.com)" \
	"${codes[@]}"
check "without the challenges it is said" run 64 alice --confirm-email 123456
check "a picture is sent alone, too" run 0 alice --avatar "$world/picture.png"
done_testing
