/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which library a file is for. The name and the media type that came with it say nothing. */
#include "client/picture/decode.h"

#include <string.h>

#include "common/proto/limits.h"
#include "common/proto/picture.h"

enum err picture_decode(struct bytes bytes, struct bitmap *ret)
{
	static const struct {
		const char *type;
		enum err (*decode)(struct bytes bytes, struct bitmap *ret);
	} rows[] = {{"image/png", picture_decode_png},
		    {"image/jpeg", picture_decode_jpeg},
		    {"image/webp", picture_decode_webp}};
	const char *type = picture_type(bytes);

	*ret = BITMAP_INIT;
	if (bytes.len > LIMIT_PICTURE)
		return ERR_TOO_BIG;
	for (size_t i = 0; type && i < ARRAY_LEN(rows); i++)
		if (strcmp(type, rows[i].type) == 0)
			return rows[i].decode(bytes, ret);
	return ERR_UNKNOWN_TYPE;
}
