/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JPEG by libjpeg-turbo. What is much larger than any screen is decoded at an eighth, a
 * quarter or half of its size, which its blocks of eight allow for nothing; a file of
 * thousands of scans is no picture but a way to keep a machine busy.
 */
#include <turbojpeg.h>

#include "client/picture/decode.h"
#include "common/proto/limits.h"

/* The smallest of these parts that is as large as what will be handed on. */
static tjscalingfactor scale_of(int cols, int rows)
{
	tjscalingfactor scale = {1, 1};

	for (int part = 2; part <= 8; part *= 2)
		if (cols / part >= LIMIT_PICTURE_BOX || rows / part >= LIMIT_PICTURE_BOX)
			scale.denom = part;
	return scale;
}

static enum err decode(tjhandle handle, struct bytes bytes, struct bitmap *ret)
{
	int cols, rows, sampling, space;

	if (tjDecompressHeader3(handle, bytes.ptr, bytes.len, &cols, &rows, &sampling,
				&space) != 0 ||
	    cols < 1 || rows < 1)
		return ERR_BAD;
	if (cols > LIMIT_PICTURE_SIDE || rows > LIMIT_PICTURE_SIDE ||
	    (int64_t)cols * rows > LIMIT_PICTURE_PIXELS)
		return ERR_TOO_BIG;
	tjscalingfactor scale = scale_of(cols, rows);
	cols = TJSCALED(cols, scale);
	rows = TJSCALED(rows, scale);
	enum err err = bitmap_make((unsigned)cols, (unsigned)rows, ret);
	if (err == ERR_OK &&
	    tjDecompress2(handle, bytes.ptr, bytes.len, ret->rgba, cols, 0, rows,
			  TJPF_RGBA, TJFLAG_LIMITSCANS | TJFLAG_STOPONWARNING) != 0)
		err = ERR_BAD;
	return err;
}

enum err picture_decode_jpeg(struct bytes bytes, struct bitmap *ret)
{
	tjhandle handle = tjInitDecompress();

	*ret = BITMAP_INIT;
	if (!handle)
		return ERR_INTERNAL;
	enum err err = decode(handle, bytes, ret);
	tjDestroy(handle);
	if (err != ERR_OK)
		bitmap_done(ret);
	return err;
}
