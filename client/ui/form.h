/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A form of a few fields: log-in, sign-up, the code, the profile. Keeps what was typed,
 *  wiped when it ends; knows nothing of the screen.
 *  Thread: ui. */
#ifndef CHAT_UI_FORM_H
#define CHAT_UI_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "client/ui/ui.h"

enum field_kind {
	FIELD_SERVER,
	FIELD_ACCOUNT,
	FIELD_DISPLAY,
	FIELD_EMAIL,
	FIELD_PASSWORD,
	FIELD_CODE,
	FIELD_STATUS,
	FIELD_ABOUT,
	FIELD_FINDABLE, /**< one of a few words; the blank changes it */
	FIELD_RECEIPTS, /**< the same */
	FIELD_TYPING,   /**< the same */
	FIELD_PRESENCE, /**< the same */
	FIELD_COUNT,
};

#define FORM_NEVER UINT64_MAX

/** Bytes of a field, with its end: the longest is LIMIT_ABOUT. */
#define FIELD_BYTES 2049

struct field {
	enum field_kind kind;
	char text[FIELD_BYTES]; /**< terminated */
	size_t len;
	size_t point;
	bool changed; /**< by a key or a paste */
};

struct form {
	enum ui_form kind;
	struct field fields[FIELD_COUNT];
	size_t count;
	size_t focus;
	bool busy;
	struct str error;  /**< raw text */
	struct str where;  /**< where a code went; raw */
	struct str title;  /**< of UI_FORM_CONFIRM, _ASK, _CODE and _LOCK; raw */
	struct str offer;  /**< the SSH key that could log in; raw */
	uint64_t until_ms; /**< the code holds so long; monotonic */
	uint64_t
		again_ms; /**< another may be sent then; FORM_NEVER: none is sent at all */
	unsigned tries;   /**< that are left */
};

/** What a key asks for. */
enum form_wish { FORM_NOTHING, FORM_SUBMIT, FORM_AGAIN, FORM_OTHER, FORM_KEY, FORM_BACK };

void form_init(struct form *form);
/** Wipes. */
void form_done(struct form *form);
/** Begin; @known fills fields in, the focus goes to the first empty one. */
void form_open(struct form *form, enum ui_form kind, const struct ui_values *known);
/** One key of input.h. */
enum form_wish form_key(struct form *form, const char *bytes, size_t len);
/** Whether F3 means something: another code, or that the password is forgotten. */
bool form_has_again(const struct form *form);
/** Pasted text: its first line goes into the field. */
void form_paste(struct form *form, const char *text, size_t len);
/** Views of the fields, of a profile those that were changed; valid until the next key. */
struct ui_values form_values(const struct form *form);
/** Words of a field that has a few, the last one NULL; NULL: anything can be typed. They are
 *  those of the wire: translate with _(). */
const char *const *form_choices(enum field_kind kind);
/** "Password" …: English, translate with _(). */
const char *form_label(enum field_kind kind);

/** Forget the password that was refused: nobody mends what he cannot see. */
void form_forget(struct form *form);

#endif
