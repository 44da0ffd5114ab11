/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One transaction for a batch: all of it is there, or none. Of a batch only the newest event
 * is told: who hears the room sees the hole before it and fetches what is in it, as fast as
 * he likes, instead of being sent a million lines.
 */
#include "server/core/import.h"

#include "server/core/audit.h"
#include "server/core/repeat.h"
#include "server/core/seat.h"
#include "server/core/text.h"
#include "server/store/store_event.h"

/* What the messages of a batch have in common. */
struct batch {
	struct store *store;
	struct actor server;  /* in whose name those without an account are said */
	struct seat_row seat; /* the server's, whose room moves on */
	struct event_row last;
	struct import_count count;
};

static enum err begin(struct batch *batch, const struct actor *by, const struct id *room)
{
	const struct actor nobody = {.steward = by->steward};
	enum err err = steward_act(batch->store, &nobody, &batch->server);

	if (err == ERR_OK)
		err = seat_take(batch->store, &batch->server, room, VERB_SETTINGS,
				&batch->seat);
	if (err == ERR_FORBIDDEN)
		return ERR_STATE;
	if (err == ERR_OK && batch->seat.security == SECURITY_MLS)
		err = ERR_MUST_SEAL;
	return err;
}

static enum err check(const struct import_message *in)
{
	enum err err = repeat_check_cid(&in->cid);

	if (err == ERR_OK)
		err = text_check(in->text, LIMIT_TEXT);
	if (err == ERR_OK && in->author.len == 0)
		err = ERR_BAD;
	return err == ERR_OK ? text_check_line(in->author, LIMIT_DISPLAY) : err;
}

/* *cid, or none when it is no message of this room. */
static enum err keep_if_here(const struct batch *batch, const struct id *cid,
			     struct id *ret_cid)
{
	struct event_brief brief;

	*ret_cid = (struct id){{0}};
	if (id_is_zero(cid))
		return ERR_OK;
	enum err err = store_event_brief(batch->store, cid, &brief);
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	if (brief.room == batch->seat.room && brief.kind == EVENT_MESSAGE)
		*ret_cid = *cid;
	event_brief_done(&brief);
	return ERR_OK;
}

/* It was there before: from an import into this room, or it is something else's. */
static enum err count_known(struct batch *batch, const struct id *cid)
{
	struct event_dup dup;
	enum err err = store_event_dup(batch->store, cid, &dup);

	if (err != ERR_OK)
		return err;
	batch->count.known++;
	return dup.room == batch->seat.room && dup.kind == EVENT_MESSAGE ? ERR_OK
									 : ERR_CONFLICT;
}

static enum err find_sender(const struct batch *batch, const struct import_message *in,
			    int64_t *ret_account, struct id *ret_user)
{
	struct account_row account;

	*ret_account = batch->seat.account;
	*ret_user = batch->seat.user;
	if (id_is_zero(&in->user))
		return ERR_OK;
	enum err err = store_account_by_id(batch->store, &in->user, &account);
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_NO_USER : err;
	*ret_account = account.key;
	*ret_user = account.id;
	return ERR_OK;
}

static enum err add_one(struct batch *batch, const struct import_message *in)
{
	struct seat_row *seat = &batch->seat;
	const uint64_t now_ms = store_now(batch->store);
	struct event_row event = {
		.kind = EVENT_MESSAGE,
		.room = seat->room_id,
		.seq = seat->head + 1,
		.ord = seat->ord,
		.ts = now_ms > seat->last_ts ? now_ms : seat->last_ts,
		.cid = in->cid,
		.text = in->text,
		.quiet = true,
		.author = in->author,
		.said_ms = in->said_ms,
	};
	struct event_add add = {.event = &event, .room = seat->room};
	enum err err = find_sender(batch, in, &add.sender, &event.from);

	if (err == ERR_OK)
		err = keep_if_here(batch, &in->thread, &event.thread);
	if (err == ERR_OK)
		err = keep_if_here(batch, &in->reply, &event.reply);
	if (err == ERR_OK)
		err = store_event_import(batch->store, &add);
	if (err == ERR_EXISTS)
		return count_known(batch, &in->cid);
	if (err != ERR_OK)
		return err;
	seat->head = event.seq;
	seat->last_ts = event.ts;
	batch->last = event;
	batch->count.added++;
	return ERR_OK;
}

static enum err end(struct batch *batch, const struct actor *by, struct news *news)
{
	AUTO(str_done) struct str detail = STR_INIT;
	const struct seat_row *seat = &batch->seat;

	if (batch->count.added == 0)
		return ERR_OK;
	/* The list of rooms shows the last word of people, unless there is none. */
	enum err err = store_room_set_head(batch->store, seat->room, seat->head,
					   seat->ord, seat->last_ts, seat->ord == 0);
	if (err != ERR_OK)
		return err;
	seat_tell_room(news, &batch->last, NULL);
	str_addf(&detail, "room=%s messages=%llu", id_text(&seat->room_id).text,
		 (unsigned long long)batch->count.added);
	return audit_steward(batch->store, by, AUDIT_IMPORTED, &(struct id){{0}},
			     str_view(&detail));
}

enum err import_add(struct store *store, const struct actor *by, const struct id *room,
		    const struct import_message *messages, size_t count,
		    struct import_count *ret_count, struct news *news)
{
	struct batch batch = {.store = store};
	enum err err = begin(&batch, by, room);

	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		err = check(&messages[i]);
		if (err == ERR_OK)
			err = add_one(&batch, &messages[i]);
	}
	if (err == ERR_OK)
		err = end(&batch, by, news);
	if (err == ERR_OK)
		*ret_count = batch.count;
	return err;
}
