#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the manual says of the tables is what the tables say. Between the marks
#	.\" The NAME table begins here; make manual writes it.
#	.\" The NAME table ends here.
# of a page stands what the generator of the page prints for NAME. With --write the pages
# are brought up to date instead.
set -euo pipefail

: "${top_srcdir:?}" "${top_builddir:?}"
points=0

# page_with PAGE NAME: the page with what is on standard input between the marks of NAME.
page_with() {
	FRESH=$(cat) awk -v name="$2" '
		$0 == ".\\\" The " name " table ends here." { inside = 0 }
		!inside { print }
		$0 == ".\\\" The " name " table begins here; make manual writes it." {
			inside = 1
			found = 1
			print ENVIRON["FRESH"]
		}
		END { exit !found }' "$1"
}

fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT

# compare PAGE NAME GENERATOR
compare() {
	local page=$top_srcdir/doc/$1 name=$2 generator=$top_builddir/$3
	points=$((points + 1))
	"$generator" | page_with "$page" "$name" >"$fresh" ||
		echo "the page has no marks for it" >"$fresh"
	if [ "${write-}" ]; then
		cp "$fresh" "$page"
	fi
	if cmp -s "$fresh" "$page"; then
		echo "ok $points - ${page##*/}: $name table"
	else
		echo "not ok $points - ${page##*/}: $name table: make manual"
		diff "$page" "$fresh" | sed 's/^/# /' || true
	fi
}

[ "${1-}" != --write ] || write=1
while read -r page name generator; do
	[ -z "$page" ] || compare "$page" "$name" "$generator"
done < <(tr ',' '\n' <<<"$MANUALS")
echo "1..$points"
