/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The start: everything that the list of rooms needs, read in one job while the first
 * frame is on the screen already; then the session begins where the store stopped.
 */
#include "client/app_inside.h"
#include "client/auth/auth.h"
#include "client/cache/cache_draft.h"
#include "client/cache/cache_outbox.h"
#include "client/cache/cache_room.h"
#include "client/cache/cache_session.h"
#include "client/cache/cache_user.h"
#include "client/cache/store_thread.h"
#include "client/fresh.h"
#include "common/base/mem.h"

#define PEOPLE_MOST 2000 /* names kept at hand; others are looked up when they appear */

/* An unsent text, and the room that it stands in. */
struct load_draft {
	struct id room;
	struct cache_draft draft;
};

struct load {
	struct store_job job; /* first */
	struct app *app;
	struct cache_session session;
	struct cache_rooms rooms;
	struct cache_users users;
	uint64_t fresh_ms;
	struct load_draft *drafts;
	size_t draft_count;
};

static enum err load_drafts(struct load *load, struct cache *cache)
{
	enum err err = ERR_OK;

	load->drafts = mem_alloc(load->rooms.count + 1, sizeof(*load->drafts));
	for (size_t i = 0; err == ERR_OK && i < load->rooms.count; i++) {
		const struct cache_room *room = &load->rooms.rooms[i];
		struct load_draft *draft = &load->drafts[load->draft_count];
		if (!room->draft)
			continue;
		draft->room = room->id;
		err = cache_draft_get(cache, &room->id, &draft->draft);
		load->draft_count += err == ERR_OK;
	}
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err load_run(struct store_job *job, struct cache *cache)
{
	struct load *load = CONTAINER_OF(job, struct load, job);
	enum err err = cache_session_get(cache, &load->session);

	if (err == ERR_UNAUTHORIZED) /* the first start */
		err = ERR_OK;
	if (err == ERR_OK)
		err = cache_outbox_requeue(cache);
	if (err == ERR_OK)
		err = cache_room_list(cache, &load->rooms);
	if (err == ERR_OK)
		err = cache_user_list(cache, "", PEOPLE_MOST, &load->users);
	if (err == ERR_OK)
		err = fresh_load(cache, &load->fresh_ms);
	return err == ERR_OK ? load_drafts(load, cache) : err;
}

static void set_text(struct str *str, struct bytes text)
{
	str_set_len(str, text.len ? (const char *)text.ptr : "", text.len);
}

static void show_user(struct app *app, const struct cache_user *user)
{
	struct person *person = people_get(&app->model.people, &user->id);

	people_rename(&app->model.people, person, user->name, user->display_name);
	person->bot = user->bot;
	person->seen_ms = user->seen_ms;
}

static void show_room(struct app *app, const struct cache_room *row)
{
	struct room *room =
		rooms_get(&app->model.rooms, &row->id, (enum room_kind)row->kind);

	room->level = row->level ? (enum notify_level)row->level : LEVEL_ALL;
	room->muted_until_ms = row->muted_until_ms;
	room->role = (enum role)row->role;
	room->slow_ms = row->slow_ms;
	room->post_role = (enum role)row->post_role;
	room->sealed = row->security == SECURITY_MLS;
	room->left = !row->joined;
	room->peer = row->peer;
	room->head_seq = row->head;
	room->read_seq = row->read;
	room->unread = row->unread;
	room->mentions = row->mentions;
	room->last_ms = row->last_ts_ms;
	set_text(&room->name, row->slug.len ? row->slug : row->name);
	set_text(&room->topic, row->topic);
	set_text(&room->last_text, row->last_text);
	/* Without an event on disk there is nothing to resume behind. */
	if (row->joined && row->seq) {
		link_track(app->link, &row->id, row->epoch, row->seq);
		link_read(app->link, &row->id, row->read);
	}
}

static void show_draft(struct app *app, const struct load_draft *row)
{
	struct room *room = rooms_find(&app->model.rooms, &row->room);
	struct bytes text = row->draft.text;

	if (!room || !text.len)
		return;
	draft_set(&room->draft, (const char *)text.ptr, text.len, row->draft.cursor);
	room->draft.unsaved = false;
	if (!id_is_zero(&row->draft.reply))
		draft_about(&room->draft, DRAFT_REPLY, &row->draft.reply);
}

static void load_done(struct store_job *job, enum err err)
{
	struct load *load = CONTAINER_OF(job, struct load, job);
	struct app *app = load->app;

	if (err == ERR_OK) {
		app->model.self = load->session.user;
		app->device = load->session.device;
		app->uepoch = load->session.uepoch;
		app->fresh_ms = load->fresh_ms;
		link_track_user(app->link, load->session.uepoch, load->session.useq);
		for (size_t i = 0; i < load->users.count; i++)
			show_user(app, &load->users.users[i]);
		for (size_t i = 0; i < load->rooms.count; i++)
			show_room(app, &load->rooms.rooms[i]);
		for (size_t i = 0; i < load->draft_count; i++)
			show_draft(app, &load->drafts[i]);
		rooms_sort(&app->model.rooms, &app->model.people);
		app->loaded = true;
		app_touch(app);
		app_post_waiting(app);
		/* Whoever is told of the rooms may ask whether there will be a session. */
		auth_begin(app->auth, &load->session);
		app_tell_rooms(app, false);
	} else {
		app_store_failed(app, err);
	}
	cache_session_done(&load->session);
	cache_rooms_done(&load->rooms);
	cache_users_done(&load->users);
	for (size_t i = 0; i < load->draft_count; i++)
		cache_draft_done(&load->drafts[i].draft);
	mem_free(load->drafts);
	mem_free(load);
}

void app_load(struct app *app)
{
	struct load *load = mem_new(struct load);

	load->app = app;
	load->job.run = load_run;
	load->job.done = load_done;
	store_submit(app->store, &load->job);
}
