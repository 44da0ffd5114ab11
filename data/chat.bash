# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What bash offers on Tab for chat-client and chat-server: what the program itself says of its
# options, its commands, its rooms. Needs nothing but bash and sed.

# _chat_words PROGRAM OPTION ARGUMENT...: what may stand behind OPTION; nothing: a path, or
# what nobody can know.
_chat_words() {
	local program=$1 option=$2 name
	shift 2
	case ${program##*/}:$option in
	chat-client:--call) "$program" --operations | cut -f 1 ;;
	chat-client:--send | chat-client:--history | chat-client:--webhooks)
		# Others choose the names of rooms, and what is offered becomes a word of a command
		# line: nothing but names of slugs and accounts, whatever the shell would make of
		# more. The "#" of a room would begin a comment.
		"$program" "$@" --timeout 2 --rooms </dev/null | cut -f 1 |
			LC_ALL=C sed -n 's/^#\{0,1\}\(@\{0,1\}[a-z0-9][a-z0-9._-]*\)$/\1/p'
		;;
	esac 2>/dev/null
	# One of several words: "--wait stored|delivered|read|none" in the help.
	name=${option##*-}
	[ "${option#--}" = "$option" ] || name=${option#--}
	LC_ALL=C "$program" --help 2>/dev/null |
		sed -n "s/^ .*-$name \([a-z0-9][a-z0-9|]*|[a-z0-9|]*\)\$/\1/p" | tr '|' '\n'
}

_chat_options() {
	"$1" --help 2>/dev/null |
		sed -n 's/^  \(-., \|    \)\(--[^ ]*\).*/\2/p' |
		sed 's/^--\[no-\]\(.*\)/--\1\n--no-\1/'
}

# _chat_commands PROGRAM [COMMAND]: the commands of the server; or the verbs of one.
_chat_commands() {
	LC_ALL=C "$1" --help 2>/dev/null | sed '1,/^Commands /d' | if [ $# = 1 ]; then
		sed -n 's/^  \([a-z][a-z-]*\)$/\1/p'
	else
		sed -n "/^  $2\$/,/^  [a-z]/{/^   /p}" | tr -s '\n ' ' ' | tr '|' '\n' |
			sed -n 's/^ *\([a-z][a-z-]*\).*/\1/p'
	fi
}

_chat() {
	local program=$1 word=$2 before=$3 words='' i
	local -a given=()
	# Whose rooms: the profile or server that was named already.
	for ((i = 1; i < COMP_CWORD - 1; i++)); do
		case ${COMP_WORDS[i]} in
		-[cdPs] | --config | --data-dir | --profile | --server)
			given+=("${COMP_WORDS[i]}" "${COMP_WORDS[++i]}")
			;;
		esac
	done
	case $before:$word in
	*:-*) words=$(_chat_options "$program") ;;
	-w:*) words=$(_chat_words "$program" --wait) ;;
	-*) words=$(_chat_words "$program" "$before" "${given[@]}") ;;
	*)
		if [ "${program##*/}" = chat-server ]; then
			[ "$COMP_CWORD" != 1 ] || words=$(_chat_commands "$program")
			[ "$COMP_CWORD" != 2 ] || words=$(_chat_commands "$program" "$before")
		fi
		;;
	esac
	# Not compgen -W, which expands what it is given.
	local one
	COMPREPLY=()
	while read -r one; do
		[[ -z $one || $one != "$word"* ]] || COMPREPLY+=("$one")
	done <<<"$words"
}

complete -o default -F _chat chat-client chat-server
