#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# SIGHUP: settings and certificate change, nobody is dropped, and what is wrong changes
# nothing.
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

config=$world/server.conf
# certificate SERIAL: a new one for the same key.
certificate() {
	openssl req -x509 -key "$world/key.pem" -days 2 -subj /CN=localhost \
		-set_serial "$1" -out "$world/new.pem" 2>/dev/null
	mv "$world/new.pem" "$world/cert.pem"
}
serial() {
	openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null |
		openssl x509 -noout -serial | tr -d '\n'
}
logged() { grep -cF -- "$1" "$world/server.log" || true; }
# reload: and wait until it is done.
reload() {
	local before
	before=$(logged 'reload: done')
	kill -HUP "$server_pid"
	until_true "the reload is done" bash -c "[ \$(grep -cF 'reload: done' '$world/server.log') -gt $before ]"
}

openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$world/key.pem" 2>/dev/null
certificate 17
cat >"$config" <<END
tls_cert = $world/cert.pem
tls_key = $world/key.pem
log_level = info
END
start_server --config "$config"
check "the server shows its certificate" [ "$(serial)" = serial=11 ]

pin=$(sed -n 's/.*pin=\(sha256[^ ]*\).*/\1/p' "$world/server.log" | tail -n 1)
printf 'correct horse battery\n' >"$world/password"
chmod 600 "$world/password"
as alice "$client" --server "wss://localhost:$port" --pin "$pin" --signup --account alice \
	--email alice@example.org --password-file "$world/password" >"$world/signup.log" 2>&1
until_true "a code is mailed" code_for alice@example.org >/dev/null
as alice "$client" --server "wss://localhost:$port" --pin "$pin" \
	--code "$(code_for alice@example.org)" >>"$world/signup.log" 2>&1 || fail "alice signs up"
CHAT_SERVER=wss://localhost:$port CHAT_PIN=$pin online_lines alice

certificate 34
reload
check "a new handshake has the new certificate" [ "$(serial)" = serial=22 ]
check "the log says which" has "$world/server.log" 'serial=22'
type_line alice 'still here'
hear alice 'still here'
check "who was connected still is" [ "$(grep -c '^online$' "$world/alice.log")" = 1 ]

echo 'not a certificate' >"$world/cert.pem"
reload
check "a file that is no certificate changes nothing" [ "$(serial)" = serial=22 ]
check "and is told" has "$world/server.log" 'holds no certificate'
certificate 51
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$world/other.pem" 2>/dev/null
mv "$world/key.pem" "$world/kept.pem"
cp "$world/other.pem" "$world/key.pem"
reload
check "another key changes nothing" [ "$(serial)" = serial=22 ]
check "and is told" has "$world/server.log" 'is not that of the certificate'
mv "$world/kept.pem" "$world/key.pem"

# Another place for both files, as when a certificate of another kind takes over.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -set_serial 68 \
	-keyout "$world/rsa.key" -out "$world/rsa.pem" 2>/dev/null
cp "$config" "$world/kept.conf"
sed -i "s|^tls_cert.*|tls_cert = $world/rsa.pem|; s|^tls_key.*|tls_key = $world/rsa.key|" "$config"
reload
check "other files are taken from the settings" [ "$(serial)" = serial=44 ]
check "that is told, with the pin of the new key" has "$world/server.log" \
	"serial=44, until=$(openssl x509 -in "$world/rsa.pem" -noout -enddate | cut -d= -f2), pin=sha256/$(
		openssl pkey -in "$world/rsa.key" -pubout -outform der | openssl dgst -sha256 -binary | base64
	)"
check "and needs no restart" not has "$world/server.log" 'needs a restart'
sed -i "s|^tls_key.*|tls_key = $world/no-such-file|" "$config"
reload
check "a file that is not there changes nothing" [ "$(serial)" = serial=44 ]
type_line alice 'and here'
hear alice 'and here'
check "nobody was dropped by that" [ "$(grep -c '^online$' "$world/alice.log")" = 1 ]
cp "$world/kept.conf" "$config"
reload
check "and back again" [ "$(serial)" = serial=33 ]

guess() { curl -sk -o /dev/null -w '%{http_code}' "https://127.0.0.1:$port/v1/auth/login" \
	-H 'Content-Type: application/json' -d "{\"login\":\"$1\",\"password\":\"a wrong password\"}"; }
echo 'login_failures = 2' >>"$config"
reload
check "one address may fail twice" [ "$(guess carol)$(guess dave)" = 401401 ]
check "and then waits" [ "$(guess erin)" = 429 ]
sed -i 's/^login_failures.*/login_failures = 0/' "$config"
reload
check "without a limit it does not" [ "$(guess frank)" = 401 ]
sed -i '/^login_failures/d' "$config"

sed -i 's/^log_level.*/log_level = debug/' "$config"
echo 'retention = 30d' >>"$config"
echo 'max_connections = 5000' >>"$config"
reload
check "what changed is told" has "$world/server.log" 'reload: changed, setting=retention'
check "and what needs a restart" has "$world/server.log" 'needs a restart, setting=max_connections'
check "what did not is not" not has "$world/server.log" 'setting=port'
# What lws mutters about a client that speaks no TLS is for this level.
mutters() {
	(
		exec 9<>"/dev/tcp/127.0.0.1/$port"
		printf 'no handshake\r\n\r\n' >&9
		timeout 1 cat <&9 >/dev/null
	) 2>/dev/null || true
	has "$world/server.log" ' debug '
}
until_true "the new level holds" mutters
ok "the new level holds"
"$programs/server/chat-server" --data-dir "$world/server" --port 0 stats --json >"$world/stats.log" 2>&1
check "and the new retention" has "$world/stats.log" '"retention_ms":2592000000'

echo 'retnetion = 1d' >>"$config"
sed -i 's/^retention = 30d/retention = 1d/' "$config"
reload
check "a mistake is told with its line" has "$world/server.log" "server.conf:6: there is no setting 'retnetion'"
"$programs/server/chat-server" --data-dir "$world/server" --port 0 stats --json >"$world/stats.log" 2>&1
check "and nothing else changes then" has "$world/stats.log" '"retention_ms":2592000000'

sed -i '/^retnetion/d; s/^log_level.*/log_format = json/' "$config"
kill -HUP "$server_pid"
until_true "the log is JSON from here on" has "$world/server.log" '"category":"reload","message":"done"'
type_line alice 'and still'
hear alice 'and still'
check "who was connected still is" [ "$(grep -c '^online$' "$world/alice.log")" = 1 ]
close_lines alice
stop_server
done_testing
