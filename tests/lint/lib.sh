# SPDX-License-Identifier: GPL-3.0-or-later
# For the lints: TAP, and the files of the tree. A lint is called with the root of the tree
# to look at (the self-test makes bad ones) and prints one test point for each rule.
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C.UTF-8

root=${1:-${top_srcdir:-.}}
cd "$root"
points=0

# Paths of the tree that exist, whose names match: files '*.c' '*.h'. What a build made in
# the tree is not ours.
files() {
	local dir dirs=() names=() pattern
	for pattern; do
		names+=(-o -name "$pattern")
	done
	for dir in common client server tests doc po .ci; do
		[ ! -d "$dir" ] || dirs+=("$dir")
	done
	[ ${#dirs[@]} -gt 0 ] || return 0
	find "${dirs[@]}" -type f \( "${names[@]:1}" \) ! -path '*/build/*' | sort
}

# point RULE FINDINGS: one test point; it fails when FINDINGS is not empty.
point() {
	points=$((points + 1))
	if [ -z "$2" ]; then
		echo "ok $points - $1"
		return 0
	fi
	echo "not ok $points - $1"
	printf '%s\n' "$2" | sed 's/^/# /'
}

# At the end of each lint.
finish() { echo "1..$points"; }

# Print the C files with comments and the insides of texts blanked, as path:line:code.
code_of() {
	[ $# = 0 ] || perl -e '
		for my $path (@ARGV) {
			open(my $in, "<", $path) or die "$path: $!";
			local $/;
			my $text = <$in>;
			$text =~ s{(/\*.*?\*/|//[^\n]*)|("(?:[^"\\\n]|\\.)*")|(\x27(?:[^\x27\\\n]|\\.)+\x27)}{
				my $piece = $&;
				if (defined $1) { $piece =~ s/[^\n]/ /g } else { $piece = defined $2 ? "\"\"" : "0" }
				$piece }gse;
			my $line = 0;
			printf "%s:%d:%s\n", $path, ++$line, $_ for split /\n/, $text;
		}' "$@"
}
