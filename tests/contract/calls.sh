#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The story of the API as calls over WebSockets of a private server: see calls.py.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

start_server
PYTHONDONTWRITEBYTECODE=1 python3 "$top_srcdir/tests/contract/calls.py" "$port" \
	"$world/server/chat.sock" "$world/server/mail" "$world" \
	"${RECORD:-$world/answers.jsonl}" || [ $? = 1 ]
