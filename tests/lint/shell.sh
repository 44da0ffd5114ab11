#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Shell scripts pass shellcheck.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

if ! command -v shellcheck >/dev/null; then
	echo '1..0 # SKIP shellcheck is not installed'
	exit 0
fi
scripts() {
	files '*.sh' '*.bash'
	for path in run .ci/run; do
		[ ! -f "$path" ] || echo "$path"
	done
}
point "shellcheck finds nothing" "$(scripts | xargs -r shellcheck -x -f gcc || true)"
finish
