#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A disk that is full, a small file system of its own: sends are put off, /readyz fails,
# reading goes on; with room again all is as before, and nothing acknowledged is lost.
set -euo pipefail
: "${top_srcdir:?}" "${top_builddir:?}"
# shellcheck source=tests/crash/enter.sh
. "$top_srcdir/tests/crash/enter.sh"
enter_room -m

place=$(mktemp -d "${TMPDIR:-/tmp}/full.XXXXXX")
trap 'rmdir "$place"' EXIT
# shellcheck disable=SC2016 # the inner shell expands it
"${enter[@]}" bash -c 'place=$1 && mount -t tmpfs -o size=8m none "$place" && shift || exit
	status=0 && "$@" || status=$?
	umount "$place" && exit "$status"' full "$place" \
	"$top_builddir/tests/crash/crash_fault" "$top_builddir/server/chat-server" \
	"$top_builddir/client/chat-client" full "$place"
