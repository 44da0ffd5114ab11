/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Search over all messages that the actor may see. What was said a moment ago may not be
 *  in the index yet; sealed messages never are. Thread: the store's. */
#ifndef CHAT_CORE_SEARCH_H
#define CHAT_CORE_SEARCH_H

#include "common/proto/search.h"
#include "server/core/actor.h"
#include "server/store/row.h"
#include "server/store/store.h"

struct search_page {
	struct event_list events; /**< newest first; owned */
	int64_t next;             /**< cursor of the next page */
	bool complete;            /**< nothing older fits */
};

void search_page_done(struct search_page *page);

/** @sender, @room: what from: and in: mean, zero where they are absent. @before: the
 *  cursor, 0 from the newest. A page may be short though it is not complete.
 *  Errors: ERR_NO_USER, those of authorize() for @room, ERR_BAD. */
enum err search_messages(struct store *store, const struct actor *actor,
			 const struct search *search, const struct id *sender,
			 const struct id *room, int64_t before, size_t limit,
			 struct search_page *ret_page) MUST_CHECK;

#endif
