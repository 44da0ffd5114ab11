#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Mail over SMTP, against a server that is not ours (aiosmtpd): STARTTLS, TLS, log-in, all
# the ways to be refused, and a queue that outlives both servers.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=tests/e2e/mail.sh
. "$(dirname "$0")/mail.sh"

# certificate NAME HOST: NAME.pem and NAME.key, signed by itself.
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj "/CN=$2" -addext "subjectAltName=DNS:$2" \
		-keyout "$world/$1.key" -out "$world/$1.pem" 2>/dev/null
}

tries() { grep -cF " $1 $2" "$mails/tried" || true; }
logged() { has "$world/server.log" "$1"; }

certificate good localhost
certificate evil localhost
(umask 077 && echo 'a wrong password' >"$world/password")
serve() {
	start_server --log-level info --mail-from chat@example.org --smtp-ca "$world/good.pem" \
		--smtp-url "${scheme:-smtp}://localhost:$smtp_port" --smtp-tls starttls \
		--smtp-user chat --smtp-password-file "$world/password"
}
with=(--cert "$world/good.pem" --key "$world/good.key" --user chat --password 'the right one')

scene "A mail server that wants STARTTLS and a log-in"
start_smtpd "${with[@]}"
serve
sign_up_over_rest alice alice@example.org de
until_true "a wrong password for the mail server is logged" \
	logged 'letters cannot be sent now, error=unauthorized, reply=535'
(umask 077 && echo 'the right one' >"$world/password")
until_true "the right one is read without a restart" came alice@example.org
ok "a letter comes through STARTTLS and a log-in"
check "in German, as the request asked for" /usr/bin/python3 - "$(letter_to alice@example.org)" <<-'END'
	import email, email.policy, sys
	m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.SMTP)
	body = m.get_content()
	assert m['Subject'] == 'Dein Code für chat', m['Subject']
	assert m['From'] == 'chat@example.org' and m['To'] == 'alice@example.org'
	assert m['X-From'] == 'chat@example.org'
	assert m['Auto-Submitted'] == 'auto-generated' and m['Message-ID'].endswith('@example.org>')
	assert 'bestätigt deine Adresse für das Konto' in body and '„alice“' in body, body
	assert 'Verlangt von 127.0.0.1 mit curl-test, 20' in body, body
	assert not m.defects and m['Date'].datetime
END
check "and its code opens the account" bash -c "curl -sS -H 'Content-Type: application/json' \
	-d '{\"challenge\":\"$(sed 's/.*"challenge":"\([^"]*\)".*/\1/' "$world/answer.json")\",\
\"code\":\"$(code_in alice@example.org)\"}' http://127.0.0.1:$port/v1/auth/verify | grep -q access_token"

scene "Servers that say no"
sign_up_over_rest later later1.x@example.org
sign_up_over_rest never never.x@example.org
sign_up_over_rest drop drop1.x@example.org
until_true "a 550 is for good" logged 'refused for good, letter=signup'
check "with the reply and without the address" bash -c "grep 'refused for good' \
	\"$world/server.log\" | grep 'reply=550' | grep -qv example.org"
until_true "a 451 is tried again" came later1.x@example.org
check "under the same Message-ID" \
	[ "$(grep -F later1.x@ "$mails/tried" | cut -d' ' -f1 | sort -u | wc -l)" = 1 ]
check "and not more often than needed" [ "$(tries later1.x@example.org 451)" = 1 ]
until_true "a letter comes though the connection was lost in the middle" came drop1.x@example.org
check "what was refused for good is not tried again" [ "$(tries never.x@example.org 550)" = 1 ]

scene "A mail server that goes away"
end_smtpd
sign_up_over_rest bob bob@example.org
until_true "that is logged" logged 'letters cannot be sent now, error=unreachable'
sign_up_over_rest carol carol@example.org
cp "$world"/server/chat.db* "$world/"
stop_server KILL
serve
sign_up_over_rest dave dave@example.org
start_smtpd "${with[@]}"
for name in bob carol dave; do
	until_true "the letter to $name came after a kill -9 and an outage" came "$name@example.org"
done
ok "letters that waited outlive both servers"
check "and were not in the database in clear" \
	bash -c "! cat '$world'/chat.db* | grep -aqE '$(code_in bob@example.org)|$(code_in carol@example.org)'"

scene "A mail server that is not who it should be"
end_smtpd
start_smtpd "${with[@]}" --cert "$world/evil.pem" --key "$world/evil.key"
sign_up_over_rest erin erin@example.org
until_true "another certificate is not trusted" \
	logged 'letters cannot be sent now, error=untrusted'
end_smtpd
check "it got nothing" not came erin@example.org
start_smtpd --user chat --password 'the right one'
logins=$(grep -c ' login$' "$mails/tried")
stop_server
serve
until_true "one without TLS is not trusted" \
	logged 'letters cannot be sent now, error=untrusted'
check "one without TLS is told no password" \
	[ "$(grep -c ' login$' "$mails/tried")" = "$logins" ]
end_smtpd
start_smtpd "${with[@]}"
until_true "the right one gets it" came erin@example.org

scene "TLS from the first byte"
end_smtpd
stop_server
start_smtpd "${with[@]}" --implicit
scheme=smtps serve
sign_up_over_rest frank frank@example.org
until_true "a letter comes over smtps" came frank@example.org
ok "a letter comes over smtps"

scene "A mail server that is closed to everybody"
end_smtpd
stop_server
start_smtpd --greet554
serve
sign_up_over_rest grace grace@example.org
until_true "that is no fault of the letter" logged 'letters cannot be sent now'
check "which is not given up" not logged 'refused for good'
end_smtpd
start_smtpd "${with[@]}"
until_true "and comes later" came grace@example.org
check "no code and no address stands in any log" bash -c "! grep -hE \
	'example.org|the right one|$(code_in grace@example.org)' '$world/server.log'"
done_testing
