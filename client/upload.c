/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One at a time and in the order of the outbox, so that the one that was sent first is there
 * first, and that texts find room beside it. What was done stands in the outbox: as what the
 * server knows the file, and that it is whole. Should that be lost, asking again is harmless
 * (transfer.c), so nothing here waits for the disk but the message.
 */
#include "client/upload.h"

#include "client/app_inside.h"
#include "client/attached.h"
#include "client/cache/cache_outbox.h"
#include "client/cache/store_thread.h"
#include "client/change.h"
#include "client/transfer.h"
#include "common/base/mem.h"
#include "common/os/lang.h"
#include "common/proto/body.h"
#include "common/proto/json_out.h"

#define PART_WHOLE 100

struct upload {
	struct app *app;
	struct id cid, room;
	struct id file;            /* that the outbox knows of */
	struct transfer *transfer; /* NULL: through, and the outbox is told */
};

static void forget(struct app *app)
{
	mem_free(app->upload);
	app->upload = NULL;
}

static void stop(struct app *app, const struct id *cid)
{
	struct upload *upload = app->upload;

	if (!upload || !id_equal(&upload->cid, cid))
		return;
	transfer_cancel(&upload->transfer);
	forget(app);
}

/* ---- what the outbox is told ---- */

struct note {
	struct store_job job; /* first */
	struct app *app;
	struct id cid, file;
	bool whole;
	struct str media;
};

static enum err note_run(struct store_job *job, struct cache *cache)
{
	struct note *note = CONTAINER_OF(job, struct note, job);
	enum err err = note->whole
			       ? cache_outbox_whole(cache, &note->cid, &note->file,
						    str_view(&note->media))
			       : cache_outbox_announced(cache, &note->cid, &note->file);

	return err == ERR_NOT_FOUND ? ERR_OK : err; /* taken back meanwhile */
}

static void note_done(struct store_job *job, enum err err)
{
	struct note *note = CONTAINER_OF(job, struct note, job);
	struct app *app = note->app;

	if (err != ERR_OK)
		app_store_failed(app, err);
	else if (note->whole) {
		stop(app, &note->cid);
		app_post_waiting(app);
	}
	str_done(&note->media);
	mem_free(note);
}

static void tell_outbox(const struct upload *upload, const struct transferred *what)
{
	struct note *note = mem_new(struct note);

	note->app = upload->app;
	note->cid = upload->cid;
	note->file = what->file;
	note->whole = what->done;
	note->media = STR_INIT;
	str_set_len(&note->media, (const char *)what->media.ptr, what->media.len);
	note->job.run = note_run;
	note->job.done = note_done;
	store_submit(upload->app->store, &note->job);
}

/* ---- what the person is told ---- */

static void show_part(const struct upload *upload, const struct transferred *what)
{
	struct app *app = upload->app;
	struct room *room = rooms_find(&app->model.rooms, &upload->room);
	unsigned part = what->done ? PART_WHOLE
			: what->size
				? (unsigned)(what->at * (PART_WHOLE - 1) / what->size)
				: 0;

	if (room && timeline_part(&room->timeline, &upload->cid, part))
		app_touch(app);
	app_tell_moved(app, &upload->cid, what);
}

bool upload_waits(const struct message *message)
{
	return message->state == MESSAGE_PENDING && (message->flags & MESSAGE_FILES) &&
	       message->part < PART_WHOLE;
}

static void quota_came(enum err err, unsigned status, struct bytes answer, void *ctx)
{
	struct app *app = ctx;
	AUTO(json_free) struct json *json = NULL;
	AUTO(str_done) struct str used = STR_INIT, most = STR_INIT, line = STR_INIT;
	struct body_file_quota quota;

	if (err == ERR_OK)
		err = body_parse(body_file_quota_def(), answer, &json, &quota);
	if (err != ERR_OK)
		return;
	attached_size(quota.used, &used);
	attached_size(quota.quota, &most);
	/* TRANSLATORS: two sizes, like "9.1 MiB" */
	if (quota.quota)
		str_addf(&line, _("your files take %s of %s"), used.ptr, most.ptr);
	str_add(&line, line.len ? "; " : "");
	str_clear(&most);
	attached_size(quota.file_most, &most);
	str_addf(&line, _("one file may take %s"), most.ptr);
	app_notice(app, line.ptr);
}

/* How much would have been taken. */
static void tell_quota(struct app *app, enum err why)
{
	if (why == ERR_QUOTA || why == ERR_TOO_BIG)
		app_call(app, "file_quota", bytes_of(NULL, 0), quota_came, app);
}

/* ---- one after the other ---- */

static void on_transfer(struct app *app, enum err err, const struct transferred *what,
			void *ctx)
{
	struct upload *upload = ctx;
	struct id cid = upload->cid;

	if (err == ERR_QUEUED)
		return; /* for the connection: the message shows that it waits */
	if (err != ERR_OK) {
		forget(app);
		app_refused(app, &cid, err);
		tell_quota(app, err);
		changes_flush(app); /* or it would be read as one that waits */
		app_post_waiting(app);
		return;
	}
	if (what->done || !id_equal(&upload->file, &what->file))
		tell_outbox(upload, what);
	upload->file = what->file;
	upload->transfer = what->done ? NULL : upload->transfer;
	show_part(upload, what);
}

void upload_offer(struct app *app, const struct cache_send *send)
{
	AUTO(mem_freep)
	char *path = mem_strndup((const char *)send->path.ptr, send->path.len);
	struct transfer_file file = {.path = path,
				     .size = send->size,
				     .mtime_ns = send->mtime_ns,
				     .cid = send->cid,
				     .file = send->upload};

	if (app->upload || link_state(app->link) != LINK_ONLINE)
		return;
	struct upload *upload = mem_new(struct upload);
	*upload = (struct upload){
		.app = app, .cid = send->cid, .room = send->room, .file = send->upload};
	app->upload = upload;
	enum err err = transfer_send(app, &file, on_transfer, upload, &upload->transfer);
	if (err == ERR_OK)
		return;
	forget(app);
	app_refused(app, &send->cid, err);
}

static void dropped(enum err err, unsigned status, struct bytes answer, void *ctx)
{
	/* What is not let go now is collected by the server in a day. */
}

void upload_cancel(struct app *app, const struct id *cid)
{
	AUTO(buf_done) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);

	if (!app->upload || !id_equal(&app->upload->cid, cid))
		return;
	struct body_file_ref ref = {.file = app->upload->file};
	stop(app, cid);
	if (id_is_zero(&ref.file))
		return;
	body_encode(body_file_ref_def(), &out, &ref);
	app_call(app, "file_delete", buf_view(&args), dropped, NULL);
}

void upload_done(struct app *app)
{
	if (app->upload)
		stop(app, &app->upload->cid);
}
