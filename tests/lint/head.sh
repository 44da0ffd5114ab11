#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every file says its licence, and every source of the programs what it is.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

spdx='SPDX-License-Identifier: GPL-3\.0-or-later'
point "every file has its licence on top" "$(files '*.c' '*.h' '*.def' '*.sh' '*.awk' '*.pl' |
	while read -r path; do
		head -n 2 "$path" | grep -q "$spdx" || echo "$path"
	done)"
point "every source opens with what it is" "$(files '*.c' '*.h' '*.def' | grep -v '^tests/' |
	while read -r path; do
		sed -n 2p "$path" | grep -q '^/\*' || echo "$path: no comment in line 2"
	done)"
point "no file is called util, misc, helper or common" "$(files '*' |
	grep -E '/(util|utils|misc|helper|helpers|common)\.[a-z]+$' || true)"
finish
