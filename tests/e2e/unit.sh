#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The unit of systemd: how much it shuts off, whether systemd understands it, and whether
# what it runs is there. And what its users see of it: readiness by datagram.
set -euo pipefail

if ! command -v systemd-analyze >/dev/null; then
	echo "1..0 # skipped: no systemd-analyze (Debian: systemd)"
	exit 0
fi
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

unit=$world/chat-server.service
sed "s|/[^ ]*/bin/chat-server|$programs/server/chat-server|" \
	"$top_builddir/data/chat-server.service" >"$unit"

systemd-analyze security --offline=true --threshold=20 "$unit" >"$world/security.log" 2>&1 ||
	fail "the exposure is at most 2.0: $(tail -n 1 "$world/security.log")"
ok "the exposure is at most 2.0: $(sed -n 's/.*service: \([0-9.]*\).*/\1/p' "$world/security.log" | tail -n 1)"
systemd-analyze verify --man=no "$unit" >"$world/verify.log" 2>&1 || true
check "systemd understands every line" not grep -iE 'unknown|invalid|failed to parse|not executable' "$world/verify.log"
for key in ExecStart ExecStartPre; do
	options=$(sed -n "s|^$key=[^ ]* ||p" "$unit" | tr ' ' '\n' | grep -o '^--[a-z-]*')
	"$programs/server/chat-server" --help >"$world/help.log"
	for option in $options; do
		check "$key: $option is an option" has "$world/help.log" "$option"
	done
done

# Sockets that are passed on: a client that comes first starts the server.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
systemd-socket-activate -l "127.0.0.1:$port" "$programs/server/chat-server" \
	--data-dir "$world/passed" --port 0 >"$world/passed.log" 2>&1 &
server_pid=$!
until_true "the socket is there" bash -c "exec 9<>/dev/tcp/127.0.0.1/$port" 2>/dev/null
fetch "$port" /livez >"$world/livez.log"
check "who connects first starts the server and is answered" has "$world/livez.log" '"status":"ok"'
check "on the socket that was passed on" has "$world/passed.log" 'address=passed on'
stop_server
check "and it ends cleanly" has "$world/passed.log" 'server: ended'
done_testing
