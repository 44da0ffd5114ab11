/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What people say of themselves, and their picture. Thread: the store's (the writer, where
 *  not said otherwise). */
#ifndef CHAT_CORE_PROFILE_H
#define CHAT_CORE_PROFILE_H

#include "server/core/account.h"
#include "server/core/file.h"
#include "server/store/store_people.h"

/** {NULL, 0} and 0 leave a field as it is. */
struct profile_change {
	struct bytes display, about, status;
	enum yes_no findable; /**< in search and directory */
	struct shown_change shown;
};

/** Errors: ERR_NO_USER, ERR_FORBIDDEN (scope). */
enum err profile_set(struct store *store, const struct actor *actor,
		     const struct profile_change *in) MUST_CHECK;

/** @bytes in the place of the actor's picture; {NULL, 0}: none any more. @folder: files/ of
 *  the data folder. Errors: ERR_BAD (no PNG, JPEG or WebP), ERR_NOT_FOUND (none was there). */
enum err profile_set_avatar(struct store *store, const struct actor *actor,
			    const char *folder, struct bytes bytes) MUST_CHECK;

/** The picture of @user, appended to @buf. Errors: ERR_NOT_FOUND. Thread: reader. */
enum err profile_avatar(struct store *store, const char *folder, const struct id *user,
			struct file_row *ret_file, struct buf *buf) MUST_CHECK;

#endif
