#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The load generator notices what goes wrong: a fan-out that makes one mistake must fail
# it, with the right word, and one without must not. And chat-server must pass, in each
# kind of scene that is short.
set -u
bench=${top_builddir:-.}/tests/bench
count=0 status=0

# load PATTERN STATUS WHAT [OPTION…]
load() {
	local pattern=$1 wanted=$2 what=$3 out got=0
	shift 3
	count=$((count + 1))
	out=$("$bench/bench_load" --server "${top_builddir:-.}/server/chat-server" \
		--fanout "$bench/raw_fanout" --rounds 1 --seconds 0.2 "$@" 2>&1) || got=$?
	if [ "$got" = "$wanted" ] && grep -q "$pattern" <<<"$out"; then
		echo "ok $count - $what"
	else
		echo "not ok $count - $what (status $got)"
		echo "# ${out//$'\n'/$'\n'# }"
		status=1
	fi
}

echo 1..9
load 'deliveries per second' 0 "a right fan-out passes" --peers raw A10
load ' 1 lost, 0 doubled, 0 out of order' 1 "a lost message fails" --peers raw --fault lose A10
load ' 0 lost, 1 doubled, 0 out of order' 1 "a doubled message fails" --peers raw --fault double A10
load ' 0 lost, 0 doubled, [1-9][0-9]* out of order' 1 "swapped messages fail" --peers raw --fault swap A10
load ' 1 lost, 0 doubled, 0 out of order' 1 "a lost message of a pair fails" --peers raw --fault lose B100
load 'deliveries per second' 0 "chat-server passes" --peers chat A10
load 'half are faster' 0 "chat-server passes at a pace" --peers chat latency
load 'messages per transaction' 0 "chat-server passes beside SQLite alone" --peers chat S10

count=$((count + 1))
if out=$("$bench/bench_size" --server "${top_builddir:-.}/server/chat-server" \
	--seconds 0.2 500 2>&1) && grep -q 'resume of 300 events' <<<"$out"; then
	echo "ok $count - chat-server answers with pages and resumes"
else
	echo "not ok $count - chat-server answers with pages and resumes"
	echo "# ${out//$'\n'/$'\n'# }"
	status=1
fi
exit "$status"
