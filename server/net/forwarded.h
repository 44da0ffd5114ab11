/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who stands behind a proxy. X-Forwarded-For is believed only as far as it was written by
 *  proxies that the configuration names; everything to the left of the first stranger could
 *  have been invented by that stranger. Pure. Thread: any. */
#ifndef CHAT_SERVER_NET_FORWARDED_H
#define CHAT_SERVER_NET_FORWARDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "server/net/who.h"

/** Addresses that share their first @bits bits; IPv4 as ::ffff:a.b.c.d. */
struct net_range {
	uint8_t address[16];
	unsigned bits;
};

struct net_ranges {
	const struct net_range *rows;
	size_t count;
};

/** "192.0.2.7", "10.0.0.0/8", "2001:db8::/32". Errors: ERR_BAD. */
enum err net_range_parse(const char *text, struct net_range *ret_range) MUST_CHECK;
/** Whether the numeric @address lies in one of @ranges. */
bool net_ranges_have(const struct net_ranges *ranges, const char *address);
/** When @peer is a trusted proxy: put the address of its client, which is the rightmost one
 *  of @header (the value of X-Forwarded-For) that no trusted proxy has, into @peer. What
 *  is no address ends the search. True when the address was changed. */
bool forwarded_peer(const struct net_ranges *trusted, struct bytes header,
		    struct peer *peer);

#endif
