/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sending. The common case costs one insert that meets no equal cid, of a seat that the
 * store remembers; whether a cid was there before is asked only when something refuses the
 * request. So a repetition is answered like the first time even by who has been removed
 * since. When a request fails, nothing has changed: the common case writes nothing that can
 * fail behind its insert, all others stand in a savepoint.
 */
#include "server/core/post.h"

#include "server/core/mention.h"
#include "server/core/repeat.h"
#include "server/core/room.h"
#include "server/core/seat.h"
#include "server/core/stay.h"
#include "server/core/text.h"
#include "server/store/store_event.h"
#include "server/store/store_member.h"
#include "server/store/store_room.h"
#include "server/store/store_upload.h"

/* The files of one message, as rows and as they are told. */
struct parcel {
	struct upload_row rows[LIMIT_FILES];
	struct body_file_note notes[LIMIT_FILES];
};

/* Whether the room takes content of that form at all. */
static enum err check_form(const struct seat_row *seat, const struct post *in)
{
	bool clear = in->text.ptr || !id_is_zero(&in->reply) ||
		     !id_is_zero(&in->thread) || in->mention_count || in->file_count ||
		     in->everyone;

	if (seat->security == SECURITY_MLS) {
		if (clear || !in->sealed.ptr) {
			return ERR_MUST_SEAL;
		}
		return in->sealed.len <= LIMIT_SEALED ? ERR_OK : ERR_TOO_BIG;
	}
	if (in->sealed.ptr || in->quiet) {
		return ERR_BAD;
	}
	if (in->mention_count > LIMIT_MENTIONS || in->file_count > LIMIT_FILES) {
		return ERR_TOO_BIG;
	}
	if (in->text.len == 0 && in->file_count) {
		return ERR_OK;
	}
	return text_check(in->text, LIMIT_TEXT);
}

/* How long slow mode keeps its member from the next message; 0: it does not. */
static uint64_t slow_left(const struct seat_row *seat, uint64_t now_ms)
{
	uint64_t next_ms = seat->said_ms + seat->slow_ms;

	return seat->slow_ms && seat->role < ROLE_MODERATOR && now_ms < next_ms
		       ? next_ms - now_ms
		       : 0;
}

static enum err check_rights(struct store *store, const struct actor *actor,
			     const struct seat_row *seat, const struct post *in)
{
	enum err err = seat_may(store, actor, seat, VERB_POST);

	if (!err && !id_is_zero(&in->thread)) {
		err = seat_may(store, actor, seat, VERB_THREAD);
	}
	if (!err && in->everyone) {
		err = seat_may(store, actor, seat, VERB_EVERYONE);
	}
	if (!err && slow_left(seat, store_now(store))) {
		err = ERR_RATE;
	}
	return err;
}

/* A message that is answered must be one of this room. */
static enum err check_answered(struct store *store, const struct seat_row *seat,
			       const struct id *cid, int64_t *ret_key)
{
	struct event_brief brief;

	if (id_is_zero(cid)) {
		return ERR_OK;
	}
	enum err err = store_event_brief(store, cid, &brief);
	if (err) {
		return err;
	}
	*ret_key = brief.key;
	bool fits = brief.room == seat->room && brief.kind == EVENT_MESSAGE;
	event_brief_done(&brief);
	return fits ? ERR_OK : ERR_NOT_FOUND;
}

/* One's own, and whole. */
static enum err load_files(struct store *store, const struct seat_row *seat,
			   const struct post *in, struct parcel *parcel)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < in->file_count && !err; i++) {
		struct upload_row *row = &parcel->rows[i];
		err = store_upload_get(store, &in->files[i], row);
		if (!err && row->account != seat->account) {
			err = ERR_NOT_FOUND;
		}
		if (!err && row->blob == 0) {
			err = ERR_STATE;
		}
		parcel->notes[i] = file_note_body(&row->note);
	}
	return err;
}

/* Whether it may be said. */
static enum err check(struct store *store, const struct actor *actor,
		      struct seat_row *seat, const struct post *in, int64_t *ret_root,
		      struct parcel *parcel)
{
	int64_t reply;
	enum err err = repeat_check_cid(&in->cid);

	if (!err) {
		err = store_seat_get(store, &in->room, &actor->user, seat);
	}
	if (!err) {
		err = check_rights(store, actor, seat, in);
	}
	if (!err) {
		err = check_form(seat, in);
	}
	if (!err) {
		err = check_answered(store, seat, &in->reply, &reply);
	}
	if (!err) {
		err = check_answered(store, seat, &in->thread, ret_root);
	}
	return err ? err : load_files(store, seat, in, parcel);
}

/* What hangs on a message beside its row. */
static enum err attach(struct store *store, const struct seat_row *seat,
		       const struct post *in, const struct parcel *parcel,
		       const struct event_row *event, int64_t root, struct news *news)
{
	enum err err = ERR_OK;

	if (!seat->has_row) {
		err = store_member_ensure(store, seat->room, seat->account, seat->role);
	}
	if (!err) {
		err = store_seat_said(store, seat, !event->quiet, event->ts);
	}
	if (!err && root) {
		err = store_thread_reply(store, seat->room, root, event->seq, event->ts);
	}
	if (!err && event->mention_count) {
		err = mention_note(store, seat, event, in->everyone, news);
	}
	for (size_t i = 0; i < in->file_count && !err; i++) {
		err = store_event_file(store, &event->cid, seat->room, &parcel->rows[i]);
	}
	return err;
}

/* The insert and what hangs on it. *ret_refused: it was the insert that failed. */
static enum err append(struct store *store, struct seat_row *seat, const struct post *in,
		       const struct parcel *parcel, struct seat_entry *entry,
		       int64_t root, bool *ret_refused, struct news *news)
{
	enum err err = seat_append(store, seat, entry, news);

	*ret_refused = err != ERR_OK;
	return err ? err : attach(store, seat, in, parcel, &entry->event, root, news);
}

static enum err append_whole(struct store *store, struct seat_row *seat,
			     const struct post *in, const struct parcel *parcel,
			     struct seat_entry *entry, int64_t root, bool *ret_refused,
			     struct news *news)
{
	bool plain = store_seat_notes(store, seat) && seat->has_row && !root &&
		     !in->everyone && !in->mention_count && !in->file_count;

	if (plain) {
		return append(store, seat, in, parcel, entry, root, ret_refused, news);
	}
	*ret_refused = false;
	enum err err = store_begin(store);
	if (err) {
		return err;
	}
	err = append(store, seat, in, parcel, entry, root, ret_refused, news);
	if (err) {
		store_rollback(store);
		return err;
	}
	return store_commit(store);
}

/* Apart, since hardly any message names somebody, and the list is large. */
static enum err send_named(struct store *store, const struct actor *actor,
			   struct seat_row *seat, const struct post *in,
			   const struct parcel *parcel, struct seat_entry *entry,
			   int64_t root, bool *ret_refused, struct news *news)
{
	struct mentions mentions;
	struct post post = *in;
	enum err err = mention_find(store, actor, seat, in, &mentions);

	*ret_refused = err != ERR_OK;
	if (err) {
		return err;
	}
	post.everyone = mentions.room;
	post.mention_count = mentions.count;
	entry->event.mentions = mentions.ids;
	entry->event.mention_count = mentions.count;
	err = append_whole(store, seat, &post, parcel, entry, root, ret_refused, news);
	entry->event.mentions = NULL; /* they end here */
	entry->event.mention_count = 0;
	return err;
}

enum err post_send(struct store *store, const struct actor *actor, const struct post *in,
		   struct post_ack *ret_ack, struct news *news)
{
	struct seat_row seat;
	int64_t root = 0;
	struct seat_entry entry = {
		.event =
			{
				.kind = EVENT_MESSAGE,
				.cid = in->cid,
				.text = in->text,
				.sealed = in->sealed,
				.quiet = in->quiet,
				.reply = in->reply,
				.thread = in->thread,
				.files = (struct id *)(uintptr_t)in->files,
				.file_count = in->file_count,
			},
		.device = actor->device,
	};
	struct parcel parcel;
	enum err err = check(store, actor, &seat, in, &root, &parcel);
	bool refused = err != ERR_OK;

	if (!err) {
		entry.event.attached = in->file_count ? parcel.notes : NULL;
		entry.event.attached_count = in->file_count;
	}
	if (!err && mention_wanted(in)) {
		err = send_named(store, actor, &seat, in, &parcel, &entry, root, &refused,
				 news);
	} else if (!err) {
		err = append_whole(store, &seat, in, &parcel, &entry, root, &refused,
				   news);
	}
	if (refused) {
		ret_ack->retry_ms =
			err == ERR_RATE ? slow_left(&seat, store_now(store)) : 0;
		return repeat_answer(store, actor, EVENT_MESSAGE, in, err, ret_ack);
	}
	if (!err) {
		repeat_first(&entry.event, ret_ack);
	}
	return err;
}

enum err post_send_user(struct store *store, const struct actor *actor,
			const struct id *user, const struct post *in,
			struct post_ack *ret_ack, struct news *news)
{
	struct post post = *in;
	enum err err = room_direct(store, actor, user, &post.room, news);

	return err ? err : post_send(store, actor, &post, ret_ack, news);
}

enum err post_get(struct store *store, const struct actor *actor, const struct id *cid,
		  struct event_row *ret_event)
{
	struct event_row event;
	struct seat_row seat;
	struct stay_list stays;
	enum err err = store_event_get(store, cid, &event);

	if (err) {
		return err;
	}
	err = seat_take(store, actor, &event.room, VERB_READ, &seat);
	if (!err) {
		err = stay_visible(store, &seat, &stays);
	}
	if (!err && !stay_covers(&stays, event.seq)) {
		err = ERR_NOT_FOUND;
	}
	if (err) {
		event_done(&event);
		return err == ERR_NO_ROOM ? ERR_NOT_FOUND : err;
	}
	*ret_event = event;
	return ERR_OK;
}
