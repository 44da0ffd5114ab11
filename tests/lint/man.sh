#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Manual pages pass mandoc's lint.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

if ! command -v mandoc >/dev/null; then
	echo '1..0 # SKIP mandoc is not installed'
	exit 0
fi
point "mandoc finds nothing" "$(files '*.[1-9]' | grep '^doc/' |
	xargs -r mandoc -T lint -W warning 2>&1 || true)"
finish
