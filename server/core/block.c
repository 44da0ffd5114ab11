/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of who does not want to hear from whom; the rules that look at them stand where the
 * deeds are judged.
 */
#include "server/core/block.h"

#include "server/core/account.h"
#include "server/core/audit.h"

static enum err own(struct store *store, const struct actor *actor,
		    struct account_row *ret_account)
{
	return actor->scope & SCOPE_ACCOUNT ? account_own(store, actor, ret_account)
					    : ERR_FORBIDDEN;
}

enum err block_set(struct store *store, const struct actor *actor, const struct id *user,
		   bool on)
{
	struct account_row self, other;
	bool changed = false;
	enum err err = own(store, actor, &self);

	if (err == ERR_OK)
		err = store_account_by_id(store, user, &other);
	if (err == ERR_NOT_FOUND ||
	    (err == ERR_OK && (other.state == ACCOUNT_UNVERIFIED ||
			       (on && other.state == ACCOUNT_DELETED))))
		return ERR_NO_USER;
	if (err != ERR_OK)
		return err;
	if (other.key == self.key)
		return ERR_BAD;
	err = on ? store_block_put(store, self.key, other.key, &changed)
		 : store_block_drop(store, self.key, other.key, &changed);
	if (err != ERR_OK || !changed)
		return err;
	return audit_self(store, on ? AUDIT_BLOCKED : AUDIT_UNBLOCKED, &actor->user,
			  bytes_text(id_text(user).text), bytes_of(NULL, 0));
}

enum err block_list(struct store *store, const struct actor *actor, struct bytes after,
		    size_t limit, struct user_list *ret_list)
{
	struct account_row self;
	enum err err = own(store, actor, &self);

	return err == ERR_OK ? store_block_list(store, self.key, after, limit, ret_list)
			     : err;
}

enum err block_presence(struct store *store, const struct actor *actor,
			const struct id *users, size_t count, struct presence_row *ret)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		ret[i] = (struct presence_row){.hidden = true};
		err = store_presence_for(store, &users[i], &actor->user, &ret[i]);
		if (err == ERR_NOT_FOUND)
			err = ERR_OK; /* nobody is not there */
	}
	return err;
}
