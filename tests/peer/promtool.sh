#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The page of numbers, judged by Prometheus' own tool.
set -euo pipefail

: "${top_srcdir:?}"
if ! command -v promtool >/dev/null; then
	echo "1..0 # skipped: no promtool (Debian: prometheus)"
	exit 0
fi
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$top_srcdir/tests/e2e/lib.sh"

start_server --log-level info --metrics 127.0.0.1 --metrics-port 0
metrics_port=$(sed -n 's/.*server: metrics, .*port=\([0-9]*\).*/\1/p' "$world/server.log")
fetch "$metrics_port" /metrics | body >"$world/metrics"
promtool check metrics <"$world/metrics" >"$world/promtool.log" 2>&1 ||
	fail "promtool finds nothing wrong"
ok "promtool finds nothing wrong"
check "and says nothing about it" [ ! -s "$world/promtool.log" ]
stop_server
done_testing
