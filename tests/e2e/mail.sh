# SPDX-License-Identifier: GPL-3.0-or-later
# For the tests of mail: a mail server that is not ours (aiosmtpd), the letters that it got,
# signing up by them, and German ones. Comes after lib.sh.
# shellcheck shell=bash disable=SC2034,SC2154

if ! /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || ! command -v curl >/dev/null; then
	echo "1..0 # SKIP needs python3-aiosmtpd and curl"
	exit 0
fi
mails=$world/mails
smtp_pid=
smtp_port=0
end_smtpd() {
	[ -z "$smtp_pid" ] || kill "$smtp_pid" 2>/dev/null || true
	wait "$smtp_pid" 2>/dev/null || true
	smtp_pid=
}
trap 'end_smtpd; cleanup' EXIT

# start_smtpd OPTION...: on the port that it had before.
start_smtpd() {
	rm -f "$mails/port"
	/usr/bin/python3 "$top_srcdir/tests/lib/smtpd.py" "$mails" --port "$smtp_port" "$@" \
		2>>"$world/smtpd.log" &
	smtp_pid=$!
	until_true "the mail server listens" [ -s "$mails/port" ]
	smtp_port=$(cat "$mails/port")
}

# sign_up_over_rest NAME ADDRESS [LANGUAGE]: over REST; the answer is in answer.json.
sign_up_over_rest() {
	curl -sS --max-time 20 -A curl-test -o "$world/answer.json" \
		${3:+-H "Accept-Language: $3,en;q=0.5"} -H 'Content-Type: application/json' \
		-d "{\"name\":\"$1\",\"email\":\"$2\",\"password\":\"a quiet meadow\"}" \
		"http://127.0.0.1:$port/v1/auth/signup"
	grep -q '"challenge"' "$world/answer.json" || fail "$1 signs up: $(cat "$world/answer.json")"
}
letter_to() { grep -lsF "To: $1" "$mails"/*.eml | tail -n 1; }
came() { [ -n "$(letter_to "$1")" ]; }
code_in() { sed -n 's/^ *\([0-9]\{6\}\)\r\{0,1\}$/\1/p' "$(letter_to "$1")" | head -n 1; }

mkdir -p "$world/locale/de/LC_MESSAGES"
msgfmt -o "$world/locale/de/LC_MESSAGES/chat.mo" "$top_srcdir/po/de.po"
export CHAT_LOCALEDIR=$world/locale
