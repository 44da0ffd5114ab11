#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Tab in bash: what the programs say of themselves is offered. Once with a real terminal and
# its readline, the rest by asking bash what it would offer.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

needs tmux
start_server
CHAT_SERVER=unix:$world/server/chat.sock
server=$programs/server/chat-server

# offers PROGRAM WORD...: what Tab offers behind the last WORD, in lines.
# shellcheck disable=SC2016 # the other bash expands them
offers() {
	as alice bash --norc -c '. "$0" && COMP_WORDS=("$@") && COMP_CWORD=$(($# - 1)) &&
		_chat "$1" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}" &&
		printf "%s\n" "${COMPREPLY[@]}"' "$top_srcdir/data/chat.bash" "$@" \
		>"$world/offers.log" 2>&1 </dev/null
}
offered() { grep -qxF -- "$1" "$world/offers.log"; }

check "options are asked for" offers "$client" --hi
check "and those that begin so are offered" offered --history
check "no others" [ "$(wc -l <"$world/offers.log")" = 1 ]
check "switches too" offers "$client" --no-li
check "both ways" offered --no-linear
check "one of some words" offers "$client" --wait ''
check "is offered" offered delivered
check "by the letter as well" offers "$client" -w re
check "and begins so" offered read
check "operations are offered" offers "$client" --call room_cr
check "by name" offered room_create
check "the account is in" run 0 alice --whoami
check "rooms are offered" offers "$client" --send lo
check "without what the shell takes for a comment" offered lobby
exits 0 as alice "$client" --call room_create kind=private "name=lo\$(touch $world/ran)" ||
	fail "a room is called like a command"
check "one that is called like a command" run 0 alice --rooms
# shellcheck disable=SC2016 # as it is called
check "is among the rooms" says 'lo$(touch'
check "but not" offers "$client" --send lo
check "among what is offered" [ "$(wc -l <"$world/offers.log")" = 1 ]
check "and does not run" [ ! -e "$world/ran" ]
check "the server has commands" offers "$server" re
check "all that begin so" offered restore
check "with verbs" offers "$server" user re
check "of their own" offered reset-password
check "which are no others" not offered rotate
check "and options" offers "$server" --print
check "to look at" offered --print-config

mkdir -p "$world/bin"
ln -s "$(realpath "$client")" "$world/bin/chat-client"
open_terminal tab 90 10 env PS1='$ ' PATH="$world/bin:$PATH" CHAT_SERVER="$CHAT_SERVER" \
	bash --norc --noprofile -i
type_in tab ". '$top_srcdir/data/chat.bash'; clear"
press tab Enter
type_in tab 'chat-client --notifications-r'
press tab Tab
see tab 'chat-client --notifications-read'
ok "Tab ends the word at a terminal"
done_testing
