#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Calls that are not made here, each with what is used instead.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

mapfile -t sources < <(files '*.c' '*.h')
code() { code_of "${sources[@]}"; }

calls() {
	code | perl -ne 'print if /(?<![\w.>])('"$1"')\s*\(/' |
		sed "s|\$|   <- $2|"
}

# A test may draw the same numbers every time, and read what its own programs print.
not_tests() { grep -v '^tests/' || true; }

point "no call writes without a bound" "$(
	calls 'strcpy|strcat|stpcpy|wcscpy|wcscat|sprintf|vsprintf|gets' 'struct str or snprintf'
	calls 'strncpy|strncat' 'memcpy and a length'
	calls 'scanf|sscanf|fscanf|vsscanf' 'a parser that says what is wrong' | not_tests
	calls 'alloca' 'mem_alloc')"
point "no call keeps hidden state" "$(
	calls 'strtok|gmtime|localtime|ctime|asctime|tmpnam|tempnam|mktemp|strerror_l' 'the _r form'
	calls 'rand|srand|drand48' 'random_bytes'
	calls 'random|srandom' 'random_bytes' | not_tests)"
point "no call swallows errors" "$(calls 'atoi|atol|atoll|atof' 'opt_parse_int')"
point "no call starts a shell" "$(calls 'system|popen' 'posix_spawn with an argv')"
point "memory comes from mem.h" "$(
	calls 'malloc|calloc|realloc|reallocarray|strdup|strndup|asprintf|vasprintf' 'mem.h' |
		not_tests | grep -v '^common/base/mem\.c:' || true)"
point "common does not read the environment" "$(
	calls 'getenv|secure_getenv|setlocale' 'a parameter' |
		grep '^common/' | grep -v '^common/os/' || true)"
point "initscr is not used, it exits for unknown terminals" "$(calls 'initscr' 'newterm')"
point "structs have no typedef" "$(code |
	grep -E ':[ 	]*typedef[ 	]+(struct|union|enum)\b[^(#]*$' || true)"
# Readline is one per process: doc/decisions/0010-readline-owner.md. What a signal handler
# needs to restore the terminal it can find nowhere else: doc/decisions/0012-rescue.md.
point "only three places have a mutable global" "$(code |
	perl -ne 'print if m{^(?!tests/)[^:]+\.c:\d+:(static\s+)?(?!const\b|typedef\b|extern\b|return\b)(?:(?:_Atomic|volatile|unsigned|struct|enum|union)\s+)*\w+[ *]+\w+(\[[^\]]*\])?\s*(=[^(]*)?;\s*$}
		&& !/:static const/ && !/\*const / && !/^common\/base\/(log|str)\.c:/ && !/^client\/(ui\/line|rescue)\.c:/' |
	grep -vE ':(struct|union|enum) [a-z_0-9]+;$' || true)"
finish
