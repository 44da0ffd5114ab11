/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading what hangs on a message. Everything begins with the message itself, seen by the
 * actor's right and within the actor's times of membership; what hangs on it is no more
 * visible than it is.
 */
#include "server/core/message.h"

#include "server/core/page.h"
#include "server/core/seat.h"
#include "server/core/stay.h"
#include "server/store/store_room.h"

struct sight {
	struct seat_row seat;
	struct stay_list stays;
	struct event_brief brief; /* owned */
};

static void sight_done(struct sight *sight)
{
	event_brief_done(&sight->brief);
}

/* The room's own id is not known from a cid; the event says it. A message of a room that
 * one may not know of is no other than one that is not there. */
static enum err seat_of(struct store *store, const struct actor *actor,
			const struct id *cid, struct seat_row *ret_seat)
{
	struct event_row event = {0};
	enum err err = store_event_get(store, cid, &event);

	if (err)
		return err;
	struct id room = event.room;
	event_done(&event);
	err = seat_take(store, actor, &room, VERB_READ, ret_seat);
	return err == ERR_NO_ROOM ? ERR_NOT_FOUND : err;
}

static enum err look(struct store *store, const struct actor *actor, const struct id *cid,
		     struct sight *sight)
{
	enum err err = seat_of(store, actor, cid, &sight->seat);

	if (!err)
		err = stay_visible(store, &sight->seat, &sight->stays);
	if (!err)
		err = store_event_brief(store, cid, &sight->brief);
	if (err)
		return err;
	if (sight->brief.kind != EVENT_MESSAGE ||
	    !stay_covers(&sight->stays, sight->brief.seq))
		return ERR_NOT_FOUND;
	return ERR_OK;
}

enum err message_reactions(struct store *store, const struct actor *actor,
			   const struct id *cid, size_t skip, size_t limit,
			   store_reaction_fn *visit, void *ctx)
{
	AUTO(sight_done) struct sight sight = {0};
	enum err err = look(store, actor, cid, &sight);

	return err ? err
		   : store_reaction_list(store, sight.brief.key, skip, limit, visit, ctx);
}

enum err message_versions(struct store *store, const struct actor *actor,
			  const struct id *cid, size_t skip, size_t limit,
			  store_version_fn *visit, void *ctx)
{
	AUTO(sight_done) struct sight sight = {0};
	enum err err = look(store, actor, cid, &sight);

	if (!err && sight.brief.sender != sight.seat.account)
		err = seat_may(store, actor, &sight.seat, VERB_DELETE_ANY);
	return err ? err
		   : store_version_list(store, sight.brief.key, skip, limit, visit, ctx);
}

enum err message_readers(struct store *store, const struct actor *actor,
			 const struct id *cid, struct bytes after, size_t limit,
			 struct member_list *ret_list)
{
	AUTO(sight_done) struct sight sight = {0};
	enum err err = look(store, actor, cid, &sight);

	if (!err)
		err = seat_may(store, actor, &sight.seat, VERB_MEMBERS);
	return err ? err
		   : store_member_readers(store, sight.seat.room, after, sight.brief.seq,
					  sight.brief.sender, limit, ret_list);
}

/* Drop what the actor was not there for; the order stays. */
static void keep_visible(struct event_list *list, const struct stay_list *stays)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (stay_covers(stays, list->rows[i].seq))
			list->rows[kept++] = list->rows[i];
		else
			event_done(&list->rows[i]);
	}
	list->count = kept;
}

/* @list holds one row more than wanted when there are more: cut it to @limit and to what
 * fits one answer. True: something was cut. */
static bool cut(struct event_list *list, size_t limit)
{
	bool more = list->count > limit;

	if (more)
		event_done(&list->rows[--list->count]);
	return page_cut(list) || more;
}

enum err message_thread(struct store *store, const struct actor *actor,
			const struct id *cid, uint64_t before, size_t limit,
			struct event_list *ret_list, uint64_t *ret_next)
{
	AUTO(sight_done) struct sight sight = {0};
	struct event_list list = {0};
	uint64_t from = before ? before : INT64_MAX;
	enum err err = look(store, actor, cid, &sight);

	if (!err)
		err = store_thread_list(store, cid, from, limit + 1, &list);
	if (err) {
		event_list_done(&list);
		return err;
	}
	*ret_next = cut(&list, limit) ? list.rows[list.count - 1].seq : 0;
	keep_visible(&list, &sight.stays);
	*ret_list = list;
	return ERR_OK;
}

enum err message_pins(struct store *store, const struct actor *actor,
		      const struct id *room, uint64_t skip, size_t limit,
		      struct event_list *ret_list, uint64_t *ret_next)
{
	struct seat_row seat;
	struct stay_list stays;
	struct event_list list = {0};
	enum err err = seat_take(store, actor, room, VERB_READ, &seat);

	if (!err)
		err = stay_visible(store, &seat, &stays);
	if (!err)
		err = store_pin_list(store, seat.room, skip, limit + 1, &list);
	if (err) {
		event_list_done(&list);
		return err;
	}
	*ret_next = cut(&list, limit) ? skip + list.count : 0;
	keep_visible(&list, &stays);
	*ret_list = list;
	return ERR_OK;
}
