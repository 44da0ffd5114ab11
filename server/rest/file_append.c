/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A piece of an upload. Four steps, none of which lets the loop or the writer wait for the
 * disk: a reader looks up whose file it is and how far; the disk's thread writes and syncs;
 * the writer notes how far it is now; only then it is answered. When the last byte is there,
 * the disk's thread reads the file once more for its hash, and the writer gives it its
 * place.
 *
 * One piece of a file at a time. What comes twice, since an answer was lost, is not written
 * twice: the beginning that is there already is skipped.
 */
#include "server/rest/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/crypto/hash.h"
#include "server/core/sniff.h"
#include "server/net/slots.h"

#define HASH_STEP 4194304 /* bytes of one job: others come in between */
#define HASH_READ 65536

struct append {
	struct call *call;
	struct server_job job;
	struct slot *slot; /* of the file */
	struct bytes data; /* of the request */
	struct upload_row row;
	struct str folder, path;
	uint64_t to;
	enum err err; /* of the job */
	struct sha256 hash;
	uint64_t hashed;
	const char *type;
};

static void append_done(void *data)
{
	struct append *append = data;

	slot_give(append->slot);
	str_done(&append->folder);
	str_done(&append->path);
}

static void submit(struct call *call, job_fn *run, void (*done)(struct server_job *job))
{
	struct append *append = call->data;

	append->job = (struct server_job){.job = {.run = run}, .done = done};
	if (worker_submit(&call->server->disk, &append->job.job) != ERR_OK)
		call_fail(call, ERR_BUSY);
}

static void go_on(struct call *call, call_work_fn *work, call_next_fn *next)
{
	enum err err = call_write(call, work, next);

	if (err != ERR_OK)
		call_fail(call, err);
}

static enum err answer(struct call *call)
{
	const struct append *append = call->data;
	struct body_file body = files_body(&append->row);

	buf_clear(&call->answer);
	call_answer(call, &body);
	return ERR_OK;
}

/* ---- the last byte is there ---- */

static enum err finish_work(struct call *call, struct store *store)
{
	struct append *append = call->data;
	enum err err = upload_finish(store, append->folder.ptr, &append->row,
				     append->path.ptr, append->type);

	return err == ERR_OK ? answer(call) : err;
}

static void finished(struct call *call)
{
	struct append *append = call->data;

	/* A name less; the bytes have their own now. Should this not happen, it is a name
	 * too many, which collecting takes away with the file. */
	unlink(append->path.ptr);
	call_finish(call);
}

static enum err hash_step(struct append *append, int fd)
{
	uint8_t piece[HASH_READ];
	uint64_t end = append->hashed + HASH_STEP;

	if (append->hashed == 0)
		append->type = sniff_type(bytes_of(NULL, 0), true);
	while (append->hashed < append->row.note.size && append->hashed < end) {
		ssize_t got = pread(fd, piece, sizeof(piece), (off_t)append->hashed);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return ERR_IO;
		struct bytes head = bytes_of(piece, (size_t)got);
		sha256_add(&append->hash, head);
		if (append->hashed == 0) {
			bool whole = head.len <= SNIFF_MOST;
			head.len = whole ? head.len : SNIFF_MOST;
			append->type = sniff_type(
				head, whole && head.len == append->row.note.size);
		}
		append->hashed += (uint64_t)got;
	}
	return ERR_OK;
}

static void run_hash(struct job *base, void *ctx)
{
	struct append *append = CONTAINER_OF(base, struct append, job.job);
	int fd = open(append->path.ptr, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	append->err = fd < 0 ? ERR_IO : hash_step(append, fd);
	if (fd >= 0)
		close(fd);
}

static void hash_done(struct server_job *base)
{
	struct append *append = CONTAINER_OF(base, struct append, job);
	struct call *call = append->call;

	if (append->err != ERR_OK) {
		call_fail(call, append->err);
	} else if (append->hashed < append->row.note.size) {
		submit(call, run_hash, hash_done);
	} else {
		sha256_final(&append->hash, append->row.hash);
		go_on(call, finish_work, finished);
	}
}

/* ---- a piece ---- */

static enum err move_work(struct call *call, struct store *store)
{
	struct append *append = call->data;
	enum err err = upload_move(store, &append->row, append->to);

	return err == ERR_OK ? answer(call) : err;
}

static void moved(struct call *call)
{
	struct append *append = call->data;

	if (append->row.received < append->row.note.size) {
		call_finish(call);
		return;
	}
	sha256_init(&append->hash);
	submit(call, run_hash, hash_done);
}

static enum err write_all(int fd, struct bytes data, uint64_t at)
{
	while (data.len > 0) {
		ssize_t put = pwrite(fd, data.ptr, data.len, (off_t)at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return errno == ENOSPC || errno == EDQUOT ? ERR_STORE : ERR_IO;
		data = bytes_of(data.ptr + put, data.len - (size_t)put);
		at += (uint64_t)put;
	}
	return fdatasync(fd) == 0 ? ERR_OK : ERR_IO;
}

/* What the database knows of must be there. After the restoring of a backup, which leaves
 * out what is not whole, it is not: then the upload begins again. */
static enum err write_piece(struct append *append)
{
	struct stat st;

	int fd =
		open(append->path.ptr, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno == ENOSPC ? ERR_STORE : ERR_IO;
	enum err err = fstat(fd, &st) == 0 ? ERR_OK : ERR_IO;
	if (err == ERR_OK && (uint64_t)st.st_size < append->row.received)
		append->to = 0;
	else if (err == ERR_OK)
		err = write_all(fd, append->data, append->row.received);
	close(fd);
	return err;
}

static void run_write(struct job *base, void *ctx)
{
	struct append *append = CONTAINER_OF(base, struct append, job.job);

	append->err = blob_part_folder(append->folder.ptr);
	append->to = append->row.received + append->data.len;
	if (append->err == ERR_OK)
		append->err = write_piece(append);
}

static void write_done(struct server_job *base)
{
	struct append *append = CONTAINER_OF(base, struct append, job);

	if (append->err != ERR_OK)
		call_fail(append->call, append->err);
	else
		go_on(append->call, move_work, moved);
}

/* Whose it is, and what of the piece is new. */
static enum err find_work(struct call *call, struct store *store)
{
	const struct body_file_chunk *args = call->args;
	struct append *append = call->data;
	struct upload_row *row = &append->row;
	enum err err = call->actor.scope & SCOPE_WRITE
			       ? upload_own(store, &call->actor, &args->file, row)
			       : ERR_FORBIDDEN;

	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? call_blame(call, err, "file", NULL) : err;
	err = upload_rest(row, args->offset, &append->data);
	if (err == ERR_STATE)
		return call_blame(call, err, "offset",
				  N_("there is a gap; ask how much has been received"));
	return err == ERR_OK ? ERR_OK : call_blame(call, err, "size", NULL);
}

static void found(struct call *call)
{
	struct append *append = call->data;

	if (append->row.blob) { /* it was whole already */
		(void)answer(call);
		call_finish(call);
		return;
	}
	blob_part_path(append->folder.ptr, &append->row.note.id, &append->path);
	submit(call, run_write, write_done);
}

enum err rest_file_append(struct call *call)
{
	const struct body_file_chunk *args = call->args;
	struct append *append = call_data(call, sizeof(*append), append_done);
	bool framed = call->request->framed;

	append->call = call;
	append->folder = append->path = STR_INIT;
	append->data = framed ? args->data : str_view(&call->request->body);
	if (!framed && args->data.ptr)
		return call_blame(call, ERR_BAD, "data", NULL);
	append->slot = slots_take(call->server->growing, args->file.bytes);
	if (!append->slot)
		return call_blame(call, ERR_BUSY, "file", NULL);
	if (call->server->disk_low && append->data.len)
		return ERR_STORE;
	files_folder(call, &append->folder);
	return call_read(call, find_work, found);
}
