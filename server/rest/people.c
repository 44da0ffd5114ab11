/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom one does not want to hear from, and pictures of people. */
#include "common/base/mem.h"
#include "server/core/block.h"
#include "server/core/profile.h"
#include "server/core/show.h"
#include "server/rest/call.h"
#include "server/rest/find.h"

/* ---- blocks ---- */

static enum err set_block(struct call *call, struct store *store, bool on)
{
	const struct body_user_ref *args = call->args;
	struct id *user = call->data;
	enum err err = find_user(call, store, args->user, user);

	if (err != ERR_OK)
		return err;
	err = block_set(store, &call->actor, user, on);
	return err == ERR_NO_USER || err == ERR_BAD ? call_blame(call, err, "user", NULL)
						    : err;
}

static enum err block_work(struct call *call, struct store *store)
{
	return set_block(call, store, true);
}

static enum err unblock_work(struct call *call, struct store *store)
{
	return set_block(call, store, false);
}

/* Who was watching hears that he is gone. */
static void blocked(struct call *call)
{
	server_hide(call->server, &call->actor.user, call->data);
	call_finish(call);
}

enum err rest_user_block(struct call *call)
{
	(void)call_data(call, sizeof(struct id), NULL);
	return call_write(call, block_work, blocked);
}

enum err rest_user_unblock(struct call *call)
{
	(void)call_data(call, sizeof(struct id), NULL);
	return call_write(call, unblock_work, NULL);
}

static enum err blocks_work(struct call *call, struct store *store)
{
	const struct body_list *args = call->args;
	struct user_list list;
	enum err err = block_list(store, &call->actor, args->cursor,
				  call_limit(args->limit, 50, LIMIT_LIST), &list);

	if (err != ERR_OK)
		return err;
	struct body_user *users = mem_alloc(list.count + 1, sizeof(*users));
	for (size_t i = 0; i < list.count; i++)
		show_user(&list.rows[i], &users[i]);
	call_answer(call,
		    &(struct body_user_list){
			    .users = users,
			    .users_count = list.count,
			    .cursor = list.more
					      ? bytes_text(list.rows[list.count - 1].name)
					      : bytes_of(NULL, 0),
			    .complete = !list.more,
		    });
	mem_free(users);
	user_list_done(&list);
	return ERR_OK;
}

enum err rest_auth_blocks(struct call *call)
{
	return call_read(call, blocks_work, NULL);
}

/* ---- pictures ---- */

static void files_folder(const struct call *call, struct str *path)
{
	str_addf(path, "%s/files", call->server->config.data_dir);
}

static enum err avatar_put_work(struct call *call, struct store *store)
{
	AUTO(str_done) struct str folder = STR_INIT;

	files_folder(call, &folder);
	enum err err = profile_set_avatar(store, &call->actor, folder.ptr,
					  str_view(&call->request->body));
	return err == ERR_BAD ? call_blame(call, err, NULL,
					   N_("a picture is a PNG, JPEG or WebP file"))
			      : err;
}

enum err rest_auth_avatar_put(struct call *call)
{
	/* Over a frame the body would be JSON, which is no picture. */
	if (call->request->body.len == 0)
		return call_blame(call, ERR_BAD, NULL, N_("the body is the picture"));
	return call_write(call, avatar_put_work, NULL);
}

static enum err avatar_remove_work(struct call *call, struct store *store)
{
	AUTO(str_done) struct str folder = STR_INIT;

	files_folder(call, &folder);
	return profile_set_avatar(store, &call->actor, folder.ptr, bytes_of(NULL, 0));
}

enum err rest_auth_avatar_remove(struct call *call)
{
	return call_write(call, avatar_remove_work, NULL);
}

static enum err avatar_work(struct call *call, struct store *store)
{
	const struct body_user_ref *args = call->args;
	AUTO(str_done) struct str folder = STR_INIT;
	struct file_row *file = call->data;
	struct id user;
	enum err err = find_user(call, store, args->user, &user);

	files_folder(call, &folder);
	if (err == ERR_OK)
		err = profile_avatar(store, folder.ptr, &user, file, &call->answer);
	return err == ERR_NOT_FOUND ? call_blame(call, err, "user", NULL) : err;
}

/* RFC 6266: a browser that was led there saves it, and does not show it as a page. */
static void avatar_found(struct call *call)
{
	const struct file_row *file = call->data;

	request_set(call->request, "Content-Disposition", "attachment");
	request_set(call->request, "Content-Security-Policy", "sandbox");
	call->answer_type = file->type;
	call_finish(call);
}

enum err rest_user_avatar(struct call *call)
{
	(void)call_data(call, sizeof(struct file_row), NULL);
	return call_read(call, avatar_work, avatar_found);
}
