/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What was asked of the server and what it promised: every request with its cid, whether
 *  it was acknowledged and with which seq. A fresh reading of the rooms' logs is held
 *  against it. Thread: one. */
#ifndef CHAT_TESTS_CRASH_BOOK_H
#define CHAT_TESTS_CRASH_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/map.h"
#include "common/base/str.h"
#include "common/proto/body.h"
#include "tests/crash/site.h"

enum op_state { OP_OPEN, OP_ACKED, OP_REFUSED };

/** One request. Its text follows from its number. */
struct op {
	struct id cid;
	enum event_kind kind;
	uint8_t who, room; /**< indices of the site */
	uint8_t state;     /**< enum op_state */
	bool going;        /**< a deletion of this message was asked for */
	uint32_t number;
	uint32_t target;  /**< op number; of all but messages */
	uint32_t about;   /**< of an unreact: the reaction it takes back */
	uint64_t seq, ts; /**< of the acknowledgement */
	/* what the reading at hand found */
	uint32_t pass;     /**< the reading that saw it last */
	uint32_t final_op; /**< the last edit of this message, 0: none */
	bool gone, shown_gone, shown_edited;
	uint64_t shown; /**< fingerprint of the text that it shows */
};

/** A room's log as it was read. */
struct book_log {
	struct id *cids; /**< seq 1 first; zero for what has none */
	size_t count, cap;
	uint64_t last_ts, last_ord;
	uint64_t messages;
};

struct book {
	const struct site *site;
	struct op *ops; /**< [0] is not used */
	size_t count, cap;
	struct map by_cid;
	uint32_t pass;
	struct book_log logs[SITE_ROOMS];
	uint64_t heads[SITE_ROOMS]; /**< the greatest seq that was acknowledged */
	uint64_t acked, dups, refused;
};

void book_init(struct book *book, const struct site *site);
void book_done(struct book *book);

/** Write down a new request: the number of its row, valid for ever; rows may move. */
uint32_t book_add(struct book *book, const struct op *op);
struct op *book_op(struct book *book, uint32_t number);
/** The row of @cid, NULL: nobody here has asked for it. */
struct op *book_find(struct book *book, const struct id *cid);
/** The text that request @op carries, empty for a deletion. */
void book_text(const struct book *book, const struct op *op, struct str *out);
/** Note an acknowledgement; a second one must say the same. */
void book_ack(struct book *book, const struct body_ack *ack);
/** A refusal for good. */
void book_refuse(struct book *book, const struct id *cid, struct bytes code);

/** Begin a reading; hand over each room's events in order; end it. Complains about all
 *  that is not as it was promised. */
void book_begin(struct book *book);
void book_read(struct book *book, unsigned room, const struct body_event *event);
void book_end(struct book *book);

#endif
