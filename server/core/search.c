/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From who asks and what was typed to keys of the store, and back to a page. */
#include "server/core/search.h"

#include "server/core/page.h"
#include "server/core/seat.h"
#include "server/store/store_member.h"
#include "server/store/store_search.h"

void search_page_done(struct search_page *page)
{
	event_list_done(&page->events);
	*page = (struct search_page){0};
}

static enum err key_of_user(struct store *store, const struct id *user, int64_t *ret_key)
{
	struct user_row row;
	enum err err = store_user_by_id(store, user, &row);

	if (!err)
		*ret_key = row.key;
	return err == ERR_NOT_FOUND ? ERR_NO_USER : err;
}

static enum err fill(struct store *store, const struct actor *actor,
		     const struct id *sender, const struct id *room,
		     struct search_filter *filter)
{
	struct seat_row seat;
	enum err err = ERR_OK;

	if (!id_is_zero(sender))
		err = key_of_user(store, sender, &filter->sender);
	if (err || id_is_zero(room))
		return err;
	err = seat_take(store, actor, room, VERB_READ, &seat);
	if (!err)
		filter->room = seat.room;
	return err;
}

enum err search_messages(struct store *store, const struct actor *actor,
			 const struct search *search, const struct id *sender,
			 const struct id *room, int64_t before, size_t limit,
			 struct search_page *ret_page)
{
	struct search_page page = {0};
	struct search_filter filter = {
		.match = search->match.ptr,
		.before_ms = search->before_ms,
		.after_ms = search->after_ms,
		.has_file = search->has_file,
		.below = before,
	};
	int64_t account = 0;
	enum err err = actor->scope & SCOPE_READ ? ERR_OK : ERR_FORBIDDEN;

	if (!err)
		err = key_of_user(store, &actor->user, &account);
	if (!err)
		err = fill(store, actor, sender, room, &filter);
	if (!err)
		err = store_search(store, account, &filter, limit, &page.events,
				   &page.next);
	if (err) {
		search_page_done(&page);
		return err;
	}
	if (page_cut(&page.events))
		page.next = page.events.rows[page.events.count - 1].key;
	page.complete = page.next == 0;
	*ret_page = page;
	return ERR_OK;
}
