#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Pictures on the screen: below the message, on a page, by each way that a terminal has; what
# is no picture is said in a line.
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

[ -x "${client%/*}/chat-picture" ] || { echo "1..0 # SKIP built without pictures"; exit 0; }
export CHAT_SERVER=unix:$world/server/chat.sock
start_server

# A PNG file whose left half is red and whose right half is blue: png COLUMNS ROWS >FILE
png() {
	python3 -c '
import struct, sys, zlib
cols, rows = int(sys.argv[1]), int(sys.argv[2])
def chunk(name, data):
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
line = b"\0" + b"\xff\0\0" * (cols // 2) + b"\0\0\xff" * (cols - cols // 2)
sys.stdout.buffer.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", cols, rows, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(line * rows)) + chunk(b"IEND", b""))' "$1" "$2"
}

png 80 40 >"$world/flag.png"
png 40 40 | head -c 60 >"$world/torn.png"
as alice "$client" --send '#lobby' --file "$world/torn.png" 'torn' 2>"$world/send.log" || fail "sent"
as alice "$client" --send '#lobby' --file "$world/flag.png" 'whole' 2>>"$world/send.log" || fail "sent"

scene "in cells"
open_terminal dora 100 40 sh -c "HOME=$world/dora COLORTERM= TERM=xterm-256color '$client' 2>$world/dora.log; echo ended; exec cat"
see dora "[#lobby]"
see dora "flag.png"
see dora "▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀"
ok "a picture stands below its message"
see dora "picture cannot be shown: the file"
ok "a damaged one is said"
# What tmux shows of it: red above red on the left, blue on the right.
colours() { terminal capture-pane -e -p -t dora | grep -q '38;5;196.*48;5;196.*38;5;21.*48;5;21'; }
until_true "its colours are the terminal's" colours
ok "its colours are the terminal's"
say dora "/set images off"
see_gone dora "▀▀▀▀▀▀▀▀"
ok "/set images off takes it away"
say dora "/view"
see dora "(Esc closes)"
see dora "▀▀▀▀▀▀▀▀"
ok "/view shows it on a page all the same"
leave_page dora
see_gone dora "▀▀▀▀▀▀▀▀"

scene "in points"
# heard PATTERN: whether these bytes went to the terminal since listen().
listen() { : >"$world/bytes" && terminal pipe-pane -t dora -O "cat >>'$world/bytes'"; }
heard() { LC_ALL=C grep -qaP "$1" "$world/bytes"; }
say dora "/set images kitty"
listen
say dora "/view"
until_true "kitty is given points" heard '\x1b_Ga=T,f=32,s=80,v=40,c=80,r=20,C=1,i=1,q=2,m=1;/wAA'
ok "kitty is given points"
leave_page dora
until_true "and told to forget them" heard '\x1b_Ga=d,d=I,i=1,q=2;'
ok "and told to forget them"
say dora "/set images sixel"
listen
say dora "/view"
until_true "a sixel is drawn" heard '\x1bP0;1;0q"1;1;[0-9]+;[0-9]+#0;2;0;0;0'
ok "a sixel is drawn"
see dora "(Esc closes)"
leave_page dora
see dora "whole"
ok "and the room is there again"
say dora "/set images auto"

scene "picked"
press dora M-v
see dora "v view"
press dora v
see dora "(Esc closes)"
ok "v shows the picture of the picked message"
leave_page dora
see dora "▀▀▀▀▀▀▀▀"

scene "opened"
type_in dora "see https://wiki.example/grow, it says why"
press dora Enter
in_the_room() { screen dora | grep -q 'wiki.example/grow.*│'; }
until_true "it is said" in_the_room
say dora "/open"
see dora "open_command is not set"
ok "/open starts nothing that was not configured"

scene "paths"
mkdir -p "$world/desk/drawer"
: >"$world/desk/a plan.txt"
: >"$world/desk/drawer/inside.txt"
type_in dora "/file $world/desk/dr"
press dora Tab
see dora "desk/drawer/"
type_in dora "in"
press dora Tab
see dora "desk/drawer/inside.txt"
ok "Tab completes a path, folder by folder"
press dora C-u
type_in dora "/file $world/desk/a pl"
press dora Tab
see dora "desk/a plan.txt"
ok "also behind a blank"
press dora C-u
type_in dora "/profile avatar $world/flag"
press dora Tab
see dora "flag.png"
ok "and that of one's own picture"
leave() {
	press dora C-u
	say dora "/quit"
	hides dora "[#lobby]"
}
until_true "it ends" leave

scene "opened by what was configured"
printf '#!/bin/sh\nprintf "%%s|" "$@" >>"%s"\n' "$world/opened" >"$world/opener"
chmod +x "$world/opener"
open_terminal fred 100 40 sh -c "cd $world/desk && HOME=$world/dora '$client' --open-command '$world/opener -x' 2>$world/fred.log; echo ended; exec cat"
see fred "https://wiki.example/grow"
say fred "/open"
see fred "wiki.example/grow: opened"
until_true "the program got the link" has "$world/opened" '-x|https://wiki.example/grow|'
ok "the program got the link, in words of its own"
cp "$world/flag.png" "$world/banner.png"
as alice "$client" --send '#lobby' --file "$world/banner.png" 2>>"$world/send.log" || fail "sent"
see fred "banner.png"
say fred "/open"
see fred "banner.png: opened"
until_true "and a saved file" has "$world/opened" '-x|./banner.png|'
check "which is here now" cmp -s "$world/banner.png" "$world/desk/banner.png"
say fred "/quit"
see fred "ended"

scene "without the program that decodes"
mkdir "$world/alone"
cp "$client" "$world/alone/chat-client"
open_terminal emil 100 40 sh -c "HOME=$world/dora '$world/alone/chat-client' 2>$world/emil.log; echo ended; exec cat"
see emil "flag.png"
say emil "/view"
see emil "chat-picture is not installed"
ok "it says so, and all else goes on"
done_testing
