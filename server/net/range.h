/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Ranges of network addresses, as settings name them. Pure. Thread: any. */
#ifndef CHAT_SERVER_NET_RANGE_H
#define CHAT_SERVER_NET_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

#define NET_ADDRESS_TEXT 46 /**< bytes of the longest one, with its terminator */

/** Addresses that share their first @bits bits; IPv4 as ::ffff:a.b.c.d. */
struct net_range {
	uint8_t address[16];
	unsigned bits;
};

struct net_ranges {
	const struct net_range *rows;
	size_t count;
};

/** "192.0.2.7" or "2001:db8::7" as 16 bytes. */
bool net_address_parse(const char *text, uint8_t ret_address[16]);
/** "192.0.2.7", "10.0.0.0/8", "2001:db8::/32". Errors: ERR_BAD. */
enum err net_range_parse(const char *text, struct net_range *ret_range) MUST_CHECK;
/** Whether the address of 16 bytes lies in @range. */
bool net_range_has(const struct net_range *range, const uint8_t address[16]);
/** Whether the numeric @address lies in one of @ranges. */
bool net_ranges_have(const struct net_ranges *ranges, const char *address);

#endif
