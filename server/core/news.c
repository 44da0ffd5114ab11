/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * News are three lists that are filled inside of a transaction and read after it.
 */
#include "server/core/news.h"

#include "common/base/mem.h"

void news_done(struct news *news)
{
	user_event_list_done(&news->users);
	event_list_done(&news->events);
	mem_free(news->receipts);
	*news = (struct news){0};
}

void news_clear(struct news *news)
{
	news_done(news);
}

void news_add_receipt(struct news *news, enum receipt_kind kind, const struct id *room,
		      const struct id *user, uint64_t seq)
{
	if (news->receipt_count == news->receipt_cap) {
		news->receipt_cap = mem_grow(news->receipt_cap, news->receipt_count + 1);
		news->receipts = mem_resize(news->receipts, news->receipt_cap,
					    sizeof(*news->receipts));
	}
	news->receipts[news->receipt_count++] = (struct receipt_news){
		.kind = kind,
		.room = *room,
		.user = *user,
		.seq = seq,
	};
}
