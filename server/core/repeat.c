/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deduplication. The unique index on cid is the memory; it lasts as long as the message.
 * Asked only after something refused the request, so that the common case pays nothing.
 */
#include "server/core/repeat.h"

#include "server/store/store_event.h"
#include "server/store/store_member.h"

/* The store itself failed: asking it more would only hide that. */
static bool is_store_failure(enum err err)
{
	return err == ERR_STORE || err == ERR_BUSY || err == ERR_CORRUPT ||
	       err == ERR_INTERNAL;
}

enum err repeat_answer(struct store *store, const struct actor *actor,
		       enum event_kind kind, const struct post *in, enum err why,
		       struct post_ack *ret_ack)
{
	struct event_dup dup;
	struct user_row user;

	if (id_is_zero(&in->cid) || is_store_failure(why)) {
		return why;
	}
	enum err err = store_event_dup(store, &in->cid, &dup);
	if (err) {
		return err == ERR_NOT_FOUND ? why : err;
	}
	if ((err = store_user_by_id(store, &actor->user, &user))) {
		return err;
	}
	if (dup.sender != user.key || dup.kind != kind ||
	    !id_equal(&dup.room_id, &in->room) || !id_equal(&dup.target, &in->target)) {
		return ERR_CONFLICT;
	}
	*ret_ack = (struct post_ack){
		.room = dup.room_id,
		.seq = dup.seq,
		.ord = dup.ord,
		.ts = dup.ts,
		.dup = true,
	};
	return ERR_OK;
}

enum err repeat_check_cid(const struct id *cid)
{
	return id_is_zero(cid) || id_is_v7(cid) ? ERR_OK : ERR_BAD;
}

void repeat_first(const struct event_row *event, struct post_ack *ret_ack)
{
	*ret_ack = (struct post_ack){
		.room = event->room,
		.seq = event->seq,
		.ord = event->ord,
		.ts = event->ts,
	};
}
