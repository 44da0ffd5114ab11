/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A short array: a look-up is as long as a screen has pictures. */
#include "client/model/pictures.h"

static struct picture *find(struct pictures *pictures, const struct id *file)
{
	for (size_t i = 0; i < pictures->count; i++)
		if (id_equal(&pictures->rows[i].file, file))
			return &pictures->rows[i];
	return NULL;
}

void pictures_done(struct pictures *pictures)
{
	for (size_t i = 0; i < pictures->count; i++)
		bitmap_done(&pictures->rows[i].bitmap);
	*pictures = (struct pictures){0};
}

void pictures_frame(struct pictures *pictures)
{
	pictures->frame = pictures->looks;
}

const struct picture *pictures_find(struct pictures *pictures, const struct id *file)
{
	struct picture *picture = find(pictures, file);

	if (picture)
		picture->looked = ++pictures->looks;
	return picture;
}

static bool is_waiting(const struct pictures *pictures)
{
	for (size_t i = 0; i < pictures->count; i++)
		if (pictures->rows[i].state == PICTURE_WAITED)
			return true;
	return false;
}

static struct picture *oldest(struct pictures *pictures)
{
	struct picture *oldest = &pictures->rows[0];

	for (size_t i = 1; i < pictures->count; i++)
		if (pictures->rows[i].looked < oldest->looked)
			oldest = &pictures->rows[i];
	return oldest;
}

bool pictures_wait(struct pictures *pictures, const struct id *file)
{
	if (is_waiting(pictures))
		return false;
	struct picture *picture = find(pictures, file);
	if (!picture && pictures->count < PICTURES_MOST)
		picture = &pictures->rows[pictures->count++];
	else if (!picture)
		picture = oldest(pictures);
	if (picture->looked > pictures->frame)
		return false;
	bitmap_done(&picture->bitmap);
	*picture = (struct picture){.file = *file, .looked = ++pictures->looks};
	return true;
}

void pictures_came(struct pictures *pictures, const struct id *file, enum err err,
		   struct bitmap *bitmap)
{
	struct picture *picture = find(pictures, file);

	if (!picture) {
		bitmap_done(bitmap);
		return;
	}
	bitmap_done(&picture->bitmap);
	picture->state = err == ERR_OK ? PICTURE_HERE : PICTURE_NONE;
	picture->why = err;
	picture->bitmap = *bitmap;
	*bitmap = BITMAP_INIT;
}
