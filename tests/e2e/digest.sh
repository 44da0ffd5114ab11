#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What reaches people who are away, by real SMTP and by a hook of their own: one letter after
# its delay, in their language; none for who is here, in quiet hours, or of a muted room.
# shellcheck disable=SC2119
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/mail.sh
. "$(dirname "$0")/mail.sh"

receiver=
trap '[ -z "$receiver" ] || kill "$receiver" 2>/dev/null || true; end_smtpd; cleanup' EXIT
serve() {
	start_server --mail-from chat@example.org --smtp-url "smtp://127.0.0.1:$smtp_port" \
		--hook-allow 127.0.0.1 --log-level info
}
declare -A token
# api NAME METHOD PATH BODY: as that person; the answer is in answer.json.
api() {
	curl -sS -o "$world/answer.json" -w '%{http_code}' -X "$2" -H 'Content-Type: application/json' \
		-H "Authorization: Bearer ${token[$1]}" -d "$4" "http://127.0.0.1:$port$3"
}
does() { case $(api "$@") in 2*) ;; *) fail "$*: $(cat "$world/answer.json")" ;; esac; }
# member NAME: of the newest answer.
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$world/answer.json"; }
# arrive NAME [LANGUAGE]: signs up.
arrive() {
	sign_up_over_rest "$1" "$1@example.org" "${2-}"
	until_true "$1 gets a letter" came "$1@example.org"
	curl -sS -o "$world/answer.json" -H 'Content-Type: application/json' \
		-d "{\"challenge\":\"$(member challenge)\",\"code\":\"$(code_in "$1@example.org")\"}" \
		"http://127.0.0.1:$port/v1/auth/verify"
	token[$1]=$(member access_token)
	[ -n "${token[$1]}" ] || fail "$1 comes in: $(cat "$world/answer.json")"
}
digests() { grep -lsF "To: $1@example.org" "$mails"/*.eml | xargs -r grep -lE "^Subject: (Was auf|What waits)" | wc -l; }
has_digest() { [ "$(digests "$1")" -ge 1 ]; }

mkdir "$world/push"
python3 "$top_srcdir/tests/lib/hookd.py" "$world/push" 2>"$world/push.log" &
receiver=$!
until_true "the receiver listens" test -s "$world/push/port"
start_smtpd
serve
arrive bob
arrive carol de
arrive dave
arrive erin
arrive frank
for name in carol dave erin frank; do
	does "$name" PATCH /v1/notifications/settings '{"digest_ms":900000}'
done
does frank PATCH /v1/notifications/settings '{"level":"mentions"}'
minute=$((10#$(date -u +%H) * 60 + 10#$(date -u +%M)))
hours() { printf '%02d:%02d-%02d:%02d' $((($1 / 60 + 24) % 24)) $((($1 + 1440) % 60)) $((($2 / 60) % 24)) $(($2 % 60)); }
does dave PATCH /v1/notifications/settings "{\"quiet\":\"$(hours $((minute - 60)) $((minute + 60)))\",\"zone\":\"UTC\"}"
does erin PUT /v1/rooms/lobby/level '{"mute_ms":86400000}'
does bob PATCH /v1/notifications/settings "{\"hook\":\"http://127.0.0.1:$(cat "$world/push/port")/bob\",\"hook_form\":\"json\"}"

scene "A quarter of an hour is three seconds here"
stop_server
/usr/bin/python3 - "$world/server/chat.db" <<'END'
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("update push set every_ms = 3000 where every_ms > 0")
database.commit()
END
serve
mkfifo "$world/never"
exec 8<>"$world/never"
does bob POST /v1/rooms/lobby/messages '{"text":"a secret for @carol, @dave and @erin"}'
does carol POST /v1/rooms/lobby/messages '{"text":"and for @bob"}'
until_true "who is away gets a digest" has_digest carol
check "in German, with the way to end it, and without what was said" /usr/bin/python3 - "$(letter_to carol@example.org)" <<-'END'
	import email, email.policy, sys
	m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.SMTP)
	body = m.get_content()
	assert m['Subject'].startswith('Was auf '), m['Subject']
	assert '#lobby' in body and 'bob' in body, body
	assert '/notify digest off' in body, body
	assert 'secret' not in body, body
END
until_true "a hook of one's own gets it as JSON" has "$world/push/good" '"text":"and for @bob"'
deadline=$((SECONDS + 12))
until [ "$SECONDS" -ge "$deadline" ]; do read -r -t 1 <&8 || true; done
check "one digest, not two" [ "$(digests carol)" = 1 ]
check "none in quiet hours" [ "$(digests dave)" = 0 ]
check "none of a muted room" [ "$(digests erin)" = 0 ]
check "none for who wants mentions alone and has none" [ "$(digests frank)" = 0 ]
check "the hook was asked once" [ "$(wc -l <"$world/push/good")" = 1 ]
does dave PATCH /v1/notifications/settings '{"quiet":""}'
until_true "after the quiet hours it comes" has_digest dave
done_testing
