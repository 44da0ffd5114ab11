/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One question at a time: where are we, here is the next piece, give me the next piece. A
 * name from the server is never a path; a file is made new (O_EXCL, O_NOFOLLOW) or not at
 * all, and one that is not whole does not stay.
 *
 * What is sent is hashed as it is read; what an earlier process has sent is read once more
 * for that. The server tells its own hash when it has all: pieces of two versions of a file
 * never become one.
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
#include "common/crypto/hash.h"
#include "common/proto/body.h"
#include "common/proto/json_out.h"

#define AGAIN_MS   1000 /* before another try; a broken connection is the link's care */
#define AGAIN_MOST 30000
#define HASH_STEP  64 /* pieces that are read again in one turn: some milliseconds */
#define NEW_MOST   4  /* announcements of one file: the server loses them all the time */
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
	uint64_t most; /* that a download may have, 0: any */
	uint64_t again_ms;
	/* of what is sent */
	struct id cid, gone; /* gone: the server has not this file any more */
	unsigned announced;
	uint64_t mtime_ns, hashed;
	struct sha256 hash;
	uint64_t piece_at;
	size_t piece_len;
	transfer_fn *fn;
	void *ctx;
	uint8_t piece[LIMIT_CHUNK_FRAME];
};

static void go_on(struct transfer *transfer);

static void due(struct app *app, void *ctx)
{
	go_on(ctx);
}

static struct transfer *transfer_new(struct app *app, transfer_fn *fn, void *ctx)
{
	struct transfer *transfer = mem_new(struct transfer);

	*transfer = (struct transfer){
		.app = app, .fd = -1, .fn = fn, .ctx = ctx, .again_ms = AGAIN_MS};
	transfer->folder = transfer->path = transfer->name = STR_INIT;
	transfer->timer = (struct app_timer){.due = due, .ctx = transfer};
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

	link_unask(transfer->app->link, transfer);
	*transfer->at_list = transfer->next;
	if (transfer->next)
		transfer->next->at_list = transfer->at_list;
	app_timer_clear(transfer->app, &transfer->timer);
	if (transfer->fd >= 0)
		close(transfer->fd);
	if (half && transfer->path.len)
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

static void tell_media(struct transfer *transfer, enum err err, bool done,
		       struct bytes media)
{
	struct transferred what = {
		.file = transfer->file,
		.name = transfer->name.ptr,
		.path = transfer->path.ptr,
		.size = transfer->size,
		.at = transfer->at,
		.media = media,
		.done = done,
	};

	transfer->fn(transfer->app, err, &what, transfer->ctx);
}

static void tell(struct transfer *transfer, enum err err, bool done)
{
	tell_media(transfer, err, done, bytes_of(NULL, 0));
}

static void end(struct transfer *transfer, enum err err)
{
	tell(transfer, err, err == ERR_OK);
	transfer_free(transfer);
}

void transfer_cancel(struct transfer **transfer)
{
	if (*transfer)
		transfer_free(*transfer);
	*transfer = NULL;
}

/* What a later try may cure is tried again. What is sent waits on disk anyway: only an
 * answer of the server (@status) ends it, as with every other message. */
static void failed(struct transfer *transfer, enum err err, unsigned status)
{
	struct app *app = transfer->app;

	switch (transfer->save || status ? err : ERR_CLOSED) {
	case ERR_UNREACHABLE:
	case ERR_CLOSED:
	case ERR_TIMEOUT:
	case ERR_BUSY:
	case ERR_RATE: break;
	default: end(transfer, err); return;
	}
	transfer->known = transfer->save && transfer->known;
	app_timer_set(app, &transfer->timer,
		      clock_mono_ms(app->clock) + transfer->again_ms);
	transfer->again_ms *= 2;
	if (transfer->again_ms > AGAIN_MOST)
		transfer->again_ms = AGAIN_MOST;
	tell(transfer, ERR_QUEUED, false);
}

void transfers_hurry(struct app *app)
{
	for (struct transfer *transfer = app->transfers; transfer;
	     transfer = transfer->next) {
		if (transfer->timer.set)
			app_timer_set(app, &transfer->timer, 0);
	}
}

static void ask(struct transfer *transfer, const char *op, const struct body_def *def,
		const void *body, link_result_fn *done)
{
	AUTO(buf_done) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);

	body_encode(def, &out, body);
	app_call(transfer->app, op, buf_view(&args), done, transfer);
}

static enum err read_file(struct bytes answer, struct json **ret_json,
			  struct body_file *ret_file)
{
	return body_parse(body_file_def(), answer, ret_json, ret_file);
}

static uint64_t mtime_of(const struct stat *st)
{
	return (uint64_t)st->st_mtim.tv_sec * 1000000000u + (uint64_t)st->st_mtim.tv_nsec;
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
		err = body_parse(body_file_part_def(), answer, &json, &part);
	if (err == ERR_OK &&
	    (part.offset != transfer->at || part.size != transfer->size ||
	     part.data.len == 0 || part.data.len > transfer->size - transfer->at))
		err = ERR_BAD;
	if (err == ERR_OK &&
	    write(transfer->fd, part.data.ptr, part.data.len) != (ssize_t)part.data.len)
		err = errno == ENOSPC ? ERR_STORE : ERR_IO;
	if (err != ERR_OK) {
		failed(transfer, err, status);
		return;
	}
	transfer->at += part.data.len;
	go_on(transfer);
}

static void info_came(enum err err, unsigned status, struct bytes answer, void *ctx)
{
	struct transfer *transfer = ctx;
	AUTO(json_free) struct json *json = NULL;
	struct body_file file;

	if (err == ERR_OK)
		err = read_file(answer, &json, &file);
	if (err == ERR_OK && !file.whole)
		err = ERR_STATE;
	if (err == ERR_OK && transfer->most && file.size > transfer->most)
		err = ERR_TOO_BIG;
	if (err == ERR_OK) {
		str_set_len(&transfer->name, (const char *)file.name.ptr, file.name.len);
		transfer->size = file.size;
		err = transfer->fd < 0 ? make_file(transfer) : ERR_OK;
	}
	if (err != ERR_OK) {
		failed(transfer, err, status);
		return;
	}
	transfer->known = true;
	go_on(transfer);
}

static void save_on(struct transfer *transfer)
{
	if (!transfer->known)
		ask(transfer, "file_get", body_file_ref_def(),
		    &(struct body_file_ref){.file = transfer->file}, info_came);
	else if (transfer->at == transfer->size)
		end(transfer, ERR_OK);
	else
		ask(transfer, "file_part", body_file_part_ask_def(),
		    &(struct body_file_part_ask){.file = transfer->file,
						 .offset = transfer->at},
		    part_came);
}

void transfer_fetch(struct app *app, const struct id *file, int fd, uint64_t most,
		    transfer_fn *fn, void *ctx)
{
	struct transfer *transfer = transfer_new(app, fn, ctx);

	transfer->save = true;
	transfer->file = *file;
	transfer->fd = fd;
	transfer->most = most;
	go_on(transfer);
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

/* ---- what is sent ---- */

static void start_hash(struct transfer *transfer)
{
	sha256_init(&transfer->hash);
	transfer->hashed = 0;
}

/* What the server had of it is of no use: from the beginning, as a new file. */
static void send_anew(struct transfer *transfer, enum err err)
{
	if (++transfer->announced == NEW_MOST) {
		end(transfer, err);
		return;
	}
	transfer->gone = transfer->file;
	transfer->file = (struct id){{0}};
	transfer->known = false;
	go_on(transfer);
}

static void dropped(enum err err, unsigned status, struct bytes answer, void *ctx)
{
	end(ctx, ERR_FILE_CHANGED);
}

/* It is not the file that was to be sent: nobody will name what the server has of it. */
static void changed(struct transfer *transfer)
{
	ask(transfer, "file_delete", body_file_ref_def(),
	    &(struct body_file_ref){.file = transfer->file}, dropped);
}

static bool is_same(const struct transfer *transfer)
{
	struct stat st;

	return fstat(transfer->fd, &st) == 0 && (uint64_t)st.st_size == transfer->size &&
	       mtime_of(&st) == transfer->mtime_ns;
}

/* False: it has become shorter. */
static bool read_piece(struct transfer *transfer, uint64_t at, uint64_t end)
{
	uint64_t left = end - at;
	size_t want =
		left < sizeof(transfer->piece) ? (size_t)left : sizeof(transfer->piece);
	ssize_t got = pread(transfer->fd, transfer->piece, want, (off_t)at);

	transfer->piece_at = at;
	transfer->piece_len = want;
	return got >= 0 && (size_t)got == want;
}

static void hash_piece(struct transfer *transfer)
{
	if (transfer->piece_at != transfer->hashed)
		return;
	sha256_add(&transfer->hash, bytes_of(transfer->piece, transfer->piece_len));
	transfer->hashed += transfer->piece_len;
}

/* What the server has and was not read here. *ret_more: not through yet, in another turn. */
static bool catch_up(struct transfer *transfer, bool *ret_more)
{
	for (int i = 0; i < HASH_STEP && transfer->hashed < transfer->at; i++) {
		if (!read_piece(transfer, transfer->hashed, transfer->at))
			return false;
		hash_piece(transfer);
	}
	*ret_more = transfer->hashed < transfer->at;
	if (*ret_more)
		app_timer_set(transfer->app, &transfer->timer,
			      clock_mono_ms(transfer->app->clock));
	return true;
}

static void send_came(enum err err, unsigned status, struct bytes answer, void *ctx);

static void send_piece(struct transfer *transfer)
{
	if (!read_piece(transfer, transfer->at, transfer->size)) {
		changed(transfer);
		return;
	}
	struct body_file_chunk chunk = {.file = transfer->file, .offset = transfer->at};
	if (transfer->piece_len)
		chunk.data = bytes_of(transfer->piece, transfer->piece_len);
	ask(transfer, "file_append", body_file_chunk_def(), &chunk, send_came);
}

/* Announced under the same key it is the same file, however often that is asked for. */
static void announce(struct transfer *transfer)
{
	AUTO(buf_done) struct buf args = BUF_INIT;
	AUTO(str_done) struct str key = STR_INIT;
	struct json_out out = json_out_init(&args);

	str_addf(&key, "%s-%llu-%llu-%s", id_text(&transfer->cid).text,
		 (unsigned long long)transfer->size,
		 (unsigned long long)transfer->mtime_ns, id_text(&transfer->gone).text);
	body_encode(body_file_new_def(), &out,
		    &(struct body_file_new){.name = str_view(&transfer->name),
					    .size = transfer->size});
	link_call_once(transfer->app->link, "file_create", str_view(&key),
		       buf_view(&args), send_came, transfer);
}

static void send_on(struct transfer *transfer)
{
	bool more = false;

	if (!transfer->known && id_is_zero(&transfer->file)) {
		announce(transfer);
	} else if (!transfer->known) {
		ask(transfer, "file_get", body_file_ref_def(),
		    &(struct body_file_ref){.file = transfer->file}, send_came);
	} else if (!is_same(transfer) || !catch_up(transfer, &more)) {
		changed(transfer);
	} else if (!more) {
		tell(transfer, ERR_OK, false);
		send_piece(transfer);
	}
}

/* The server has all of it, and says what that is. */
static void send_whole(struct transfer *transfer, const struct body_file *file)
{
	struct sha256 hash = transfer->hash;
	uint8_t mine[SHA256_LEN];

	sha256_final(&hash, mine);
	if (file->sha256.ptr &&
	    !bytes_equal(file->sha256, bytes_of(mine, sizeof(mine)))) {
		changed(transfer);
		return;
	}
	tell_media(transfer, ERR_OK, true, file->media);
	transfer_free(transfer);
}

static void send_came(enum err err, unsigned status, struct bytes answer, void *ctx)
{
	struct transfer *transfer = ctx;
	AUTO(json_free) struct json *json = NULL;
	struct body_file file;

	if (err == ERR_OK)
		err = read_file(answer, &json, &file);
	if (err == ERR_OK && file.received > file.size)
		err = ERR_BAD;
	if (err == ERR_NOT_FOUND || (err == ERR_OK && file.size != transfer->size)) {
		send_anew(transfer, ERR_NOT_FOUND);
		return;
	}
	if (err != ERR_OK) {
		failed(transfer, err, status);
		return;
	}
	transfer->again_ms = AGAIN_MS;
	transfer->known = true;
	transfer->file = file.file;
	transfer->at = file.received;
	if (transfer->at >= transfer->piece_at + transfer->piece_len)
		hash_piece(transfer); /* it was taken */
	if (transfer->at < transfer->hashed)
		start_hash(transfer);
	if (file.whole && transfer->hashed == transfer->size)
		send_whole(transfer, &file);
	else
		go_on(transfer);
}

/* ---- both ---- */

static void go_on(struct transfer *transfer)
{
	if (transfer->save)
		save_on(transfer);
	else
		send_on(transfer);
}

/* ---- what there is to send ---- */

static enum err open_file(const char *path, int *ret_fd, struct stat *ret_st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT   ? ERR_NOT_FOUND
		       : errno == EACCES ? ERR_FORBIDDEN
					 : ERR_IO;
	if (fstat(fd, ret_st) != 0 || !S_ISREG(ret_st->st_mode)) {
		close(fd);
		return ERR_BAD;
	}
	*ret_fd = fd;
	return ERR_OK;
}

enum err transfer_look(const char *path, uint64_t *ret_size, uint64_t *ret_mtime_ns)
{
	struct stat st;
	int fd;
	enum err err = open_file(path, &fd, &st);

	if (err != ERR_OK)
		return err;
	close(fd);
	*ret_size = (uint64_t)st.st_size;
	*ret_mtime_ns = mtime_of(&st);
	return ERR_OK;
}

enum err transfer_send(struct app *app, const struct transfer_file *file, transfer_fn *fn,
		       void *ctx, struct transfer **ret_transfer)
{
	struct stat st;
	int fd;
	enum err err = open_file(file->path, &fd, &st);

	if (err != ERR_OK)
		return err == ERR_NOT_FOUND || err == ERR_BAD ? ERR_FILE_GONE : err;
	struct transfer *transfer = transfer_new(app, fn, ctx);
	transfer->fd = fd;
	transfer->size = file->size;
	transfer->mtime_ns = file->mtime_ns;
	transfer->cid = file->cid;
	transfer->file = file->file;
	str_set(&transfer->path, file->path);
	filename_clean(bytes_text(file->path), &transfer->name);
	start_hash(transfer);
	if (!is_same(transfer)) {
		transfer_free(transfer);
		return ERR_FILE_CHANGED;
	}
	*ret_transfer = transfer;
	go_on(transfer);
	return ERR_OK;
}
