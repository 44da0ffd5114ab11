# SPDX-License-Identifier: GPL-3.0-or-later
# For tests that need a mount or a network of their own: how to get one here.
# shellcheck shell=bash

# enter_room FLAGS: $enter is a command that runs its arguments in new namespaces (unshare's
# FLAGS), as root of them; as root, as a user where users may, or by sudo. Prints a skip and
# ends where none of these works.
enter_room() {
	local flags=$1 way
	local same='--propagation unchanged' # in a chroot its root cannot be made private
	for way in "unshare $flags" "unshare $flags $same" "unshare -Ur $flags" \
		"sudo -n unshare $flags" "sudo -n unshare $flags $same"; do
		read -ra enter <<<"$way"
		if "${enter[@]}" true 2>/dev/null; then
			return 0
		fi
	done
	echo "1..0 # SKIP no namespaces ($flags) here: neither root, nor user namespaces, nor sudo"
	exit 0
}
