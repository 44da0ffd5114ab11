/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only file that knows libqrencode. A dark module is drawn, a light one is the
 * background: who shows the lines sets black on white, since scanners may refuse the
 * negative.
 */
#include "client/ui/qr.h"

#ifdef HAVE_QRENCODE
#include <qrencode.h>
#endif

void qr_done(struct qr *qr)
{
	str_done(&qr->lines);
	*qr = QR_INIT;
}

#ifdef HAVE_QRENCODE

bool qr_is_there(void)
{
	return true;
}

static bool is_dark(const QRcode *code, int row, int col)
{
	return row >= 0 && col >= 0 && row < code->width && col < code->width &&
	       code->data[row * code->width + col] & 1;
}

enum err qr_draw(const char *text, int quiet, struct qr *ret_qr)
{
	static const char *const halves[] = {" ", "▄", "▀", "█"};
	/* Level L: the picture is on a screen, nothing smears it, and it stays small. */
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);

	if (!code)
		return ERR_TOO_BIG;
	str_clear(&ret_qr->lines);
	ret_qr->rows = 0;
	ret_qr->cols = code->width + 2 * quiet;
	for (int row = -quiet; row < code->width + quiet; row += 2, ret_qr->rows++) {
		for (int col = -quiet; col < code->width + quiet; col++)
			str_add(&ret_qr->lines, halves[2 * is_dark(code, row, col) +
						       is_dark(code, row + 1, col)]);
		str_add_char(&ret_qr->lines, '\n');
	}
	QRcode_free(code);
	return ERR_OK;
}

#else

bool qr_is_there(void)
{
	return false;
}

enum err qr_draw(const char *text, int quiet, struct qr *ret_qr)
{
	return ERR_UNKNOWN_TYPE;
}

#endif

enum err qr_fit(const char *text, int rows, int cols, struct qr *ret_qr)
{
	enum err err = ERR_OK;

	for (int quiet = QR_QUIET; quiet > 0 && err == ERR_OK; quiet--) {
		err = qr_draw(text, quiet, ret_qr);
		if (err == ERR_OK && ret_qr->rows <= rows && ret_qr->cols <= cols)
			return ERR_OK;
	}
	return err == ERR_OK ? ERR_TOO_BIG : err;
}
