#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Who may include whom, and which file alone may know a library. The table is the include
# matrix of doc/ARCHITECTURE.md.
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

common='common/(base|proto|crypto|mls|identity|os|sqlite)/'
pure='common/(base|proto|crypto|mls|identity)/'

# First match counts: folder of the file, what it may include (regular expressions).
matrix="
common/base/      common/base/
common/proto/     common/(base|proto)/
common/crypto/    common/(base|crypto)/
common/mls/       common/(base|crypto|mls)/
common/identity/  common/(base|crypto|mls|identity)/
common/os/        common/(base|os)/
common/sqlite/    common/(base|sqlite)/
client/model/     ${pure}|client/model/
client/ui/        ${common}|client/(model|ui)/
client/net/       ${common}|client/(model|net)/
client/picture/   ${common}|client/(model|picture)/
client/e2ee/      ${common}|client/(model|e2ee)/
client/cache/     ${common}|client/(model|cache)/
client/unlock/    ${common}|client/unlock/
client/auth/      ${common}|client/(model|ui|net|e2ee|cache|unlock|auth)/|client/[a-z_]+\.(h|def)
client/cmd/       ${common}|client/(model|ui|net|e2ee|cache|unlock|auth|cmd)/|client/[a-z_]+\.(h|def)
client/on/        ${common}|client/(model|ui|net|e2ee|cache|unlock|auth|on)/|client/[a-z_]+\.(h|def)
client/script/    ${common}|client/(model|ui|net|e2ee|cache|unlock|auth|script)/|client/[a-z_]+\.(h|def)
client/           ${common}|client/
server/store/     ${common}|server/store/
server/bus/       ${common}|server/bus/
server/mail/      ${common}|server/mail/
server/obs/       ${common}|server/obs/
server/hook/      ${common}|server/hook/|server/net/range\.h
server/net/       ${common}|server/net/
server/core/      ${pure}|server/(core|ds|store|bus|mail)/
server/ds/        ${pure}|server/(core|ds|store|bus|mail)/
server/on/        ${common}|server/(core|ds|store|bus|mail|net|obs|on)/|server/[a-z_]+\.(h|def)
server/rest/      ${common}|server/(core|ds|store|bus|mail|net|obs|hook|rest)/|server/[a-z_]+\.(h|def)
server/admin/     ${common}|server/(core|ds|store|bus|mail|obs|admin)/|server/[a-z_]+\.(h|def)
server/           ${common}|server/
tests/            (common|client|server|tests)/
"

# Library header, the files that may include it.
libraries='
cjson/            common/proto/json\.c
sodium            common/crypto/
openssl/          common/crypto/
sqlite3           common/sqlite/|server/store/(driver|vfs)_sqlite[a-z_]*\.[ch]|client/cache/(db|vfs)[a-z_]*\.[ch]
curl              server/(hook/poster_curl|mail/mailer_smtp)\.c
libwebsockets     server/net/(loop[a-z_]*|ws|http)\.[ch]|client/net/transport_ws(_[a-z]+)?\.[ch]
readline/         client/ui/line\.c
qrencode          client/ui/qr\.c
(n?curses|term\.h) client/ui/screen_curses\.c
uv                server/net/loop[a-z_]*\.[ch]
png               client/picture/decode_png\.c
turbojpeg         client/picture/decode_jpeg\.c
webp/             client/picture/decode_webp\.c
seccomp           client/picture/sandbox\.c
security/         client/unlock/pam\.c
fido              client/unlock/token_fido2\.c
(libintl|locale)  common/os/lang\.c
'

# Headers of the system that the pure rings have no business with: files, sockets,
# terminals, processes, the clock, signals.
impure='(fcntl|unistd|dirent|termios|poll|netdb|locale|time|sys/(socket|stat|file|un|wait|ioctl|mman|time|epoll|eventfd|signalfd)|netinet/.*|arpa/.*)\.h'
# base/worker.c blocks signals in its threads; nothing else of common knows signals.
pure_folders='(common/(base|proto|crypto|mls|identity)|client/model|server/core|server/ds)/'

includes() { files '*.c' '*.h' | xargs -r grep -nE '^[ 	]*#[ 	]*include' /dev/null || true; }

point "every \"include\" obeys the matrix" "$(includes | awk -v matrix="$matrix" '
	BEGIN {
		count = split(matrix, lines, "\n")
		for (i = 1; i <= count; i++)
			if (split(lines[i], cell, /[ \t]+/) == 2) {
				folder[++rows] = cell[1]
				allowed[rows] = cell[2]
			}
	}
	match($0, /include[ \t]*"[^"]*"/) {
		split($0, at, ":")
		name = substr($0, RSTART, RLENGTH)
		gsub(/include[ \t]*"|"/, "", name)
		row = 0
		for (i = 1; i <= rows && !row; i++)
			if (index(at[1], folder[i]) == 1)
				row = i
		if (!row || name !~ "^(" allowed[row] ")")
			print at[1] ":" at[2] ": may not include \"" name "\""
	}')"

point "a library is known to one place" "$(includes | awk -v libraries="$libraries" '
	BEGIN {
		count = split(libraries, lines, "\n")
		for (i = 1; i <= count; i++)
			if (split(lines[i], cell, /[ \t]+/) == 2) {
				library[++rows] = cell[1]
				place[rows] = cell[2]
			}
	}
	match($0, /include[ \t]*<[^>]*>/) {
		split($0, at, ":")
		name = substr($0, RSTART, RLENGTH)
		gsub(/include[ \t]*<|>/, "", name)
		for (i = 1; i <= rows; i++)
			if (name ~ "^" library[i] && at[1] !~ "^(tests/|" place[i] ")")
				print at[1] ":" at[2] ": may not include <" name ">"
	}')"

point "the pure rings do not touch the system" "$(includes |
	grep -E "^$pure_folders" | grep -E "<$impure>" || true)"

point "includes of our own say the whole path" "$(includes |
	grep -E '"(\.|[^"/]*")' || true)"

# The header that the file is about, <system>, "ours". The first may have another name: the
# readers of options are about opt.h. Tables stand where they are used.
# shellcheck disable=SC2016 # awk expands it
point "includes stand in order" "$(files '*.c' | grep -v '^tests/' | xargs -r awk '
	FNR == 1 { seen = 0; ours = 0 }
	/^#include </ && ours { print FILENAME ":" FNR ": <system> after \"ours\"" }
	/^#include ".*\.h"/ {
		own = FILENAME
		sub(/c$/, "h", own)
		if (seen && $2 == "\"" own "\"")
			print FILENAME ":" FNR ": its own header comes first"
		if (seen) ours = 1
	}
	/^#include/ { seen = 1 }')"
finish
