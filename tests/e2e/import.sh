#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Logs of other programs come into a room, once, whatever happens in between, and go out
# again as JSON lines, text and HTML.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

export CHAT_SERVER=unix:$world/server/chat.sock
export_room() { operate 0 export room "$@"; }
texts() { sed -n 's/.*"record":"message".*"ts":\([0-9]*\).*"author":"\([^"]*\)".*"text":"\([^"]*\)".*/\1 \2 \3/p' "$1"; }

tab=$'\t'
{
	printf '2026-11-20 10:00:00\tbob\thello from before\n'
	printf '2026-11-20 10:00:00\tbob\thello from before\n'
	printf '2026-11-20 10:00:01\t *\tcarol waves\n'
	printf '2026-11-20 10:00:02\t-->\tdave has joined\n'
	printf 'what is this\n'
	printf '2026-11-20 10:00:03\t@dave\tbad \xff\xfe bytes \x1b[31m <b>&\n'
} >"$world/log.weechatlog"
cat >"$world/irssi.log" <<'EOF'
--- Log opened Fri Nov 20 09:00:00 2026
09:00 <@bob> good morning
09:01  * carol yawns
--- Day changed Sat Nov 21 2026
00:00 < bob> it is late
EOF
mkdir -p "$world/slack/general"
cat >"$world/slack/users.json" <<'EOF'
[{"id":"U1","name":"bob","profile":{"display_name":"Bob B."}},{"id":"U2","name":"carol","profile":{}}]
EOF
cat >"$world/slack/general/2026-11-19.json" <<'EOF'
[{"type":"message","user":"U1","text":"is <@U2> there?","ts":"1795082400.000100","blocks":[{"elements":[{"elements":[{"type":"text"}]}]}]},
 {"type":"message","subtype":"channel_join","user":"U2","text":"joined","ts":"1795082401.000100"}]
EOF
cat >"$world/slack/general/2026-11-20.json" <<'EOF'
[{"type":"message","user":"U2","text":"a &lt;tag&gt;","ts":"1795168800.000100","thread_ts":"1795082400.000100"}]
EOF

check "rooms are made" operate 0 user add alice
for room in old slack again; do
	check "… $room" operate 0 room create public "$room" owner=alice
done
check "without a server a log comes in" operate 0 import weechat "$world/log.weechatlog" --room old
check "and is counted" says '4 messages were imported, 0 were there already, 1 lines say nothing, 1 were not'
check "with the line that is not understood" says "log.weechatlog:5: "
start_server --log-level info
as me "$client" --send '#lobby' 'a word of today' >/dev/null 2>&1
online_lines me
type_line me '/join #old'
hear me 'dave'
check "a second time nothing comes" operate 0 import weechat "$world/log.weechatlog" --room old
check "which is counted" says '0 messages were imported, 4 were there already'
check "irssi's come in, too" operate 0 import irssi "$world/irssi.log" --room '#old' --map bob=alice
hear me 'it is late'
check "shown with the name they had" has "$world/me.log" '(imported)'
as me "$client" --search 'yawns' >"$world/found.log" 2>&1 || true
until_true "what came is found" bash -c "HOME='$world/me' INPUTRC=/dev/null '$client' --search yawns 2>/dev/null | grep -q yawns"
check "Slack's come in" operate 0 import slack "$world/slack" --channel general --room slack
check "whole" says '2 messages were imported'
check "its users have names" export_room slack --format text -o "$world/slack.txt"
check "… those" has "$world/slack.txt" '<Bob B. (imported)> is @carol there?'
check "a room that is not there is told" operate 80 import irssi "$world/irssi.log" --room nowhere
check "a file that is not there, too" operate 80 import irssi "$world/nothing.log" --room old
check "a direct chat takes none" operate 64 import irssi "$world/irssi.log"
close_lines me

# What goes out comes in again the same.
check "a room goes out as JSON lines" export_room old -o "$world/old.jsonl"
check "and never over a file" operate 65 export room old -o "$world/old.jsonl"
check "unless it is meant" export_room old -o "$world/old.jsonl" --force
check "and in again" operate 0 import jsonl "$world/old.jsonl" --room again
check "once" operate 0 import jsonl "$world/old.jsonl" --room again
check "… really" says '0 messages were imported, 7 were there already'
check "it goes out again" export_room again -o "$world/again.jsonl"
check "the same" [ "$(texts "$world/old.jsonl")" = "$(texts "$world/again.jsonl")" ]
check "all of it" [ "$(texts "$world/again.jsonl" | wc -l)" = 7 ]

check "text has no control characters" export_room old --format text -o "$world/old.txt"
check "… none" not grep -q $'\x1b' "$world/old.txt"
check "HTML" export_room old --format html -o "$world/old.html"
check "has no tag from outside" not grep -q '<b>&' "$world/old.html"
check "but its text" has "$world/old.html" '&lt;b&gt;&amp;'
check "and loads nothing" not grep -qE 'src=|href=|url\(' "$world/old.html"
check "from a day on" export_room old --format text --from 2026-11-21 -o "$world/late.txt"
check "… only that" not has "$world/late.txt" 'good morning'
check "… that" has "$world/late.txt" 'it is late'
check "no part is left" [ -z "$(find "$world" -name '*.part-*')" ]
check "the audit log knows" operate 0 audit list
check "of the import" says 'imported'
check "and of the reading" says 'admin_read'

# An end in the middle, then once more: the same as at once.
for ((i = 0; i < 3000; i++)); do
	printf '2026-11-20 11:%02d:%02d%sbob%sline %d\n' $((i / 60)) $((i % 60)) "$tab" "$tab" "$i"
done >"$world/long.weechatlog"
check "a room for that" operate 0 room create public long owner=alice
"$programs/server/chat-server" --data-dir "$world/server" --port 0 import weechat \
	"$world/long.weechatlog" --room long >/dev/null 2>&1 &
importer=$!
sleep 0.15
kill -9 "$importer" 2>/dev/null || true
wait "$importer" 2>/dev/null || true
check "what was begun goes on" operate 0 import weechat "$world/long.weechatlog" --room long
check "it goes out" export_room long -o "$world/long.jsonl"
check "whole, in order, nothing twice" [ "$(texts "$world/long.jsonl" | cut -d' ' -f4 | tr '\n' ' ')" = "$(seq -s' ' 0 2999) " ]
stop_server
check "the store is sound" operate 0 check
done_testing
