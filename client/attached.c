/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names come from strangers: they are made neutral here, so that a line is a line.
 */
#include "client/attached.h"

#include <string.h>

#include "common/base/neutral.h"
#include "common/os/lang.h"
#include "common/proto/limits.h"

#define MARK "▤ "

void attached_size(uint64_t bytes, struct str *text)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1024 && unit + 1 < ARRAY_LEN(units)) {
		value /= 1024;
		unit++;
	}
	str_addf(text, unit && value < 100 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

void attached_each(struct bytes extra, attached_fn *fn, void *ctx)
{
	AUTO(json_free) struct json *json = NULL;

	if (extra.len == 0 || json_parse(extra, &json) != ERR_OK)
		return;
	struct json_node node = json_first(json_get(json_root(json), "attached"));
	for (; node.ptr; node = json_next(node)) {
		struct body_file_note note;
		if (body_decode(body_file_note_def(), json, node, &note, NULL) == ERR_OK)
			fn(&note, ctx);
	}
}

static void add_note(const struct body_file_note *note, void *ctx)
{
	struct str *text = ctx;

	if (text->len)
		str_add_char(text, '\n');
	str_add(text, MARK);
	neutral_add(text, (const char *)note->name.ptr, note->name.len, NEUTRAL_LINE);
	str_add(text, " · ");
	attached_size(note->size, text);
	/* "text/plain; charset=utf-8": the kind is enough */
	const char *media = (const char *)note->media.ptr;
	size_t len = media ? strcspn(media, ";") : 0;
	if (note->media.len == 0) /* one's own that the server has not seen whole */
		return;
	str_add(text, " · ");
	neutral_add(text, media, len < note->media.len ? len : note->media.len,
		    NEUTRAL_LINE);
}

/* One's own, of which the server has told nothing. */
static void add_count(struct bytes extra, struct str *text)
{
	AUTO(json_free) struct json *json = NULL;
	unsigned count = 0;

	if (extra.len == 0 || json_parse(extra, &json) != ERR_OK)
		return;
	struct json_node node = json_first(json_get(json_root(json), "files"));
	for (; node.ptr; node = json_next(node))
		count++;
	if (count == 0)
		return;
	str_add(text, text->len ? "\n" MARK : MARK);
	str_addf(text, Q_("%u file", "%u files", count), count);
}

bool attached_is_picture(const struct body_file_note *note)
{
	static const char *const types[] = {"image/jpeg", "image/png", "image/webp"};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (bytes_equal(note->media, bytes_text(types[i])))
			return true;
	return false;
}

struct first {
	struct id *file;
	bool found;
};

static void pick_picture(const struct body_file_note *note, void *ctx)
{
	struct first *first = ctx;

	if (first->found || note->size > LIMIT_PICTURE_SMALL ||
	    !attached_is_picture(note))
		return;
	*first->file = note->file;
	first->found = true;
}

bool attached_picture(struct bytes extra, struct id *ret_file)
{
	struct first first = {.file = ret_file};

	attached_each(extra, pick_picture, &first);
	return first.found;
}

bool attached_lines(struct bytes extra, struct str *text)
{
	size_t before = text->len;

	attached_each(extra, add_note, text);
	if (text->len == before)
		add_count(extra, text);
	return text->len > before;
}
