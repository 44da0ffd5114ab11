#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The server and then a client stand still for STOP_SECONDS (2): nothing is lost, and both
# go on by themselves.
set -euo pipefail
: "${top_builddir:?}"
exec "$top_builddir/tests/crash/crash_fault" "$top_builddir/server/chat-server" \
	"$top_builddir/client/chat-client" "$(basename "$0" .sh)"
