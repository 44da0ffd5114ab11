#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Layout is what clang-format 14 makes of it; `./run format` does it. Other versions differ
# in details, so that one is asked for by name. One file at a time: it crashes on some
# input, and that must name the file.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

formatter=$(command -v clang-format-14 || true)
if [ -z "$formatter" ]; then
	echo '1..0 # SKIP clang-format-14 is not installed'
	exit 0
fi
check() { "$formatter" "$1" | cmp -s - "$1" || echo "$1: ./run format"; }
export -f check
export formatter
# shellcheck disable=SC2016 # bash -c expands it
point "every file is formatted" "$(files '*.c' '*.h' |
	xargs -r -P "$(nproc)" -n 1 bash -c 'check "$1"' check)"
finish
