#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 of chat-client at its work: CRASH_KILLS times, CRASH_SEED to have one run again.
set -euo pipefail
: "${top_builddir:?}"
exec "$top_builddir/tests/crash/crash_client" "$top_builddir/server/chat-server" \
	"$top_builddir/client/chat-client" "${CRASH_KILLS:-12}" ${CRASH_SEED:+"$CRASH_SEED"}
