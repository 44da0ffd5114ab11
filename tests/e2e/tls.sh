#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# TLS from end to end: the server prints the pin of its key, and a client trusts that key
# and nothing else. There is no way to accept anything anyway.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

make_key() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj /CN=localhost -keyout "$world/$1.key" -out "$world/$1.pem" 2>/dev/null
}
pin_of() {
	openssl x509 -in "$world/$1.pem" -pubkey -noout |
		openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64
}

# signs_up CODE WORDS OPTION...: alice's client ends with CODE and says WORDS.
signs_up() {
	run "$1" alice --server "wss://localhost:$port" "${@:3}" --signup --account alice \
		--email alice@example.org --password-file "$world/password" && says "$2"
}

make_key right
make_key wrong
printf 'correct horse battery\n' >"$world/password"
chmod 600 "$world/password"
start_server --log-level info --tls-cert "$world/right.pem" --tls-key "$world/right.key"
pin=$(sed -n 's/.*pin=\(sha256[^ ]*\).*/\1/p' "$world/server.log" | tail -n 1)

check "the server prints the pin of its key" [ "$pin" = "sha256/$(pin_of right)" ]
check "a certificate that nobody vouches for is not trusted" signs_up 69 'not the expected one'
check "another key is not trusted" signs_up 69 'not the expected one' --pin "sha256/$(pin_of wrong)"
check "the pinned key is" signs_up 0 mail --pin "$pin"
# Whatever is sent instead of a handshake costs that connection and nothing else.
garble() {
	exec 9<>"/dev/tcp/127.0.0.1/$port"
	printf '%b' "$1" >&9
	timeout 5 cat <&9 >/dev/null || true
	exec 9>&-
}
for text in 'GET / HTTP/1.1\r\n\r\n' '\x16\x03\x01\x00\x05hello' 'SSH-2.0-x\r\n'; do
	(garble "$text") 2>/dev/null || true
done
check "garbage in the place of a handshake hurts nobody" \
	signs_up 65 taken --pin "$pin"
check "plain HTTP gets no answer on the TLS port" \
	not as alice "$client" --server "ws://127.0.0.1:$port" --send '#lobby' hello
until_true "a letter for alice" code_for alice@example.org >/dev/null
run 0 alice --server "wss://localhost:$port" --pin "$pin" --code "$(code_for alice@example.org)" ||
	fail "alice is in"
check "a script with a wrong pin is refused" run 69 alice --server "wss://localhost:$port" \
	--pin "sha256/$(pin_of wrong)" --json --quota
check "with the reason" says '"code":"untrusted"'
stop_server TERM
check "and the server ends cleanly" has "$world/server.log" 'server: ended'

done_testing
