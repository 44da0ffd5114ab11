#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 of the server under load: CRASH_KILLS times, CRASH_SEED to have one run again.
set -euo pipefail
: "${top_builddir:?}"
exec "$top_builddir/tests/crash/crash_server" "$top_builddir/server/chat-server" \
	"$top_builddir/client/chat-client" "${CRASH_KILLS:-5}" ${CRASH_SEED:+"$CRASH_SEED"}
