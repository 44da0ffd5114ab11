/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A short list on purpose: what is named here may be drawn or played by whoever downloads
 * it. HTML, SVG and XML are text/plain at most; with `nosniff` and `attachment` beside it
 * no browser makes a page of them.
 */
#include "server/core/sniff.h"

#include <string.h>

#include "common/base/attr.h"
#include "common/base/utf8.h"
#include "common/proto/picture.h"

struct magic {
	size_t at;
	const char *bytes;
	size_t len;
	const char *type;
	const char *then; /* what else must stand there, behind 8 bytes */
};

#define IS(at, text, type) \
	{ \
		at, text, sizeof(text) - 1, type, NULL \
	}
#define THEN(at, text, type, then) \
	{ \
		at, text, sizeof(text) - 1, type, then \
	}

/* clang-format off */
static const struct magic rows[] = {
	IS(0, "%PDF-", "application/pdf"),
	IS(0, "OggS\0", "audio/ogg"),
	IS(0, "fLaC", "audio/flac"),
	IS(0, "ID3", "audio/mpeg"),
	THEN(0, "RIFF", "audio/wav", "WAVE"),
	IS(4, "ftypisom", "video/mp4"),
	IS(4, "ftypmp42", "video/mp4"),
	IS(0, "\x1a\x45\xdf\xa3", "video/webm"),
	IS(0, "PK\x03\x04", "application/zip"),
	IS(0, "\x1f\x8b\x08", "application/gzip"),
	IS(0, "(\xb5/\xfd", "application/zstd"),
	IS(0, "\xfd" "7zXZ\0", "application/x-xz"),
};
/* clang-format on */

static const char *find(struct bytes head)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct magic *row = &rows[i];
		if (head.len < row->at + row->len ||
		    memcmp(head.ptr + row->at, row->bytes, row->len) != 0)
			continue;
		if (!row->then ||
		    (head.len >= 12 && memcmp(head.ptr + 8, row->then, 4) == 0))
			return row->type;
	}
	return NULL;
}

/* The beginning of a character, as far as it can be seen. */
static bool is_begun(const uint8_t *ptr, size_t len)
{
	for (size_t i = 1; i < len; i++) {
		if ((ptr[i] & 0xc0) != 0x80)
			return false;
	}
	return len < 4 && ptr[0] >= 0xc2 && ptr[0] <= 0xf4;
}

/* A character that the end of @head cuts is none that is wrong. */
static bool is_text(struct bytes head, bool whole)
{
	const char *text = (const char *)head.ptr;
	size_t at = 0;

	while (at < head.len) {
		uint32_t code;
		size_t len = utf8_decode(text + at, head.len - at, &code);
		if (len == 0)
			return !whole && is_begun(head.ptr + at, head.len - at);
		if ((code < 0x20 && !strchr("\t\n\v\f\r\x1b", (int)code)) || code == 0 ||
		    code == 0x7f)
			return false;
		at += len;
	}
	return head.len > 0;
}

const char *sniff_type(struct bytes head, bool whole)
{
	const char *type = picture_type(head);

	if (!type)
		type = find(head);
	if (!type && is_text(head, whole))
		type = "text/plain; charset=utf-8";
	return type ? type : "application/octet-stream";
}
