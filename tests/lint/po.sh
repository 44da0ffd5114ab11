#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every text that is marked reaches the translators, and every translation is whole.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2016 # perl expands it
marked() {
	files '*.c' '*.h' '*.def' | grep -v '^tests/' |
		xargs -r perl -ne 'next if /#\s*define\s+(_|N_|Q_)\(/;
			if (/(?<!\w)(_|N_|Q_)\((?!\))/) { print "$ARGV\n"; close ARGV }' | sort
}
listed() { [ ! -f po/POTFILES.in ] || grep -v '^#' po/POTFILES.in | grep . || true; }

point "every file with texts is in POTFILES.in" "$(comm -23 <(marked) <(listed | sort))"
point "POTFILES.in has no other file" "$(comm -13 <(marked) <(listed | sort))"
point "POTFILES.in is sorted" "$(diff <(listed) <(listed | sort) || true)"

# Texts of the tree as it is, not as of the last update of the .po files.
whole() {
	local tmp language
	tmp=$(mktemp -d)
	listed | xgettext --from-code=UTF-8 --language=C --keyword=_ --keyword=N_ \
		--keyword=Q_:1,2 --add-comments=TRANSLATORS: --files-from=- -o "$tmp/pot"
	while read -r language; do
		msgmerge -q --no-fuzzy-matching -o "$tmp/po" "po/$language.po" "$tmp/pot"
		msgfmt --check -o /dev/null "$tmp/po" 2>&1 | sed "s|$tmp/po|$language|" |
			grep -v 'translated message' || true
		msgattrib --untranslated --no-obsolete "$tmp/po" | sed -n "s/^msgid /$language: /p" |
			sed 1d
		msgattrib --only-fuzzy --no-obsolete "$tmp/po" | sed -n "s/^msgid /$language: fuzzy: /p" |
			sed 1d
	done <po/LINGUAS
	rm -rf "$tmp"
}
if [ -f po/LINGUAS ]; then
	point "every translation is whole" "$(whole 2>&1)"
fi
finish
