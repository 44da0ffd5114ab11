#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Rows of tables are sorted and unique, so that two people who add one meet in a merge
# conflict and not in a bug. The first argument of a row is its key; a number (the version
# that a migration leads to) may have several rows. A table that runs in
# another order by need says so in its head with the words "in the order of".
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

while read -r path; do
	if head -n 30 "$path" | grep -q 'in the order of'; then
		continue
	fi
	point "$path is sorted" "$(code_of "$path" | sed 's/^[^:]*:[0-9]*://' |
		sed -nE 's/^([A-Z_0-9]+)\( *([A-Za-z_0-9]+).*/\1 \2/p' |
		LC_ALL=C awk '{
			number = $2 ~ /^[0-9]+$/
			if ($1 == macro && $2 == last && !number)
				print "row " $2 " is there twice"
			else if ($1 == macro && (number ? $2 + 0 < last + 0 : $2 < last))
				print "row " $2 " belongs before " last
			macro = $1
			last = $2
		}')"
done < <(files '*.def')
finish
