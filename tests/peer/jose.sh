#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Access tokens as another library sees them: it verifies ours by the published key set, also
# across a rotation, and what it forges is refused. `./run check-slow` puts jose into
# build/peer.
top_builddir=${top_builddir:-.}
dir=${CHAT_JOSE:-$top_builddir/../peer/jose}

skip() {
	echo "1..0 # skipped: $*"
	exit 0
}
command -v node >/dev/null || skip "no node"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || skip "jose needs node 20"
[ -d "$dir/node_modules/jose" ] || skip "jose is not in build/peer, see ./run check-slow"
command -v curl >/dev/null || skip "no curl"

# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

start_server --log-level info
address=http://127.0.0.1:$port
post() { curl -sS -H 'Content-Type: application/json' --data-binary "$2" "$address$1"; }
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

challenge=$(post /v1/auth/signup '{"name":"alice","email":"alice@example.org","password":"a quiet meadow"}' |
	member challenge)
until_true "alice gets a letter" code_for alice@example.org >/dev/null
answer=$(post /v1/auth/verify "{\"challenge\":\"$challenge\",\"code\":\"$(code_for alice@example.org)\"}")
first=$(member access_token <<<"$answer")
refresh=$(member refresh_token <<<"$answer")
check "there is a token" [ -n "$first" ]

cp "$top_srcdir/tests/peer/jose/peer.mjs" "$dir/"
peer() { # peer VERB TOKEN
	local said
	said=$(echo "$1 $2" | node "$dir/peer.mjs" "$address")
	[ "$said" = ok ] || {
		echo "# $said"
		false
	}
}
check "jose verifies it by the key set" peer verify "$first"
check "what jose forges is refused" peer forge "$first"
rotate() {
	"$programs/server/chat-server" --data-dir "$world/server" --log-level error \
		secrets rotate jwt >/dev/null
}
check "the key is rotated" rotate
check "jose still verifies the old token" peer verify "$first"
second=$(post /v1/auth/refresh "{\"refresh_token\":\"$refresh\"}" | member access_token)
check "and the new one" peer verify "$second"
kid() { cut -d. -f1 <<<"$1" | base64 -d 2>/dev/null | member kid; }
check "which another key has signed" [ "$(kid "$first")" != "$(kid "$second")" ]
check "what jose forges of it is refused" peer forge "$second"
done_testing
