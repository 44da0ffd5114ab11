/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames: a WebSocket message of any bytes falls apart into frames that are taken or
 * refused; one that is taken reads the same after it was written and read again. */
/* Covers: common/proto/frame.c common/proto/body.c common/proto/json.c */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/proto/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read @frame's body and write the frame anew into @out. */
static enum err rewrite(const struct frame *frame, struct buf *out)
{
	const char *field;
	void *body = mem_alloc(1, frame->row->body()->size);

	enum err err = frame_read(frame, frame->type, body, &field);
	if (err == ERR_OK)
		frame_write(out, frame->type, body);
	mem_free(body);
	return err;
}

/* A blank in front leaves a document to cJSON that json.c would have read by itself: both
 * must think the same of it. */
static void check_readers(struct bytes text)
{
	AUTO(json_free) struct json *quick = NULL;
	AUTO(json_free) struct json *slow = NULL;
	AUTO(buf_done) struct buf blank = BUF_INIT;
	AUTO(buf_done) struct buf first = BUF_INIT;
	AUTO(buf_done) struct buf second = BUF_INIT;

	buf_add_u8(&blank, ' ');
	buf_add_bytes(&blank, text);
	enum err err = json_parse(text, &quick);
	assert(json_parse(buf_view(&blank), &slow) == err);
	if (err != ERR_OK)
		return;
	json_print(json_root(quick), &first);
	json_print(json_root(slow), &second);
	assert(bytes_equal(buf_view(&first), buf_view(&second)));
}

static void check_frame(struct bytes text)
{
	AUTO(buf_done) struct buf first = BUF_INIT;
	AUTO(buf_done) struct buf second = BUF_INIT;
	struct frame frame, again;

	if (frame_parse(text, &frame) != ERR_OK)
		return;
	enum err err = rewrite(&frame, &first);
	frame_done(&frame);
	if (err != ERR_OK)
		return;
	/* what the encoder writes may exceed the bound of a frame only by its escapes */
	err = frame_parse(buf_view(&first), &again);
	if (err == ERR_TOO_BIG)
		return;
	assert(err == ERR_OK);
	err = rewrite(&again, &second);
	assert(err == ERR_OK && bytes_equal(buf_view(&first), buf_view(&second)));
	frame_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes rest = bytes_of(data, size);

	for (struct bytes text; (text = frame_split(&rest)).len > 0;) {
		check_readers(text);
		check_frame(text);
	}
	return 0;
}
