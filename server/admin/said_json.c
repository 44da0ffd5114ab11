/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logs in JSON: the day files of a Slack export, and exports of our own. A key names a
 * message in its log, so threads and replies find their way.
 */
#include <string.h>

#include "common/os/lang.h"
#include "common/proto/body.h"
#include "server/admin/said.h"

#define TEXT_MOST PIECE_MOST

static enum said_kind wrong(struct said *said, const char *why)
{
	said->wrong = why;
	return SAID_WRONG;
}

static struct bytes text_of(struct json_node object, const char *key)
{
	struct bytes text;

	return json_text(json_get(object, key), &text) ? text : bytes_of("", 0);
}

/* ---- Slack ---- */

/* "1763632800.000200": seconds and a number that tells messages apart. */
static bool read_ts(struct bytes ts, uint64_t *ret_ms)
{
	uint64_t seconds = 0, ms = 0;
	size_t at = 0, digits = 0;

	for (; at < ts.len && ts.ptr[at] >= '0' && ts.ptr[at] <= '9' && at < 11; at++)
		seconds = seconds * 10 + (uint64_t)(ts.ptr[at] - '0');
	if (at == 0 || at == ts.len || ts.ptr[at] != '.')
		return false;
	for (at++; at < ts.len; at++, digits++) {
		if (ts.ptr[at] < '0' || ts.ptr[at] > '9' || digits > 8)
			return false;
		if (digits < 3)
			ms = ms * 10 + (uint64_t)(ts.ptr[at] - '0');
	}
	*ret_ms = seconds * 1000 + (digits >= 3 ? ms : 0);
	return true;
}

/* What stands in <…>: a user, a room, a group, a link; with |label maybe. */
static void add_reference(struct str *out, struct bytes inner, slack_name_fn *name,
			  void *ctx)
{
	const uint8_t *bar = memchr(inner.ptr, '|', inner.len);
	struct bytes target =
		bytes_of(inner.ptr, bar ? (size_t)(bar - inner.ptr) : inner.len);
	struct bytes label =
		bar ? bytes_of(bar + 1, inner.len - target.len - 1) : bytes_of("", 0);
	const uint8_t kind = target.len ? target.ptr[0] : 0;
	struct bytes id = target.len ? bytes_of(target.ptr + 1, target.len - 1) : target;

	if (kind == '@') {
		const char *known = name(ctx, id);
		struct bytes who = known ? bytes_text(known) : label.len ? label : id;
		str_add_char(out, '@');
		str_add_len(out, (const char *)who.ptr, who.len);
	} else if (kind == '#') {
		struct bytes room = label.len ? label : id;
		str_add_char(out, '#');
		str_add_len(out, (const char *)room.ptr, room.len);
	} else if (kind == '!') {
		str_add_char(out, '@');
		str_add_len(out, (const char *)id.ptr, id.len);
	} else {
		str_add_len(out, (const char *)target.ptr, target.len);
		if (label.len && !bytes_equal(label, target)) {
			str_add(out, " (");
			str_add_len(out, (const char *)label.ptr, label.len);
			str_add(out, ")");
		}
	}
}

/* Three entities and references, no more: Slack writes no others. */
static void unfold(struct str *out, struct bytes text, slack_name_fn *name, void *ctx)
{
	static const struct {
		const char *entity;
		char c;
	} entities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}};

	for (size_t at = 0; at < text.len;) {
		struct bytes rest = bytes_of(text.ptr + at, text.len - at);
		const uint8_t *close =
			rest.ptr[0] == '<' ? memchr(rest.ptr, '>', rest.len) : NULL;
		size_t used = 0;
		if (close) {
			used = (size_t)(close - rest.ptr) + 1;
			add_reference(out, bytes_of(rest.ptr + 1, used - 2), name, ctx);
		}
		for (size_t i = 0; i < ARRAY_LEN(entities) && !used; i++) {
			size_t len = strlen(entities[i].entity);
			if (rest.len >= len &&
			    memcmp(rest.ptr, entities[i].entity, len) == 0) {
				str_add_char(out, entities[i].c);
				used = len;
			}
		}
		if (!used) {
			str_add_char(out, (char)rest.ptr[0]);
			used = 1;
		}
		at += used;
	}
}

/* Who it was: a user, a bot's name in the message, or a name that came with it. */
static void add_author(struct said *said, struct json_node root, slack_name_fn *name,
		       void *ctx)
{
	struct bytes user = text_of(root, "user");
	struct json_node profile = json_get(root, "user_profile");
	const char *known = user.len ? name(ctx, user) : NULL;
	const struct bytes choices[] = {
		text_of(root, "username"),
		known ? bytes_text(known) : bytes_of("", 0),
		profile.ptr ? text_of(profile, "display_name") : bytes_of("", 0),
		profile.ptr ? text_of(profile, "real_name") : bytes_of("", 0),
		user,
		text_of(root, "bot_id"),
	};

	for (size_t i = 0; i < ARRAY_LEN(choices) && said->author.len == 0; i++)
		said_clean(&said->author, choices[i], true, LIMIT_DISPLAY);
}

/* Of the kinds of events only those in which somebody says something. */
static bool speaks(struct bytes subtype)
{
	static const char *const kinds[] = {
		"",           "bot_message",  "me_message",
		"file_share", "file_comment", "thread_broadcast"};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (bytes_equal(subtype, bytes_text(kinds[i])))
			return true;
	}
	return false;
}

static enum said_kind read_slack(struct json_node root, slack_name_fn *name, void *ctx,
				 struct said *said)
{
	AUTO(str_done) struct str text = STR_INIT;
	struct bytes ts = text_of(root, "ts"), thread = text_of(root, "thread_ts");

	if (!bytes_equal(text_of(root, "type"), bytes_text("message")) ||
	    !speaks(text_of(root, "subtype")))
		return SAID_NOTHING;
	if (!read_ts(ts, &said->ms))
		return wrong(said, N_("there is no such time"));
	add_author(said, root, name, ctx);
	if (said->author.len == 0)
		return wrong(said, N_("it says nobody's name"));
	if (bytes_equal(text_of(root, "subtype"), bytes_text("me_message")))
		str_addf(&text, "* %s ", said->author.ptr);
	unfold(&text, text_of(root, "text"), name, ctx);
	said_clean(&said->text, str_view(&text), false, TEXT_MOST);
	said_clean(&said->key, ts, true, LIMIT_WORD);
	if (!bytes_equal(thread, ts))
		said_clean(&said->thread, thread, true, LIMIT_WORD);
	return said->text.len ? SAID_MESSAGE : SAID_NOTHING;
}

enum said_kind said_slack(struct bytes object, slack_name_fn *name, void *ctx,
			  struct said *said)
{
	AUTO(json_free) struct json *json = NULL;

	said_clear(said);
	if (object.len == 0)
		return wrong(said, N_("it is too large"));
	if (json_parse(object, &json) != ERR_OK ||
	    json_type(json_root(json)) != JSON_OBJECT)
		return wrong(said, N_("it is no JSON object"));
	return read_slack(json_root(json), name, ctx, said);
}

enum err said_slack_user(struct bytes object, struct str *ret_id, struct str *ret_name)
{
	AUTO(json_free) struct json *json = NULL;

	str_clear(ret_id);
	str_clear(ret_name);
	if (json_parse(object, &json) != ERR_OK ||
	    json_type(json_root(json)) != JSON_OBJECT)
		return ERR_BAD;
	struct json_node root = json_root(json), profile = json_get(root, "profile");
	const struct bytes choices[] = {
		profile.ptr ? text_of(profile, "display_name") : bytes_of("", 0),
		text_of(root, "real_name"),
		profile.ptr ? text_of(profile, "real_name") : bytes_of("", 0),
		text_of(root, "name"),
	};
	said_clean(ret_id, text_of(root, "id"), true, LIMIT_WORD);
	for (size_t i = 0; i < ARRAY_LEN(choices) && ret_name->len == 0; i++)
		said_clean(ret_name, choices[i], true, LIMIT_DISPLAY);
	return ret_id->len && ret_name->len ? ERR_OK : ERR_BAD;
}

/* ---- our own ---- */

static void add_id(struct str *out, const struct id *id)
{
	if (!id_is_zero(id))
		str_add(out, id_text(id).text);
}

enum said_kind said_jsonl(struct bytes line, struct said *said)
{
	AUTO(json_free) struct json *json = NULL;
	struct body_record record;

	said_clear(said);
	if (line.len == 0)
		return SAID_NOTHING;
	if (json_parse(line, &json) != ERR_OK)
		return wrong(said, N_("it is no JSON object"));
	if (body_decode(body_record_def(), json, json_root(json), &record, NULL) !=
	    ERR_OK)
		return wrong(said, N_("it is no line of an export"));
	if (!bytes_equal(record.record, bytes_text("message")) || record.deleted ||
	    !record.text.len)
		return SAID_NOTHING;
	said->ms = record.ts;
	said_clean(&said->author, record.author, true, LIMIT_DISPLAY);
	said_clean(&said->text, record.text, false, TEXT_MOST);
	if (said->author.len == 0)
		return wrong(said, N_("it says nobody's name"));
	add_id(&said->key, &record.id);
	add_id(&said->thread, &record.thread);
	add_id(&said->reply, &record.reply);
	return said->text.len ? SAID_MESSAGE : SAID_NOTHING;
}
