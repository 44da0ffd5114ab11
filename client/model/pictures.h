/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The small pictures below messages, as many as are seen in a few screens: the one that was
 *  not looked at for longest goes first, but none that the present frame shows. They come one
 *  at a time, so that many of them cost no more than one. Thread: ui. */
#ifndef CHAT_MODEL_PICTURES_H
#define CHAT_MODEL_PICTURES_H

#include "client/model/bitmap.h"
#include "common/base/id.h"

#define PICTURES_MOST 64 /* with PICTURE_COLS and PICTURE_ROWS 240 KiB */
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
	uint64_t frame; /**< looks when the present frame was begun */
};

void pictures_done(struct pictures *pictures);
/** What is looked at from now on is in one frame. */
void pictures_frame(struct pictures *pictures);
/** NULL: not here. Counts as a look. */
const struct picture *pictures_find(struct pictures *pictures, const struct id *file);
/** @file is asked for now; an older one may have to go. False: it is not to be asked for yet,
 *  another one is waited for or all are in the present frame. */
bool pictures_wait(struct pictures *pictures, const struct id *file);
/** What has become of one that was asked for: *bitmap, which is taken (ERR_OK), or why there
 *  is none. Nobody may wait for it any more: then it is dropped. */
void pictures_came(struct pictures *pictures, const struct id *file, enum err err,
		   struct bitmap *bitmap);

#endif
