#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Each fuzzer's body over its corpus, as one TAP test: nothing may crash or be wrong.
set -euo pipefail

: "${top_srcdir:?}" "${top_builddir:?}"
points=0
for fuzzer in $FUZZERS; do
	name=${fuzzer##*/fuzz_}
	points=$((points + 1))
	out=$("$top_builddir/$fuzzer" "$top_srcdir/tests/fuzz/corpus/$name" 2>&1) && status=0 ||
		status=$?
	if [ "$status" = 0 ] && ! grep -q '^not ok' <<<"$out"; then
		echo "ok $points - $name: $(grep -c '^ok' <<<"$out") inputs"
	else
		echo "not ok $points - $name"
		tail -n 40 <<<"$out" | sed 's/^/# /'
	fi
done
echo "1..$points"
