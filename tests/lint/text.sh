#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What has no place in a finished tree: promises, dead code, paths of somebody's machine.
# The words are written with brackets here so that this file does not find itself.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

mapfile -t texts < <(
	files '*.c' '*.h' '*.def' '*.inc' '*.sh' '*.md' '*.[1-8]' '*.conf' '*.po' '*.service'
	for path in run README.md Makefile.am configure.ac .ci/run; do
		[ ! -f "$path" ] || echo "$path"
	done
)
find_all() { [ ${#texts[@]} = 0 ] || grep -nE "$@" /dev/null "${texts[@]}" || true; }
find_code() { files '*.c' '*.h' | xargs -r grep -nE "$@" /dev/null || true; }

point "nothing is left to do" "$(find_all '\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b')"
point "no code is switched off" "$(
	find_code '^[ 	]*#[ 	]*if[ 	]+0'
	find_code '^[ 	]*//.*;[ 	]*$'
	find_code '^[ 	]*/\*[ 	]*[a-z_>.-]+(\(.*\)|[ 	]*=[ 	].*);[ 	]*\*/$')"
point "no path of a machine" "$(find_all '(^|[^A-Za-z0-9_.])/(wor[k]|roo[t])(/|$|[^A-Za-z0-9_])|/home/[a-z]+' |
	grep -vE '/home/(alice|bob|carol)' || true)"
point "no number of a ticket" "$(find_all '\b[Ii]ssue[s]? ?#?[0-9]+')"
point "lines end clean" "$([ ${#texts[@]} = 0 ] || grep -nE '[ 	]+$|'$'\r' /dev/null \
	"${texts[@]}" | grep -vE '^[^:]*\.(md|po):' || true)"
point "files end with a newline" "$(for path in ${texts[@]+"${texts[@]}"}; do
	[ ! -s "$path" ] || [ -z "$(tail -c 1 "$path")" ] || echo "$path"
done)"
finish
