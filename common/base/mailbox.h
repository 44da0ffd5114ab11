/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A mailbox joins two threads: many put, one takes. What is put belongs to the taker from
 *  then on. Order of putting is order of taking. Thread: any, where not said otherwise. */
#ifndef CHAT_BASE_MAILBOX_H
#define CHAT_BASE_MAILBOX_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"

/** Embedded in whatever is sent; CONTAINER_OF() gets it back. */
struct mail {
	struct mail *next;
};

/** Called, without the lock held, when a mail arrives in an empty mailbox; from the
 *  putting thread. Must be safe there (eventfd write, lws_cancel_service). */
typedef void mailbox_wake_fn(void *ctx);

struct mailbox {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct mail *head;
	struct mail **tail;
	size_t count;
	size_t limit; /**< 0 = unbounded: for answers, whose number the questions bound */
	bool closed;
	mailbox_wake_fn *wake;
	void *wake_ctx;
};

void mailbox_init(struct mailbox *box, size_t limit, mailbox_wake_fn *wake, void *ctx);
/** Nobody may be waiting or putting any more; what is still inside is not freed. */
void mailbox_done(struct mailbox *box);
/** False, and @mail stays the caller's, when the box is full or closed. */
bool mailbox_put(struct mailbox *box, struct mail *mail) MUST_CHECK;
/** The same without waking who waits: mailbox_ring() does, and whoever takes meanwhile gets
 *  it anyway. For a thread that puts many before it sleeps; not for a box with a wake. */
bool mailbox_leave(struct mailbox *box, struct mail *mail) MUST_CHECK;
void mailbox_ring(struct mailbox *box);
/** Append a whole list (linked by next, @count mails, @tail the last) with one lock and at
 *  most one wake; the limit does not hold for it. False when the box is closed. */
bool mailbox_put_list(struct mailbox *box, struct mail *head, struct mail *tail,
		      size_t count) MUST_CHECK;
/** Everything inside, oldest first, linked by next; NULL when empty. Never blocks. */
struct mail *mailbox_take(struct mailbox *box) MUST_CHECK;
/** Like mailbox_take(), but waits for something; NULL only when closed and empty. */
struct mail *mailbox_wait(struct mailbox *box) MUST_CHECK;
/** Like mailbox_wait(), but for @timeout_ms at most; then NULL and *ret_late true. */
struct mail *mailbox_wait_for(struct mailbox *box, unsigned timeout_ms,
			      bool *ret_late) MUST_CHECK;
/** The oldest one alone, waiting for it; for several takers. NULL: closed and empty. */
struct mail *mailbox_wait_one(struct mailbox *box) MUST_CHECK;
/** Refuse further mail and wake those who wait; what is inside can still be taken. */
void mailbox_close(struct mailbox *box);

#endif
