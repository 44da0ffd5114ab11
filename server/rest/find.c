/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has the form of an id is one: slugs and names of 26 such characters are rare, and
 * ids have to work always. */
#include "server/rest/find.h"

#include "server/core/room.h"
#include "server/store/store_admin.h"

static struct bytes without(struct bytes text, char mark)
{
	if (text.len && text.ptr[0] == (uint8_t)mark)
		return bytes_of(text.ptr + 1, text.len - 1);
	return text;
}

static bool is_id(struct bytes text, struct id *ret_id)
{
	return id_parse((const char *)text.ptr, text.len, ret_id) == ERR_OK;
}

enum err find_room(struct call *call, struct store *store, struct bytes text,
		   struct id *ret_room)
{
	if (is_id(text, ret_room))
		return ERR_OK;
	enum err err = room_find(store, &call->actor, without(text, '#'), ret_room);
	return err == ERR_OK ? ERR_OK : call_blame(call, err, "room", NULL);
}

enum err find_any_room(struct call *call, struct store *store, struct bytes text,
		       struct id *ret_room)
{
	struct bytes name = without(text, '#');

	if (is_id(text, ret_room))
		return ERR_OK;
	enum err err = store_room_by_slug(store, name, ret_room);
	if (err == ERR_NOT_FOUND)
		err = store_room_named(store, name, ret_room);
	if (err == ERR_NOT_FOUND)
		err = ERR_NO_ROOM;
	return err == ERR_OK ? ERR_OK : call_blame(call, err, "room", NULL);
}

enum err find_any_room_info(struct call *call, struct store *store, struct bytes text,
			    struct room_info *ret_info)
{
	struct id room;
	enum err err = find_any_room(call, store, text, &room);

	return err == ERR_OK ? store_room_info(store, &room, ret_info) : err;
}

enum err find_user(struct call *call, struct store *store, struct bytes text,
		   struct id *ret_user)
{
	struct account_row account;

	if (is_id(text, ret_user))
		return ERR_OK;
	enum err err = store_account_by_name(store, without(text, '@'), &account);
	if (err == ERR_OK &&
	    (account.state == ACCOUNT_UNVERIFIED || account.state == ACCOUNT_DELETED))
		err = ERR_NOT_FOUND;
	if (err != ERR_OK)
		return call_blame(call, err == ERR_NOT_FOUND ? ERR_NO_USER : err, "user",
				  NULL);
	*ret_user = account.id;
	return ERR_OK;
}
