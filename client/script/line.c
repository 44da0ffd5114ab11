/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines. In text a message is one line of tab-separated fields, room, sender, text, and
 * each further line of the text begins with a tab, so that a reader line by line can tell.
 */
#include "client/script/line.h"

#include <string.h>

#include "client/attached.h"
#include "common/base/neutral.h"
#include "common/os/lang.h"
#include "common/proto/json.h"
#include "common/proto/json_out.h"
#include "common/proto/kind.h"

static void put_text(struct json_out *out, const char *key, struct bytes text)
{
	if (!text.ptr)
		return;
	json_out_put_text(out, key, text);
}

static void put_id(struct json_out *out, const char *key, const struct id *id)
{
	if (id_is_zero(id))
		return;
	json_out_put_word(out, key, id_text(id).text);
}

static void put_flag(struct json_out *out, const char *key, bool value)
{
	if (!value)
		return;
	json_out_put_bool(out, key, true);
}

/* "#ops", "bob", or the id of a room that the model does not have. */
static void room_name(const struct model *model, const struct id *id, struct str *out)
{
	const struct room *room = rooms_find(&model->rooms, id);

	if (room)
		room_title(room, &model->people, out);
	else
		str_add(out, id_text(id).text);
}

static void put_room(const struct model *model, struct json_out *out, const struct id *id)
{
	AUTO(str_done) struct str name = STR_INIT;

	put_id(out, "room", id);
	room_name(model, id, &name);
	put_text(out, "room_name", str_view(&name));
}

/* The keys of a person in some role. */
struct person_keys {
	const char *id, *name, *bot;
};

static void put_person(const struct model *model, struct json_out *out,
		       const struct person_keys *keys, const struct id *id)
{
	const struct person *person = people_find(&model->people, id);

	put_id(out, keys->id, id);
	if (person && person->account.len > 0)
		put_text(out, keys->name, str_view(&person->account));
	put_flag(out, keys->bot, person && person->bot);
}

/* The files of a message: what each is, or of one's own at least which. */
static void put_attached(struct json_out *out, struct bytes extra)
{
	static const char *const keys[] = {"attached", "files"};
	AUTO(json_free) struct json *json = NULL;
	AUTO(buf_done) struct buf text = BUF_INIT;

	if (extra.len == 0 || json_parse(extra, &json) != ERR_OK)
		return;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct json_node node = json_get(json_root(json), keys[i]);
		if (!node.ptr)
			continue;
		json_print(node, &text);
		json_out_key(out, keys[i]);
		json_out_raw(out, buf_view(&text));
		return;
	}
}

static const struct person_keys from_keys = {"from", "from_name", "from_bot"};
static const struct person_keys peer_keys = {"peer", "peer_name", "peer_bot"};
static const struct person_keys user_keys = {"user", "user_name", "user_bot"};

static void event_json(const struct model *model, const struct cache_event *event,
		       struct buf *buf)
{
	struct json_out out = json_out_init(buf);

	json_out_open(&out, '{');
	put_text(&out, "type", bytes_text(kind_word(&event_kind_words, event->kind)));
	put_room(model, &out, &event->room);
	json_out_put_uint(&out, "seq", event->seq);
	put_id(&out, "id", &event->id);
	put_person(model, &out, &from_keys, &event->from);
	json_out_put_uint(&out, "ts", event->ts_ms);
	put_id(&out, "target", &event->target);
	put_id(&out, "reply", &event->reply);
	put_id(&out, "thread", &event->thread);
	if (event->change)
		put_text(&out, "change",
			 bytes_text(kind_word(&member_change_words, event->change)));
	put_person(model, &out, &user_keys, &event->user);
	put_text(&out, "text", event->text);
	put_attached(&out, event->extra);
	put_flag(&out, "deleted", event->deleted);
	if (event->edited_ms)
		json_out_put_uint(&out, "edited_ts", event->edited_ms);
	put_flag(&out, "mentions_me", event->mentions_me);
	json_out_close(&out, '}');
}

static void add_neutral(struct str *out, const char *text, size_t len)
{
	neutral_add(out, text, len, NEUTRAL_LINE);
}

static void add_person(const struct model *model, const struct id *id, struct str *out)
{
	struct id_text room;
	const struct person *person = people_find(&model->people, id);
	const char *name = people_name(&model->people, id, &room);

	add_neutral(out, name, strlen(name));
	if (person && person->bot)
		str_add(out, _(" [bot]"));
}

static void add_room(const struct model *model, const struct id *id, struct str *out)
{
	AUTO(str_done) struct str name = STR_INIT;

	room_name(model, id, &name);
	add_neutral(out, name.ptr, name.len);
}

/* Further lines begin with a tab. */
static void add_body(struct str *out, struct bytes text)
{
	AUTO(str_done) struct str safe = STR_INIT;

	neutral_add(&safe, (const char *)text.ptr, text.len, NEUTRAL_TEXT);
	for (size_t i = 0; i < safe.len; i++) {
		str_add_char(out, safe.ptr[i]);
		if (safe.ptr[i] == '\n')
			str_add_char(out, '\t');
	}
}

static bool event_text(const struct model *model, const struct cache_event *event,
		       struct str *out)
{
	AUTO(str_done) struct str text = STR_INIT;

	str_add_len(&text, (const char *)event->text.ptr, event->text.len);
	if (event->kind == EVENT_MESSAGE && !event->deleted)
		attached_lines(event->extra, &text);
	switch (event->kind) {
	case EVENT_MESSAGE:
	case EVENT_EDIT:
	case EVENT_TOPIC:
	case EVENT_MEMBER:
	case EVENT_DELETE: break;
	default: return false;
	}
	add_room(model, &event->room, out);
	str_add_char(out, '\t');
	add_person(model, &event->from, out);
	str_add_char(out, '\t');
	if (event->deleted)
		str_add(out, _("(deleted)"));
	else if (event->kind == EVENT_DELETE)
		str_add(out, _("(deleted a message)"));
	else if (event->kind == EVENT_MEMBER)
		str_addf(out, "(%s)", kind_word(&member_change_words, event->change));
	else if (event->kind == EVENT_TOPIC)
		str_add(out, _("(topic) "));
	else if (event->kind == EVENT_EDIT)
		str_add(out, _("(edited) "));
	if (event->text.ptr)
		add_body(out, str_view(&text));
	return true;
}

bool line_event(const struct model *model, const struct cache_event *event, bool json,
		struct str *out)
{
	AUTO(buf_done) struct buf buf = BUF_INIT;

	if (!json)
		return event_text(model, event, out);
	event_json(model, event, &buf);
	str_add_len(out, (const char *)buf.ptr, buf.len);
	return true;
}

void line_gap(const struct model *model, const struct id *room, uint64_t first,
	      uint64_t last, bool json, struct str *text)
{
	AUTO(buf_done) struct buf buf = BUF_INIT;
	struct json_out out = json_out_init(&buf);

	if (!json) {
		add_room(model, room, text);
		str_add(text, _("\t\t(some messages could not be had)"));
		return;
	}
	json_out_open(&out, '{');
	put_text(&out, "type", bytes_text("gap"));
	put_room(model, &out, room);
	json_out_put_uint(&out, "first", first);
	json_out_put_uint(&out, "last", last);
	json_out_close(&out, '}');
	str_add_len(text, (const char *)buf.ptr, buf.len);
}

/* What was counted since the store was told. */
static size_t unread_of(const struct model *model, const struct cache_room *row,
			size_t *ret_mentions)
{
	const struct room *room = rooms_find(&model->rooms, &row->id);

	*ret_mentions = room ? room->mentions : row->mentions;
	return room ? room->unread : row->unread;
}

static void room_json(const struct model *model, const struct cache_room *room,
		      struct buf *buf)
{
	struct json_out out = json_out_init(buf);
	size_t mentions, unread = unread_of(model, room, &mentions);

	json_out_open(&out, '{');
	put_text(&out, "type", bytes_text("room"));
	put_room(model, &out, &room->id);
	put_text(&out, "kind", bytes_text(kind_word(&room_kind_words, room->kind)));
	put_text(&out, "security",
		 bytes_text(kind_word(&room_security_words, room->security)));
	put_text(&out, "slug", room->slug);
	put_text(&out, "topic", room->topic);
	put_person(model, &out, &peer_keys, &room->peer);
	json_out_put_uint(&out, "members", room->members);
	json_out_put_uint(&out, "head", room->head);
	json_out_put_uint(&out, "read", room->read);
	json_out_put_uint(&out, "unread", unread);
	json_out_put_uint(&out, "mentions", mentions);
	put_flag(&out, "draft", room->draft);
	json_out_put_uint(&out, "last_ts", room->last_ts_ms);
	put_text(&out, "last_text", room->last_text);
	json_out_close(&out, '}');
}

void line_room(const struct model *model, const struct cache_room *room, bool json,
	       struct str *out)
{
	AUTO(buf_done) struct buf buf = BUF_INIT;
	size_t mentions, unread = unread_of(model, room, &mentions);

	if (json) {
		room_json(model, room, &buf);
		str_add_len(out, (const char *)buf.ptr, buf.len);
		return;
	}
	add_room(model, &room->id, out);
	str_addf(out, "\t%zu\t%zu\t", unread, mentions);
	add_neutral(out, (const char *)room->last_text.ptr, room->last_text.len);
}
