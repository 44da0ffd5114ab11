/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members: who they are, bring them in, and what moderators and owners do to them. What is
 * allowed is decided by core/right.h. */
#include "common/base/mem.h"
#include "server/core/member.h"
#include "server/core/show.h"
#include "server/rest/answer.h"
#include "server/rest/call.h"
#include "server/rest/find.h"

typedef enum err member_fn(struct store *store, const struct actor *actor,
			   const struct member_act *in, struct news *news);

/* Do @apply to @user of @room; a member who is not there is about the user. */
static enum err act_on(struct call *call, struct store *store, struct bytes room,
		       struct bytes user, struct member_act act, member_fn *apply)
{
	enum err err = find_room(call, store, room, &act.room);

	if (err == ERR_OK)
		err = find_user(call, store, user, &act.user);
	if (err != ERR_OK)
		return err;
	err = apply(store, &call->actor, &act, &call->news);
	return err == ERR_NOT_FOUND ? call_blame(call, err, "user", NULL) : err;
}

static enum err invite_work(struct call *call, struct store *store)
{
	const struct body_room_invite *args = call->args;
	struct member_act act = {.role = (enum role)args->role};

	return act_on(call, store, args->room, args->user, act, member_invite);
}

enum err rest_room_invite(struct call *call)
{
	return call_write(call, invite_work, NULL);
}

static enum err members_work(struct call *call, struct store *store)
{
	const struct body_room_list *args = call->args;
	struct member_list list = {0};
	struct id room;
	enum err err = find_room(call, store, args->room, &room);

	if (err == ERR_OK)
		err = member_list(store, &call->actor, &room, args->cursor,
				  call_limit(args->limit, 50, LIMIT_LIST), &list);
	if (err != ERR_OK)
		return err;
	answer_members(call, &list, true);
	member_list_done(&list);
	return ERR_OK;
}

enum err rest_room_members(struct call *call)
{
	return call_read(call, members_work, NULL);
}

static enum err kick_work(struct call *call, struct store *store)
{
	const struct body_room_user *args = call->args;

	return act_on(call, store, args->room, args->user, (struct member_act){0},
		      member_kick);
}

enum err rest_room_kick(struct call *call)
{
	return call_write(call, kick_work, NULL);
}

static enum err role_work(struct call *call, struct store *store)
{
	const struct body_room_role *args = call->args;
	struct member_act act = {.role = (enum role)args->role};

	return act_on(call, store, args->room, args->user, act, member_set_role);
}

enum err rest_room_role(struct call *call)
{
	return call_write(call, role_work, NULL);
}

static enum err ban_work(struct call *call, struct store *store)
{
	const struct body_room_ban *args = call->args;
	struct member_act act = {
		.until_ms = args->for_ms ? store_now(store) + args->for_ms : 0,
		.why = args->why};

	return act_on(call, store, args->room, args->user, act, member_ban);
}

enum err rest_room_ban(struct call *call)
{
	return call_write(call, ban_work, NULL);
}

static enum err unban_work(struct call *call, struct store *store)
{
	const struct body_room_user *args = call->args;

	return act_on(call, store, args->room, args->user, (struct member_act){0},
		      member_unban);
}

enum err rest_room_unban(struct call *call)
{
	return call_write(call, unban_work, NULL);
}

static enum err mute_work(struct call *call, struct store *store)
{
	const struct body_room_mute *args = call->args;
	struct member_act act = {
		.until_ms = args->for_ms ? store_now(store) + args->for_ms : 0};

	return act_on(call, store, args->room, args->user, act, member_mute);
}

enum err rest_room_mute(struct call *call)
{
	return call_write(call, mute_work, NULL);
}

static enum err unmute_work(struct call *call, struct store *store)
{
	const struct body_room_user *args = call->args;

	return act_on(call, store, args->room, args->user, (struct member_act){0},
		      member_unmute);
}

enum err rest_room_unmute(struct call *call)
{
	return call_write(call, unmute_work, NULL);
}

static enum err bans_work(struct call *call, struct store *store)
{
	const struct body_room_list *args = call->args;
	struct ban_list list = {0};
	struct id room;
	enum err err = find_room(call, store, args->room, &room);

	if (err == ERR_OK)
		err = member_bans(store, &call->actor, &room, args->cursor,
				  call_limit(args->limit, 50, LIMIT_LIST), &list);
	if (err != ERR_OK)
		return err;
	struct body_ban *rows = mem_alloc(list.count + 1, sizeof(*rows));
	for (size_t i = 0; i < list.count; i++) {
		rows[i] = (struct body_ban){.has_user = true,
					    .by = list.rows[i].by,
					    .why = bytes_text(list.rows[i].why),
					    .since_ts = list.rows[i].since_ms,
					    .until_ts = list.rows[i].until_ms};
		show_user(&list.rows[i].user, &rows[i].user);
	}
	struct bytes next = list.more ? bytes_text(list.rows[list.count - 1].user.name)
				      : bytes_of(NULL, 0);
	call_answer(call, &(struct body_bans){.bans = rows,
					      .bans_count = list.count,
					      .cursor = next,
					      .complete = !list.more});
	mem_free(rows);
	ban_list_done(&list);
	return ERR_OK;
}

enum err rest_room_bans(struct call *call)
{
	return call_read(call, bans_work, NULL);
}

static enum err level_work(struct call *call, struct store *store)
{
	const struct body_room_level *args = call->args;
	uint64_t now_ms = store_now(store);
	struct member_notify in = {.level = (enum notify_level)args->level,
				   .silence = args->has_mute_ms};
	struct id room;
	enum err err = find_room(call, store, args->room, &room);

	if (err != ERR_OK)
		return err;
	if (args->mute_ms)
		in.until_ms = args->mute_ms < LIMIT_MUTE_MS ? now_ms + args->mute_ms
							    : LIMIT_MUTE_MS;
	err = member_set_notify(store, &call->actor, &room, &in, &call->news);
	return err == ERR_BAD
		       ? call_blame(call, err, "level", N_("a level, a time, or both"))
		       : err;
}

enum err rest_room_level(struct call *call)
{
	return call_write(call, level_work, NULL);
}
