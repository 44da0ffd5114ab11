#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make install puts exactly this where a package wants it, and what was put there runs, in
# German too on a machine that has generated no locale.
# shellcheck source=tests/e2e/lib.sh disable=SC2119
. "$(dirname "$0")/lib.sh"

: "${prefix:?}"
root=$world/root
env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u DESTDIR make -s -C "$top_builddir" install \
	DESTDIR="$root" >"$world/install.log" 2>&1 || fail "make install"
ok "make install"

installed() { (cd "$root$prefix" && find . ! -type d ! -path './share/locale/*' | sort); }
# Where the libraries that decode pictures were there.
decoder=
[ ! -x "$top_builddir/client/chat-picture" ] || decoder=$'./libexec/chat/chat-picture\n'
wanted="./bin/chat-client
./bin/chat-server
./lib/systemd/system/chat-server.service
./lib/systemd/system/chat-server.socket
./lib/sysusers.d/chat.conf
./lib/tmpfiles.d/chat.conf
${decoder}./share/bash-completion/completions/chat-client
./share/bash-completion/completions/chat-server
./share/man/man1/chat-client.1
./share/man/man5/chat-server.conf.5
./share/man/man8/chat-server.8"
installed >"$world/installed.log"
check "programs and manuals are there, and nothing else" [ "$(installed)" = "$wanted" ]
while read -r language; do
	check "the texts in $language are there" \
		[ -s "$root$prefix/share/locale/$language/LC_MESSAGES/chat.mo" ]
done <"$top_srcdir/po/LINGUAS"

# From 2.38 on glibc takes C.UTF-8 for C, which has no language; then a locale is needed.
has_language() {
	local libc
	libc=$(getconf GNU_LIBC_VERSION)
	[ "$(printf '%s\n' 2.38 "${libc#glibc }" | sort -V | head -n 1)" != 2.38 ]
}

export CHAT_LOCALEDIR=$root$prefix/share/locale
for program in chat-client chat-server; do
	"$root$prefix/bin/$program" --version >"$world/version.log"
	check "$program says its version" has "$world/version.log" "$program "
	if has_language; then
		LANGUAGE=de "$root$prefix/bin/$program" --help >"$world/german.log"
		check "$program speaks German with LANGUAGE" has "$world/german.log" 'diese Hilfe'
		LC_ALL='' LANG=de_DE.UTF-8 "$root$prefix/bin/$program" --help >"$world/german.log"
		check "$program speaks German where de_DE was not generated" \
			has "$world/german.log" 'diese Hilfe'
	fi
	LANGUAGE=de LC_ALL=C "$root$prefix/bin/$program" --help >"$world/english.log"
	check "$program speaks English in the C locale" has "$world/english.log" 'this help'
	rows=$("$root$prefix/bin/$program" --help | awk 'length > 80')
	check "$program's help fits 80 columns" [ -z "$rows" ]
done
man=$(mandoc -T ascii "$root$prefix/share/man/man1/chat-client.1")
check "the manual is readable" grep -q 'CHAT-CLIENT(1)' <<<"$man"
done_testing
