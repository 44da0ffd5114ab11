/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of errors made from err.def: one row gives the HTTP status, the word on the
 * wire, the exit code and the English text, so that REST, WebSocket, scripts and the
 * manual cannot drift apart.
 */
#include "common/base/err.h"

#include <assert.h>
#include <string.h>

static const struct err_row rows[ERR_COUNT] = {
	[ERR_OK] = {"ok", N_("done"), 200, 0},
#define ERR(id, status, wire, code, english) \
	[ERR_##id] = {.word = (wire), \
		      .text = (english), \
		      .http = (status), \
		      .exit_code = (code)},
#include "common/base/err.def"
#undef ERR
};

const struct err_row *err_row(enum err err)
{
	assert((unsigned)err < ERR_COUNT);
	return &rows[err];
}

enum err err_from_word(const char *word, size_t len)
{
	for (int i = 0; i < ERR_COUNT; i++) {
		if (strlen(rows[i].word) == len && memcmp(rows[i].word, word, len) == 0)
			return (enum err)i;
	}
	return ERR_INTERNAL;
}

const char *err_word(enum err err)
{
	return err_row(err)->word;
}

const char *err_text(enum err err)
{
	return err_row(err)->text;
}
