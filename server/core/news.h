/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a change has to tell, collected while it is made and published after the commit,
 *  in this order: user events first (a room joined or left moves subscriptions), a room that
 *  everybody is in from now on, then the events of rooms, then receipts. Nothing is published
 *  for a task that failed.
 *  Thread: any, one at a time. */
#ifndef CHAT_CORE_NEWS_H
#define CHAT_CORE_NEWS_H

#include "server/store/row.h"

enum receipt_kind { RECEIPT_READ = 1, RECEIPT_GOT };

struct receipt_news {
	enum receipt_kind kind;
	struct id room, user;
	uint64_t seq;
};

struct news {
	struct user_event_list users;
	struct id broadcast; /**< a room that was made for everybody; zero: none */
	struct event_list events;
	struct receipt_news *receipts;
	size_t receipt_count, receipt_cap;
};

/** All zero is empty. */
void news_done(struct news *news);
/** Empty again, after a failure. */
void news_clear(struct news *news);

void news_add_receipt(struct news *news, enum receipt_kind kind, const struct id *room,
		      const struct id *user, uint64_t seq);

#endif
