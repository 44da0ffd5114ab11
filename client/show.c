/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From what the server and the cache say to what is shown. Timelines of rooms that were
 * never on the screen stay empty: they are filled from the cache when they are opened.
 */
#include <string.h>

#include "client/alert.h"
#include "client/app_inside.h"
#include "client/attached.h"
#include "client/cache/cache_event.h"
#include "client/change.h"
#include "client/model/unread.h"
#include "common/base/mem.h"
#include "common/os/lang.h"

static void set_text(struct str *str, struct bytes text)
{
	str_set_len(str, text.len ? (const char *)text.ptr : "", text.len);
}

/* ---- people ---- */

void app_show_user(struct app *app, const struct body_user *user)
{
	struct person *person = people_get(&app->model.people, &user->user);

	people_rename(&app->model.people, person, user->name, user->display_name);
	person->bot = user->bot;
	change_user(app, user);
	app_touch(app);
}

static void names_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct app *app = ctx;
	struct body_user_list list;
	struct json *json;

	app->looking = false;
	if (err != ERR_OK || json_parse(body, &json) != ERR_OK)
		return;
	if (body_decode(body_user_list_def(), json, json_root(json), &list, NULL) ==
	    ERR_OK)
		for (size_t i = 0; i < list.users_count; i++)
			app_show_user(app, &list.users[i]);
	json_free(&json);
}

/* One question at a time, about at most as many people as an answer may hold. Who is not
 * known to the server either is marked, so that nobody asks again. */
void app_look_up_names(struct app *app)
{
	struct id ids[LIMIT_LIST];
	struct body_users_lookup lookup = {.users = ids};
	AUTO(buf_done) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);
	struct person *person;

	if (app->looking || link_state(app->link) != LINK_ONLINE)
		return;
	for (size_t at = 0; lookup.users_count < ARRAY_LEN(ids) &&
			    (person = map_next(&app->model.people.by_id, &at));) {
		if (person->account.len)
			continue;
		ids[lookup.users_count++] = person->id;
		struct id_text text = id_text(&person->id);
		people_rename(&app->model.people, person, bytes_of(text.text, 8),
			      str_view(&person->display));
	}
	if (!lookup.users_count)
		return;
	app->looking = true;
	body_encode(body_users_lookup_def(), &out, &lookup);
	link_call(app->link, "users_lookup", buf_view(&args), names_came, app);
}

static const char *name_of(struct app *app, const struct id *user, struct id_text *room)
{
	return people_name(&app->model.people, user, room);
}

/* ---- rooms ---- */

/* What was written before and still waits is looked at again. */
static void seal(struct app *app, struct room *room)
{
	if (room->sealed)
		return;
	room->sealed = true;
	app_sealed(app, &room->id);
}

struct room *app_show_room(struct app *app, const struct body_room *row)
{
	struct room *room =
		rooms_get(&app->model.rooms, &row->room, (enum room_kind)row->kind);

	room->kind = (enum room_kind)row->kind;
	room->role = (enum role)row->role;
	room->level = row->level ? (enum notify_level)row->level : LEVEL_ALL;
	room->muted_until_ms = row->muted_until_ts;
	room->slow_ms = row->slow_ms;
	room->post_role = (enum role)row->post_role;
	if (row->security == SECURITY_MLS)
		seal(app, room);
	room->left = false;
	set_text(&room->name, row->slug.len ? row->slug : row->name);
	set_text(&room->topic, row->topic);
	if (row->has_peer) {
		room->peer = row->peer.user;
		app_show_user(app, &row->peer);
	}
	/* Read further here than the server has been told: its counts are old, and what is
	 * missing is counted as it comes. */
	if (row->read >= room->read_seq) {
		unread_read(room, row->read, row->unread, row->mentions);
		if (row->head > room->head_seq)
			room->head_seq = row->head;
	}
	if (row->has_last && row->last.ts >= room->last_ms) {
		room->last_ms = row->last.ts;
		set_text(&room->last_text, row->last.text);
		people_get(&app->model.people, &row->last.from);
	}
	room->roster.total = row->members;
	struct body_room kept = *row;
	kept.read = room->read_seq;
	kept.unread = room->unread;
	kept.mentions = room->mentions;
	change_room(app, &kept);
	app_touch(app);
	return room;
}

/* ---- notices: what happened in a room beside messages ---- */

static void member_notice(struct app *app, const struct cache_event *event,
			  struct str *out)
{
	struct id_text who_room, whom_room;
	const char *who = name_of(app, &event->from, &who_room);
	const char *whom = name_of(app, &event->user, &whom_room);

	switch (event->change) {
	/* TRANSLATORS: %s are names of people. */
	case MEMBER_JOIN: str_addf(out, _("%s joined"), whom); break;
	case MEMBER_LEAVE: str_addf(out, _("%s left"), whom); break;
	case MEMBER_INVITE: str_addf(out, _("%s invited %s"), who, whom); break;
	case MEMBER_KICK: str_addf(out, _("%s removed %s"), who, whom); break;
	case MEMBER_BAN: str_addf(out, _("%s banned %s"), who, whom); break;
	case MEMBER_UNBAN: str_addf(out, _("%s lifted the ban of %s"), who, whom); break;
	case MEMBER_ROLE:
		/* TRANSLATORS: two names and the role: guest, member, moderator, owner. */
		str_addf(out, _("%s changed the role of %s to %s"), who, whom,
			 kind_word(&role_words, event->role));
		break;
	case MEMBER_MUTE: str_addf(out, _("%s muted %s"), who, whom); break;
	case MEMBER_UNMUTE: str_addf(out, _("%s unmuted %s"), who, whom); break;
	}
}

/* All rules as they are now, whichever of them was changed. */
static void acl_notice(const struct cache_event *event, const char *who, struct str *out)
{
	AUTO(json_free) struct json *json = NULL;
	uint64_t slow_ms = 0;

	if (event->extra.len && json_parse(event->extra, &json) == ERR_OK &&
	    !json_uint(json_get(json_root(json), "slow_ms"), &slow_ms))
		slow_ms = 0;
	/* TRANSLATORS: a name and the least role that may write. */
	str_addf(out, _("%s changed who may write here: %s or above"), who,
		 kind_word(&role_words, event->role));
	if (slow_ms)
		str_addf(out,
			 Q_("; members wait %llu second between two messages",
			    "; members wait %llu seconds between two messages",
			    (unsigned long)(slow_ms / 1000)),
			 (unsigned long long)(slow_ms / 1000));
}

static void notice_text(struct app *app, const struct cache_event *event, struct str *out)
{
	struct id_text room;
	const char *who = name_of(app, &event->from, &room);
	int len = (int)event->text.len;
	const char *text = len ? (const char *)event->text.ptr : "";

	switch (event->kind) {
	case EVENT_MEMBER: member_notice(app, event, out); break;
	case EVENT_TOPIC:
		/* TRANSLATORS: the first %s is a name, the second the new topic. */
		str_addf(out, _("%s set the topic: %.*s"), who, len, text);
		break;
	case EVENT_RENAME: str_addf(out, _("%s renamed the room"), who); break;
	case EVENT_ACL: acl_notice(event, who, out); break;
	case EVENT_PIN: str_addf(out, _("%s pinned a message"), who); break;
	case EVENT_UNPIN: str_addf(out, _("%s unpinned a message"), who); break;
	case EVENT_SECURITY: str_addf(out, _("%s turned on encryption"), who); break;
	}
}

/* Events without a cid have a place instead, which names them as well; so have messages
 * whose cid is another's now. */
static struct id notice_id(const struct cache_event *event)
{
	struct id id = event->room;

	if (!id_is_zero(&event->id))
		return event->id;
	for (size_t i = 0; i < sizeof(event->seq); i++)
		id.bytes[i] = (uint8_t)(event->seq >> (8 * i));
	return id;
}

struct message *app_message_of(struct app *app, const struct cache_event *event)
{
	AUTO(str_done) struct str text = STR_INIT;
	struct id id = notice_id(event);
	struct message *message;

	if (event->kind == EVENT_MESSAGE) {
		str_add_len(&text, (const char *)event->text.ptr, event->text.len);
		bool files = attached_lines(event->extra, &text);
		message = message_new(&id, &event->from, text.ptr, text.len);
		message->flags |= files ? MESSAGE_FILES : 0;
		attached_picture(event->extra, &message->picture);
		message->flags |= event->edited_ms ? MESSAGE_EDITED : 0;
		message->flags |= event->deleted ? MESSAGE_DELETED : 0;
		message->flags |= event->mentions_me ? MESSAGE_MENTION : 0;
		message->reply_to = event->reply;
		message->thread = event->thread;
	} else {
		notice_text(app, event, &text);
		if (!text.len)
			return NULL;
		message = message_new(&id, &event->from, text.ptr, text.len);
		message->flags |= MESSAGE_NOTICE;
		/* What was pinned stands above it, as above an answer. */
		message->reply_to = event->target;
	}
	people_get(&app->model.people, &event->from);
	message->seq = event->seq;
	message->ts_ms = event->ts_ms;
	return message;
}

/* ---- events ---- */

/* The room's id stands for @room and for @here, which is meant for now. */
static bool names_all(const struct app *app, const struct body_event *event)
{
	const char *text = event->text.len ? (const char *)event->text.ptr : "";

	return link_caught_up(app->link) ||
	       unread_mentions(text, event->text.len, "room") ||
	       !unread_mentions(text, event->text.len, "here");
}

bool app_mentions_me(const struct app *app, const struct body_event *event)
{
	const struct person *self = people_find(&app->model.people, &app->model.self);

	if (event->kind != EVENT_MESSAGE || id_equal(&event->from, &app->model.self))
		return false;
	for (size_t i = 0; i < event->mentions_count; i++)
		if (id_equal(&event->mentions[i], &app->model.self) ||
		    (id_equal(&event->mentions[i], &event->room) &&
		     names_all(app, event)))
			return true;
	return self && self->account.len && event->text.len &&
	       unread_mentions((const char *)event->text.ptr, event->text.len,
			       self->account.ptr);
}

static void show_member(struct app *app, struct room *room,
			const struct body_event *event)
{
	const struct id *user = &event->user.user;

	if (!event->has_user)
		return;
	app_show_user(app, &event->user);
	switch (event->change) {
	case MEMBER_JOIN:
	case MEMBER_ROLE:
		roster_set(&room->roster, user, (enum role)event->role);
		change_member(app, &room->id, user, event->role);
		break;
	case MEMBER_LEAVE:
	case MEMBER_KICK:
	case MEMBER_BAN:
		roster_remove(&room->roster, user);
		change_member(app, &room->id, user, 0);
		break;
	}
}

static void show_line(struct app *app, struct room *room, const struct body_event *event)
{
	AUTO(buf_done) struct buf extra = BUF_INIT;

	change_extra(event, &extra);
	const struct cache_event line = {.room = event->room,
					 .id = event->cid,
					 .from = event->from,
					 .user = event->user.user,
					 .seq = event->seq,
					 .ts_ms = event->ts,
					 .kind = event->kind,
					 .change = event->change,
					 .role = event->role,
					 .target = event->target,
					 .deleted = event->deleted,
					 .mentions_me = app_mentions_me(app, event),
					 .reply = event->reply,
					 .thread = event->thread,
					 .extra = buf_view(&extra),
					 .text = event->text};
	struct message *message = app_message_of(app, &line);
	size_t mentions = room->mentions, unread = room->unread;

	if (!message)
		return;
	unread_arrived(room, message, &app->model.self);
	if (room->unread != unread || room->mentions != mentions)
		change_read(app, &room->id, room->read_seq, room->unread, room->mentions);
	if (room->unread > unread || room->mentions > mentions)
		alert_message(app, room, message);
	roster_typing(&room->roster, &event->from, 0);
	if (rooms_current(&app->model.rooms) == room || room->timeline.count)
		timeline_add(&room->timeline, &message);
	message_free(&message);
}

void app_show_event(struct app *app, struct room *room, const struct body_event *event)
{
	const char *text = event->text.len ? (const char *)event->text.ptr : "";

	switch (event->kind) {
	case EVENT_EDIT:
		timeline_edit(&room->timeline, &event->target, text, event->text.len);
		break;
	case EVENT_DELETE: timeline_delete(&room->timeline, &event->target); break;
	case EVENT_REACT:
	case EVENT_UNREACT:
		timeline_react(&room->timeline, &event->target, &event->from, event->text,
			       event->kind == EVENT_REACT);
		break;
	case EVENT_MEMBER: show_member(app, room, event); break;
	case EVENT_TOPIC:
		str_set_len(&room->topic, text, event->text.len);
		change_state(app, event);
		break;
	case EVENT_RENAME:
		/* A room that has a slug is called by it. */
		if (event->slug.len)
			set_text(&room->name, event->slug);
		else if (room->kind == ROOM_PRIVATE)
			set_text(&room->name, event->name);
		change_state(app, event);
		break;
	case EVENT_ACL:
		room->slow_ms = event->slow_ms;
		room->post_role = (enum role)event->role;
		change_state(app, event);
		break;
	case EVENT_SECURITY:
		seal(app, room);
		change_sealed(app, &room->id);
		break;
	}
	show_line(app, room, event);
	if (event->seq > room->head_seq)
		room->head_seq = event->seq;
	rooms_sort(&app->model.rooms, &app->model.people);
	app_touch(app);
}
