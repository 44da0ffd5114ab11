/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of what is not the public internet, from the special-purpose registries of IANA
 * (RFC 6890). Of IPv6 only 2000::/3 is public at all. Addresses that hold an IPv4 address
 * are judged by that one (IPv4-mapped, NAT64), or refused as a whole (6to4, Teredo), since
 * who would reach 127.0.0.1 through them is up to somebody else's routers.
 */
#include "server/hook/target.h"

#include <string.h>
#include <strings.h>

#define URL_MOST 2048

/* IPv4 ranges in their mapped form. */
#define FOUR(a, b, c, bits) \
	{ \
		{[10] = 0xff, [11] = 0xff, [12] = (a), [13] = (b), [14] = (c)}, \
			96 + (bits) \
	}
#define SIX(a, b, c, d, bits) \
	{ \
		{(a), (b), (c), (d)}, (bits) \
	}

static const struct net_range closed[] = {
	FOUR(0, 0, 0, 8),                /* this network: Linux connects to itself */
	FOUR(10, 0, 0, 8),               /* private */
	FOUR(100, 64, 0, 10),            /* behind a carrier's NAT */
	FOUR(127, 0, 0, 8),              /* loopback */
	FOUR(169, 254, 0, 16),           /* link-local: what clouds tell their machines */
	FOUR(172, 16, 0, 12),            /* private */
	FOUR(192, 0, 0, 24),             /* protocol assignments */
	FOUR(192, 0, 2, 24),             /* documentation */
	FOUR(192, 88, 99, 24),           /* 6to4 relays */
	FOUR(192, 168, 0, 16),           /* private */
	FOUR(198, 18, 0, 15),            /* benchmarks */
	FOUR(198, 51, 100, 24),          /* documentation */
	FOUR(203, 0, 113, 24),           /* documentation */
	FOUR(224, 0, 0, 3),              /* multicast, reserved, broadcast */
	SIX(0x20, 0x01, 0, 0, 23),       /* Teredo, ORCHID, benchmarks */
	SIX(0x20, 0x01, 0x0d, 0xb8, 32), /* documentation */
	SIX(0x20, 0x02, 0, 0, 16),       /* 6to4 */
	SIX(0x3f, 0xff, 0, 0, 20),       /* documentation */
};

static const struct net_range mapped = FOUR(0, 0, 0, 0);
static const struct net_range public_six = SIX(0x20, 0, 0, 0, 3);
static const struct net_range nat64 = SIX(0, 0x64, 0xff, 0x9b, 96); /* RFC 6052 */

static bool is_closed(const uint8_t address[16])
{
	for (size_t i = 0; i < ARRAY_LEN(closed); i++) {
		if (net_range_has(&closed[i], address))
			return true;
	}
	return !net_range_has(&mapped, address) && !net_range_has(&public_six, address);
}

bool target_may(const struct target_allow *allow, const struct target *target,
		const char *address)
{
	uint8_t bytes[16];

	if (!net_address_parse(address, bytes))
		return false;
	if (net_range_has(&nat64, bytes))
		memcpy(bytes, mapped.address, 12);
	if (target->allowed)
		return true;
	for (size_t i = 0; i < allow->range_count; i++) {
		if (net_range_has(&allow->ranges[i], bytes))
			return true;
	}
	return !is_closed(bytes);
}

static char lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

/* Letters, digits, '-', '.', or an IPv6 address in brackets. */
static enum err take_host(struct bytes text, struct target *target)
{
	bool six = text.len > 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']';
	uint8_t address[16];
	size_t len = 0;

	if (six)
		text = bytes_of(text.ptr + 1, text.len - 2);
	if (text.len == 0 || text.len > TARGET_HOST)
		return ERR_BAD;
	for (size_t i = 0; i < text.len; i++) {
		char c = lower(text.ptr[i]);
		bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';
		if (!word && c != (six ? ':' : '-'))
			return ERR_BAD;
		target->host[len++] = c;
	}
	target->host[len] = '\0';
	return six && !net_address_parse(target->host, address) ? ERR_BAD : ERR_OK;
}

static enum err check_port(struct bytes text)
{
	unsigned port = 0;

	if (text.len == 0 || text.len > 5)
		return ERR_BAD;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return ERR_BAD;
		port = port * 10 + (unsigned)(text.ptr[i] - '0');
	}
	return port > 0 && port < 65536 ? ERR_OK : ERR_BAD;
}

/* host[:port] */
static enum err take_authority(struct bytes text, struct target *target)
{
	const uint8_t *colon = memrchr(text.ptr, ':', text.len);
	const uint8_t *bracket = memrchr(text.ptr, ']', text.len);
	size_t len = text.len;

	if (colon && (!bracket || colon > bracket)) {
		len = (size_t)(colon - text.ptr);
		enum err err = check_port(bytes_of(colon + 1, text.len - len - 1));
		if (err != ERR_OK)
			return err;
	}
	return take_host(bytes_of(text.ptr, len), target);
}

/* RFC 3986 section 2: printable ASCII without what must be percent-encoded. */
static bool is_clean(struct bytes url)
{
	for (size_t i = 0; i < url.len; i++) {
		if (url.ptr[i] <= 0x20 || url.ptr[i] >= 0x7f ||
		    strchr("\"<>\\^`{|}#", url.ptr[i]))
			return false;
	}
	return true;
}

static bool begins(struct bytes url, const char *scheme)
{
	size_t len = strlen(scheme);

	return url.len > len && strncasecmp((const char *)url.ptr, scheme, len) == 0;
}

static bool is_listed(const struct target_allow *allow, const char *host)
{
	for (const char *const *one = allow->hosts; one && *one; one++) {
		if (strcasecmp(*one, host) == 0)
			return true;
	}
	return false;
}

/* Without TLS only where the operator knows the way: a listed name, or an address in a
 * listed range. */
static bool is_near(const struct target_allow *allow, const struct target *target)
{
	const struct net_ranges ranges = {allow->ranges, allow->range_count};

	return target->allowed || net_ranges_have(&ranges, target->host);
}

enum err target_check(const struct target_allow *allow, struct bytes url,
		      struct target *ret_target, const char **ret_why)
{
	bool tls = begins(url, "https://");
	struct target target = {.allowed = false};
	uint8_t address[16];

	*ret_why = N_("a URL is https://host[:port]/path, in ASCII, without a user");
	if (url.len > URL_MOST)
		return ERR_TOO_BIG;
	if ((!tls && !begins(url, "http://")) || !is_clean(url))
		return ERR_BAD;
	size_t at = tls ? strlen("https://") : strlen("http://"), end = at;
	while (end < url.len && url.ptr[end] != '/' && url.ptr[end] != '?')
		end++;
	enum err err = take_authority(bytes_of(url.ptr + at, end - at), &target);
	if (err != ERR_OK)
		return err;
	target.allowed = is_listed(allow, target.host);
	if (!tls && !is_near(allow, &target)) {
		*ret_why = N_("the URL must begin with https://");
		return ERR_FORBIDDEN;
	}
	if (net_address_parse(target.host, address) &&
	    !target_may(allow, &target, target.host)) {
		*ret_why = N_("that address is not a public one");
		return ERR_FORBIDDEN;
	}
	*ret_target = target;
	return ERR_OK;
}
