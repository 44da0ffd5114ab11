/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From rows to bodies. Integer keys stay behind here; a field that is empty in the row is
 * absent on the wire.
 */
#include "server/core/show.h"

#include <string.h>

#include "server/core/cursor.h"
#include "server/core/notification.h"

struct bytes show_text(const char *text)
{
	return text[0] ? bytes_text(text) : bytes_of(NULL, 0);
}

void show_user(const struct user_row *row, struct body_user *ret_body)
{
	*ret_body = (struct body_user){
		.user = row->id,
		.name = bytes_text(row->name),
		.display_name = show_text(row->display),
		.about = show_text(row->about),
		.status = show_text(row->status),
		.admin = row->rights & SERVER_ADMIN,
		.bot = row->kind == ACCOUNT_BOT,
		.avatar = row->avatar,
		.deleted = row->state == ACCOUNT_DELETED,
	};
	/* The name stays taken, and is nobody's any more: what is no name stands there. */
	if (ret_body->deleted)
		ret_body->name = bytes_text("-");
}

void show_event(const struct event_row *row, struct body_event *ret_body)
{
	*ret_body = (struct body_event){
		.room = row->room,
		.seq = row->seq,
		.ord = row->ord,
		.kind = row->kind,
		.from = row->from,
		.ts = row->ts,
		.cid = row->cid,
		.target = row->target,
		.text = row->text,
		.sealed = row->sealed,
		.quiet = row->quiet,
		.reply = row->reply,
		.thread = row->thread,
		.mentions = row->mentions,
		.mentions_count = row->mention_count,
		.files = row->files,
		.files_count = row->file_count,
		.attached = row->attached,
		.attached_count = row->attached_count,
		.deleted = row->deleted,
		.edited = row->edited,
		.change = row->change,
		.has_user = row->user != NULL,
		.role = row->role,
		.slug = row->slug,
		.name = row->name,
		.security = row->security,
		.has_slow_ms = row->kind == EVENT_ACL,
		.slow_ms = row->slow_ms,
		.author = row->author,
		.said_ts = row->said_ms,
	};
	if (row->user) {
		show_user(row->user, &ret_body->user);
	}
}

/* At most @most bytes of @text, cut between characters. */
static struct bytes head_of(struct bytes text, size_t most)
{
	size_t len = text.len;

	if (len > most) {
		for (len = most; len > 0 && (text.ptr[len] & 0xc0) == 0x80;) {
			len--;
		}
	}
	return bytes_of(text.ptr, len);
}

void show_room(const struct room_view *view, struct body_room *ret_body)
{
	const struct room_row *room = &view->room;

	*ret_body = (struct body_room){
		.room = room->id,
		.kind = room->kind,
		.security = room->security,
		.history = room->history,
		.slug = show_text(room->slug),
		.name = show_text(room->name),
		.topic = show_text(room->topic),
		.has_peer = view->has_peer,
		.role = view->role,
		.members = room->members,
		.epoch = room->epoch,
		.head = room->head,
		.ord = room->ord,
		.read = view->read_seq,
		.unread = view->unread,
		.mentions = view->mentions,
		.hidden = view->hidden_seq,
		.level = view->level,
		.slow_ms = room->slow_ms,
		.post_role = room->post_role > ROLE_GUEST ? room->post_role : 0,
		.muted_until_ts = view->silent_until_ms,
		.has_last = view->has_last,
	};
	if (view->has_peer) {
		show_user(&view->peer, &ret_body->peer);
	}
	if (view->has_last) {
		ret_body->last = (struct body_last){
			.seq = view->last.seq,
			.from = view->last.from,
			.ts = view->last.ts,
			.text = head_of(view->last.text, LIMIT_TOPIC),
		};
	}
}

void show_notification(const struct notification_row *row, struct body_notify *ret_body)
{
	*ret_body = (struct body_notify){
		.id = row->id,
		.why = row->why,
		.ts = row->ts,
		.read = row->seen,
		.room = row->room,
		.room_name = show_text(row->room_name),
		.seq = row->seq,
		.message = row->cid,
		.from = row->from,
		.from_name = show_text(row->from_name),
		.count = row->count,
		.text = head_of(row->text, LIMIT_TOPIC),
		.what = show_text(row->what),
	};
}

void show_user_event(const struct user_event_row *row, struct body_user_event *ret_body)
{
	*ret_body = (struct body_user_event){
		.useq = row->useq,
		.kind = row->kind,
		.ts = row->ts,
		.room = row->room,
		.from = row->from,
		.seq = row->seq,
		.has_info = row->info != NULL,
		.text = row->text,
		.key = show_text(row->key),
		.level = row->level,
	};
	if (row->kind == USER_EVENT_LEVEL) {
		ret_body->muted_until_ts = row->seq;
		ret_body->seq = 0;
	}
	if (row->info) {
		show_room(row->info, &ret_body->info);
	}
}

void show_ack(const struct id *cid, const struct post_ack *ack, struct body_ack *ret_body)
{
	*ret_body = (struct body_ack){
		.cid = *cid,
		.room = ack->room,
		.seq = ack->seq,
		.ord = ack->ord,
		.ts = ack->ts,
		.dup = ack->dup,
	};
}

/* A time and what orders equal ones. */
static void write_place(const struct keys *keys, uint64_t ms, int64_t tie,
			struct str *out)
{
	str_addf(out, "%016llx", (unsigned long long)ms);
	cursor_seal(keys, tie, out);
}

void show_cursor(const struct keys *keys, const struct room_list *list, struct str *out)
{
	const struct room_row *last = &list->rows[list->count - 1].room;

	write_place(keys, last->active_ms, last->key, out);
}

void show_place(const struct keys *keys, const struct notification_list *list,
		struct str *out)
{
	const struct notification_row *last = &list->rows[list->count - 1];

	write_place(keys, last->ts, last->tie, out);
}

static bool read_hex(const uint8_t *text, uint64_t *ret_value)
{
	uint64_t value = 0;

	for (size_t i = 0; i < 16; i++) {
		uint8_t c = text[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
			return false;
		}
		value = value << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*ret_value = value;
	return true;
}

static enum err read_place(const struct keys *keys, struct bytes text, uint64_t *ret_ms,
			   int64_t *ret_tie)
{
	if (text.len != 32 || !read_hex(text.ptr, ret_ms)) {
		return ERR_BAD;
	}
	return cursor_open(keys, bytes_of(text.ptr + 16, 16), ret_tie);
}

enum err show_cursor_read(const struct keys *keys, struct bytes text,
			  struct room_cursor *ret_cursor)
{
	struct room_cursor cursor;
	enum err err = read_place(keys, text, &cursor.active_ms, &cursor.key);

	if (err == ERR_OK) {
		*ret_cursor = cursor;
	}
	return err;
}

enum err show_place_read(const struct keys *keys, struct bytes text,
			 struct notification_place *ret_place)
{
	struct notification_place place;
	enum err err = read_place(keys, text, &place.ts, &place.tie);

	if (err == ERR_OK) {
		*ret_place = place;
	}
	return err;
}
