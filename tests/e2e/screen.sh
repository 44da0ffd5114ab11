#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The proof that the grid is right on a real terminal (tmux): rows that ncurses counts
# wrongly, links, right-to-left text, changes between the two ways of painting, and the
# terminal as it was afterwards.
set -u
probe=${top_builddir:?}/tests/e2e/screen_probe
dir=$(mktemp -d)
mux() { tmux -S "$dir/socket" -f /dev/null "$@"; }
trap 'mux kill-server 2>/dev/null; rm -rf "$dir"' EXIT
export LC_ALL=C.UTF-8
count=0
point() {
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		printf '# got:  %s\n# want: %s\n' "${2//$'\n'/ / }" "${3//$'\n'/ / }"
	fi
}
wait_for() {
	for _ in $(seq 200); do
		mux capture-pane -p | grep -qF -- "$1" && return 0
		sleep 0.05
	done
	return 1
}
# Column behind the bar in each row, as tmux counts: its search stops there.
bars() {
	local columns=() last=-1
	mux copy-mode
	mux send-keys -X history-top
	mux send-keys -X top-line
	mux send-keys -X start-of-line
	for _ in 1 2 3 4 5 6 7; do
		mux send-keys -X search-forward '|'
		columns+=("$(mux display -p '#{copy_cursor_y}:#{copy_cursor_x}')")
	done
	mux send-keys -X cancel
	echo "${columns[*]}"
}
want="0:31 1:31 2:31 3:31 4:31 5:31 6:31"

mux new-session -d -x 60 -y 12 "stty -a >$dir/before; $probe; stty -a >$dir/after; echo ended; cat"
mux pipe-pane -o "cat >$dir/raw"
wait_for "was plain and long"
point "every bar stands in its column" "$(bars)" "$want"
row=$(mux capture-pane -p | sed -n 2p)
point "common wide text passes through ncurses" "$row" "$(printf '日本語 e\u0301 é                    |')"
mux send-keys a
wait_for "now plain"
point "rows change hands between ncurses and us" "$(bars)" "$want"
point "nothing of the old picture is left" "$(mux capture-pane -p | sed -n 3p)" \
	"now plain                     |"
mux send-keys a
wait_for "was plain and long"
point "and change back" "$(bars)" "$want"
point "the cursor stands where it was put" "$(mux display -p '#{cursor_x},#{cursor_y}')" "3,7"
mux send-keys a
wait_for ended
point "the terminal is left as it was found" "$(cat "$dir/after")" "$(cat "$dir/before")"
point "the screen before it is back" "$(mux capture-pane -p | grep -c 'plain ascii')" 0
link=$(grep -caF $'\e]8;;https://example.org/%C3%A4\e\\' "$dir/raw")
point "a link is written as OSC 8" "$([ "$link" -gt 0 ] && echo yes)" yes
for mode in 2004 1000 1006 1004; do
	last=$(grep -ao $'\e\\[?'$mode'[hl]' "$dir/raw" | tail -1)
	point "mode $mode is off at the end" "$last" $'\e[?'$mode'l'
done
echo "1..$count"
