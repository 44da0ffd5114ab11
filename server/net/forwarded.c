/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * X-Forwarded-For, read from the right: each proxy appends the address that it sees, so the
 * last one was written by the proxy that speaks to us. Ports and brackets, which some
 * proxies write, are taken off. RFC 7239's Forwarded is not read: a proxy that writes only
 * that one is counted as one client.
 */
#include "server/net/forwarded.h"

#include <arpa/inet.h>
#include <string.h>

/* Cut the last element off @header, without the blanks around it. */
static struct bytes cut_last(struct bytes *header)
{
	size_t end = header->len, from;

	while (end > 0 && (header->ptr[end - 1] == ' ' || header->ptr[end - 1] == '\t')) {
		end--;
	}
	for (from = end; from > 0 && header->ptr[from - 1] != ','; from--) {
		continue;
	}
	header->len = from > 0 ? from - 1 : 0;
	while (from < end && (header->ptr[from] == ' ' || header->ptr[from] == '\t')) {
		from++;
	}
	return bytes_of(header->ptr + from, end - from);
}

/* "1.2.3.4", "1.2.3.4:56", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:56" as the one
 * way to write that address. */
static bool read_address(struct bytes text, char *dst, size_t size)
{
	const uint8_t *end;
	uint8_t bytes[16];
	char raw[64];

	if (text.len > 0 && text.ptr[0] == '[') {
		end = memchr(text.ptr, ']', text.len);
		if (!end) {
			return false;
		}
		text = bytes_of(text.ptr + 1, (size_t)(end - text.ptr) - 1);
	} else {
		end = text.len > 0 ? memchr(text.ptr, ':', text.len) : NULL;
		if (end && memchr(end + 1, ':',
				  text.len - (size_t)(end - text.ptr) - 1) == NULL) {
			text.len = (size_t)(end - text.ptr);
		}
	}
	if (text.len == 0 || text.len >= sizeof(raw) ||
	    memchr(text.ptr, '\0', text.len)) {
		return false;
	}
	memcpy(raw, text.ptr, text.len);
	raw[text.len] = '\0';
	if (!net_address_parse(raw, bytes)) {
		return false;
	}
	bool four = memcmp(bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;

	return inet_ntop(four ? AF_INET : AF_INET6, four ? bytes + 12 : bytes, dst,
			 (socklen_t)size) != NULL;
}

bool forwarded_peer(const struct net_ranges *trusted, struct bytes header,
		    struct peer *peer)
{
	char address[sizeof(peer->address)];
	bool changed = false;

	while (header.len > 0 && !peer->local &&
	       net_ranges_have(trusted, peer->address)) {
		if (!read_address(cut_last(&header), address, sizeof(address))) {
			break;
		}
		memcpy(peer->address, address, sizeof(address));
		changed = true;
	}
	return changed;
}
