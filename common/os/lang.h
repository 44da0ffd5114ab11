/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The user's language: the one place that knows gettext and the locale. Texts are marked
 *  with N_() where they stand (attr.h) and translated with _() where they are shown.
 *  Thread: lang_init() before there are threads; the rest any. */
#ifndef CHAT_OS_LANG_H
#define CHAT_OS_LANG_H

/** Take language and character set from the environment. A locale that this machine has
 *  not generated still gives its language, and a character set that is not UTF-8 becomes
 *  UTF-8. Translations are looked for in $CHAT_LOCALEDIR, else where they were installed. */
void lang_init(void);

/** The language of the messages as a tag for others, "de-AT"; "" for none. Borrowed. */
const char *lang_tag(void);
/** Where translations are looked for. */
const char *lang_folder(void);

/** @english in the user's language. */
const char *lang_text(const char *english) __attribute__((format_arg(1)));
/** The form of it that goes with @count. */
const char *lang_count(const char *one, const char *many, unsigned long count)
	__attribute__((format_arg(1), format_arg(2)));

#define _(text)              lang_text(text)
#define Q_(one, many, count) lang_count(one, many, count)

#endif
