/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two halves of one colour each: whatever the format does to them, they stay apart. */
#include "tests/lib/paint_box.h"

#include <stdlib.h>

#include <png.h>
#include <turbojpeg.h>
#include <webp/encode.h>

#include "common/base/mem.h"

/* RGB, the caller's. */
static uint8_t *halves(unsigned cols, unsigned rows)
{
	uint8_t *rgb = mem_alloc((size_t)cols * rows, 3);

	for (size_t i = 0; i < (size_t)cols * rows; i++)
		rgb[i * 3 + (i % cols < cols / 2 ? 0 : 2)] = 255;
	return rgb;
}

void paint_png(unsigned cols, unsigned rows, struct buf *out)
{
	uint8_t *rgb = halves(cols, rows);
	png_image image = {.version = PNG_IMAGE_VERSION,
			   .width = cols,
			   .height = rows,
			   .format = PNG_FORMAT_RGB};
	png_alloc_size_t size = 0;

	png_image_write_to_memory(&image, NULL, &size, 0, rgb, 0, NULL);
	png_image_write_to_memory(&image, buf_room(out, size), &size, 0, rgb, 0, NULL);
	out->len += size;
	mem_free(rgb);
}

void paint_jpeg(unsigned cols, unsigned rows, struct buf *out)
{
	uint8_t *rgb = halves(cols, rows);
	tjhandle handle = tjInitCompress();
	unsigned char *file = NULL;
	unsigned long size = 0;

	if (handle && tjCompress2(handle, rgb, (int)cols, 0, (int)rows, TJPF_RGB, &file,
				  &size, TJSAMP_444, 90, 0) == 0)
		buf_add(out, file, size);
	tjFree(file);
	tjDestroy(handle);
	mem_free(rgb);
}

void paint_webp(unsigned cols, unsigned rows, struct buf *out)
{
	uint8_t *rgb = halves(cols, rows);
	uint8_t *file = NULL;
	size_t size =
		WebPEncodeLosslessRGB(rgb, (int)cols, (int)rows, (int)cols * 3, &file);

	buf_add(out, file, size);
	WebPFree(file);
	mem_free(rgb);
}

/* PNG's own check sum (ISO 15948, annex D), a bit at a time. */
static uint32_t sum_of(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		sum ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
	}
	return ~sum;
}

void paint_png_head(uint32_t cols, uint32_t rows, struct buf *out)
{
	buf_add(out, "\x89PNG\r\n\x1a\n\0\0\0\x0d", 12);
	size_t at = out->len;
	buf_add(out, "IHDR", 4);
	buf_add_u32(out, cols);
	buf_add_u32(out, rows);
	buf_add(out, "\x08\x02\0\0", 5);
	buf_add_u32(out, sum_of(out->ptr + at, out->len - at));
	buf_add(out, "\0\0\0\0IDAT\x35\xaf\x06\x1e", 12);
}
