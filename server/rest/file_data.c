/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes of files going out: as they are over HTTP, with ranges, and piece by piece for who
 * has a connection of frames. A browser that is led there saves them and runs nothing.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "server/net/byte_range.h"
#include "server/net/disposition.h"
#include "server/net/rate.h"
#include "server/net/slots.h"
#include "server/rest/files.h"
#include "server/stream.h"

#define FRAMED N_("bytes go over HTTP; here there is file_part")

struct download {
	struct upload_row row;
	struct str folder;
	int fd;
	struct slot *slot;
};

static void download_done(void *data)
{
	struct download *download = data;

	str_done(&download->folder);
	if (download->fd >= 0)
		close(download->fd);
	slot_give(download->slot);
}

static struct download *download_new(struct call *call)
{
	struct download *download = call_data(call, sizeof(*download), download_done);

	download->fd = -1;
	download->folder = STR_INIT;
	files_folder(call, &download->folder);
	return download;
}

static enum err open_file(struct call *call, struct store *store, const struct id *file)
{
	struct download *download = call->data;
	enum err err = file_may_read(store, &call->actor, file, &download->row);

	if (err == ERR_STATE)
		return call_blame(call, err, "file", N_("it is not whole yet"));
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? call_blame(call, err, "file", NULL) : err;
	err = blob_open(download->folder.ptr, download->row.hash, &download->fd);
	return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
}

/* ---- as it is ---- */

static enum err data_work(struct call *call, struct store *store)
{
	const struct body_file_ref *args = call->args;

	return open_file(call, store, &args->file);
}

/* The hash is a strong validator (RFC 9110 section 8.8.3). */
static void tag_of(const struct upload_row *row, struct str *out)
{
	str_add_char(out, '"');
	for (size_t i = 0; i < BLOB_HASH_LEN / 2; i++)
		str_addf(out, "%02x", row->hash[i]);
	str_add_char(out, '"');
}

static bool names_tag(const char *list, const char *tag)
{
	return list && (strcmp(list, "*") == 0 || strstr(list, tag));
}

/* Section 13.2.2: a range holds only for the file that it was begun with. */
static enum range_kind range_of(const struct request *request, uint64_t size,
				const char *tag, struct range *ret_range)
{
	const char *text = request_header(request, "range");
	const char *only = request_header(request, "if-range");

	if (!text || (only && strcmp(only, tag) != 0)) {
		*ret_range = (struct range){0, size};
		return RANGE_ALL;
	}
	return range_read(bytes_text(text), size, ret_range);
}

static void set_range(struct request *request, enum range_kind kind,
		      const struct range *range, uint64_t size)
{
	AUTO(str_done) struct str text = STR_INIT;

	if (kind == RANGE_PART)
		str_addf(&text, "bytes %llu-%llu/%llu", (unsigned long long)range->from,
			 (unsigned long long)(range->from + range->len - 1),
			 (unsigned long long)size);
	else
		str_addf(&text, "bytes */%llu", (unsigned long long)size);
	request_set(request, "Content-Range", text.ptr);
}

static void reply_empty(struct call *call, int status)
{
	request_reply(&call->request, status, NULL, bytes_of(NULL, 0));
	call_end(call, status);
}

static void send(struct call *call, int status, const struct range *range)
{
	struct download *download = call->data;
	uint8_t key[SLOT_KEY];

	memcpy(key, call->actor.user.bytes, SLOT_KEY);
	download->slot = slots_take(call->server->streams, key);
	if (!download->slot) {
		call_fail(call, ERR_BUSY);
		return;
	}
	struct source *source = stream_new(call->server, download->fd, range->from,
					   range->len, download->slot);
	if (request_reply_source(&call->request, status, download->row.note.type,
				 source) == ERR_OK) {
		download->fd = -1;
		download->slot = NULL;
		call_end(call, status);
		return;
	}
	/* not read from yet, so it only lets go of what it was given */
	download->fd = -1;
	download->slot = NULL;
	source->free(source);
	call_fail(call, call_blame(call, ERR_METHOD, NULL, FRAMED));
}

static void data_found(struct call *call)
{
	const struct download *download = call->data;
	struct request *request = call->request;
	AUTO(str_done) struct str tag = STR_INIT;
	AUTO(str_done) struct str name = STR_INIT;
	struct range range;

	tag_of(&download->row, &tag);
	request_set(request, "ETag", tag.ptr);
	if (names_tag(request_header(request, "if-none-match"), tag.ptr)) {
		reply_empty(call, 304);
		return;
	}
	enum range_kind kind =
		range_of(request, download->row.note.size, tag.ptr, &range);
	disposition_write(bytes_text(download->row.note.name), &name);
	request_set(request, "Content-Disposition", name.ptr);
	request_set(request, "Content-Security-Policy", "sandbox; default-src 'none'");
	request_set(request, "Accept-Ranges", "bytes");
	if (kind != RANGE_ALL)
		set_range(request, kind, &range, download->row.note.size);
	if (kind == RANGE_NONE)
		reply_empty(call, 416);
	else
		send(call, kind == RANGE_PART ? 206 : 200, &range);
}

enum err rest_file_data(struct call *call)
{
	(void)download_new(call);
	return call_read(call, data_work, data_found);
}

/* ---- a piece in a frame ---- */

static enum err part_work(struct call *call, struct store *store)
{
	const struct body_file_part_ask *args = call->args;
	struct download *download = call->data;
	AUTO(buf_done) struct buf data = BUF_INIT;
	enum err err = open_file(call, store, &args->file);

	if (err != ERR_OK)
		return err;
	uint64_t size = download->row.note.size;
	if (args->offset > size)
		return call_blame(call, ERR_BAD, "offset", NULL);
	size_t want = call_limit(args->length, LIMIT_PART, LIMIT_PART);
	if (want > size - args->offset)
		want = (size_t)(size - args->offset);
	ssize_t got =
		pread(download->fd, buf_room(&data, want), want, (off_t)args->offset);
	if (got < 0 || (size_t)got != want)
		return ERR_IO;
	data.len = want;
	call_answer(call, &(struct body_file_part){
				  .offset = args->offset,
				  .size = size,
				  .data = want ? buf_view(&data) : bytes_of(NULL, 0),
			  });
	return ERR_OK;
}

enum err rest_file_part(struct call *call)
{
	(void)download_new(call);
	return call_read(call, part_work, NULL);
}
