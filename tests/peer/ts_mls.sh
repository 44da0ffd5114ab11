#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs test_ts_mls where ts-mls is installed: `./run check-slow` puts it into build/peer.
set -u
top_srcdir=${top_srcdir:-.}
dir=${CHAT_TS_MLS:-${top_builddir:-.}/../peer/ts-mls}

skip() {
	echo "1..0 # skipped: $*"
	exit 0
}
command -v node >/dev/null || skip "no node"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || skip "ts-mls needs node 20"
[ -d "$dir/node_modules/ts-mls" ] || skip "ts-mls is not in build/peer, see ./run check-slow"
cp "$top_srcdir/tests/peer/ts-mls/peer.mjs" "$dir/"
CHAT_TS_MLS=$dir exec "${top_builddir:-.}/tests/peer/test_ts_mls"
