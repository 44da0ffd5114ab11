/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What messages that are imported are named. The name is made from what the message is, so
 *  that a second import of the same log names it the same, and the server, which keeps
 *  each name once, adds only what is missing. Thread: any. */
#ifndef CHAT_ADMIN_IMPORT_NAME_H
#define CHAT_ADMIN_IMPORT_NAME_H

#include "common/base/id.h"
#include "common/base/str.h"
#include "common/crypto/hash.h"
#include "server/admin/said.h"

enum log_source { SOURCE_WEECHAT, SOURCE_IRSSI, SOURCE_SLACK, SOURCE_JSONL };

struct import_name {
	enum log_source source;
	struct id room;
	const char *channel;       /**< of Slack, borrowed; "" elsewhere */
	uint64_t chain_ms;         /**< the time of the newest line */
	uint8_t chain[SHA256_LEN]; /**< of it and those of the same time before it */
};

/** @said, of the time @ms, is the next line of the log. */
void import_name_next(struct import_name *name, const struct said *said, uint64_t ms);
/** The name of the part number @part (from 0) of that line. */
struct id import_name_line(const struct import_name *name, unsigned part);
/** The name of what its source calls @key, one that has names itself; zero for "". */
struct id import_name_key(const struct import_name *name, const struct str *key,
			  unsigned part);

#endif
