/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One question at a time: where are we, here is the next piece, give me the next piece. A
 * name from the server is never a path; a file is made new (O_EXCL, O_NOFOLLOW) or not at
 * all, and one that is not whole does not stay.
 */
#include "client/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/app_inside.h"
#include "common/base/filename.h"
#include "common/base/mem.h"
#include "common/proto/body.h"
#include "common/proto/json_out.h"

#define AGAIN_MS   1000 /* a broken connection is looked after by the link */
#define NAMES_MOST 1000 /* "report (999).pdf": then somebody should tidy up */

struct transfer {
	struct transfer *next, **at_list;
	struct app *app;
	struct app_timer timer;
	bool save;  /* a download */
	bool known; /* the server has said how far it is, or how large */
	int fd;
	struct id file;
	struct str folder, path, name;
	uint64_t size, at;
	transfer_fn *fn;
	void *ctx;
	uint8_t piece[LIMIT_CHUNK_FRAME];
};

static void go_on(struct transfer *transfer);

static struct transfer *transfer_new(struct app *app, transfer_fn *fn, void *ctx)
{
	struct transfer *transfer = mem_new(struct transfer);

	*transfer = (struct transfer){.app = app, .fd = -1, .fn = fn, .ctx = ctx};
	transfer->folder = transfer->path = transfer->name = STR_INIT;
	transfer->next = app->transfers;
	transfer->at_list = &app->transfers;
	if (transfer->next)
		transfer->next->at_list = &transfer->next;
	app->transfers = transfer;
	return transfer;
}

static void transfer_free(struct transfer *transfer)
{
	bool half = transfer->save && transfer->fd >= 0 && transfer->at < transfer->size;

	*transfer->at_list = transfer->next;
	if (transfer->next)
		transfer->next->at_list = transfer->at_list;
	app_timer_clear(transfer->app, &transfer->timer);
	if (transfer->fd >= 0)
		close(transfer->fd);
	if (half)
		unlink(transfer->path.ptr);
	str_done(&transfer->folder);
	str_done(&transfer->path);
	str_done(&transfer->name);
	mem_free(transfer);
}

void transfers_done(struct app *app)
{
	while (app->transfers)
		transfer_free(app->transfers);
}

static void tell(struct transfer *transfer, enum err err, bool done)
{
	struct transferred what = {
		.file = transfer->file,
		.name = transfer->name.ptr,
		.path = transfer->path.ptr,
		.size = transfer->size,
		.at = transfer->at,
		.done = done,
	};

	transfer->fn(transfer->app, err, &what, transfer->ctx);
}

static void end(struct transfer *transfer, enum err err)
{
	tell(transfer, err, err == ERR_OK);
	transfer_free(transfer);
}

static void due(struct app *app, void *ctx)
{
	go_on(ctx);
}

/* What a later try may cure is tried again. */
static void failed(struct transfer *transfer, enum err err)
{
	struct app *app = transfer->app;

	switch (err) {
	case ERR_UNREACHABLE:
	case ERR_CLOSED:
	case ERR_TIMEOUT:
	case ERR_BUSY:
	case ERR_RATE: break;
	default: end(transfer, err); return;
	}
	transfer->known = transfer->save && transfer->known;
	transfer->timer.due = due;
	transfer->timer.ctx = transfer;
	app_timer_set(app, &transfer->timer, clock_mono_ms(app->clock) + AGAIN_MS);
	tell(transfer, ERR_QUEUED, false);
}

static void ask(struct transfer *transfer, const char *op, const struct body_def *def,
		const void *body, link_result_fn *done)
{
	AUTO(buf_done) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);

	body_encode(def, &out, body);
	app_call(transfer->app, op, buf_view(&args), done, transfer);
}

/* ---- what is saved ---- */

/* "report.pdf", "report (1).pdf", … */
static void numbered(const char *name, unsigned number, struct str *path)
{
	const char *dot = strrchr(name, '.');
	size_t stem = dot && dot != name ? (size_t)(dot - name) : strlen(name);

	if (number == 0)
		str_add(path, name);
	else
		str_addf(path, "%.*s (%u)%s", (int)stem, name, number, name + stem);
}

static enum err make_file(struct transfer *transfer)
{
	AUTO(str_done) struct str name = STR_INIT;

	filename_clean(str_view(&transfer->name), &name);
	for (unsigned i = 0; i < NAMES_MOST; i++) {
		str_clear(&transfer->path);
		str_addf(&transfer->path, "%s/", transfer->folder.ptr);
		numbered(name.ptr, i, &transfer->path);
		transfer->fd =
			open(transfer->path.ptr,
			     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (transfer->fd >= 0)
			return ERR_OK;
		if (errno != EEXIST)
			return errno == EACCES   ? ERR_FORBIDDEN
			       : errno == ENOENT ? ERR_NOT_FOUND
						 : ERR_IO;
	}
	return ERR_EXISTS;
}

static void part_came(enum err err, unsigned status, struct bytes answer, void *ctx)
{
	struct transfer *transfer = ctx;
	AUTO(json_free) struct json *json = NULL;
	struct body_file_part part;

	if (err == ERR_OK)
		err = json_parse(answer, &json);
	if (err == ERR_OK)
		err = body_decode(body_file_part_def(), json, json_root(json), &part,
				  NULL);
	if (err == ERR_OK &&
	    (part.offset != transfer->at || part.size != transfer->size ||
	     part.data.len == 0 || part.data.len > transfer->size - transfer->at))
		err = ERR_BAD;
	if (err == ERR_OK &&
	    write(transfer->fd, part.data.ptr, part.data.len) != (ssize_t)part.data.len)
		err = errno == ENOSPC ? ERR_STORE : ERR_IO;
	if (err != ERR_OK) {
		failed(transfer, err);
		return;
	}
	transfer->at += part.data.len;
	go_on(transfer);
}

/* ---- what is sent ---- */

static void file_came(enum err err, unsigned status, struct bytes answer, void *ctx)
{
	struct transfer *transfer = ctx;
	AUTO(json_free) struct json *json = NULL;
	struct body_file file;

	if (err == ERR_OK)
		err = json_parse(answer, &json);
	if (err == ERR_OK)
		err = body_decode(body_file_def(), json, json_root(json), &file, NULL);
	if (err == ERR_OK && !transfer->save &&
	    (file.size != transfer->size || file.received > file.size))
		err = ERR_BAD;
	if (err == ERR_OK && transfer->save && !file.whole)
		err = ERR_STATE;
	if (err == ERR_OK && transfer->save && transfer->fd < 0) {
		str_set_len(&transfer->name, (const char *)file.name.ptr, file.name.len);
		transfer->size = file.size;
		err = make_file(transfer);
	}
	if (err != ERR_OK) {
		failed(transfer, err);
		return;
	}
	transfer->known = true;
	transfer->file = file.file;
	if (!transfer->save)
		transfer->at = file.received;
	if (!transfer->save && file.whole) {
		end(transfer, ERR_OK);
		return;
	}
	go_on(transfer);
}

static void send_piece(struct transfer *transfer)
{
	uint64_t left = transfer->size - transfer->at;
	size_t want =
		left < sizeof(transfer->piece) ? (size_t)left : sizeof(transfer->piece);
	ssize_t got = pread(transfer->fd, transfer->piece, want, (off_t)transfer->at);

	if (got < 0 || (size_t)got != want) { /* it has become shorter meanwhile */
		end(transfer, ERR_IO);
		return;
	}
	struct body_file_chunk chunk = {
		.file = transfer->file,
		.offset = transfer->at,
		.data = want ? bytes_of(transfer->piece, want) : bytes_of(NULL, 0),
	};
	ask(transfer, "file_append", body_file_chunk_def(), &chunk, file_came);
}

static void go_on(struct transfer *transfer)
{
	struct body_file_ref ref = {.file = transfer->file};

	if (transfer->known && transfer->save && transfer->at == transfer->size) {
		end(transfer, ERR_OK);
		return;
	}
	if (transfer->known)
		tell(transfer, ERR_OK, false);
	if (!transfer->known && !transfer->save && id_is_zero(&transfer->file)) {
		ask(transfer, "file_create", body_file_new_def(),
		    &(struct body_file_new){.name = str_view(&transfer->name),
					    .size = transfer->size},
		    file_came);
	} else if (!transfer->known) {
		ask(transfer, "file_get", body_file_ref_def(), &ref, file_came);
	} else if (!transfer->save) {
		send_piece(transfer);
	} else {
		ask(transfer, "file_part", body_file_part_ask_def(),
		    &(struct body_file_part_ask){.file = transfer->file,
						 .offset = transfer->at},
		    part_came);
	}
}

enum err transfer_send(struct app *app, const char *path, transfer_fn *fn, void *ctx)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT   ? ERR_NOT_FOUND
		       : errno == EACCES ? ERR_FORBIDDEN
					 : ERR_IO;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return ERR_BAD;
	}
	struct transfer *transfer = transfer_new(app, fn, ctx);
	transfer->fd = fd;
	transfer->size = (uint64_t)st.st_size;
	str_set(&transfer->path, path);
	filename_clean(bytes_text(path), &transfer->name);
	go_on(transfer);
	return ERR_OK;
}

void transfer_save(struct app *app, const struct id *file, const char *folder,
		   transfer_fn *fn, void *ctx)
{
	struct transfer *transfer = transfer_new(app, fn, ctx);

	transfer->save = true;
	transfer->file = *file;
	str_set(&transfer->folder, folder);
	go_on(transfer);
}
