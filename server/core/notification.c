/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may see and mark; what there is and whether it is read is found by the store.
 */
#include "server/core/notification.h"

#include "server/core/seat.h"
#include "server/store/store_log.h"

static enum err own(struct store *store, const struct actor *actor, unsigned scope,
		    int64_t *ret_account)
{
	uint64_t uepoch, useq;

	if (!(actor->scope & scope))
		return ERR_FORBIDDEN;
	return store_log_where(store, &actor->user, ret_account, &uepoch, &useq);
}

enum err notification_list(struct store *store, const struct actor *actor, bool unread,
			   const struct notification_place *place, size_t limit,
			   struct notification_list *ret_list)
{
	struct notification_list list = {0};
	struct notification_ask ask = {
		.unread = unread,
		.security = actor->scope & SCOPE_ACCOUNT,
		.ts = place->ts,
		.tie = place->tie,
	};
	enum err err = own(store, actor, SCOPE_READ, &ask.account);

	if (err == ERR_OK)
		err = store_notification_list(store, &ask, limit, &list);
	if (err != ERR_OK) {
		notification_list_done(&list);
		return err;
	}
	*ret_list = list;
	return ERR_OK;
}

static enum err tell(struct store *store, int64_t account, struct news *news)
{
	struct user_event_row told = {.kind = USER_EVENT_NOTICED};

	return seat_tell(store, NULL, account, &told, news);
}

enum err notification_read(struct store *store, const struct actor *actor,
			   const struct id *id, struct news *news)
{
	int64_t account;
	enum err err = own(store, actor, SCOPE_WRITE, &account);

	if (err == ERR_OK)
		err = store_notification_read(store, account, id);
	return err == ERR_OK ? tell(store, account, news) : err;
}

enum err notification_read_all(struct store *store, const struct actor *actor,
			       uint64_t upto_ms, struct news *news)
{
	uint64_t now_ms = store_now(store);
	int64_t account;
	enum err err = own(store, actor, SCOPE_WRITE, &account);

	/* What comes later is not read yet, whatever is asked. */
	if (upto_ms == 0 || upto_ms > now_ms)
		upto_ms = now_ms;
	if (err == ERR_OK)
		err = store_notification_read_all(store, account, upto_ms);
	return err == ERR_OK ? tell(store, account, news) : err;
}
