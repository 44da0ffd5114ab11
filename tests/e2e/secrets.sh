#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Nothing secret is in a log or in what the commands print: people sign up, log in, send and
# make mistakes, with the log at its most talkative, and then everything is searched for
# every secret that there was.
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

# post PORT PATH JSON [HEADER...]: the body of the answer.
post() {
	local port=$1 path=$2 json=$3 fd
	shift 3
	exec {fd}<>"/dev/tcp/127.0.0.1/$port"
	printf 'POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n' "$path" >&"$fd"
	printf 'Content-Type: application/json\r\nContent-Length: %s\r\n' "${#json}" >&"$fd"
	[ $# = 0 ] || printf '%s\r\n' "$@" >&"$fd"
	printf '\r\n%s' "$json" >&"$fd"
	timeout "$patience" cat <&"$fd" | body
	exec {fd}>&-
}
# field NAME: of the JSON on standard input.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1; }
# secret TEXT: one more that must not be found.
secret() {
	[ ${#1} -ge 6 ] || fail "a secret was drawn: '$1'"
	printf '%s\n' "$1" >>"$world/secrets"
}

password='a quiet-meadow 77'
wrong='a loud-meadow 88'
text='words-that-nobody-else-may-read'
secret "$password"
secret "$wrong"
secret "$text"
format=text
for format in text json; do
	rm -rf "$world/server" "$world/secrets.drawn"
	port=
	echo "log_format = text" >"$world/server.conf"
	start_server --log-level debug --config "$world/server.conf" --ws-query-token yes \
		--metrics 127.0.0.1 --metrics-port 0
	watch=$(sed -n 's/.*server: metrics, .*port=\([0-9]*\).*/\1/p' "$world/server.log")
	echo "log_format = $format" >"$world/server.conf"
	kill -HUP "$server_pid"
	until_true "the log changes its form" grep -q 'reload.*done' "$world/server.log"
	answer=$(post "$port" /v1/auth/signup \
		"{\"name\":\"alice\",\"email\":\"alice@example.org\",\"password\":\"$password\"}")
	challenge=$(field challenge <<<"$answer")
	until_true "a code is mailed" code_for alice@example.org >/dev/null
	code=$(code_for alice@example.org)
	post "$port" /v1/auth/verify "{\"challenge\":\"$challenge\",\"code\":\"999999\"}" >/dev/null
	answer=$(post "$port" /v1/auth/verify "{\"challenge\":\"$challenge\",\"code\":\"$code\"}")
	access=$(field access_token <<<"$answer")
	refresh=$(field refresh_token <<<"$answer")
	for one in "$code" "$access" "$refresh"; do secret "$one"; done
	post "$port" /v1/auth/login "{\"login\":\"alice\",\"password\":\"$wrong\"}" >/dev/null
	post "$port" /v1/auth/login "{\"login\":\"alice\",\"password\":\"$password\",}" >/dev/null
	answer=$(post "$port" /v1/auth/refresh "{\"refresh_token\":\"$refresh\"}")
	fresh=$(field access_token <<<"$answer")
	secret "$fresh"
	secret "$(field refresh_token <<<"$answer")"
	post "$port" /v1/rooms/lobby/messages "{\"text\":\"$text\"}" "Authorization: Bearer $fresh" >/dev/null
	post "$port" /v1/rooms/lobby/messages "{\"text\":\"$text\"" "Authorization: Bearer $fresh" >/dev/null
	post "$port" /v1/rooms/nowhere/messages "{\"text\":\"$text\"}" "Authorization: Bearer $fresh" >/dev/null
	fetch "$port" /v1/auth/me "Authorization: Bearer ${fresh}x" >/dev/null
	room=$(fetch "$port" /v1/rooms "Authorization: Bearer $fresh" | body | field room)
	fetch "$port" "/v1/ws/rooms/$room?token=$fresh" 'Upgrade: websocket' 'Connection: Upgrade' \
		'Sec-WebSocket-Version: 12' 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' >/dev/null
	fetch "$port" "/v1/ws?token=$fresh" 'Upgrade: h2c' 'Connection: Upgrade' >/dev/null || true
	"$programs/server/chat-server" --data-dir "$world/server" --port 0 --log-level debug \
		user login-code alice >"$world/code" 2>"$world/code.$format.log"
	secret "$(grep -oE '^[0-9]{6}' "$world/code")"
	for command in stats check retention "backup --output $world/$format.tar" vacuum \
		'secrets rotate jwt' 'secrets rotate pepper' 'secrets rotate seal'; do
		# shellcheck disable=SC2086
		"$programs/server/chat-server" --data-dir "$world/server" --port 0 --log-level debug \
			$command >>"$world/commands.$format.log" 2>&1 || fail "$command"
	done
	fetch "$watch" /metrics >"$world/metrics.$format.log"
	while read -r key; do
		secret "$(head -n 1 "$key")"
	done < <(find "$world/server/secrets" -name '*.key')
	stop_server
	mv "$world/server.log" "$world/server.$format.log"
	check "the log as $format has lines" [ "$(wc -l <"$world/server.$format.log")" -gt 8 ]
done
check "there were secrets of every kind" [ "$(sort -u "$world/secrets" | wc -l)" -ge 18 ]
found=$(grep -lF -f "$world/secrets" "$world"/*.log || true)
check "none is in a log, on the page of numbers or in what commands print: $found" [ -z "$found" ]
check "and the search would find one" grep -qF -f "$world/secrets" "$world/code"
done_testing
