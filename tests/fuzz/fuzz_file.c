/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What others say of their files: names, kinds, and which bytes of them they mean. */
/* Covers: server/net/byte_range.c server/net/disposition.c server/core/sniff.c */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/filename.h"
#include "common/base/mem.h"
#include "common/base/utf8.h"
#include "common/proto/picture.h"
#include "common/proto/rest.h"
#include "server/core/sniff.h"
#include "server/core/upload.h"
#include "server/net/byte_range.h"
#include "server/net/disposition.h"
#include "server/rest/args.h"

#define TEXT_TYPE "text/plain; charset=utf-8"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A number of eight bytes at the front of @text, which is shortened by it. */
static uint64_t take(struct bytes *text)
{
	uint64_t value = 0;
	size_t len = text->len < 8 ? text->len : 8;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | text->ptr[i];
	*text = bytes_of(text->ptr + len, text->len - len);
	return value;
}

/* What is sent lies in the file, and asked for as it was understood it is the same. */
static void try_range(struct bytes text)
{
	AUTO(str_done) struct str again = STR_INIT;
	uint64_t size = take(&text);
	struct range range, same;
	enum range_kind kind = range_read(text, size, &range);

	if (kind == RANGE_ALL)
		assert(range.from == 0 && range.len == size);
	if (kind != RANGE_PART)
		return;
	assert(range.len > 0 && range.from < size && range.len <= size - range.from);
	str_addf(&again, "bytes=%llu-%llu", (unsigned long long)range.from,
		 (unsigned long long)(range.from + range.len - 1));
	assert(range_read(str_view(&again), size, &same) == RANGE_PART);
	assert(same.from == range.from && same.len == range.len);
}

/* ?offset=TEXT: a number or nothing. */
static void try_offset(struct bytes text)
{
	const struct rest_row *row = rest_row(REST_file_append);
	struct request *request = request_new(NULL, NULL, NULL);
	AUTO(str_done) struct str value = STR_INIT;
	struct body_file_chunk chunk;
	const char *field = NULL;
	struct json *json = NULL;

	request->row = row;
	str_add_len(&value, (const char *)text.ptr, text.len);
	assert(request_add(request, FIELD_PARAM, bytes_text("file"),
			   bytes_text("aaaaaaaaaaaaaaaaaaaaaaaaaa")) == ERR_OK);
	assert(request_add(request, FIELD_QUERY, bytes_text("offset"),
			   bytes_text(value.ptr)) == ERR_OK);
	if (args_read(request, row->in(), &json, &chunk, &field) == ERR_OK) {
		assert(strspn(value.ptr, "0123456789") == strlen(value.ptr));
		assert(strtoull(value.ptr, NULL, 10) == chunk.offset);
		json_free(&json);
	}
	request_free(&request);
}

/* What is written fits behind what is there and in what was announced. */
static void try_piece(struct bytes text)
{
	struct upload_row row = {.note = {.size = take(&text)}};
	uint64_t offset = take(&text);

	row.received = take(&text);
	if (row.received > row.note.size)
		row.received %= row.note.size + 1;
	struct bytes rest = text;
	enum err err = upload_rest(&row, offset, &rest);
	if (err != ERR_OK) {
		assert(err == (offset > row.received ? ERR_STATE : ERR_TOO_BIG));
		return;
	}
	assert(offset <= row.received && rest.len <= text.len);
	assert(rest.len <= row.note.size - row.received);
	assert(rest.len == 0 || offset + (text.len - rest.len) == row.received);
}

static void try_kind(struct bytes text)
{
	const char *whole = sniff_type(text, true), *head = sniff_type(text, false);
	const char *picture = picture_type(text), *still = picture_type_still(text);

	assert(!still || still == picture || strcmp(still, picture) == 0);
	assert(!picture || strcmp(whole, picture) == 0);
	/* nothing that a browser would run */
	assert(!strstr(whole, "html") && !strstr(whole, "xml") &&
	       !strstr(whole, "script"));
	if (strcmp(whole, TEXT_TYPE) != 0)
		return;
	assert(strcmp(head, TEXT_TYPE) == 0);
	assert(utf8_valid((const char *)text.ptr, text.len));
	assert(!memchr(text.ptr, '\0', text.len));
	/* wherever one stops looking */
	for (size_t len = 1; len < text.len && len < 64; len++) {
		const char *part = sniff_type(bytes_of(text.ptr, len), false);
		assert(strcmp(part, TEXT_TYPE) == 0);
	}
}

static int digit(char c)
{
	return c >= 'A' ? c - 'A' + 10 : c - '0';
}

static void try_name(struct bytes text)
{
	AUTO(str_done) struct str name = STR_INIT, again = STR_INIT, header = STR_INIT;

	filename_clean(text, &name);
	assert(name.len > 0 && name.len <= FILENAME_MOST);
	assert(utf8_valid(name.ptr, name.len) && strlen(name.ptr) == name.len);
	assert(!strpbrk(name.ptr, "/\\\r\n\t\x7f\x1b") && !strchr(".- ", name.ptr[0]));
	filename_clean(str_view(&name), &again);
	assert(strcmp(name.ptr, again.ptr) == 0);
	/* Any bytes make a header of one line, from which they come back. */
	disposition_write(text, &header);
	const char *at = strstr(header.ptr, "''");
	assert(at && strncmp(header.ptr, "attachment;", 11) == 0);
	at += 2;
	for (size_t i = 0; i < text.len; i++) {
		bool coded = *at == '%';
		int byte = coded ? digit(at[1]) << 4 | digit(at[2]) : *at;
		assert(*at > ' ' && *at < 0x7f && !strchr("\"';,\\", *at));
		assert(byte == text.ptr[i]);
		at += coded ? 3 : 1;
	}
	assert(*at == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > SNIFF_MOST)
		return 0;
	struct bytes text = bytes_of(data + 1, size - 1);
	switch (data[0]) {
	case 'r': try_range(text); break;
	case 'o': try_offset(text); break;
	case 'p': try_piece(text); break;
	case 'k': try_kind(text); break;
	case 'n': try_name(text); break;
	default: break;
	}
	return 0;
}
