#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Which part of a delivery costs what: samples the core of the server while a scene runs and
# sorts them by what they are for. Usage: profile.sh BUILD-FOLDER SCENE [SECONDS].
set -euo pipefail
build=${1:?a build folder} scene=${2:?a scene: A10} seconds=${3:-5}
here=$(dirname "$0")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
command -v perf >/dev/null || {
	echo "$0: skipped: perf is not installed (linux-perf)"
	exit 0
}
perf record -q -e cpu-clock -F 2500 -C 0 -g -o "$dir/data" -- \
	"$build/tests/bench/bench_load" --server "$build/server/chat-server" \
	--peers chat --rounds 1 --seconds "$seconds" --json "$dir/json" "$scene" >"$dir/out"
cost=$(sed -n 's/.*"deliveries_per_cpu_s".*"median":\([^,]*\).*/\1/p' "$dir/json")
echo "$scene: $cost deliveries per second of server CPU"
perf script -i "$dir/data" -F comm,ip,sym,symoff,dso 2>/dev/null |
	awk -v cost="$(awk -v n="$cost" 'BEGIN { print 1e6 / n }')" -f "$here/profile.awk"
