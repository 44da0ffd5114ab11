/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The type of a picture is what its first bytes say, not what the client calls it: it goes
 * out under that type, to others.
 */
#include "server/core/profile.h"

#include "common/proto/picture.h"

static enum err own(struct store *store, const struct actor *actor,
		    struct account_row *ret_account)
{
	return actor->scope & SCOPE_ACCOUNT ? account_own(store, actor, ret_account)
					    : ERR_FORBIDDEN;
}

enum err profile_set(struct store *store, const struct actor *actor,
		     const struct profile_change *in)
{
	struct account_row account;
	enum err err = own(store, actor, &account);

	if (err == ERR_OK)
		err = store_account_set_profile(store, account.key, in->display,
						in->about, in->status);
	if (err == ERR_OK && in->findable)
		err = store_account_set_findable(store, account.key,
						 in->findable == YES_NO_YES);
	if (err == ERR_OK)
		err = store_account_set_shown(store, account.key, &in->shown);
	return err;
}

enum err profile_set_avatar(struct store *store, const struct actor *actor,
			    const char *folder, struct bytes bytes)
{
	const char *type = bytes.ptr ? picture_type_still(bytes) : NULL;
	struct account_row account;
	struct profile_row profile;
	int64_t file = 0;
	enum err err = own(store, actor, &account);

	if (err == ERR_OK)
		err = store_profile_get(store, account.key, &profile);
	if (err != ERR_OK)
		return err;
	if (bytes.ptr && !type)
		return ERR_BAD;
	if (!bytes.ptr && !profile.avatar_file)
		return ERR_NOT_FOUND;
	if (bytes.ptr)
		err = file_keep(store, folder, account.key, bytes, type, &file);
	if (err == ERR_OK)
		err = store_account_set_avatar(store, account.key, file);
	if (err == ERR_OK && profile.avatar_file)
		err = file_drop(store, profile.avatar_file);
	return err;
}

enum err profile_avatar(struct store *store, const char *folder, const struct id *user,
			struct file_row *ret_file, struct buf *buf)
{
	enum err err = store_avatar_get(store, user, ret_file);

	return err == ERR_OK ? blob_read(folder, ret_file->hash, LIMIT_AVATAR, buf) : err;
}
