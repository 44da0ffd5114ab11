#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How long `chat-client --send` takes as a whole process, until the server has it on disk:
# without an owner process, and handed over to one. Usage: send.sh BUILD-FOLDER [TIMES].
set -euo pipefail
build=$(cd "${1:?a build folder}" && pwd)
times=${2:-50}
world=$(mktemp -d)
export HOME=$world LC_ALL=C.UTF-8 CHAT_SERVER=unix:$world/server/chat.sock
unset XDG_CONFIG_HOME XDG_DATA_HOME
server_pid=''
owner_pid=''
cleanup() {
	[ -z "$owner_pid" ] || kill "$owner_pid" || true
	[ -z "$server_pid" ] || kill "$server_pid" || true
	wait || true
	rm -rf "$world"
}
trap cleanup EXIT

"$build/server/chat-server" --data-dir "$world/server" --port 0 2>"$world/log" &
server_pid=$!
until "$build/client/chat-client" --send '#lobby' ready >/dev/null 2>&1; do sleep 0.05; done

measure() {
	local before after i
	for ((i = 0; i < times; i++)); do
		before=${EPOCHREALTIME/./}
		"$build/client/chat-client" --send '#lobby' "message $i"
		after=${EPOCHREALTIME/./}
		echo $((after - before))
	done | sort -n | awk -v name="$1" '{ t[NR] = $1 / 1000 }
		END { printf "%-12s median %.1f ms, 95 %% %.1f ms, least %.1f ms\n",
			name, t[int((NR + 1) / 2)], t[int(NR * 0.95)], t[1] }'
}

measure cold
"$build/client/chat-client" --follow >/dev/null 2>&1 &
owner_pid=$!
until [ -S "$world/.local/share/chat/default/owner.sock" ]; do sleep 0.05; done
sleep 0.5 # until it is online
measure "handed over"
