#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: run.sh BUILD SECONDS [NAME...]. Each fuzzer of the build for that long, starting
# from its corpus; what it finds stays in the build. Then one line each: executions, and
# how many lines of the files that it is for were reached. Fails on a crash, and when
# fewer than 80 of 100 lines were. FUZZ_SEED repeats a run: the same inputs in the same
# order, from the corpus alone.
set -euo pipefail
export LC_ALL=C.UTF-8

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
seconds=$2
shift 2
cd "$here/../.."
if [ $# = 0 ]; then
	for path in tests/fuzz/fuzz_*.c; do
		name=${path##*/fuzz_}
		set -- "$@" "${name%.c}"
	done
fi

fuzz_one() {
	local name=$1 binary=$build/tests/fuzz/fuzz_$1 out=$build/fuzz/$1
	[ -z "${FUZZ_SEED-}" ] || rm -rf "$out/corpus"
	mkdir -p "$out/corpus" "$out/found"
	LLVM_PROFILE_FILE=$out/raw.profraw "$binary" -max_total_time="$seconds" \
		-print_final_stats=1 -timeout=10 -rss_limit_mb=2048 -max_len=70000 \
		-artifact_prefix="$out/found/" -seed="${FUZZ_SEED:-0}" \
		"$out/corpus" "tests/fuzz/corpus/$name" >"$out/log" 2>&1
}

# Lines of the files that the fuzzer names, reached and in all.
lines_of() {
	local name=$1 out=$build/fuzz/$1 sources
	sources=$(sed -n 's|^/\* Covers: \(.*\) \*/$|\1|p' "tests/fuzz/fuzz_$name.c")
	llvm-profdata-14 merge -sparse "$out/raw.profraw" -o "$out/profile"
	llvm-cov-14 export -format=lcov -instr-profile "$out/profile" \
		"$build/tests/fuzz/fuzz_$name" | awk -F: -v sources="$sources" '
		BEGIN { count = split(sources, path, " ") }
		/^SF:/ {
			ours = 0
			for (i = 1; i <= count; i++)
				if (index($2, "/" path[i]) == length($2) - length(path[i]))
					ours = 1
		}
		/^LH:/ && ours { hit += $2 }
		/^LF:/ && ours { all += $2 }
		END { print hit + 0, all + 0 }'
}

status=0
printf '%-12s %14s %14s\n' fuzzer executions 'lines reached'
for name; do
	if ! fuzz_one "$name"; then
		tail -n 30 "$build/fuzz/$name/log" >&2
		echo "$name: crashed, the input is in $build/fuzz/$name/found" >&2
		status=1
		continue
	fi
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/fuzz/$name/log")
	read -r hit all <<<"$(lines_of "$name")"
	percent=$((all ? hit * 100 / all : 0))
	printf '%-12s %14d %9d of %d (%d %%)\n' "$name" "$runs" "$hit" "$all" "$percent"
	if [ "$percent" -lt 80 ]; then
		echo "$name: reached fewer than 80 % of the lines that it is for" >&2
		status=1
	fi
done
exit "$status"
