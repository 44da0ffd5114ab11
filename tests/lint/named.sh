#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Whatever goes over the wire is named where people look for it.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

# unnamed TABLE ROW DOCUMENT: keys of ROW(…) in TABLE that DOCUMENT does not have as a word.
unnamed() {
	local name
	[ -f "$1" ] || return 0
	sed -nE "s/^$2\(([A-Z_]+, *)?([a-z_]+),.*/\2/p" "$1" | while read -r name; do
		grep -qwF -- "$name" "$3" 2>/dev/null || echo "$name is not in $3"
	done
}

point "PROTOCOL.md names every frame" "$(unnamed common/proto/frame.def FRAME doc/PROTOCOL.md)"
point "REFERENCE.md names every call" "$(unnamed common/proto/rest.def REST doc/REFERENCE.md)"
finish
