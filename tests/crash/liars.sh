#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The harness, looked at by itself: a server that acknowledges before COMMIT, and one that
# stores a repetition as a second message, must fail it, with the right complaint. They are
# made here, of the server and a patch each; one that does not apply any more is a failure.
set -euo pipefail
: "${top_srcdir:?}" "${top_builddir:?}"
points=0
place=tests/crash
log=$top_builddir/$place/liars.out

point() {
	points=$((points + 1))
	echo "$1 $points - $2"
}

# patched NAME FILE: FILE of the tree with liar_NAME.patch on it, on standard output.
patched() {
	patch -s --fuzz=2 -r - -o - "$top_srcdir/$2" "$top_srcdir/$place/liar_$1.patch"
}

# build NAME: $place/liar_NAME of $place/liar_NAME.c and the server's other files.
build() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$top_builddir" "$place/liar_$1"
}

# caught NAME COMPLAINT SENTENCE: every run of the harness fails, and one of five with the
# complaint; a lie may also show in the order first, and ends that run.
caught() {
	local name=$1 complaint=$2 sentence=$3 try
	for try in 1 2 3 4 5; do
		if "$top_builddir/$place/crash_server" "$top_builddir/$place/liar_$name" \
			"$top_builddir/client/chat-client" "${LIAR_KILLS:-30}" >"$log" 2>&1; then
			point "not ok" "$sentence (run $try)"
			return 0
		elif found=$(grep -m 1 "^# .*$complaint" "$log"); then
			point ok "$sentence"
			echo "$found"
			return 0
		fi
	done
	point "not ok" "$sentence, by the right complaint"
	tail -n 30 "$log" | sed 's/^/# /'
}

mkdir -p "$top_builddir/$place"
if ! patched early server/store/writer.c >"$top_builddir/$place/liar_early.c" ||
	! build early >"$log" 2>&1; then
	sed 's/^/# /' "$log"
	point "not ok" "liar_early.patch applies to server/store/writer.c and builds"
else
	caught early 'LOST: ' "a server that acknowledges before COMMIT is caught"
fi
if ! patched double server/store/stmt.def >"$top_builddir/$place/liar_double.def" ||
	! sed 's|"server/store/stmt.def"|"tests/crash/liar_double.def"|' \
		"$top_srcdir/server/store/stmt.c" >"$top_builddir/$place/liar_double.c" ||
	! grep -q liar_double.def "$top_builddir/$place/liar_double.c" ||
	! build double >"$log" 2>&1; then
	sed 's/^/# /' "$log"
	point "not ok" "liar_double.patch applies to server/store/stmt.def and builds"
else
	caught double 'nobody asked for' "a server that skips the dedupe is caught"
fi
echo "1..$points"
