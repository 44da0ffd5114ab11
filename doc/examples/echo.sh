#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A companion that answers whatever is said in a room, made of --follow and --send: the
# whole interface that a bot needs. Usage: echo.sh [ROOM] [CHAT-CLIENT OPTION...]
#
# --consumer keeps the place: what was said while this script was not running is answered
# when it runs again, and nothing is answered twice. Lines are room, sender and text with
# tabs between; a further line of the same text begins with a tab.
set -eu

client=${CHAT_CLIENT:-chat-client}
room=${1-#lobby}
[ $# = 0 ] || shift
tab=$(printf '\t')
me=$("$client" "$@" --whoami)
me=${me%%"$tab"*}

"$client" "$@" --follow --consumer echo "$room" | while IFS= read -r line; do
	case $line in
	"$tab"*) continue ;; # more of the text before
	esac
	rest=${line#*"$tab"}
	sender=${rest%%"$tab"*}
	text=${rest#*"$tab"}
	case $sender:$text in
	"$me":* | *:'('*) continue ;; # our own words; comings, goings and changes
	esac
	printf '%s\n' "$sender: I heard \"$text\"" | "$client" "$@" --send "$room" - >/dev/null
done
