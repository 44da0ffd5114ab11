/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Own messages, from the line to the link. On disk first; then to the link, which keeps a
 * few of them in memory. What the link has no room for stays on disk and follows when it
 * has; until then newer ones go to disk only, so that none overtakes another. The map of
 * pending ones says which message an answer is about, and how many wait.
 *
 * One with a file takes its place when the file is on the server (upload.c): what is said
 * meanwhile does not wait for it.
 */
#include <string.h>

#include "client/app_inside.h"
#include "client/attached.h"
#include "client/cache/cache_outbox.h"
#include "client/cache/store_thread.h"
#include "client/change.h"
#include "client/transfer.h"
#include "client/upload.h"
#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/base/utf8.h"
#include "common/os/lang.h"

struct pending {
	struct id cid;
	struct id room;
	struct id target; /* zero: a message; else what it is done to */
};

static int kind_of(int frame)
{
	switch (frame) {
	case FRAME_EDIT: return EVENT_EDIT;
	case FRAME_DELETE: return EVENT_DELETE;
	case FRAME_REACT: return EVENT_REACT;
	case FRAME_UNREACT: return EVENT_UNREACT;
	default: return EVENT_MESSAGE;
	}
}

/* ---- the map of what waits ---- */

static void pending_add(struct app *app, const struct cache_send *send)
{
	struct pending *pending = map_get(&app->pending, &send->cid);

	if (pending) {
		pending->room = send->room; /* which may have been a name before */
		return;
	}
	pending = mem_new(struct pending);
	*pending = (struct pending){send->cid, send->room, send->target};
	map_put(&app->pending, &send->cid, pending);
	app->model.waiting = app->pending.count;
	app_touch(app);
}

void app_posted(struct app *app, const struct id *cid)
{
	mem_free(map_remove(&app->pending, cid));
	app->model.waiting = app->pending.count;
}

/* An edit, a reaction: it was shown in advance, and has no line of its own that could say
 * what became of it. */
static void undo(struct app *app, const struct pending *deed, enum err why)
{
	AUTO(str_done) struct str text = STR_INIT;

	str_addf(&text, _("That message stays as it was: %s"), _(err_text(why)));
	app_notice(app, text.ptr);
	app_reload(app, &deed->room, &deed->target);
	app_discard(app, &deed->cid);
}

void app_refused(struct app *app, const struct id *cid, enum err why)
{
	const struct pending *known = map_get(&app->pending, cid);
	struct pending deed = known ? *known : (struct pending){.cid = *cid};

	app_posted(app, cid);
	change_refused(app, cid, why);
	for (size_t i = 0; i < app->model.rooms.count; i++)
		timeline_fail(&app->model.rooms.rows[i]->timeline, cid, why);
	if (!id_is_zero(&deed.target))
		undo(app, &deed, why);
	app_touch(app);
}

void app_pending_done(struct app *app)
{
	struct pending *pending;

	for (size_t at = 0; (pending = map_next(&app->pending, &at));)
		mem_free(pending);
	map_done(&app->pending);
}

/* ---- disk to link ---- */

/* The frame that says what @send says. */
static void encode(const struct cache_send *send, struct buf *out)
{
	struct body_send say = {.cid = send->cid,
				.room = send->room,
				.text = send->text,
				.sealed = send->sealed,
				.quiet = send->quiet,
				.reply = send->reply,
				.thread = send->thread};
	struct body_edit edit = {send->cid, send->room, send->target, send->text,
				 send->sealed};
	struct body_react react = {send->cid, send->room, send->target, send->text};
	struct body_delete remove = {send->cid, send->room, send->target};
	struct id mentions[LIMIT_MENTIONS], files[LIMIT_FILES];

	switch (send->kind) {
	case EVENT_MESSAGE:
		say.mentions = mentions;
		say.mentions_count = send->mentions.len / ID_LEN;
		memcpy(mentions,
		       send->mentions.ptr ? send->mentions.ptr : (const void *)"",
		       say.mentions_count * ID_LEN);
		say.files = files;
		say.files_count = send->files.len / ID_LEN;
		memcpy(files, send->files.ptr ? send->files.ptr : (const void *)"",
		       say.files_count * ID_LEN);
		frame_write_send(out, &say);
		break;
	case EVENT_EDIT: frame_write_edit(out, &edit); break;
	case EVENT_DELETE: frame_write_delete(out, &remove); break;
	case EVENT_REACT: frame_write_react(out, &react); break;
	case EVENT_UNREACT: frame_write(out, FRAME_UNREACT, &react); break;
	}
}

struct resolve;
static void resolve(struct app *app, const struct cache_send *send);

/* The last door. What a sealed room is told must be sealed, whenever it was written and
 * whatever the room was then, and of a room that is not known that is not known either. A
 * deletion has nothing in it. */
static enum err may_leave(const struct app *app, const struct cache_send *send)
{
	const struct room *room = rooms_find(&app->model.rooms, &send->room);

	if (send->sealed.len || send->kind == EVENT_DELETE)
		return ERR_OK;
	if (!room)
		return ERR_NO_ROOM;
	return room->sealed ? ERR_MUST_SEAL : ERR_OK;
}

static void give(struct app *app, const struct cache_send *send)
{
	AUTO(buf_done) struct buf frame = BUF_INIT;

	encode(send, &frame);
	link_post(app->link, &send->cid, &send->room, (char *)frame.ptr, frame.len);
}

/* To where it waits for now. Also a file leaves only when it is known where to. */
static void pass_on(struct app *app, const struct cache_send *send)
{
	enum err err = ERR_OK;

	if (id_is_zero(&send->room)) {
		resolve(app, send);
		return;
	}
	err = may_leave(app, send);
	if (err != ERR_OK)
		app_refused(app, &send->cid, err);
	else if (cache_send_uploads(send))
		upload_offer(app, send);
	else if (!app->behind && link_has_room(app->link))
		give(app, send);
	else
		app->behind = true;
}

struct waiting {
	struct store_job job; /* first */
	struct app *app;
	bool only_lost; /* nothing is sent, only told */
	struct cache_sends sends;
};

static enum err waiting_run(struct store_job *job, struct cache *cache)
{
	return cache_outbox_list(cache, &CONTAINER_OF(job, struct waiting, job)->sends);
}

/* Those that failed are shown, not sent. */
static void show_waiting(struct app *app, const struct cache_send *send)
{
	struct room *room = rooms_find(&app->model.rooms, &send->room);

	if (send->state != OUTBOX_FAILED)
		pending_add(app, send);
	if (!room || send->kind != EVENT_MESSAGE)
		return;
	const struct message *old = timeline_find(&room->timeline, &send->cid);
	/* Of a file more is known when it is whole. */
	if (old && (old->state != MESSAGE_PENDING || !send->media.len))
		return;
	AUTO(str_done) struct str text = STR_INIT;
	AUTO(buf_done) struct buf extra = BUF_INIT;
	str_add_len(&text, (const char *)send->text.ptr, send->text.len);
	cache_send_extra(send, &extra);
	bool files = attached_lines(buf_view(&extra), &text);
	struct message *message =
		message_new(&send->cid, &app->model.self, text.ptr, text.len);
	message->state = send->state == OUTBOX_FAILED ? MESSAGE_FAILED : MESSAGE_PENDING;
	message->why = send->error;
	message->part = old ? old->part : 0;
	message->flags |= files ? MESSAGE_FILES : 0;
	message->ts_ms = send->created_ms;
	message->reply_to = send->reply;
	message->thread = send->thread;
	timeline_add(&room->timeline, &message);
}

/* No room shows what was meant for a name that nobody has. */
static void tell_lost(struct app *app, const struct cache_send *send)
{
	AUTO(str_done) struct str dest = STR_INIT, text = STR_INIT, line = STR_INIT;

	neutral_add(&dest, (const char *)send->dest.ptr, send->dest.len, NEUTRAL_LINE);
	neutral_add(&text, (const char *)send->text.ptr, send->text.len, NEUTRAL_LINE);
	/* TRANSLATORS: @name, why ("there is no such user"), the text */
	str_addf(&line, _("not sent to %s, %s (/retry, /discard): %s"), dest.ptr,
		 _(err_text(send->error)), text.ptr);
	app_notice(app, line.ptr);
}

static void look_for_lost(struct app *app, const struct cache_sends *sends)
{
	app->lost = (struct id){{0}};
	for (size_t i = 0; i < sends->count; i++) {
		const struct cache_send *send = &sends->sends[i];
		if (send->state != OUTBOX_FAILED || !id_is_zero(&send->room))
			continue;
		app->lost = send->cid;
		if (app->lost_news)
			tell_lost(app, send);
	}
	app->lost_news = false;
}

static void waiting_done(struct store_job *job, enum err err)
{
	struct waiting *waiting = CONTAINER_OF(job, struct waiting, job);
	struct app *app = waiting->app;

	if (err != ERR_OK)
		app_store_failed(app, err);
	else
		look_for_lost(app, &waiting->sends);
	app->behind &= waiting->only_lost;
	for (size_t i = 0;
	     err == ERR_OK && !waiting->only_lost && i < waiting->sends.count; i++) {
		const struct cache_send *send = &waiting->sends.sends[i];

		show_waiting(app, send);
		if (send->state != OUTBOX_FAILED)
			pass_on(app, send);
	}
	cache_sends_done(&waiting->sends);
	mem_free(waiting);
}

static void ask_waiting(struct app *app, bool only_lost)
{
	struct waiting *waiting = mem_new(struct waiting);

	waiting->app = app;
	waiting->only_lost = only_lost;
	waiting->job.run = waiting_run;
	waiting->job.done = waiting_done;
	store_submit(app->store, &waiting->job);
}

void app_sealed(struct app *app, const struct id *room)
{
	const struct pending *pending;
	bool any = false;

	for (size_t at = 0; (pending = map_next(&app->pending, &at));) {
		if (!id_equal(&pending->room, room))
			continue;
		link_unpost(app->link, &pending->cid);
		upload_cancel(app, &pending->cid);
		any = true;
	}
	if (any)
		app_post_waiting(app);
}

void app_post_waiting(struct app *app)
{
	ask_waiting(app, false);
}

/* ---- a room that was only a name ---- */

struct resolve {
	struct store_job job; /* first */
	struct app *app;
	struct id cid, room;
	enum err err;
};

static enum err resolve_run(struct store_job *job, struct cache *cache)
{
	struct resolve *resolve = CONTAINER_OF(job, struct resolve, job);

	if (resolve->err != ERR_OK)
		return cache_outbox_state(cache, &resolve->cid, OUTBOX_FAILED,
					  resolve->err, 0);
	return cache_outbox_resolve(cache, &resolve->cid, &resolve->room);
}

static void resolve_done(struct store_job *job, enum err err)
{
	struct resolve *resolve = CONTAINER_OF(job, struct resolve, job);
	struct app *app = resolve->app;

	if (resolve->err != ERR_OK) {
		upload_cancel(app, &resolve->cid);
		app_posted(app, &resolve->cid);
		app_tell_sent(app, &resolve->cid, resolve->err, 0);
		/* Behind what a script, that has said it, has just taken out. */
		app->lost_news = true;
		ask_waiting(app, true);
	} else if (err == ERR_OK) {
		app_post_waiting(app);
	}
	mem_free(resolve);
}

/* What is only out of reach is tried again in the next session. */
static void resolve_found(struct app *app, enum err err, const struct id *room, void *ctx)
{
	struct resolve *resolve = ctx;

	if (err == ERR_UNREACHABLE || err == ERR_CLOSED || err == ERR_TIMEOUT) {
		mem_free(resolve);
		return;
	}
	resolve->err = err;
	if (err == ERR_OK)
		resolve->room = *room;
	resolve->job.run = resolve_run;
	resolve->job.done = resolve_done;
	store_submit(app->store, &resolve->job);
}

static void resolve(struct app *app, const struct cache_send *send)
{
	if (link_state(app->link) != LINK_ONLINE)
		return;
	AUTO(mem_freep)
	char *dest = mem_strndup((const char *)send->dest.ptr, send->dest.len);
	struct resolve *resolve = mem_new(struct resolve);
	resolve->app = app;
	resolve->cid = send->cid;
	app_find_room(app, dest, resolve_found, resolve);
}

/* ---- line to disk ---- */

struct post {
	struct store_job job; /* first */
	struct app *app;
	struct cache_send send;
	struct rows rows;
	app_kept_fn *kept;
	void *ctx;
};

static enum err post_run(struct store_job *job, struct cache *cache)
{
	return cache_outbox_add(cache, &CONTAINER_OF(job, struct post, job)->send);
}

static void show_post(struct app *app, const struct cache_send *send)
{
	struct room *room = rooms_find(&app->model.rooms, &send->room);
	const char *text = (const char *)send->text.ptr;

	switch (room ? send->kind : 0) {
	case EVENT_MESSAGE: show_waiting(app, send); break;
	case EVENT_EDIT:
		timeline_edit(&room->timeline, &send->target, text, send->text.len);
		break;
	case EVENT_DELETE: timeline_delete(&room->timeline, &send->target); break;
	case EVENT_REACT:
	case EVENT_UNREACT:
		timeline_react(&room->timeline, &send->target, &app->model.self,
			       send->text, send->kind == EVENT_REACT);
		break;
	}
}

static void post_done(struct store_job *job, enum err err)
{
	struct post *post = CONTAINER_OF(job, struct post, job);
	struct app *app = post->app;
	struct cache_send *send = &post->send;

	if (err == ERR_OK) {
		pending_add(app, send);
		show_post(app, send);
		app_touch(app);
		pass_on(app, send);
	}
	if (post->kept)
		post->kept(app, err, &send->cid, post->ctx);
	rows_done(&post->rows);
	mem_free(post);
}

static enum err check(const struct app *app, const struct app_message *message)
{
	const struct room *room = rooms_find(&app->model.rooms, &message->room);
	size_t most = message->frame == FRAME_SEND || message->frame == FRAME_EDIT
			      ? LIMIT_TEXT
			      : LIMIT_EMOJI;

	if (id_is_zero(&message->room) && !message->dest)
		return ERR_NO_ROOM;
	if (room && room->sealed)
		return ERR_MUST_SEAL;
	if (message->frame == FRAME_DELETE)
		return ERR_OK;
	if (message->len == 0)
		return message->path ? ERR_OK : ERR_BAD;
	if (message->len > most)
		return ERR_TOO_BIG;
	if (!utf8_valid(message->text, message->len))
		return ERR_UTF8;
	for (size_t i = 0; i < message->len; i++) {
		unsigned char c = (unsigned char)message->text[i];
		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			return ERR_BAD;
	}
	return ERR_OK;
}

/* Whom "@name" in the text means, as far as the names are known here. */
static struct bytes mentions_of(struct app *app, const struct app_message *message,
				struct rows *rows)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	AUTO(buf_done) struct buf ids = BUF_INIT;
	AUTO(mem_freep) char *text = mem_strndup(message->text, message->len);
	const char *at = text;

	while ((at = strchr(at, '@')) && ids.len < LIMIT_MENTIONS * ID_LEN) {
		size_t len = strspn(++at, name);
		while (len && (at[len - 1] == '.' || at[len - 1] == '-'))
			len--;
		const struct person *person = people_named(&app->model.people, at, len);
		if (person)
			buf_add(&ids, person->id.bytes, ID_LEN);
	}
	return rows_keep(rows, buf_view(&ids));
}

enum err app_post(struct app *app, const struct app_message *message, app_kept_fn *kept,
		  void *ctx)
{
	enum err err = check(app, message);
	uint64_t size = 0, mtime_ns = 0;
	uint8_t noise[10];

	if (err == ERR_OK && message->path)
		err = transfer_look(message->path, &size, &mtime_ns);
	if (err != ERR_OK)
		return err;
	struct post *post = mem_new(struct post);
	post->app = app;
	post->kept = kept;
	post->ctx = ctx;
	post->send = (struct cache_send){
		.cid = message->cid,
		.room = message->room,
		.kind = kind_of(message->frame),
		.target = message->target,
		.reply = message->reply,
		.thread = message->thread,
		.text = rows_keep(&post->rows, bytes_of(message->len ? message->text : "",
							message->len)),
		.size = size,
		.mtime_ns = mtime_ns,
		.state = OUTBOX_QUEUED,
		.created_ms = clock_now_ms(app->clock),
	};
	if (id_is_zero(&message->cid)) {
		random_fill(app->random, noise, sizeof(noise));
		post->send.cid = id_v7(post->send.created_ms, noise);
	}
	if (id_is_zero(&message->room))
		post->send.dest = rows_keep(&post->rows, bytes_text(message->dest));
	if (message->frame == FRAME_SEND)
		post->send.mentions = mentions_of(app, message, &post->rows);
	if (message->path)
		post->send.path = rows_keep(&post->rows, bytes_text(message->path));
	post->job.run = post_run;
	post->job.done = post_done;
	store_submit(app->store, &post->job);
	return ERR_OK;
}

/* ---- what was refused ---- */

struct again {
	struct store_job job; /* first */
	struct app *app;
	struct id cid;
	bool drop;
};

static enum err again_run(struct store_job *job, struct cache *cache)
{
	struct again *again = CONTAINER_OF(job, struct again, job);
	AUTO(cache_sends_done) struct cache_sends sends = CACHE_SENDS_INIT;

	if (again->drop)
		return cache_outbox_remove(cache, &again->cid);
	enum err err = cache_outbox_get(cache, &again->cid, &sends);
	if (err != ERR_OK)
		return err;
	const struct cache_send *send = &sends.sends[0];
	uint64_t size = send->size, mtime_ns = send->mtime_ns;
	if (send->path.len) /* gone: that is found again when it is sent */
		(void)!transfer_look((const char *)send->path.ptr, &size, &mtime_ns);
	return cache_outbox_again(cache, &again->cid, size, mtime_ns);
}

static void again_done(struct store_job *job, enum err err)
{
	struct again *again = CONTAINER_OF(job, struct again, job);
	struct app *app = again->app;

	for (size_t i = 0; err == ERR_OK && i < app->model.rooms.count; i++)
		timeline_remove(&app->model.rooms.rows[i]->timeline, &again->cid);
	app_posted(app, &again->cid);
	app_touch(app);
	app_post_waiting(app); /* with what was waiting for it to be through */
	mem_free(again);
}

static void again(struct app *app, const struct id *cid, bool drop)
{
	struct again *again = mem_new(struct again);

	link_unpost(app->link, cid);
	upload_cancel(app, cid);
	if (id_equal(&app->lost, cid))
		app->lost = (struct id){{0}};
	again->app = app;
	again->cid = *cid;
	again->drop = drop;
	again->job.run = again_run;
	again->job.done = again_done;
	store_submit(app->store, &again->job);
}

void app_retry(struct app *app, const struct id *cid)
{
	again(app, cid, false);
}

void app_discard(struct app *app, const struct id *cid)
{
	again(app, cid, true);
}
