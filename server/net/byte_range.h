/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The Range header of a download (RFC 9110 section 14.2). Thread: any. */
#ifndef CHAT_SERVER_NET_BYTE_RANGE_H
#define CHAT_SERVER_NET_BYTE_RANGE_H

#include "common/base/bytes.h"

enum range_kind {
	RANGE_ALL,  /**< 200: none was asked for, or one that we need not understand */
	RANGE_PART, /**< 206 */
	RANGE_NONE, /**< 416: nothing of it is there */
};

struct range {
	uint64_t from, len;
};

/** What @text asks for of @size bytes. Several ranges at once are answered with everything,
 *  as the section allows: nobody needs them, and they have been used to make servers
 *  work. */
enum range_kind range_read(struct bytes text, uint64_t size, struct range *ret_range);

#endif
