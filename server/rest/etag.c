/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A digest of the answer, long enough that nobody meets another one with it. */
#include "server/rest/etag.h"

#include <stdio.h>
#include <string.h>

#include "common/crypto/hash.h"

/* Frames have no headers, and a number is what only HTTP requests have. */
static bool takes_one(const struct call *call)
{
	const struct request *request = call->request;

	return request->number != 0 && call->answer.len > 0 &&
	       (request->method == METHOD_GET || request->method == METHOD_HEAD);
}

void etag_make(struct call *call)
{
	uint8_t hash[BLAKE2B_LEN];

	if (!takes_one(call) || call->etag[0])
		return;
	blake2b(buf_view(&call->answer), hash);
	call->etag[0] = '"';
	for (size_t i = 0; i < (ETAG_LEN - 2) / 2; i++)
		snprintf(call->etag + 1 + 2 * i, 3, "%02x", hash[i]);
	call->etag[ETAG_LEN - 1] = '"';
}

/* RFC 9110 section 13.1.2: a list of tags, weak ones count as strong ones, or "*". */
static bool names(const char *list, const char *etag)
{
	while (*list) {
		list += strspn(list, ", \t");
		if (strncmp(list, "W/", 2) == 0)
			list += 2;
		size_t len = strcspn(list, ", \t");
		if ((len == 1 && *list == '*') ||
		    (len == ETAG_LEN && memcmp(list, etag, len) == 0))
			return true;
		list += len;
	}
	return false;
}

bool etag_spares(struct call *call)
{
	const char *known = request_header(call->request, "if-none-match");

	etag_make(call);
	if (!call->etag[0])
		return false;
	request_set(call->request, "ETag", call->etag);
	return known && names(known, call->etag);
}
