#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every file of official vectors is one TAP line: all of its cases pass, or none is there.
set -u
vectors=${CHAT_VECTORS:-${top_srcdir:-.}/../shared/vectors}
program=${top_builddir:-.}/tests/vectors/mls-vectors

if [ ! -d "$vectors/mls" ]; then
	echo "1..0 # skipped: no vectors"
	exit 0
fi
files=("$vectors"/mls/*.json "$vectors"/hpke/*.json "$vectors"/wycheproof/*.json)
echo "1..${#files[@]}"
number=0
for file in "${files[@]}"; do
	number=$((number + 1))
	kind=$(basename "$file" .json)
	out=$("$program" "$kind" "$file" 2>&1)
	status=$?
	last=${out##*$'\n'}
	if [ $status -eq 0 ] && [[ $last != "0 passed"* ]]; then
		echo "ok $number - $kind: $last"
	else
		printf '%s\n' "$out" | sed 's/^/# /'
		echo "not ok $number - $kind: $last"
	fi
done
