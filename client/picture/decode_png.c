/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNG by libpng's simplified interface, which keeps its long jumps to itself. */
#include <png.h>

#include "client/picture/decode.h"

enum err picture_decode_png(struct bytes bytes, struct bitmap *ret)
{
	png_image image = {.version = PNG_IMAGE_VERSION};

	if (!png_image_begin_read_from_memory(&image, bytes.ptr, bytes.len))
		return ERR_BAD;
	enum err err = bitmap_make(image.width, image.height, ret);
	image.format = PNG_FORMAT_RGBA;
	if (err == ERR_OK && (!png_image_finish_read(&image, NULL, ret->rgba, 0, NULL) ||
			      PNG_IMAGE_FAILED(image)))
		err = ERR_BAD;
	png_image_free(&image);
	if (err != ERR_OK)
		bitmap_done(ret);
	return err;
}
