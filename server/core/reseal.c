/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A value is replaced where it stands, within the writer's transaction. New values come with
 * the new key, wherever they come, so one walk over the keys of rows sees all old ones.
 */
#include "server/core/reseal.h"

static enum err renew(struct store *store, const struct keys *keys,
		      const struct sealed_row *row, struct reseal *reseal)
{
	enum sealed_kind kind = (enum sealed_kind)reseal->kind;
	AUTO(buf_done) struct buf fresh = BUF_INIT;
	enum err err = sealed_renew(keys, kind, &row->whose, row->sealed, &fresh);

	reseal->seen++;
	if (err != ERR_OK) {
		reseal->unreadable++;
		return ERR_OK;
	}
	if (fresh.len == 0)
		return ERR_OK;
	reseal->renewed++;
	return store_sealed_put(store, kind, row->key, buf_view(&fresh));
}

enum err reseal_step(struct store *store, const struct keys *keys, size_t limit,
		     struct reseal *reseal)
{
	AUTO(sealed_list_done) struct sealed_list list = {0};
	struct reseal next = *reseal;
	enum err err = store_sealed_list(store, (enum sealed_kind)reseal->kind,
					 reseal->after, limit, &list);

	for (size_t i = 0; i < list.count && err == ERR_OK; i++) {
		err = renew(store, keys, &list.rows[i], &next);
		next.after = list.rows[i].key;
	}
	if (list.count < limit) {
		next.kind++;
		next.after = 0;
	}
	if (err == ERR_OK)
		*reseal = next;
	return err;
}
