#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a browser asks for a page before it lets the page read an answer (the Fetch standard's
# CORS protocol), of the real server: listed pages may, others may not, WebSockets included.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

needs curl
start_server --origins https://chat.example.org
url=http://127.0.0.1:$port

# ask ORIGIN PATH OPTION...: the head of the answer to a page of ORIGIN.
ask() { curl -sS -D "$world/head.log" -o "$world/body.log" -H "Origin: $1" "${@:3}" "$url$2"; }
status() { head -n 1 "$world/head.log" | grep -q " $1"; }
# header NAME VALUE: whether the head has it so.
header() { tr -d '\r' <"$world/head.log" | grep -qixF -- "$1: $2"; }
named() { grep -qi "^$1:" "$world/head.log"; }
preflight=(-X OPTIONS -H 'Access-Control-Request-Method: POST'
	-H 'Access-Control-Request-Headers: authorization,content-type')
# upgrade ORIGIN: the answer to a WebSocket of a page.
upgrade() {
	curl -sS -m 2 -o "$world/body.log" -D "$world/head.log" --http1.1 -H "Origin: $1" \
		-H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
		-H 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' "$url/v1/ws" 2>"$world/curl.log" || true
}

check "a page that is listed asks first" ask https://chat.example.org /v1/rooms "${preflight[@]}"
check "and may" status 204
check "it alone" header access-control-allow-origin https://chat.example.org
check "with a token and JSON" grep -qi '^access-control-allow-headers:.*authorization.*content-type' "$world/head.log"
check "by the methods of the path" grep -qi '^access-control-allow-methods:.*POST' "$world/head.log"
check "but without cookies" not named access-control-allow-credentials
check "then it asks" ask https://chat.example.org /livez
check "and reads" header access-control-allow-origin https://chat.example.org
check "caches keep answers apart" header vary Origin
check "errors are readable as well" ask https://chat.example.org /v1/rooms
check "as such" status 401
check "by that page" header access-control-allow-origin https://chat.example.org

for origin in https://evil.example null https://chat.example.org.evil.example http://chat.example.org; do
	check "$origin asks first" ask "$origin" /v1/rooms "${preflight[@]}"
	check "and may not" not named access-control-allow-origin
	upgrade "$origin"
	check "nor open a WebSocket" status 403
done
upgrade https://chat.example.org
check "the page that is listed opens one" status 101
done_testing
