#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What whoever runs a server does with it: check, back up, restore, vacuum, retention,
# stats; with a server that runs and without one.
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

export CHAT_SERVER=unix:$world/server/chat.sock

tell() { as alice "$client" --send '#lobby' "$1" >>"$world/send.log" 2>&1; }
# lines TEXT: how many there are; nothing when nobody answers.
lines() {
	as alice "$client" --history '#lobby' --limit 1000 >"$world/history.log" 2>/dev/null || return 0
	cut -f3 "$world/history.log" | grep -c "$1" || true
}

scene "before there is anything"
check "nothing is checked where there is no database" operate 80 check
check "and it says where one could be" says --data-dir
check "a flag of another command is refused" operate 64 check --force
check "and named" says 'takes no --force'
check "help of a command" operate 0 backup --help
check "is that command's" says 'chat-server [option…] backup [--output PATH]'
check "also with the words the other way around" operate 0 help backup
check "which is the same" says 'chat-server [option…] backup [--output PATH]'
check "help of what is no command names those that are" operate 64 help frobnicate
check "and what it was" says 'unknown command: frobnicate; there are: serve, audit'
check "help of all needs no dashes" operate 0 help
check "and says how to ask for one" says 'chat-server help COMMAND'
check "the list of commands is in the help" operate 0 --help
check "with each of them" says 'retention'
check "a commented configuration is printed" operate 0 --print-config
check "with every limit" says '#max_connections = 10000'

scene "with a server that runs"
start_server --log-level info
for i in 1 2 3 4 5; do tell "line $i" || fail "a line is sent"; done
check "a database in use is sound" operate 0 check
check "and what was looked at is told" says 'is sound'
check "stats for people" operate 0 stats
check "count the room" says 'public rooms'
check "stats as JSON" operate 0 stats --json
check "are JSON" bash -c "sed '/^exit/d' '$world/run.log' | grep -q '\"public_rooms\":1'"
mkdir "$world/backups"
check "a backup beside a running server" operate 0 backup --output "$world/backups/one.tar"
check "says that the secrets are not in it" says 'The secrets are not in it'
check "is readable by its owner alone" [ "$(stat -c %a "$world/backups/one.tar")" = 600 ]
check "is an archive that tar reads" bash -c "tar -tf '$world/backups/one.tar' | grep -qx chat.db"
check "with a manifest" bash -c "tar -xOf '$world/backups/one.tar' manifest.json | grep -q '\"secrets\":false'"
check "and leaves nothing in the data folder" [ ! -e "$world/server/backup.part" ]
check "a backup replaces nothing" operate 65 backup --output "$world/backups/one.tar"
check "a folder gets a file with the time in its name" operate 0 backup --output "$world/backups"
check "which is there" bash -c "ls '$world'/backups/chat-backup-*.tar >/dev/null"
check "secrets without a passphrase are refused" operate 64 backup --with-secrets
echo 'a long enough passphrase' >"$world/passphrase"
chmod 644 "$world/passphrase"
check "a passphrase that all can read is refused" \
	operate 77 backup --with-secrets --passphrase-file "$world/passphrase"
chmod 600 "$world/passphrase"
check "a sealed backup" operate 0 backup --with-secrets --passphrase-file "$world/passphrase" \
	--output "$world/backups/two.sealed"
check "says that the secrets are in it" says 'The secrets are in it'
check "holds nothing in clear" not grep -qa -e 'line 1' -e chat.db -e pepper "$world/backups/two.sealed"
tell "after the backup"
for i in 1 2 3 4; do
	echo "file $i" >"$world/file$i"
	as alice "$client" --send '#lobby' --file "$world/file$i" >>"$world/send.log" 2>&1 ||
		fail "a file is sent"
done
check "a server that runs is not restored over" operate 75 restore "$world/backups/one.tar"
check "and what to do is told" says 'stop it first'
check "vacuum beside a running server" operate 0 vacuum
check "nothing to cut yet" operate 0 retention --dry-run
check "and it says so" says '0 messages'
check "a room's time is set" operate 0 retention '#lobby' 30d
check "and told" says '30 days'
check "a nonsense time is refused" operate 64 retention '#lobby' soon
check "an unknown room too" operate 80 retention '#nowhere' 30d
check "and taken back" operate 0 retention '#lobby' default
stop_server

scene "without a server"
check "check" operate 0 check
check "backup" operate 0 backup --output "$world/backups/three.tar"
check "stats" operate 0 stats
check "vacuum" operate 0 vacuum
check "retention" operate 0 retention
check "migrate has nothing to do" operate 0 migrate
check "and says so" says 'up to date'
check "a new pepper" operate 0 secrets rotate pepper
check "is there" [ -e "$world/server/secrets/pepper-2.key" ]

scene "files that are gone or damaged spoil no backup"
blob() { # N: where the content of file N lies, below the data folder
	local hash
	hash=$(sha256sum <"$world/file$1")
	echo "files/${hash:0:2}/${hash:0:64}"
}
: >"$world/server/$(blob 1)"
rm "$world/server/$(blob 2)"
echo 'FILE 3' >"$world/server/$(blob 3)"
check "a backup" operate 0 backup --output "$world/backups/files.tar"
check "has the others" says '2 files'
check "and names what is not in it" says "not there, and so not in it: $world/server/$(blob 1)"
check "each" says "not there, and so not in it: $world/server/$(blob 2)"
check "and what is damaged" says "damaged, and left out when it is restored: $(blob 3)"
data=$world/fewer
check "it is restored" operate 0 restore "$world/backups/files.tar"
check "without what was damaged" [ ! -e "$data/$(blob 3)" ]
check "with what was not" cmp "$data/$(blob 4)" "$world/file4"
check "and says what is lost" says 'lost: 3 files'
tar -C "$world" --delete -f "$world/backups/files.tar" "$(blob 4)"
data=$world/fewest
check "one that went after the manifest is no harm" operate 0 restore "$world/backups/files.tar"
check "but lost" says 'lost: 4 files'
data=$world/server

scene "restored"
check "a folder with a database is refused" operate 65 restore "$world/backups/one.tar"
check "and how to go on is told" says --force
check "with --force it is moved aside" operate 0 restore --force "$world/backups/one.tar"
check "and is told where" says 'before-restore-'
check "and what is lost" says 'lost: everything after'
check "the secrets in the folder are kept" says 'were kept'
start_server --log-level info
check "all logs begin anew" has "$world/server.log" 'all logs begin a new epoch'
five() { [ "$(lines '^line')" = 5 ]; }
until_true "what the backup has is there" five
rm -rf "$world/alice"
check "what came after it is not" [ "$(lines 'after the backup')" = 0 ]
tell "after the restore" || fail "the restored server takes messages"
check "and the restored one is sound" operate 0 check
stop_server

data=$world/elsewhere
check "a sealed one without its passphrase is refused" operate 77 restore "$world/backups/two.sealed"
check "and what it needs is told" says --passphrase-file
echo 'not the right passphrase' >"$world/wrong"
chmod 600 "$world/wrong"
check "the wrong passphrase is refused" \
	operate 73 restore "$world/backups/two.sealed" --passphrase-file "$world/wrong"
check "and nothing was restored" [ ! -e "$data/chat.db" ]
check "the right one opens it" \
	operate 0 restore "$world/backups/two.sealed" --passphrase-file "$world/passphrase"
check "with the secrets" cmp "$data/secrets/server.key" "$world/server/secrets/server.key"
head -c 100000 "$world/backups/one.tar" >"$world/backups/cut.tar"
head -c 100000 "$world/backups/two.sealed" >"$world/backups/cut.sealed"
cp "$world/backups/one.tar" "$world/backups/bad.tar"
printf 'X' | dd of="$world/backups/bad.tar" bs=1 seek=70000 conv=notrunc 2>/dev/null
data=$world/third
for bad in cut.tar bad.tar; do
	check "$bad is refused" operate 73 restore "$world/backups/$bad"
	check "and nothing of it is left" [ ! -e "$data/chat.db" ]
done
check "a sealed one that is cut off is refused" \
	operate 73 restore "$world/backups/cut.sealed" --passphrase-file "$world/passphrase"
mkdir "$world/tree"
echo x >"$world/tree/manifest.json"
tar -C "$world/tree" -cf "$world/backups/other.tar" --format=ustar manifest.json
check "somebody else's archive is refused" operate 73 restore "$world/backups/other.tar"
check "by name" says 'no backup of chat-server'

scene "damaged"
data=$world/server
size=$(stat -c %s "$data/chat.db")
dd if=/dev/urandom of="$data/chat.db" bs=4096 seek=$((size / 4096 - 8)) count=6 conv=notrunc 2>/dev/null
check "a damaged database is found" operate 73 check
check "and told what to do" says 'restore a backup'
check "and not backed up as if it were sound" not operate 0 backup --output "$world/backups/four.tar"
check "which leaves no file" [ ! -e "$world/backups/four.tar" ]
done_testing
