/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The small pictures below messages, as many as are seen in a few screens: the one that was
 *  not looked at for longest goes first. Thread: ui. */
#ifndef CHAT_MODEL_PICTURES_H
#define CHAT_MODEL_PICTURES_H

#include "client/model/bitmap.h"
#include "common/base/id.h"

#define PICTURES_MOST 32 /* with PICTURE_COLS and PICTURE_ROWS 120 KiB */
/** A small picture, in points: forty cells wide and twelve high. */
#define PICTURE_COLS 40
#define PICTURE_ROWS 24

enum picture_state {
	PICTURE_WAITED, /**< asked for */
	PICTURE_HERE,
	PICTURE_NONE, /**< it cannot be shown; `why` says so */
};

struct picture {
	struct id file;
	enum picture_state state;
	enum err why;
	struct bitmap bitmap; /**< of PICTURE_HERE */
	uint64_t looked;      /**< the greater, the later */
};

/** All zero is empty. */
struct pictures {
	struct picture rows[PICTURES_MOST];
	size_t count;
	uint64_t looks;
};

void pictures_done(struct pictures *pictures);
/** NULL: not here. Counts as a look. */
const struct picture *pictures_find(struct pictures *pictures, const struct id *file);
/** @file was asked for; an older one may have to go. */
void pictures_wait(struct pictures *pictures, const struct id *file);
/** What has become of one that was asked for: *bitmap, which is taken (ERR_OK), or why there
 *  is none. Nobody may wait for it any more: then it is dropped. */
void pictures_came(struct pictures *pictures, const struct id *file, enum err err,
		   struct bitmap *bitmap);

#endif
