/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNG, JPEG, GIF and WebP by their magic numbers; SVG is a program and so none of them. */
#include "common/proto/picture.h"

#include <stdbool.h>
#include <string.h>

static bool begins(struct bytes bytes, size_t at, const char *magic, size_t len)
{
	return bytes.len >= at + len && memcmp(bytes.ptr + at, magic, len) == 0;
}

const char *picture_type(struct bytes bytes)
{
	if (begins(bytes, 0, "GIF87a", 6) || begins(bytes, 0, "GIF89a", 6))
		return "image/gif";
	return picture_type_still(bytes);
}

const char *picture_type_still(struct bytes bytes)
{
	if (begins(bytes, 0, "\x89PNG\r\n\x1a\n", 8) && begins(bytes, 12, "IHDR", 4))
		return "image/png";
	if (begins(bytes, 0, "\xff\xd8\xff", 3))
		return "image/jpeg";
	if (begins(bytes, 0, "RIFF", 4) && begins(bytes, 8, "WEBPVP8", 7))
		return "image/webp";
	return NULL;
}
