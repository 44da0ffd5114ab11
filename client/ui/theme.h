/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Styles by role, for what this terminal can show. Thread: ui. */
#ifndef CHAT_UI_THEME_H
#define CHAT_UI_THEME_H

#include "client/ui/screen.h"
#include "common/base/id.h"

enum role_style {
#define ROLE(id, ...) STYLE_##id,
#define SENDER(...)
#include "client/ui/theme.def"
#undef ROLE
#undef SENDER
	STYLE_COUNT
};

enum {
#define ROLE(...)
#define SENDER(dark, ...) SENDER_##dark,
#include "client/ui/theme.def"
#undef ROLE
#undef SENDER
	SENDER_COUNT
};

struct theme {
	const char *name;
	struct style styles[STYLE_COUNT];
	struct style senders[SENDER_COUNT];
};

/** @name: "dark" or "light"; @colours: 0 (none), 8, 16, 256 or 1 << 24.
 *  Errors: ERR_NOT_FOUND. */
enum err theme_init(struct theme *theme, const char *name, int colours) MUST_CHECK;

/** The same person has the same colour everywhere and for ever. */
struct style theme_sender(const struct theme *theme, const struct id *user);

/** The nearest colour of the 240 fixed ones of a 256-colour terminal. */
uint32_t theme_to_256(uint32_t rgb);
/** What shows @rgb best on a terminal of @colours colours, at least 8. */
uint32_t theme_colour(uint32_t rgb, int colours);
/** What palette entry @index looks like on a terminal with xterm's palette. */
uint32_t theme_palette_rgb(unsigned index);

#endif
