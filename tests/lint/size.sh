#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A file over 900 lines or a function over 60 does not pass; over 600 lines is a question
# for whoever reviews, printed as a remark. Tables (.def) are as long as they are.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

mapfile -t sources < <(files '*.c' '*.h')
lines() { [ ${#sources[@]} = 0 ] || wc -l "${sources[@]}" | grep -v ' total$'; }

point "no file is over 900 lines" "$(lines | awk '$1 > 900 { print $2 ": " $1 " lines" }')"
lines | awk '$1 > 600 && $1 <= 900 { print "# question: " $2 " has " $1 " lines" }'

# A function begins where a line with text in column 0 is followed by "{" alone, and ends
# with "}" alone. clang-format sees to it that they stand there.
point "no function is over 60 lines" "$([ ${#sources[@]} = 0 ] || awk '
	FNR == 1 { name = ""; start = 0 }
	/^[A-Za-z_].*\(/ && !/;[ \t]*$/ { name = $0 }
	/^\{$/ { start = FNR }
	/^\}/ {
		if (start && FNR - start + 1 > 60)
			print FILENAME ":" start ": " FNR - start + 1 " lines: " name
		start = 0
	}' "${sources[@]}")"

# clang-format keeps code within 90 columns and leaves comments alone.
point "no line is over 100 columns" "$([ ${#sources[@]} = 0 ] || perl -CSD -ne '
	chomp; my $text = $_;
	1 while $text =~ s/^([^\t]*)\t/$1 . " " x (8 - length($1) % 8)/e;
	print "$ARGV:$.: ", length($text), " columns\n" if length($text) > 100;
	close ARGV if eof' "${sources[@]}")"
finish
