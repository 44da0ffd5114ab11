#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Numbers and health, as those who watch a server see them.
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

export CHAT_SERVER=unix:$world/server/chat.sock
start_server --log-level info --metrics 127.0.0.1 --metrics-port 0
watch=$(sed -n 's/.*server: metrics, .*port=\([0-9]*\).*/\1/p' "$world/server.log")
page() { fetch "$watch" /metrics >"$world/page.log"; }
# metric NAME: of one sample of the page.
metric() { sed -n "s/^$1 //p" "$world/page.log"; }

page
check "the page is there" has "$world/page.log" 'HTTP/1.1 200'
check "in the form of Prometheus" has "$world/page.log" 'text/plain; version=0.0.4'
names=$(sed -n 's/^METRIC([a-z_]*, [A-Z]*, "\([a-z_]*\)".*/\1/p' "$top_srcdir/server/obs/metric.def")
check "there are rows" [ "$(wc -w <<<"$names")" -gt 30 ]
missing=
for name in $names; do
	for part in "# HELP $name " "# TYPE $name " "$name"; do
		has "$world/page.log" "$part" || missing="$missing $name"
	done
done
check "each row is on it, with help and type:$missing" [ -z "$missing" ]
check "and each stands in the reference" \
	bash -c "for n in $(tr '\n' ' ' <<<"$names"); do grep -q \"\\\`\$n\\\`\" '$top_srcdir/doc/REFERENCE.md' || exit 1; done"
check "each answer has a number" bash -c "$(declare -f fetch); patience=9; fetch $port /livez | grep -qE '^X-Request-Id: [0-9a-f]{10,}'"
check "the main port has no such page" bash -c "$(declare -f fetch); patience=9; fetch $port /metrics | grep -q ' 404 '"
check "the listener has nothing else" bash -c "$(declare -f fetch); patience=9; fetch $watch /v1/users | grep -q ' 404 '"
check "and no WebSocket" bash -c "$(declare -f fetch); patience=9; fetch $watch /v1/ws 'Upgrade: websocket' 'Connection: Upgrade' 'Sec-WebSocket-Version: 13' 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' | grep -q ' 404 '"
check "but /readyz" bash -c "$(declare -f fetch); patience=9; fetch $watch /readyz | grep -q ' 200 '"

commits=$(metric chat_commits_total) calls=$(metric chat_calls_total)
open_lines alice
hear alice '#lobby'
as alice "$client" --send '#lobby' hello >"$world/send.log" 2>&1
page
check "a connection is counted" [ "$(metric chat_connections)" -ge 1 ]
check "and its message's commit" [ "$(metric chat_commits_total)" -gt "$commits" ]
check "with its time" [ "$(metric chat_commit_seconds_count)" = "$(metric chat_commits_total)" ]
check "and what was delivered" [ "$(metric chat_deliveries_total)" -gt 0 ]
check "and calls" [ "$(metric chat_calls_total)" -gt "$calls" ]
check "memory is told" [ "$(metric process_resident_memory_bytes)" -gt 1000000 ]
check "and descriptors" [ "$(metric process_open_fds)" -gt 5 ]
check "and the disk" [ "$(metric chat_disk_free_bytes)" -gt 0 ]
check "it is ready" [ "$(metric chat_ready)" = 1 ]
check "and says its versions" grep -q '^chat_build_info{version="[^"]*",lws="[^"]*",sqlite="[^"]*"} 1$' "$world/page.log"
check "nobody is named" not has "$world/page.log" alice
close_lines alice

# A log-in that fails is counted.
exec {fd}<>"/dev/tcp/127.0.0.1/$port"
printf 'POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 48\r\n\r\n{"login":"nobody","password":"not the password"}' >&"$fd"
timeout 20 cat <&"$fd" >"$world/login.log" || true
exec {fd}>&-
page
check "a log-in that fails is counted" [ "$(metric chat_logins_failed_total)" = 1 ]
stop_server

# A bound that no disk has: not ready, and said once.
start_server --log-level info --metrics 127.0.0.1 --metrics-port 0 --min-free 1024G
watch=$(sed -n 's/.*server: metrics, .*port=\([0-9]*\).*/\1/p' "$world/server.log")
until_true "a nearly full disk is noticed" has "$world/server.log" 'the disk is nearly full'
check "then it is not ready" bash -c "$(declare -f fetch); patience=9; fetch $port /readyz | grep -q ' 503 '"
check "and lives" bash -c "$(declare -f fetch); patience=9; fetch $port /livez | grep -q ' 200 '"
page
check "which the numbers say too" [ "$(metric chat_ready)" = 0 ]
stop_server
done_testing
