/* SPDX-License-Identifier: GPL-3.0-or-later */
/** QR codes as text: two modules per character cell, for black on white whatever the colours
 *  of the terminal are. Thread: any. */
#ifndef CHAT_UI_QR_H
#define CHAT_UI_QR_H

#include "common/base/attr.h"
#include "common/base/err.h"
#include "common/base/str.h"

#define QR_QUIET 4 /**< white modules around it that the standard asks for */

/** A picture in half blocks: rows of equal width, each ended by a newline. */
struct qr {
	struct str lines;
	int rows, cols;
};

#define QR_INIT ((struct qr){.lines = STR_INIT})

void qr_done(struct qr *qr);
/** Whether this program was built with the library for them. */
bool qr_is_there(void);
/** Draw @text with @quiet modules of margin. Errors: ERR_TOO_BIG (more than a code holds),
 *  ERR_UNKNOWN_TYPE (built without). */
enum err qr_draw(const char *text, int quiet, struct qr *ret_qr) MUST_CHECK;
/** The one with the widest margin (at least 1) that fits @rows and @cols.
 *  Errors: also ERR_TOO_BIG when none does; @ret_qr then says how much it needs. */
enum err qr_fit(const char *text, int rows, int cols, struct qr *ret_qr) MUST_CHECK;

#endif
