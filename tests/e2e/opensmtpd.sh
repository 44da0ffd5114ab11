#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A code through OpenSMTPD on the same machine, as administrators set it up: without TLS, which
# Debian 12's OpenSMTPD fails at with OpenSSL 3; smtp.sh has TLS, log-in and the errors. It has
# fixed folders for its queue and sockets, so it runs with others in their place, which only
# root can arrange.
# Its delivery agent, another user, has to get into the folder of the test.
export TMPDIR=/tmp
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

# Its package takes the place of any other mail server, so ./run installs it in CI alone, for
# check-slow, which then insists on it.
if ! PATH=$PATH:/usr/sbin command -v smtpd >/dev/null; then
	check "OpenSMTPD is not on this machine" [ -z "${NEED_SMTPD-}" ]
	done_testing
	exit 0
fi
if [ "$(id -u)" != 0 ] || ! unshare -m mount -t tmpfs none /mnt 2>/dev/null; then
	ok "only root, where it may mount, can give it folders of its own"
	done_testing
	exit 0
fi

chmod 711 "$world"
mkdir -m 1777 "$world/in"
smtp_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$world/smtpd.conf" <<END
table everybody { "@" = nobody }
listen on 127.0.0.1 port $smtp_port
action "keep" mda "cat >$world/in/\$(date +%s%N)" virtual <everybody>
match from any for any action "keep"
END
# shellcheck disable=SC2016 # sh expands it
unshare -m sh -c 'mount -t tmpfs none /var/spool && mkdir -m 711 /var/spool/smtpd &&
	mount -t tmpfs none /run && exec smtpd -dF -f "$0"' "$world/smtpd.conf" \
	>"$world/smtpd.log" 2>&1 &
line_pid[smtpd]=$!
answers() { (exec 9<>"/dev/tcp/127.0.0.1/$smtp_port") 2>/dev/null; }
until_true "OpenSMTPD answers" answers

start_server --log-level info --mail-from chat@example.org \
	--smtp-url "smtp://127.0.0.1:$smtp_port"
mkdir -p "$world/alice"
(umask 077 && echo 'a long enough password' >"$world/alice/password")
CHAT_SERVER=ws://127.0.0.1:$port
export CHAT_SERVER
check "alice asks for an account" bash -c "HOME='$world/alice' '$client' --signup \
	--account alice --email alice@example.org --password-file '$world/alice/password' \
	>'$world/signup.log' 2>&1"
code() { cat "$world"/in/* 2>/dev/null | sed -n 's/^ *\([0-9]\{6\}\)\r\{0,1\}$/\1/p' | grep .; }
delivered() { code >/dev/null; }
until_true "the letter is delivered" delivered
ok "OpenSMTPD takes the letter and delivers it"
check "to her" grep -q '^To: alice@example.org' "$world"/in/*
check "it was OpenSMTPD" grep -q 'by .* (OpenSMTPD) with ESMTP' "$world"/in/*
check "the code in it is hers" bash -c "HOME='$world/alice' '$client' --code '$(code)' \
	>>'$world/signup.log' 2>&1"
check "nothing of it stands in the log" bash -c "! grep -qF -e '$(code)' '$world/server.log'"
done_testing
