#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Files over HTTP, as curl and browsers move them: in pieces, over a kill -9, with ranges;
# what a slow or a greedy client gets; a backup that has them.
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

ask() { curl -s --unix-socket "$world/server/chat.sock" "$@"; }
S=http://localhost/v1
# word NAME: of the JSON on standard input
word() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" | grep . || true; }
status() { ask -o /dev/null -w '%{http_code}' "$@"; }
piece() { # FILE OFFSET LENGTH
	dd if="$world/in" iflag=skip_bytes,count_bytes skip="$2" count="$3" bs=64K status=none |
		ask -X PATCH "$S/files/$1?offset=$2" --data-binary @-
}
received() { ask "$S/files/$1/info" | word received; }

start_server --file-most 20M --file-quota 30M
size=$((9 * 1024 * 1024 + 17))
head -c $size /dev/urandom >"$world/in"
file=$(ask "$S/files" -d "{\"name\":\"../../etc/disk image.bin\",\"size\":$size}" | word file)
check "a file gets an id" [ ${#file} = 26 ]
piece "$file" 0 1048576 >/dev/null
check "so much has come" [ "$(piece "$file" 1048576 1048576 | word received)" = 2097152 ]

scene "the server dies in the middle"
(
	for ((at = 2097152; at < size; at += 1048576)); do
		piece "$file" "$at" 1048576 | word received
	done
) >"$world/acked" &
writer=$!
until_true "some pieces are acknowledged" [ -s "$world/acked" ]
kill -9 "$server_pid"
wait "$server_pid" 2>/dev/null || true
wait "$writer" || true
acked=$(tail -n 1 "$world/acked")
start_server --file-most 20M --file-quota 30M
at=$(received "$file")
check "what was acknowledged is there" [ "$at" -ge "$acked" ]
while [ "$at" -lt "$size" ]; do
	at=$(piece "$file" "$at" 1000000 | word received)
done
ask "$S/files/$file" -o "$world/out"
check "it comes out as it went in" cmp -s "$world/in" "$world/out"

scene "how it comes out"
ask -I "$S/files/$file" | tr -d '\r' >"$world/head"
check "HEAD says how large it is" has "$world/head" "Content-Length: $size"
check "and what it is" has "$world/head" 'Content-Type: application/octet-stream'
check "it is saved, not shown" has "$world/head" "attachment; filename*=UTF-8''disk%20image.bin"
check "and not guessed at" has "$world/head" 'X-Content-Type-Options: nosniff'
tag=$(sed -n 's/^ETag: //p' "$world/head")
ask -r 1000000-1000099 "$S/files/$file" -o "$world/part"
check "a range is those bytes" cmp -s <(dd if="$world/in" iflag=skip_bytes,count_bytes skip=1000000 count=100 status=none) "$world/part"
check "a range is 206" [ "$(status -r 0-9 "$S/files/$file")" = 206 ]
check "beyond the end is 416" [ "$(status -r "$size-" "$S/files/$file")" = 416 ]
check "several at once are the whole" [ "$(status -r 0-1,5-6 "$S/files/$file")" = 200 ]
check "If-Range of this file is a part" \
	[ "$(status -r 0-9 -H "If-Range: $tag" "$S/files/$file")" = 206 ]
check "If-Range of another is the whole" \
	[ "$(status -r 0-9 -H 'If-Range: "x"' "$S/files/$file")" = 200 ]
check "what one has is not sent again" [ "$(status -H "If-None-Match: $tag" "$S/files/$file")" = 304 ]
head -c 5000000 "$world/in" >"$world/resumed"
ask -C - "$S/files/$file" -o "$world/resumed"
check "curl goes on where it stopped" cmp -s "$world/in" "$world/resumed"

scene "bounds"
check "a file that is too large is refused" \
	[ "$(ask "$S/files" -d '{"name":"a","size":20971521}' | word code)" = too_big ]
check "one more than there is place for, too" [ "$(ask "$S/files" -d '{"name":"a","size":20971520}' |
	word size)$(ask "$S/files" -d '{"name":"a","size":9000000}' | word code)" = 20971520quota ]
check "a piece that is too large is not even read" \
	[ "$(head -c 1048577 /dev/zero | status -X PATCH "$S/files/$file" --data-binary @-)" = 413 ]
check "a file that is not there is not found" [ "$(status "$S/files/abaaaaaaaaaaaaaaaaaaaaaaaa")" = 404 ]
check "an id that is none is malformed" [ "$(status "$S/files/nothing")" = 400 ]

scene "what a message names"
sent=$(ask "$S/rooms/lobby/messages" -d "{\"text\":\"the image\",\"files\":[\"$file\"]}" | word cid)
ask "$S/messages/$sent" >"$world/message"
check "a message says what hangs on it" has "$world/message" '"name":"disk image.bin"'
check "it is kept with the message" [ "$(status -X DELETE "$S/files/$file")" = 409 ]

"$programs/server/chat-server" backup --data-dir "$world/server" --output "$world/backup" \
	>"$world/backup.log" 2>&1 || fail "backup"
ask "$S/files/$file" -o "$world/slow" --limit-rate 4M &
slow=$!
until_true "a download has begun" [ -s "$world/slow" ]
stop_server
wait "$slow" || fail "a download is finished before the server ends"
check "a download is finished before the server ends" cmp -s "$world/in" "$world/slow"
"$programs/server/chat-server" restore --data-dir "$world/again" "$world/backup" \
	>>"$world/backup.log" 2>&1 || fail "restore"
check "a backup has it" has "$world/backup.log" '1 files'
"$programs/server/chat-server" check --data-dir "$world/again" >>"$world/backup.log" 2>&1 ||
	fail "what came back is sound"
check "what came back is the same" cmp -s "$world/in" "$world"/again/files/??/*
done_testing
