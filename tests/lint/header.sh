#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every header compiles alone: who includes it needs to know nothing else.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

read -ra compile <<<"${CC:-cc} -std=gnu17 -fsyntax-only -x c -I. ${LINT_CPPFLAGS-}"
[ ! -f "${top_builddir-}/config.h" ] || compile+=(-include "$top_builddir/config.h")

point "every header compiles alone" "$(files '*.h' |
	xargs -r -P "$(nproc)" -n 1 "${compile[@]}" 2>&1 | grep 'error:' || true)"
# Two headers with one guard hide each other. One that is meant to be included several
# times says in its head why it has no include guard.
# shellcheck disable=SC2016 # awk expands it
point "every header has a guard of its own" "$(files '*.h' | xargs -r awk '
	FNR == 1 { if (path && !word && !several) print path ": no guard"
		path = FILENAME; word = ""; several = 0 }
	FNR <= 12 && /include guard/ { several = 1 }
	/^#ifndef CHAT_.*_H$/ && !word {
		word = $2
		if (word in first) print FILENAME ": the guard of " first[word]
		first[word] = FILENAME
	}
	END { if (path && !word && !several) print path ": no guard" }')"
finish
