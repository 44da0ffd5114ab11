/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Translations into a language that is not the process's own: a server writes to each user
 *  in the user's. gettext() cannot do that without generated locales or without touching
 *  the environment of all threads, so this reads its catalogs (.mo files) itself. Plural
 *  forms are not looked at: texts that are used here have none.
 *  Thread: one per struct catalogs; a catalog may be read by any while that lives. */
#ifndef CHAT_OS_CATALOG_H
#define CHAT_OS_CATALOG_H

#include "common/base/attr.h"
#include "common/base/bytes.h"
#include "common/base/err.h"

#define CATALOG_LANGUAGES \
	32 /**< kept; a server whose users speak more says it in English */

struct catalog;

/** Read a catalog from the bytes of a .mo file, which are copied. What is returned is ended
 *  with catalog_free(). Errors: ERR_CORRUPT. */
enum err catalog_read(struct bytes file, struct catalog **ret_catalog) MUST_CHECK;
void catalog_free(struct catalog **catalog);

/** @english in the language of @catalog; @english itself where there is no translation. */
const char *catalog_text(const struct catalog *catalog, const char *english);

/** The catalogs of this machine, each read when it is first asked for. */
struct catalogs;

/** @folder: where translations are, LANGUAGE/LC_MESSAGES/chat.mo each; NULL: where
 *  lang_init() looks. */
struct catalogs *catalogs_new(const char *folder) MUST_CHECK;
void catalogs_free(struct catalogs **catalogs);

/** The catalog for @locale ("de", "de_AT.UTF-8", "de-AT": the region's, else the language's)
 *  or NULL where there is none; English has an empty one. Borrowed. May read a file. */
const struct catalog *catalogs_find(struct catalogs *catalogs, const char *locale);

#endif
