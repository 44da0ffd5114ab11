/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranges of addresses. IPv4 is its IPv4-mapped form from the first line on, so that an
 * address has one way to be written and no range is passed by the other one. */
#include "server/net/range.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

bool net_address_parse(const char *text, uint8_t ret_address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (inet_pton(AF_INET6, text, ret_address) == 1) {
		return true;
	}
	memcpy(ret_address, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, ret_address + sizeof(mapped)) == 1;
}

/* Whole, digits only, at most 128. */
static bool parse_bits(const char *text, unsigned *ret_bits)
{
	size_t len = strlen(text);

	if (len == 0 || len > 3 || strspn(text, "0123456789") != len) {
		return false;
	}
	*ret_bits = (unsigned)strtoul(text, NULL, 10);
	return true;
}

enum err net_range_parse(const char *text, struct net_range *ret_range)
{
	char address[NET_ADDRESS_TEXT];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	bool four = memchr(text, ':', len) == NULL;
	struct net_range range = {.bits = 128};

	if (len >= sizeof(address)) {
		return ERR_BAD;
	}
	memcpy(address, text, len);
	address[len] = '\0';
	if (!net_address_parse(address, range.address)) {
		return ERR_BAD;
	}
	if (slash) {
		if (!parse_bits(slash + 1, &range.bits) ||
		    range.bits > (four ? 32 : 128)) {
			return ERR_BAD;
		}
		range.bits += four ? 96 : 0;
	}
	*ret_range = range;
	return ERR_OK;
}

bool net_range_has(const struct net_range *range, const uint8_t address[16])
{
	size_t whole = range->bits / 8;
	unsigned rest = range->bits % 8;
	uint8_t mask = (uint8_t)(0xff00u >> rest);

	return memcmp(range->address, address, whole) == 0 &&
	       (rest == 0 || ((range->address[whole] ^ address[whole]) & mask) == 0);
}

bool net_ranges_have(const struct net_ranges *ranges, const char *address)
{
	uint8_t bytes[16];

	if (ranges->count == 0 || !net_address_parse(address, bytes)) {
		return false;
	}
	for (size_t i = 0; i < ranges->count; i++) {
		if (net_range_has(&ranges->rows[i], bytes)) {
			return true;
		}
	}
	return false;
}
