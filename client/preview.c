/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One picture is one job: fetch, decode, tell. The file in memory is sealed before the other
 * process sees it, so that neither can change what the other reads; whoever decodes for too
 * long is killed.
 */
#include "client/preview.h"

#include <sys/mman.h>
#include <sys/types.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "client/app_inside.h"
#include "client/picture/decoder.h"
#include "common/base/mem.h"
#include "common/proto/limits.h"

#define SEALS (F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)

struct preview {
	struct preview *next, **at_list;
	struct app *app;
	struct decoder decoder;
	struct app_source source;
	struct app_timer timer;
	int fd; /* the file in memory */
	unsigned cols, rows;
	struct id file;
	struct str name;
	uint64_t size;
	preview_fn *fn;
	void *ctx;
};

bool preview_is_there(void)
{
#ifdef HAVE_PICTURES
	AUTO(str_done) struct str program = STR_INIT;

	return decoder_program(&program) == ERR_OK;
#else
	return false;
#endif
}

static void preview_free(struct preview *preview)
{
	*preview->at_list = preview->next;
	if (preview->next)
		preview->next->at_list = preview->at_list;
	if (preview->source.fd >= 0)
		app_source_remove(preview->app, &preview->source);
	app_timer_clear(preview->app, &preview->timer);
	decoder_done(&preview->decoder);
	if (preview->fd >= 0)
		close(preview->fd);
	str_done(&preview->name);
	mem_free(preview);
}

void previews_done(struct app *app)
{
	while (app->previews)
		preview_free(app->previews);
}

static void end(struct preview *preview, enum err err, struct bitmap *bitmap)
{
	const struct transferred what = {.file = preview->file,
					 .name = preview->name.ptr,
					 .path = "",
					 .size = preview->size,
					 .at = preview->size,
					 .done = err == ERR_OK};
	struct bitmap none = BITMAP_INIT;

	preview->fn(preview->app, err, bitmap ? bitmap : &none, &what, preview->ctx);
	if (bitmap)
		bitmap_done(bitmap);
	preview_free(preview);
}

static void on_points(struct app *app, short revents, void *ctx)
{
	struct preview *preview = ctx;
	struct bitmap bitmap;
	enum err err = decoder_more(&preview->decoder, &bitmap);

	if (err != ERR_QUEUED)
		end(preview, err, &bitmap);
}

static void on_late(struct app *app, void *ctx)
{
	end(ctx, ERR_TIMEOUT, NULL);
}

static enum err decode(struct preview *preview)
{
	AUTO(str_done) struct str program = STR_INIT;
	struct app *app = preview->app;
	enum err err = decoder_program(&program);

	if (err == ERR_OK && fcntl(preview->fd, F_ADD_SEALS, SEALS) != 0)
		err = ERR_IO;
	if (err == ERR_OK)
		err = decoder_start(&preview->decoder, program.ptr, preview->fd,
				    preview->cols, preview->rows);
	if (err != ERR_OK)
		return err;
	preview->source.fd = preview->decoder.fd;
	preview->source.events = POLLIN;
	app_source_add(app, &preview->source);
	app_timer_set(app, &preview->timer, clock_mono_ms(app->clock) + LIMIT_PICTURE_MS);
	return ERR_OK;
}

static void on_bytes(struct app *app, enum err err, const struct transferred *what,
		     void *ctx)
{
	struct preview *preview = ctx;

	if (err == ERR_QUEUED || (err == ERR_OK && !what->done))
		return;
	str_set(&preview->name, what->name);
	preview->size = what->size;
	if (err == ERR_OK)
		err = decode(preview);
	if (err != ERR_OK)
		end(preview, err, NULL);
}

void preview_start(struct app *app, const struct id *file, uint64_t most, unsigned cols,
		   unsigned rows, preview_fn *fn, void *ctx)
{
	struct preview *preview = mem_new(struct preview);
	int fd = memfd_create("picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	*preview = (struct preview){.app = app,
				    .decoder = DECODER_INIT,
				    .source = {.fd = -1, .ready = on_points},
				    .timer = {.due = on_late},
				    .fd = fd,
				    .cols = cols,
				    .rows = rows,
				    .file = *file,
				    .name = STR_INIT,
				    .fn = fn,
				    .ctx = ctx};
	preview->source.ctx = preview->timer.ctx = preview;
	preview->next = app->previews;
	preview->at_list = &app->previews;
	if (preview->next)
		preview->next->at_list = &preview->next;
	app->previews = preview;
	int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (copy < 0)
		end(preview, ERR_IO, NULL);
	else
		transfer_fetch(app, file, copy, most, on_bytes, preview);
}

static void on_small(struct app *app, enum err err, struct bitmap *bitmap,
		     const struct transferred *what, void *ctx)
{
	pictures_came(&app->model.pictures, &what->file, err, bitmap);
	app_touch(app);
}

void preview_small(struct app *app, const struct id *file)
{
	preview_start(app, file, LIMIT_PICTURE_SMALL, PICTURE_COLS, PICTURE_ROWS,
		      on_small, NULL);
}
