#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Each row of the table of threats in doc/SECURITY.md names tests that are there, under the
# short names that its first lines explain.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

table=doc/SECURITY.md
tests=$(files '*.c' '*.sh' | grep '^tests/' || true)

# is_test NAME: a path, one below rest/ or core/, or the name of one file alone.
is_test() {
	local name=$1
	[[ $name =~ \.(c|sh)$ ]] || return 1
	[[ $name != rest/* && $name != core/* ]] || name=tests/unit/server/$name
	grep -qE "(^|/)${name//./\\.}$" <<<"$tests"
}

# The last column of each row that says who attacks, with the number of its line.
rows() {
	[ ! -f "$table" ] || awk -F ' *[|] *' 'NF > 5 && $2 != "attacker" && $2 !~ /^-/ {
		print NR "\t" $(NF - 1) }' "$table"
}

bare='' strange=''
while IFS=$'\t' read -r line shown; do
	# shellcheck disable=SC2016 # the backticks are those of the table
	mapfile -t names < <(grep -oE '`[^`]+`' <<<"$shown" | tr -d '`')
	found=0
	for name in ${names[@]+"${names[@]}"}; do
		if is_test "$name"; then
			found=1
		else
			strange+="$table:$line: $name"$'\n'
		fi
	done
	[ "$found" = 1 ] || bare+="$table:$line: $shown"$'\n'
done < <(rows)
point "every threat names a test" "${bare%$'\n'}"
point "every test that a threat names exists" "${strange%$'\n'}"
finish
