/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a name may do to whoever has it in a folder: lead out of it ("/", ".."), hide (a dot
 * in front), look like an option (a dash), look like another (U+202E turns "fdp.exe"
 * around). Each is taken away, in that order.
 */
#include "common/base/filename.h"

#include <string.h>

#include "common/base/utf8.h"

#define ENDING_MOST 16 /* bytes of ".tar.gz" and the like that a cut keeps */

static struct bytes last_part(struct bytes name)
{
	for (size_t i = name.len; i > 0; i--) {
		if (name.ptr[i - 1] == '/' || name.ptr[i - 1] == '\\')
			return bytes_of(name.ptr + i, name.len - i);
	}
	return name;
}

/* Controls, and what changes how its neighbours look without being seen itself. */
static bool is_unfit(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad ||
	       code == 0x61c || (code >= 0x200b && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
	       code == 0xfeff || (code >= 0xfff0 && code <= 0xfffb) ||
	       (code >= 0xe0000 && code <= 0xe0fff);
}

static void copy_fit(struct bytes name, struct str *out)
{
	const char *text = (const char *)name.ptr;

	for (size_t at = 0; at < name.len;) {
		uint32_t code;
		size_t len = utf8_decode(text + at, name.len - at, &code);
		if (len == 0) {
			at++; /* not UTF-8 */
			continue;
		}
		if (!is_unfit(code))
			str_add_len(out, text + at, len);
		at += len;
	}
}

static bool is_inside(const char *text, size_t at)
{
	return ((unsigned char)text[at] & 0xc0) == 0x80;
}

/* From the middle, so that "….tar.gz" still says what it is. */
static void shorten(struct str *name)
{
	if (name->len <= FILENAME_MOST)
		return;
	size_t ending = name->len;
	for (size_t i = name->len - 1; i > 0 && name->len - i <= ENDING_MOST; i--) {
		if (name->ptr[i] == '.')
			ending = i;
	}
	size_t keep = FILENAME_MOST - (name->len - ending);
	while (keep > 0 && is_inside(name->ptr, keep))
		keep--;
	str_remove(name, keep, ending - keep);
}

static void trim_end(struct str *name)
{
	while (name->len &&
	       (name->ptr[name->len - 1] == ' ' || name->ptr[name->len - 1] == '.'))
		str_cut(name, name->len - 1);
}

void filename_clean(struct bytes name, struct str *out)
{
	AUTO(str_done) struct str text = STR_INIT;

	copy_fit(last_part(name), &text);
	trim_end(&text);
	for (size_t i = 0; i < text.len && strchr(" .-", text.ptr[i]); i++)
		text.ptr[i] = '_';
	shorten(&text);
	trim_end(&text); /* where it was cut */
	str_add(out, text.len ? text.ptr : "file");
}
