/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Columns become members by their names and kinds, so that a table that gets a column more
 * needs one word more in store_export.c. A page ends when it is large enough, and after so
 * many looks, that nobody waits for a log in which somebody has said nothing.
 */
#include "server/core/export.h"

#include <string.h>

#include "common/base/base64.h"
#include "common/proto/json_out.h"
#include "server/core/account.h"
#include "server/core/cursor.h"

#define ROWS 100 /* read at once */
#define PAGE_MOST \
	131072 /* bytes, after which a page is full: another 100 rows still fit */
#define LOOKS   20
#define AT_BITS 44 /* of a cursor: 2^44 rows; above them the section */

static void write_blob(struct json_out *out, struct bytes bytes)
{
	AUTO(buf_done) struct buf text = BUF_INIT;
	struct id id;

	if (bytes.len == ID_LEN) {
		memcpy(id.bytes, bytes.ptr, ID_LEN);
		json_out_text(out, bytes_text(id_text(&id).text));
		return;
	}
	base64_encode(&text, bytes);
	json_out_text(out, buf_view(&text));
}

static enum err write_record(const char *record, const char *const *names,
			     const struct value *values, void *ctx)
{
	struct json_out *out = ctx;

	json_out_open(out, '{');
	json_out_put_word(out, "record", record);
	for (; *names; names++, values++) {
		if (values->kind == VALUE_NULL)
			continue;
		json_out_key(out, *names);
		if (values->kind == VALUE_TEXT)
			json_out_text(out, values->bytes);
		else if (values->kind == VALUE_BLOB)
			write_blob(out, values->bytes);
		else
			json_out_uint(out, values->num > 0 ? (uint64_t)values->num : 0);
	}
	json_out_close(out, '}');
	return ERR_OK;
}

static enum err read_cursor(const struct keys *keys, struct bytes text,
			    struct export_place *ret_place)
{
	int64_t at = 0;

	if (text.len && cursor_open(keys, text, &at) != ERR_OK)
		return ERR_BAD;
	*ret_place = (struct export_place){
		.section = (unsigned)(at >> AT_BITS),
		.at = at & (((int64_t)1 << AT_BITS) - 1),
	};
	return ERR_OK;
}

enum err export_page(struct store *store, const struct keys *keys,
		     const struct actor *actor, struct bytes cursor, struct buf *records,
		     struct str *ret_cursor)
{
	struct json_out out = json_out_init(records);
	struct export_place place;
	struct account_row account;
	enum err err = read_cursor(keys, cursor, &place);

	if (err == ERR_OK)
		err = actor->scope & SCOPE_ACCOUNT ? account_own(store, actor, &account)
						   : ERR_FORBIDDEN;
	if (err != ERR_OK)
		return err;
	json_out_open(&out, '[');
	for (unsigned i = 0; i < LOOKS && records->len < PAGE_MOST &&
			     place.section < store_export_sections() && err == ERR_OK;
	     i++)
		err = store_export_read(store, account.key, ROWS, &place, write_record,
					&out);
	json_out_close(&out, ']');
	if (err == ERR_OK && place.section < store_export_sections())
		cursor_seal(keys, (int64_t)place.section << AT_BITS | place.at,
			    ret_cursor);
	return err;
}
