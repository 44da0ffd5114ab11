#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Outgoing webhooks over TLS: who is not vouched for gets nothing, and is tried again; what is
# imported is told to nobody; and kill -9 in the middle, again and again, loses nothing.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
needs openssl

receivers=()
trap 'kill "${receivers[@]}" 2>/dev/null || true; cleanup' EXIT

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=ca \
	-keyout "$world/ca.key" -out "$world/ca.pem" 2>/dev/null
# certificate NAME HOST DAYS: signed by that authority.
certificate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" \
		-keyout "$world/$1.key" -out "$world/$1.csr" 2>/dev/null
	openssl x509 -req -in "$world/$1.csr" -CA "$world/ca.pem" -CAkey "$world/ca.key" \
		-days "$3" -extfile <(echo "subjectAltName=DNS:$2") -out "$world/$1.pem" 2>/dev/null
}
# receive NAME: over TLS with the certificate of that name; there: where.
receive() {
	mkdir "$world/$1"
	python3 "$top_srcdir/tests/lib/hookd.py" "$world/$1" "$world/$1.pem" "$world/$1.key" \
		2>"$world/$1.log" &
	receivers+=($!)
	until_true "the receiver listens" test -s "$world/$1/port"
	there=https://localhost:$(cat "$world/$1/port")/
}
# add_hook NAME: tells that receiver; printed: its id.
add_hook() {
	receive "$1"
	exits 0 as alice "$client" --webhooks '#lobby' add out "$there" "$1" || fail "a webhook is made"
	hook[$1]=$(value hook)
}
send() { as alice "$client" --send '#lobby' "$@" >/dev/null 2>&1; }
# shown NAME TEXT: of that webhook, as its owner sees it.
shown() {
	exits 0 as alice "$client" --webhooks '#lobby' --json &&
		grep -F "${hook[$1]}" "$world/run.log" | grep -qE -- "$2"
}
got() { has "$world/$1/good" "$2" || has "$world/$1/bad" "$2"; }
begin() { start_server --hook-allow localhost --log-level info "$@"; }

declare -A hook
certificate good localhost 2
certificate other other.example.org 2
certificate late localhost -1
begin
CHAT_SERVER=unix:$world/server/chat.sock
as alice "$client" --rooms >/dev/null 2>&1
add_hook good
send one
until_true "whom nobody vouches for is not trusted" shown good '"error":"untrusted"'
until_true "and is tried again" shown good '"failures":[2-9]'
check "but told nothing" not got good one

stop_server
begin --hook-ca "$world/ca.pem"
until_true "who is vouched for by hook_ca is told, of what waited as well" got good one
until_true "and the failure is over" not shown good '"failures"'
add_hook other
add_hook late
send two
until_true "a certificate for another name is refused" shown other '"error":"untrusted"'
until_true "and one whose time is over" shown late '"error":"untrusted"'
check "neither was told" not got other two
check "of anything" not got late two
until_true "nobody waits for them" got good two
echo 302 >"$world/good/status"
send three
until_true "a redirect is a failure" shown good '"status":302'
until_true "each time" shown good '"failures":[2-9]'
check "which is not followed" [ ! -e "$world/good/followed" ]
rm "$world/good/status"
until_true "and tried again" has "$world/good/good" '"text":"three"'

# ---- what was said elsewhere, long ago ----
me=$(own_account alice)
printf '2026-11-20 10:00:00\talice\told news, @%s\n' "$me" >"$world/log.weechatlog"
check "a log is imported" operate 0 import weechat "$world/log.weechatlog" --room lobby --map "alice=$me"
check "as a message" says '1 messages were imported'
send four
until_true "what comes after it is told" has "$world/good/good" '"text":"four"'
check "what was imported is not" not got good 'old news'
check "notifications are read" exits 0 as alice "$client" --notifications
check "nor does it notify anybody" not says 'old news'

# ---- kill -9 in the middle ----
until_sent() {
	local word=$1 tries=0
	until send --id "$word" "$word"; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || return 1
	done
}
speak() {
	local i
	for i in $(seq 1 30); do
		until_sent "n$i" || return 1
	done
	touch "$world/spoken"
}
speak &
speaker=$!
for i in 4 11 19 26; do
	until_true "it goes on up to $i" got good "\"text\":\"n$i\""
	stop_server KILL
	begin --hook-ca "$world/ca.pem"
done
wait "$speaker" || true
check "everything was said" [ -f "$world/spoken" ]
until_true "the last is told" got good '"text":"n30"'
sed -n 's/.*"text":"\(n[0-9]*\)".*/\1/p' "$world/good/good" | uniq >"$world/order"
check "after kill -9, four times, all is told in order" [ "$(tr '\n' ' ' <"$world/order")" = "$(seq -s ' ' -f n%g 1 30) " ]
done_testing
