/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pair of statements for each kind; what is in a value only core/sealed.c knows.
 */
#include "server/store/store_seal.h"

#include "common/base/mem.h"

static const struct {
	enum stmt list, put;
} places[SEALED_COUNT] = {
#define SEALED(id, name, word) \
	[SEALED_##id] = {STMT_seal_##name##_list, STMT_seal_##name##_put},
#include "server/store/sealed.def"
#undef SEALED
};

void sealed_list_done(struct sealed_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		mem_free((void *)(uintptr_t)list->rows[i].sealed.ptr);
	mem_free(list->rows);
	*list = (struct sealed_list){0};
}

static enum err on_row(const struct value *col, void *ctx)
{
	struct sealed_list *list = ctx;

	if (list->count == list->cap) {
		list->cap = mem_grow(list->cap, list->count + 1);
		list->rows = mem_resize(list->rows, list->cap, sizeof(*list->rows));
	}
	list->rows[list->count++] = (struct sealed_row){
		.key = col_int(&col[0]),
		.whose = col_id(&col[1]),
		.sealed = col_dup(&col[2]),
	};
	return ERR_OK;
}

enum err store_sealed_list(struct store *store, enum sealed_kind kind, int64_t after,
			   size_t limit, struct sealed_list *list)
{
	return store_run(store, places[kind].list,
			 VALUES(value_int(after), value_int((int64_t)limit)), on_row,
			 list);
}

enum err store_sealed_put(struct store *store, enum sealed_kind kind, int64_t key,
			  struct bytes sealed)
{
	return store_run(store, places[kind].put,
			 VALUES(value_int(key), value_blob(sealed)), NULL, NULL);
}
