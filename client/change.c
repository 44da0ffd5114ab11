/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes are plain data with copies of their texts, applied in the order in which they
 * were noted. A change about something that the cache does not know (any more), or that
 * cannot be so, is passed over; a disk that fails undoes the job as a whole, and the client
 * says so and leaves: to go on would be to promise what cannot be kept.
 */
#include "client/change.h"

#include <inttypes.h>
#include <string.h>

#include "client/app_inside.h"
#include "client/cache/cache_event.h"
#include "client/cache/cache_outbox.h"
#include "client/cache/cache_room.h"
#include "client/cache/cache_session.h"
#include "client/cache/cache_user.h"
#include "client/cache/store_thread.h"
#include "client/event_row.h"
#include "client/stranger.h"
#include "common/base/log.h"
#include "common/base/mem.h"

enum change_kind {
	CHANGE_EVENT,
	CHANGE_COVERED,
	CHANGE_RESET,
	CHANGE_ROOM,
	CHANGE_TEXTS,
	CHANGE_RULES,
	CHANGE_SEALED,
	CHANGE_LEFT,
	CHANGE_LEVEL,
	CHANGE_USER,
	CHANGE_ACK,
	CHANGE_REFUSED,
	CHANGE_READ,
	CHANGE_RECEIPT,
	CHANGE_MEMBER,
	CHANGE_POSITION,
	CHANGE_DRAFT,
};

struct change {
	enum change_kind kind;
	struct id room, user, cid;
	uint64_t first, last, third; /**< seqs or counts, as the kind says */
	enum err err;
	bool flag;
	union {
		struct cache_event event;
		struct cache_room row;
		struct cache_user person;
		struct cache_draft draft;
	};
};

struct changes {
	struct store_job job; /* first */
	struct app *app;
	struct id self;
	struct change *list;
	size_t count, cap;
	struct rows rows; /* the texts */
};

static struct change *note(struct app *app, enum change_kind kind, const struct id *room)
{
	struct changes *changes = app->changes;

	if (!changes) {
		changes = app->changes = mem_new(struct changes);
		changes->app = app;
	}
	if (changes->count == changes->cap) {
		changes->cap = mem_grow(changes->cap, changes->count + 1);
		changes->list =
			mem_resize(changes->list, changes->cap, sizeof(*changes->list));
	}
	struct change *change = &changes->list[changes->count++];
	memset(change, 0, sizeof(*change));
	change->kind = kind;
	if (room)
		change->room = *room;
	return change;
}

static struct bytes keep(struct app *app, struct bytes text)
{
	return rows_keep(&app->changes->rows, text);
}

void changes_free(struct changes **changes)
{
	if (!*changes)
		return;
	mem_free((*changes)->list);
	rows_done(&(*changes)->rows);
	mem_free(*changes);
	*changes = NULL;
}

/* ---- noting ---- */

/* What has no column of its own goes along as JSON. */
void change_extra(const struct body_event *event, struct buf *buf)
{
	struct json_out out = json_out_init(buf);

	if (!event->slug.len && !event->name.len && !event->files_count &&
	    !event->slow_ms)
		return;
	json_out_open(&out, '{');
	if (event->slug.len) {
		json_out_put_text(&out, "slug", event->slug);
	}
	if (event->name.len) {
		json_out_put_text(&out, "name", event->name);
	}
	if (event->slow_ms)
		json_out_put_uint(&out, "slow_ms", event->slow_ms);
	if (event->files_count) {
		json_out_put_open(&out, "files", '[');
		for (size_t i = 0; i < event->files_count; i++)
			json_out_text(&out, bytes_text(id_text(&event->files[i]).text));
		json_out_close(&out, ']');
	}
	if (event->attached_count) {
		json_out_put_open(&out, "attached", '[');
		for (size_t i = 0; i < event->attached_count; i++)
			body_encode(body_file_note_def(), &out, &event->attached[i]);
		json_out_close(&out, ']');
	}
	json_out_close(&out, '}');
}

void change_event(struct app *app, const struct body_event *event, bool mentions_me)
{
	struct change *change = note(app, CHANGE_EVENT, &event->room);

	event_row(event, mentions_me, &app->changes->rows, &change->event);
}

void change_covered(struct app *app, const struct id *room, uint64_t first, uint64_t last)
{
	struct change *change = note(app, CHANGE_COVERED, room);

	change->first = first;
	change->last = last;
}

void change_reset(struct app *app, const struct id *room, uint64_t epoch, uint64_t seq)
{
	struct change *change = note(app, CHANGE_RESET, room);

	change->first = epoch;
	change->last = seq;
}

void change_user(struct app *app, const struct body_user *user)
{
	struct change *change = note(app, CHANGE_USER, NULL);

	change->person = (struct cache_user){
		.id = user->user,
		.name = keep(app, user->name),
		.display_name = keep(app, user->display_name),
		.about = keep(app, user->about),
		.status = keep(app, user->status),
		.admin = user->admin,
		.bot = user->bot,
	};
}

void change_room(struct app *app, const struct body_room *room)
{
	if (room->has_peer)
		change_user(app, &room->peer);
	struct change *change = note(app, CHANGE_ROOM, &room->room);
	change->row = (struct cache_room){
		.id = room->room,
		.peer = room->peer.user,
		.kind = room->kind,
		.security = room->security,
		.history = room->history,
		.role = room->role,
		.level = room->level,
		.muted_until_ms = room->muted_until_ts,
		.slug = keep(app, room->slug),
		.name = keep(app, room->name),
		.topic = keep(app, room->topic),
		.members = room->members,
		.epoch = room->epoch,
		.head = room->head,
		.ord = room->ord,
		.read = room->read,
		.unread = room->unread,
		.mentions = room->mentions,
		.hidden = room->hidden,
		.slow_ms = room->slow_ms,
		.post_role = room->post_role,
		.joined = true,
		.last_seq = room->last.seq,
		.last_ts_ms = room->last.ts,
		.last_from = room->last.from,
		.last_text = keep(app, room->last.text),
	};
}

/* An empty text is another thing than none: it takes the topic away. */
static struct bytes keep_empty(struct app *app, struct bytes text)
{
	return text.len ? keep(app, text) : bytes_text("");
}

void change_state(struct app *app, const struct body_event *event)
{
	bool texts = event->kind == EVENT_TOPIC || event->kind == EVENT_RENAME;
	struct change *change =
		note(app, texts ? CHANGE_TEXTS : CHANGE_RULES, &event->room);

	change->first = event->slow_ms;
	/* A room's row leaves out what is so anyway: any member may write. */
	change->last = event->role > ROLE_GUEST ? (uint64_t)event->role : 0;
	if (event->kind == EVENT_TOPIC)
		change->row.topic = keep_empty(app, event->text);
	if (event->kind == EVENT_RENAME && event->slug.len)
		change->row.slug = keep(app, event->slug);
	if (event->kind == EVENT_RENAME && event->name.ptr)
		change->row.name = keep_empty(app, event->name);
}

void change_sealed(struct app *app, const struct id *room)
{
	note(app, CHANGE_SEALED, room);
}

void change_left(struct app *app, const struct id *room)
{
	note(app, CHANGE_LEFT, room);
}

void change_level(struct app *app, const struct room *room)
{
	struct change *change = note(app, CHANGE_LEVEL, &room->id);

	change->first = (uint64_t)room->level;
	change->last = room->muted_until_ms;
}

void change_ack(struct app *app, const struct body_ack *ack)
{
	struct change *change = note(app, CHANGE_ACK, &ack->room);

	change->cid = ack->cid;
	change->first = ack->seq;
	change->last = ack->ord;
	change->third = ack->ts;
}

void change_refused(struct app *app, const struct id *cid, enum err why)
{
	struct change *change = note(app, CHANGE_REFUSED, NULL);

	change->cid = *cid;
	change->err = why;
}

void change_read(struct app *app, const struct id *room, uint64_t seq, uint64_t unread,
		 uint64_t mentions)
{
	struct change *change = note(app, CHANGE_READ, room);

	change->first = seq;
	change->last = unread;
	change->third = mentions;
}

void change_receipt(struct app *app, const struct id *room, const struct id *user,
		    uint64_t seq, bool got)
{
	struct change *change = note(app, CHANGE_RECEIPT, room);

	change->user = *user;
	change->first = seq;
	change->flag = got;
}

void change_member(struct app *app, const struct id *room, const struct id *user,
		   int role)
{
	struct change *change = note(app, CHANGE_MEMBER, room);

	change->user = *user;
	change->first = (uint64_t)role;
}

void change_user_position(struct app *app, uint64_t uepoch, uint64_t useq)
{
	struct change *change = note(app, CHANGE_POSITION, NULL);

	change->first = uepoch;
	change->last = useq;
}

void change_draft(struct app *app, const struct id *room, const char *text, size_t len,
		  uint64_t cursor)
{
	struct change *change = note(app, CHANGE_DRAFT, room);

	change->draft = (struct cache_draft){
		.text = keep(app, bytes_of(text, len)),
		.cursor = cursor,
		.changed_ms = clock_now_ms(app->clock),
	};
}

void change_page(struct app *app, const struct body_page *page, bool start)
{
	for (size_t i = 0; i < page->events_count; i++) {
		struct body_event event = stranger_event(app, &page->events[i]);
		change_event(app, &event, app_mentions_me(app, &event));
	}
	if (!page->last && !start)
		return;
	struct change *change = note(app, CHANGE_COVERED, &page->room);
	change->first = page->first;
	change->last = page->last;
	change->flag = start;
}

bool change_history(struct app *app, const struct body_page *page, bool newer,
		    uint64_t seq)
{
	struct body_page held = *page;

	if (newer)
		held.first = seq + 1;
	else if (seq)
		held.last = seq - 1;
	if (!page->events_count || page->first == 0 || held.first > page->first ||
	    held.last < page->last || page->first > page->last)
		return false;
	change_page(app, &held, page->complete_before);
	return true;
}

/* ---- the store thread ---- */

/* The event of an own message also ends its wait in the outbox. */
static enum err put_event(struct cache *cache, const struct change *change,
			  const struct id *self)
{
	enum err err = cache_event_put(cache, &change->event, NULL);

	if (err != ERR_OK || id_is_zero(&change->event.id) ||
	    !id_equal(&change->event.from, self))
		return err;
	err = cache_outbox_remove(cache, &change->event.id);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err put_member(struct cache *cache, const struct change *change)
{
	if (change->first == 0)
		return cache_member_remove(cache, &change->room, &change->user);
	return cache_member_put(cache, &change->room, &change->user, (int)change->first,
				0);
}

static enum err apply(struct cache *cache, const struct change *change,
		      const struct id *self)
{
	switch (change->kind) {
	case CHANGE_EVENT: return put_event(cache, change, self);
	case CHANGE_COVERED:
		return cache_event_covered(cache, &change->room, change->first,
					   change->last, change->flag);
	case CHANGE_RESET: return cache_event_reset(cache, &change->room, change->first);
	case CHANGE_ROOM: return cache_room_put(cache, &change->row);
	case CHANGE_TEXTS:
		return cache_room_texts(cache, &change->room, change->row.topic,
					change->row.slug, change->row.name);
	case CHANGE_RULES:
		return cache_room_rules(cache, &change->room, change->first,
					(int)change->last);
	case CHANGE_SEALED: return cache_room_sealed(cache, &change->room);
	case CHANGE_LEFT: return cache_room_left(cache, &change->room);
	case CHANGE_LEVEL:
		return cache_room_level(cache, &change->room, (int)change->first,
					change->last);
	case CHANGE_USER: return cache_user_put(cache, &change->person);
	case CHANGE_ACK:
		return cache_outbox_ack(cache, &change->cid, self, change->first,
					change->last, change->third);
	case CHANGE_REFUSED:
		return cache_outbox_state(cache, &change->cid, OUTBOX_FAILED, change->err,
					  0);
	case CHANGE_READ:
		return cache_room_read(cache, &change->room, change->first, change->last,
				       change->third);
	case CHANGE_RECEIPT:
		return cache_room_receipt(cache, &change->room, &change->user,
					  change->first, change->flag);
	case CHANGE_MEMBER: return put_member(cache, change);
	case CHANGE_POSITION:
		return cache_session_position(cache, change->first, change->last);
	case CHANGE_DRAFT: return cache_draft_put(cache, &change->room, &change->draft);
	}
	return ERR_INTERNAL;
}

/* The cache was asked about something that it does not have: not its fault. */
static bool is_unknown(enum err err)
{
	return err == ERR_NOT_FOUND || err == ERR_NO_ROOM || err == ERR_NO_USER ||
	       err == ERR_UNAUTHORIZED;
}

/* What cannot be so, which no disk makes up: the server is wrong. It would be as wrong after
 * the next start, so to leave because of it would be to stay away for ever. */
static bool is_nonsense(enum err err)
{
	return err == ERR_BAD || err == ERR_CONFLICT;
}

static bool is_harmless(const struct change *change, enum err err)
{
	if (is_nonsense(err))
		log_warn("store: what the server said cannot be so, kind=%d, seq=%" PRIu64
			 ", err=%s",
			 (int)change->kind,
			 change->kind == CHANGE_EVENT ? change->event.seq : change->first,
			 err_word(err));
	return is_unknown(err) || is_nonsense(err);
}

static enum err changes_run(struct store_job *job, struct cache *cache)
{
	struct changes *changes = CONTAINER_OF(job, struct changes, job);

	for (size_t i = 0; i < changes->count; i++) {
		enum err err = cache_part_begin(cache);
		if (err == ERR_OK)
			err = cache_part_end(
				cache, apply(cache, &changes->list[i], &changes->self));
		changes->list[i].err = changes->list[i].err ? changes->list[i].err : err;
		if (err != ERR_OK && !is_harmless(&changes->list[i], err))
			return err;
	}
	return ERR_OK;
}

/* ---- back on the ui thread: it is on disk ---- */

static void tell_stored(struct app *app, const struct id *room, uint64_t seq)
{
	link_stored(app->link, room, seq);
	app_tell_stored(app, room, seq);
}

static void tell_sent(struct app *app, const struct id *cid, enum err err, uint64_t seq)
{
	app_tell_sent(app, cid, err, seq);
}

static void tell(struct app *app, const struct changes *changes, size_t at)
{
	const struct change *change = &changes->list[at];
	const struct cache_event *event = &change->event;
	bool last = at + 1 == changes->count ||
		    changes->list[at + 1].kind != CHANGE_EVENT ||
		    !id_equal(&changes->list[at + 1].room, &change->room);

	switch (change->kind) {
	case CHANGE_EVENT:
		if (id_equal(&event->from, &changes->self) && !id_is_zero(&event->id))
			tell_sent(app, &event->id, ERR_OK, event->seq);
		if (last)
			tell_stored(app, &change->room, event->seq);
		break;
	case CHANGE_COVERED: tell_stored(app, &change->room, change->last); break;
	case CHANGE_RESET: app_tell_reset(app, &change->room, change->last); break;
	case CHANGE_ACK:
		tell_sent(app, &change->cid, ERR_OK, change->first);
		tell_stored(app, &change->room, change->first);
		break;
	case CHANGE_REFUSED: tell_sent(app, &change->cid, change->err, 0); break;
	default: break;
	}
}

static void changes_done(struct store_job *job, enum err err)
{
	struct changes *changes = CONTAINER_OF(job, struct changes, job);
	struct app *app = changes->app;

	if (err != ERR_OK)
		app_store_failed(app, err);
	for (size_t i = 0; err == ERR_OK && i < changes->count; i++) {
		const struct change *change = &changes->list[i];
		if (change->err == ERR_OK || change->kind == CHANGE_REFUSED)
			tell(app, changes, i);
		/* Acknowledged twice: the list of what waits was read between the answer and
		 * this job, so it was asked again. Whoever waits for the last answer has
		 * looked while that was under way. */
		else if (change->kind == CHANGE_ACK && change->err == ERR_NOT_FOUND)
			tell_sent(app, &change->cid, ERR_OK, change->first);
	}
	changes_free(&changes);
}

void changes_flush(struct app *app)
{
	struct changes *changes = app->changes;

	if (!changes)
		return;
	app->changes = NULL;
	changes->self = app->model.self;
	changes->job.run = changes_run;
	changes->job.done = changes_done;
	store_submit(app->store, &changes->job);
}
