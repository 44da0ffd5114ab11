#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The audit log from the command line: what it has, and that tampering shows.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

needs sqlite3 curl
audit() { operate "$1" audit "${@:2}"; }
user() { subcommand user "$@" >/dev/null; }
sql() { sqlite3 "$world/server/chat.db" "$1" >"$world/sql.log" 2>&1; }

echo 'a quiet meadow' | user add alice alice@example.org -
start_server --log-level info
user login-code alice
curl -sS -o /dev/null -H 'Content-Type: application/json' \
	-d '{"login":"alice","password":"not this one"}' "http://127.0.0.1:$port/v1/auth/login"
check "a server that runs is asked" audit 0 list
check "an account was made" says 'account_made  user=alice  by=operator'
check "a code was made" says 'login_code  user=alice'
check "a password was wrong" says 'login_failed  user=alice  by=nobody  from=127.0.0.1'
check "one user's rows" audit 0 list alice
check "nobody's" audit 80 list mallory
check "wrong words are told" audit 64 nonsense
check "the chain is sound" audit 0 verify
check "and its end is printed" grep -qE '^[0-9a-f]{64}$' "$world/run.log"
hash_said() { grep -xE '[0-9a-f]{64}' "$world/run.log"; }
first=$(hash_said)
stop_server
check "it is sound without a server, too" audit 0 verify
# Who puts back the database of yesterday puts back a log that is sound.
mkdir "$world/kept"
cp "$world"/server/chat.db* "$world/kept"
user login-code alice
check "more has happened" audit 0 verify
newest=$(hash_said)
rm "$world"/server/chat.db*
cp "$world"/kept/chat.db* "$world/server"
check "a log that was put back is sound in itself" audit 0 verify
check "but ends where it ended then" [ "$(hash_said)" = "$first" ]
check "and not with what was kept elsewhere since" [ "$newest" != "$first" ]

check "a row cannot be changed" not sql "update audit set detail = 'x' where key = 2"
check "nor removed" not sql "delete from audit where key = 2"
sql "drop trigger audit_no_update; update audit set address = 'elsewhere' where key = 3" ||
	fail "the triggers are dropped"
check "who drops the triggers and changes a row is found out" audit 73 verify
check "by the number of the row" says 'row 3 of the audit log is not as it was written'
sql "update audit set address = '127.0.0.1' where key = 3" || fail "the row is put back"
check "put back it is sound again" audit 0 verify
sql "drop trigger audit_no_delete; delete from audit where key = (select max(key) from audit)" ||
	fail "the end is cut off"
check "a cut end is found out" audit 73 verify
done_testing
