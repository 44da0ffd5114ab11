/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The registry of frames. Who may send what, when and how large is data in frame.def; the
 * connections of both sides only look it up.
 */
#include "common/proto/frame.h"

#include <assert.h>
#include <string.h>

#define FRAME_USUAL 512 /* bytes that hold most frames: taken at once */

static const struct frame_row rows[FRAME_COUNT] = {
#define FRAME(id, word, direction, least, bytes) \
	[FRAME_##id] = {.name = #word, \
			.dir = FRAME_DIR_##direction, \
			.state = FRAME_STATE_##least, \
			.most = (bytes), \
			.body = body_##word##_def},
#include "common/proto/frame.def"
#undef FRAME
};

const struct frame_row *frame_row(enum frame_type type)
{
	assert((unsigned)type < FRAME_COUNT);
	return &rows[type];
}

struct bytes frame_split(struct bytes *rest)
{
	while (rest->len && *rest->ptr == '\n')
		*rest = bytes_of(rest->ptr + 1, rest->len - 1);
	if (rest->len == 0)
		return bytes_of(NULL, 0);
	const uint8_t *newline = memchr(rest->ptr, '\n', rest->len);
	size_t len = newline ? (size_t)(newline - rest->ptr) : rest->len;
	struct bytes frame = bytes_of(rest->ptr, len);
	*rest = bytes_of(rest->ptr + len, rest->len - len);
	return frame;
}

/* Rows are sorted by name (a test holds that), so the word is found by bisection. */
static const struct frame_row *find(struct bytes word)
{
	size_t low = 0, high = FRAME_COUNT;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const char *name = rows[middle].name;
		size_t len = strlen(name), common = len < word.len ? len : word.len;
		int order = memcmp(word.ptr, name, common);
		if (order == 0)
			order = (word.len > len) - (word.len < len);
		if (order == 0)
			return &rows[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

enum err frame_parse(struct bytes text, struct frame *ret_frame)
{
	struct json *json;
	struct bytes word;
	enum err err;

	if (text.len > LIMIT_FRAME_SERVER)
		return ERR_TOO_BIG;
	err = json_parse(text, &json);
	if (err != ERR_OK)
		return err;
	if (!json_text(json_get(json_root(json), "type"), &word)) {
		json_free(&json);
		return ERR_BAD;
	}
	const struct frame_row *row = find(word);
	if (!row || text.len > row->most) {
		json_free(&json);
		return row ? ERR_TOO_BIG : ERR_UNKNOWN_TYPE;
	}
	*ret_frame = (struct frame){(enum frame_type)(row - rows), row, json};
	return ERR_OK;
}

void frame_done(struct frame *frame)
{
	json_free(&frame->json);
	frame->row = NULL;
}

enum err frame_read(const struct frame *frame, enum frame_type type, void *ret_body,
		    const char **ret_field)
{
	assert(frame->type == type);
	return (frame->row->dir == FRAME_DIR_C ? body_decode_request : body_decode)(
		frame->row->body(), frame->json, json_root(frame->json), ret_body,
		ret_field);
}

void frame_write(struct buf *buf, enum frame_type type, const void *body)
{
	const struct frame_row *row = frame_row(type);
	struct json_out out = json_out_init(buf);

	buf_room(buf, FRAME_USUAL);
	json_out_open(&out, '{');
	json_out_member(&out, bytes_text("\"type\":"));
	json_out_plain(&out, bytes_text(row->name));
	body_encode_fields(row->body(), &out, body);
	json_out_close(&out, '}');
}
