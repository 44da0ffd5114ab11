#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The lints, looked at by themselves: each rule must find the sample that breaks it, or its
# silence about the real tree means nothing; and none may speak about a clean sample.
set -euo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
points=0
spdx='/* SPDX-License-Identifier: GPL-3.0-or-later */'

point() {
	points=$((points + 1))
	if [ "$1" = 0 ]; then
		echo "ok $points - $2"
	else
		echo "not ok $points - $2"
		sed 's/^/# /' "$tree/out"
	fi
}

fresh() {
	rm -rf "$tree/t"
	mkdir -p "$tree/t"/{common/base,common/proto,client/ui,server/core,tests,po}
	cp "$here/../../.clang-format" "$tree/t"
}

put() {
	mkdir -p "$tree/t/$(dirname "$1")"
	printf '%s\n' "${@:2}" >"$tree/t/$1"
}

# finds LINT RULE: the rule fails on the tree that was put together.
finds() {
	local status=0
	"$here/$1.sh" "$tree/t" >"$tree/out" 2>&1 || status=1
	grep -q "^not ok .* - $2" "$tree/out" || status=1
	point "$status" "$1: $2: is found when broken"
}

# bad LINT RULE PATH LINE...
bad() {
	fresh
	put "$3" "${@:4}"
	finds "$1" "$2"
}

bad include 'every "include" obeys' common/base/a.c '#include "common/proto/frame.h"'
bad include 'every "include" obeys' client/ui/a.c '#include "client/app.h"'
bad include 'every "include" obeys' client/ui/a.c '#include "client/net/link.h"'
bad include 'every "include" obeys' server/net/a.c '#include "server/core/post.h"'
bad include 'every "include" obeys' server/core/a.c '#include "common/os/file.h"'
bad include 'every "include" obeys' common/proto/a.c '#include "common/mls/group.h"'
bad include 'every "include" obeys' common/mls/a.c '#include "common/proto/frame.h"'
bad include 'a library is known' client/ui/view.c '#include <curses.h>'
bad include 'a library is known' server/core/a.c '#include <sqlite3.h>'
bad include 'a library is known' common/proto/frame.c '#include <cjson/cJSON.h>'
bad include 'a library is known' client/net/link.c '#include <libwebsockets.h>'
bad include 'a library is known' common/base/a.c '#include <libintl.h>'
bad include 'the pure rings' common/base/a.c '#include <unistd.h>'
bad include 'the pure rings' client/model/a.c '#include <sys/socket.h>'
bad include 'includes of our own' common/base/a.c '#include "err.h"'
bad include 'includes of our own' common/base/a.c '#include "../proto/frame.h"'
bad include 'includes stand in order' common/base/a.c '#include "common/base/a.h"' \
	'#include "common/base/b.h"' '#include <string.h>'
bad include 'includes stand in order' common/base/a.c '#include <string.h>' \
	'#include "common/base/a.h"'

fresh
for _ in {1..901}; do echo "int a;"; done >"$tree/t/common/base/a.c"
finds size 'no file is over 900'
fresh
{
	printf 'int f(void)\n{\n'
	for _ in {1..58}; do printf '\tg();\n'; done
	printf '\treturn 0;\n}\n'
} >"$tree/t/common/base/a.c"
finds size 'no function is over 60'
bad size 'no line is over' common/base/a.h "/* $(printf 'x%.0s' {1..100}) */"

bad banned 'no call writes without a bound' common/base/a.c '	strcpy(a, b);'
bad banned 'no call writes without a bound' common/base/a.c '	n = sprintf (a, b);'
bad banned 'no call keeps hidden state' common/base/a.c '	x = gmtime(&t);'
bad banned 'no call keeps hidden state' common/base/a.c '	if (rand() == 0)'
bad banned 'no call swallows errors' common/base/a.c '	x = atoi(text);'
bad banned 'no call starts a shell' client/a.c '	system("ls");'
bad banned 'memory comes from' client/a.c '	x = malloc(1);'
bad banned 'common does not read' common/base/a.c '	x = getenv("HOME");'
bad banned 'initscr' client/ui/a.c '	initscr();'
bad banned 'structs have no typedef' common/base/a.h 'typedef struct { int a; } a;'
bad banned 'only three places have' common/base/a.c 'static int count = 0;'
bad banned 'only three places have' client/a.c 'struct app *the_app;'
bad banned 'only three places have' client/a.c 'static char line[80];'

bad order 'common/base/a.def is sorted' common/base/a.def 'ROW(B, 1)' 'ROW(A, 2)'
bad order 'common/base/a.def is sorted' common/base/a.def 'ROW(A, 1)' 'ROW(A, 2)'

bad header 'every header compiles alone' common/base/a.h '#ifndef CHAT_A_H' \
	'#define CHAT_A_H' 'size_t f(void);' '#endif'
bad header 'every header has a guard' common/base/a.h 'int f(void);'
bad order 'common/base/a.def is sorted' common/base/a.def 'ROW(10, 1)' 'ROW(9, 2)'

fresh
put common/base/a.h '#ifndef CHAT_A_H' '#define CHAT_A_H' '#endif'
put common/base/b.h '#ifndef CHAT_A_H' '#define CHAT_A_H' '#endif'
finds header 'every header has a guard'

bad named 'PROTOCOL.md names every frame' common/proto/frame.def 'FRAME(ACK, ack, S, READY, 1)'
bad named 'REFERENCE.md names every call' common/proto/rest.def 'REST(room_list, GET, "/v1/rooms")'

bad head 'every file has its licence' common/base/a.c '/* Nothing. */'
bad head 'every source opens' common/base/a.c "$spdx" 'int a;'
bad head 'no file is called' client/util.c "$spdx"

todo='TO''DO'
bad text 'nothing is left to do' common/base/a.c "/* $todo: later */"
bad text 'no code is switched off' common/base/a.c '#if 0'
bad text 'no code is switched off' common/base/a.c '	// f(x);'
bad text 'no code is switched off' common/base/a.c '	/* f(x); */'
bad text 'no path of a machine' doc/a.md "It lies in /ho""me/dave."
bad text 'no number of a ticket' doc/a.md "See iss""ue #12."
bad text 'lines end clean' common/base/a.c 'int a; '
fresh
printf 'int a;' >"$tree/t/common/base/a.c"
finds text 'files end with a newline'

bad format 'every file is formatted' common/base/a.c 'int  a ;'
# shellcheck disable=SC2016 # the sample must not expand here
bad shell 'shellcheck finds nothing' tests/a.sh '#!/bin/sh' 'rm $1'

bad threat 'every threat names a test' doc/SECURITY.md '| who | what | why | by hand |'
# shellcheck disable=SC2016 # no command, but how the table quotes
bad threat 'every test that a threat names exists' doc/SECURITY.md \
	'| who | what | why | `rest/test_none.c` |'
bad mention 'files that are mentioned' doc/a.md 'It is read by common/base/none.c.'
bad mention 'files that are mentioned' common/base/a.c '/* Like base/none.h. */'
bad mention 'tests that are mentioned' doc/a.md 'test_none shows it.'
bad man 'mandoc finds nothing' doc/a.1 '.Dd today' 'text'
bad po 'every file with texts' client/a.c '	puts(_("a"));'
bad po 'POTFILES.in has no other' po/POTFILES.in 'common/base/a.c'
bad po 'POTFILES.in is sorted' po/POTFILES.in b.c a.c
# whole MSGSTR: a tree with one text, and a translation to it
translated() {
	fresh
	put client/a.c '	puts(_("a"));'
	put po/POTFILES.in client/a.c
	put po/LINGUAS de
	put po/de.po 'msgid ""' 'msgstr "Content-Type: text/plain; charset=UTF-8\n"' '' "$@"
}
translated 'msgid "b"' 'msgstr "c"'
finds po 'every translation is whole'
translated '#, fuzzy' 'msgid "a"' 'msgstr "b"'
finds po 'every translation is whole'

fresh
put common/base/a.h "$spdx" '/** Nothing: a sample. */' '#ifndef CHAT_BASE_A_H' \
	'#define CHAT_BASE_A_H' '' 'int a_count(const char *text);' '' '#endif'
put common/base/a.c "$spdx" '/* Counts; strcpy() and "rand(" stand in comments only. */' \
	'#include "common/base/a.h"' '' '#include <string.h>' '' 'int a_count(const char *text)' \
	'{' '	static const char *const words = "system(x)";' '' \
	'	return (int)strlen(text[0] ? text : words);' '}'
put common/base/a.def "$spdx" '/* Rows. */' 'ROW(A, 1)' 'ROW(B, 1)' 'OTHER(A, 1)'
put doc/a.md 'common/base/a.c and test/TOPIC.c; common/base/a.h declares it.'
for lint in include size banned order header head text mention po format shell; do
	status=0
	"$here/$lint.sh" "$tree/t" >"$tree/out" 2>&1 || status=1
	! grep -q '^not ok' "$tree/out" || status=1
	point "$status" "$lint: says nothing about a clean tree"
done

echo "1..$points"
