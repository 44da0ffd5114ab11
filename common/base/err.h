/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Failures as values. The rows are in err.def; nothing else names an error.
 *  Thread: any. */
#ifndef CHAT_BASE_ERR_H
#define CHAT_BASE_ERR_H

#include <stddef.h>

#include "common/base/attr.h"

enum err {
	ERR_OK = 0,
#define ERR(id, http, word, code, text) ERR_##id,
#include "common/base/err.def"
#undef ERR
	ERR_COUNT
};

struct err_row {
	const char *word; /**< on the wire, in --json, in the manual */
	const char *text; /**< English, one clause, no full stop; translate with _() */
	short http;       /**< HTTP status of a REST answer */
	short exit_code;  /**< what a command ends with */
};

/** The row of @err, ERR_OK included. Never NULL. */
const struct err_row *err_row(enum err err);

/** The error whose wire word is @word (@len bytes), ERR_INTERNAL for an unknown word: a
 *  newer server may know more of them. */
enum err err_from_word(const char *word, size_t len);

/** Shorthands for err_row(). */
const char *err_word(enum err err);
const char *err_text(enum err err);

#endif
