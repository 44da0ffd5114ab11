# SPDX-License-Identifier: GPL-3.0-or-later
# Reads `perf script -F comm,ip,sym,dso` and says which part of the server's CPU went where.
# A sample belongs to the system call that it is in, or else to the library or the function
# where it is. -v cost=MICROSECONDS of a delivery adds what each part costs of it.
function group(    i, kernel) {
	kernel = dso[1] ~ /kernel|^\[k/
	if (kernel) {
		for (i = depth; i > 0; i--) {
			if (sym[i] ~ /sys_(sendto|sendmsg|sendmmsg|writev?)$/)
				return "send: system calls and loopback"
			if (sym[i] ~ /sys_(recvfrom|recvmsg|readv?)$/)
				return "receive: system calls"
			if (sym[i] ~ /sys_(fdatasync|fsync|p(write|read)64|fcntl|ftruncate|fallocate)$/)
				return "disk: system calls"
			if (sym[i] ~ /sys_futex/)
				return "threads waking each other"
			if (sym[i] ~ /sys_(epoll|poll|io_uring)/)
				return "waiting for events"
		}
		for (i = depth; i > 0; i--)
			if (sym[i] ~ /net_rx_action|process_backlog/)
				return "network interrupts"
		return "kernel, other"
	}
	if (dso[1] ~ /libsqlite3/) return "SQLite"
	if (dso[1] ~ /libwebsockets/) return "libwebsockets"
	if (dso[1] ~ /libuv/) return "event loop (libuv)"
	if (dso[1] ~ /libcjson/) return "JSON: reading and writing"
	if (dso[1] ~ /libsodium|libcrypto/) return "cryptography"
	if (sym[1] ~ /alloc|free|^unlink_chunk/) return "memory: malloc and free"
	if (sym[1] ~ /^(json|frame|body|id|utf8|base64)_|^(put|get|read|write)_(field|text|id|uint)/)
		return "JSON: reading and writing"
	if (sym[1] ~ /^(store|seats?|sqlite|writer|post|stmt|bind|run|driver|prepared)_?/)
		return "rules and statements"
	if (sym[1] ~ /^(hear|sendq|packet|bus|conns?|write_some|flush|ws|input|news|publish|listener)_?/)
		return "fan-out and queues"
	if (dso[1] ~ /libc\.so|vdso|ld-linux/) return "C library (copying, mutexes)"
	return "chat-server, other"
}

function take() {
	if (depth && comm ~ /^(chat-server|writer|reader|hash|mail)/) {
		count[group()]++
		total++
	}
	depth = 0
}

/^[^ \t]/ { take(); comm = $1; next }
/^$/ { take(); next }
{
	depth++
	dso[depth] = $NF
	sym[depth] = $2
	sub(/\+0x[0-9a-f]+$/, "", sym[depth])
}
END {
	take()
	if (!total) {
		print "no samples of chat-server"
		exit 1
	}
	for (name in count)
		printf "%-34s %5.1f %%   %7.3f us\n", name, 100 * count[name] / total, \
			cost * count[name] / total | "sort -k1.36,1.40nr"
	close("sort -k1.36,1.40nr")
	printf "%-34s %5.1f %%   %7.3f us\n", "a delivery", 100, cost
}
