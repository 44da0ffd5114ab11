#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The API as others see it: validators read its description, ajv its answers, newman plays
# the request collection, Chromium shows the page at /docs. `./run check-slow` puts them into
# build/peer and Swagger UI into build/swagger-ui.
top_builddir=${top_builddir:-.}
dir=${CHAT_PEER_API:-$top_builddir/../peer/api}
ui=${CHAT_SWAGGER_UI:-$top_builddir/../swagger-ui/node_modules/swagger-ui-dist}

skip() {
	echo "1..0 # skipped: $*"
	exit 0
}
command -v node >/dev/null || skip "no node"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || skip "they need node 20"
[ -d "$dir/node_modules/ajv" ] || skip "ajv is not in build/peer, see ./run check-slow"
[ -d "$ui" ] || skip "Swagger UI is not in build/swagger-ui, see ./run check-slow"
command -v chromium >/dev/null || skip "no chromium"

# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
dir=$(cd "$dir" && pwd)
contract=$top_srcdir/tests/contract
cp "$top_srcdir"/tests/peer/api/*.mjs "$dir/"
export PYTHONDONTWRITEBYTECODE=1

# begin: a new server, with Swagger UI.
begin() {
	rm -rf "$world/server"
	port=
	start_server --docs-dir "$ui"
	address=http://127.0.0.1:$port
}
peer() { # peer SENTENCE SCRIPT ARGUMENT...
	local sentence=$1 script=$2
	shift 2
	check "$sentence" node "$dir/$script" "$@"
}

begin
curl -sS "$address/openapi.json" >"$world/openapi.json"
peer "validator and linter accept the document" lint.mjs "$world/openapi.json" "$world/broken.json"
python3 "$contract/contract.py" "$port" "$world/server/chat.sock" "$world/server/mail" \
	"$world" "$world/answers.jsonl" >"$world/contract.tap" || true
remark "$(grep -A5 '^not ok' "$world/contract.tap")"
check "the contract is kept" not grep -q '^not ok' "$world/contract.tap"
check "to its end" grep -q '^1\.\.' "$world/contract.tap"
peer "ajv finds each answer as its schema says" schemas.mjs "$world/openapi.json" "$world/answers.jsonl"
stop_server

begin
mkfifo "$world/hold"
exec {hold}<>"$world/hold"
python3 "$contract/stand_in.py" "$world/server/mail" "$world" "$world/server/chat.sock" \
	"ws://127.0.0.1:$port" <&"$hold" >"$world/ports" &
line_pid[helper]=$!
until_true "the helper listens" test -s "$world/ports"
read -r helper operator <"$world/ports"
newman() {
	node "$dir/node_modules/newman/bin/newman.js" run \
		"$top_srcdir/doc/chat.postman_collection.json" --working-dir "$world" --bail \
		--env-var "url=$address" --env-var "address=ws://127.0.0.1:$port" \
		--env-var "operator_url=http://127.0.0.1:$operator" \
		--env-var "helper=http://127.0.0.1:$helper" --color off >"$world/newman.log" 2>&1
}
check "newman plays the collection" newman
remark "$(grep -E 'requests|assertions' "$world/newman.log")"
stop_server

begin
post() { curl -sS -H 'Content-Type: application/json' --data-binary "$2" "$address$1"; }
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
challenge=$(post /v1/auth/signup '{"name":"alice","email":"alice@example.org","password":"a quiet meadow"}' |
	member challenge)
until_true "alice gets a letter" code_for alice@example.org >/dev/null
token=$(post /v1/auth/verify "{\"challenge\":\"$challenge\",\"code\":\"$(code_for alice@example.org)\"}" |
	member access_token)
peer "a person tries a request on the page" page.mjs "$address" "$token" \
	"${PICTURE:-$world/page.png}" "$world/chromium"
done_testing
