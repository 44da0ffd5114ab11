#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A server that is out of descriptors: who is in is served on, who comes waits without a
# spin, and is taken when there are some again.
set -euo pipefail
: "${top_builddir:?}"
exec "$top_builddir/tests/crash/crash_fault" "$top_builddir/server/chat-server" \
	"$top_builddir/client/chat-client" "$(basename "$0" .sh)"
