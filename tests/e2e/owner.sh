#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What root does in the data folder of another user leaves nothing there that is root's, or
# the server of that user could not go on.
# The other user has to get into the folder of the test.
export TMPDIR=/tmp
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

if [ "$(id -u)" != 0 ]; then
	ok "only root can become somebody else"
	done_testing
	exit 0
fi
chmod 711 "$world"
mkdir -m 700 "$world/data"
chown 65534:65534 "$world/data"
(umask 077 && echo 'a long enough passphrase' >"$world/passphrase")
run() {
	"$programs/server/chat-server" --config "$world/server.conf" --data-dir "$world/data" \
		--socket "$world/data/chat.sock" --port 0 --log-level error "$@" >"$world/run.log" 2>&1
}
for command in init 'user add alice' check stats vacuum retention 'secrets rotate pepper' migrate \
	"backup --output $world/one.tar" \
	"backup --with-secrets --passphrase-file $world/passphrase --output $world/two.sealed" "restore --force $world/one.tar" check; do
	# shellcheck disable=SC2086
	run $command || fail "chat-server $command"
	alien=$(find "$world/data" ! -uid 65534)
	check "$command leaves nothing that is root's: $alien" [ -z "$alien" ]
done
check "the backup itself is root's" [ "$(stat -c %u "$world/one.tar")" = 0 ]
check "the settings too" [ "$(stat -c %u "$world/server.conf")" = 0 ]
done_testing
