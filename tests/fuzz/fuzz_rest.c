/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP bodies: a line with an operation, then any bytes as the body of its request, which a
 * server reads, and of its answer, which a client reads. What is taken reads the same after
 * it was written and read again. */
/* Covers: common/proto/body.c common/proto/json.c common/proto/rest.c */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/proto/rest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read @text as a body of @def and write it anew into @out. */
static enum err rewrite(const struct body_def *def, struct bytes text, struct buf *out)
{
	struct json_out json_out = json_out_init(out);
	const char *field;
	struct json *json;

	enum err err = json_parse(text, &json);
	if (err != ERR_OK)
		return err;
	void *body = mem_alloc(1, def->size);
	err = body_decode(def, json, json_root(json), body, &field);
	if (err == ERR_OK)
		body_encode(def, &json_out, body);
	mem_free(body);
	json_free(&json);
	return err;
}

static void check_body(const struct body_def *def, struct bytes text)
{
	AUTO(buf_done) struct buf first = BUF_INIT;
	AUTO(buf_done) struct buf second = BUF_INIT;

	if (rewrite(def, text, &first) != ERR_OK)
		return;
	enum err err = rewrite(def, buf_view(&first), &second);
	assert(err == ERR_OK && bytes_equal(buf_view(&first), buf_view(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;

	if (!newline)
		return 0;
	size_t len = (size_t)(newline - data);
	const struct rest_row *row = rest_find((const char *)data, len);
	struct bytes text = bytes_of(newline + 1, size - len - 1);
	if (!row)
		return 0;
	if (text.len <= row->most)
		check_body(row->in(), text);
	if (text.len <= LIMIT_FRAME_SERVER)
		check_body(row->out(), text);
	return 0;
}
