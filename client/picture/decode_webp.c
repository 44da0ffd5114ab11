/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WebP by libwebp; one that moves would need another library and is not shown. */
#include <webp/decode.h>

#include "client/picture/decode.h"

enum err picture_decode_webp(struct bytes bytes, struct bitmap *ret)
{
	WebPBitstreamFeatures features;

	*ret = BITMAP_INIT;
	if (WebPGetFeatures(bytes.ptr, bytes.len, &features) != VP8_STATUS_OK ||
	    features.width < 1 || features.height < 1)
		return ERR_BAD;
	if (features.has_animation)
		return ERR_UNKNOWN_TYPE;
	enum err err =
		bitmap_make((unsigned)features.width, (unsigned)features.height, ret);
	size_t size = (size_t)ret->cols * ret->rows * 4;
	if (err == ERR_OK && !WebPDecodeRGBAInto(bytes.ptr, bytes.len, ret->rgba, size,
						 (int)ret->cols * 4))
		err = ERR_BAD;
	if (err != ERR_OK)
		bitmap_done(ret);
	return err;
}
