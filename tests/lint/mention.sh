#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the pages, and the comments of the code, say is in the tree is in the tree.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2016 # it is perl that expands
# mentions PATTERN: path:line:word for all that matches in pages and in comments of C.
mentions() {
	{
		files '*.md' '*.c' '*.h' '*.def'
		find . -maxdepth 1 -name '*.md' -printf '%P\n'
	} | xargs -r perl -e '
		my $pattern = shift;
		for my $path (@ARGV) {
			open(my $in, "<", $path) or die "$path: $!";
			local $/;
			my $text = <$in>;
			if ($path !~ /\.md$/) { # all but the comments goes, lines stay
				my $left = "";
				while ($text =~ m{\G(?:(/\*.*?\*/)|"(?:[^"\\\n]|\\.)*"|\x27(?:[^\x27\\\n]|\\.)+\x27|[^/"\x27]+|.)}gs) {
					my $piece = $&;
					$piece =~ tr/\n//cd unless defined $1;
					$left .= $piece;
				}
				$text = $left;
			}
			my $line = 0;
			for (split /\n/, $text) {
				$line++;
				while (/$pattern/g) { print "$path:$line:$1\n" }
			}
		}' "$1"
}

# Every file with each of its endings: a/b/c.h, b/c.h, c.h; and every folder.
known=$(find . -path ./build -prune -o -path ./.git -prune -o -print | sed 's|^\./||' |
	awk '{ print; while (sub(/^[^\/]*\//, "")) print }' | sort -u)
# missing: of path:line:word on standard input, those whose word names nothing that is known.
missing() {
	awk -F: -v known="$known" '
		BEGIN { split(known, rows, "\n"); for (i in rows) there[rows[i]] = 1 }
		!($3 in there) { print }'
}

# A word with capitals stands for another one: server/store/store_TOPIC.c.
point "files that are mentioned are there" \
	"$(mentions '(?<![\w/.<\$~-])((?:[a-z0-9_.-]+\/)+[a-z0-9_-]+\.(?:c|h|def|inc|sh|md|py|in|po))\b(?![\w*])' |
		missing)"
point "tests that are mentioned are there" \
	"$(mentions '(?<![\w\/])(test_[a-z0-9_]*[a-z0-9])\b(?![_*(])' | sed 's/$/.c/' | missing | sed 's/\.c$//')"
finish
