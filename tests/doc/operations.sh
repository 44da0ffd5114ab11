#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What doc/OPERATIONS.md tells people to type exists: every command, flag and setting that it
# names, and every metric in its alerts.
set -euo pipefail

: "${top_srcdir:?}" "${top_builddir:?}"
page=$top_srcdir/doc/OPERATIONS.md
server=$top_builddir/server/chat-server
points=0
point() {
	points=$((points + 1))
	if [ -z "$2" ]; then
		echo "ok $points - $1"
	else
		echo "not ok $points - $1"
		echo "# ${2//$'\n'/$'\n# '}"
	fi
}

LC_ALL=C "$server" --help >"${TMPDIR:-/tmp}/help.$$"
trap 'rm -f "${TMPDIR:-/tmp}/help.$$"' EXIT
help=$(cat "${TMPDIR:-/tmp}/help.$$")
# shellcheck disable=SC2016 # a backtick is one here
typed=$(grep -oE '(^|[ `/])chat-server( [^`]*)?' "$page")
flags=$(grep -oE -- '--[a-z][a-z-]+' <<<"$typed" | sort -u)
commands=$(sed -nE 's/.*chat-server ([a-z]+).*/\1/p' <<<"$typed" | sort -u)
point "every flag exists" "$(for flag in $flags; do
	grep -qE -- "$flag|${flag/--/--\[no-\]}" <<<"${help//\[no-\]/}" || echo "$flag"
done)"
point "every command exists" "$(for command in $commands; do
	"$server" "$command" --help 2>/dev/null | grep -q "chat-server .* $command" || echo "$command"
done)"
settings=$(sed -nE 's/^    ([a-z_]+) = .*/\1/p' "$page" | sort -u)
point "every setting exists" "$(for setting in $settings; do
	"$server" --print-config | grep -q "^#$setting = " || echo "$setting"
done)"
metrics=$(grep -oE 'chat_[a-z_]+' "$page" | sed 's/_bucket$//' | sort -u)
point "every metric exists" "$(for metric in $metrics; do
	grep -q "\"$metric\"" "$top_srcdir/server/obs/metric.def" || echo "$metric"
done)"
point "there is something to look for" "$([ -n "$flags" ] && [ -n "$commands" ] &&
	[ -n "$settings" ] && [ -n "$metrics" ] || echo nothing)"
echo "1..$points"
