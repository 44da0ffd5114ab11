/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Payloads to text. Of what Slack draws only what can be read is kept: text, titles, fields,
 * links with their addresses; where a part has nothing of that its fallback. Two steps: parts
 * are joined as they come, then one pass makes the result a text that a room takes.
 */
#include "server/rest/hook_text.h"

#include <string.h>
#include <strings.h>

#include "common/base/mem.h"
#include "common/base/utf8.h"
#include "common/proto/json.h"
#include "common/proto/limits.h"

#define DEPTH_MOST 6   /* of what is inside a block; the parser allows eight in all */
#define PARTS_MOST 200 /* of anything in a list */
#define RAW_MOST   (4 * LIMIT_TEXT)
#define CUT        " […]"

/* ---- Slack's markup ---- */

struct entity {
	const char *name;
	char sign;
};

static const struct entity entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}};

static void add_plain(struct str *out, struct bytes text)
{
	for (size_t i = 0; i < text.len;) {
		size_t step = 1;
		char sign = (char)text.ptr[i];

		for (size_t k = 0; sign == '&' && k < ARRAY_LEN(entities); k++) {
			size_t len = strlen(entities[k].name);
			if (text.len - i >= len &&
			    memcmp(text.ptr + i, entities[k].name, len) == 0) {
				sign = entities[k].sign;
				step = len;
				break;
			}
		}
		str_add_char(out, sign);
		i += step;
	}
}

/* <https://example.org|label>, <!here>, <@U123|alice>, <#C123|ops>: what is in between. */
static void add_link(struct str *out, struct bytes link)
{
	const uint8_t *bar = memchr(link.ptr, '|', link.len);
	size_t len = bar ? (size_t)(bar - link.ptr) : link.len;
	struct bytes target = bytes_of(link.ptr, len), label = bytes_of(NULL, 0);
	char kind = (char)target.ptr[0];

	if (bar)
		label = bytes_of(bar + 1, link.len - len - 1);
	if (kind == '!' || kind == '@' || kind == '#') {
		str_add_char(out, kind == '#' ? '#' : '@');
		add_plain(out, label.len ? label : bytes_of(target.ptr + 1, len - 1));
		return;
	}
	if (label.len && !bytes_equal(label, target)) {
		add_plain(out, label);
		str_add(out, " (");
		add_plain(out, target);
		str_add_char(out, ')');
		return;
	}
	add_plain(out, target);
}

/* Who knows nothing of Slack writes "a < b" as it is. */
static bool is_link(struct bytes link)
{
	static const char *const begins[] = {
		"http://", "https://", "mailto:", "tel:", "!", "@", "#"};

	for (size_t i = 0; i < ARRAY_LEN(begins); i++) {
		size_t len = strlen(begins[i]);
		if (link.len > len && memcmp(link.ptr, begins[i], len) == 0)
			return !memchr(link.ptr, '<', link.len);
	}
	return false;
}

static void add_markup(struct str *out, struct bytes text)
{
	while (text.len) {
		const uint8_t *open = memchr(text.ptr, '<', text.len);
		const uint8_t *end = text.ptr + text.len, *close = NULL;

		if (open)
			close = memchr(open, '>', (size_t)(end - open));
		if (!close) {
			add_plain(out, text);
			return;
		}
		struct bytes link = bytes_of(open + 1, (size_t)(close - open) - 1);
		if (!is_link(link)) {
			size_t len = (size_t)(open - text.ptr) + 1;
			add_plain(out, bytes_of(text.ptr, len));
			text = bytes_of(open + 1, text.len - len);
			continue;
		}
		add_plain(out, bytes_of(text.ptr, (size_t)(open - text.ptr)));
		add_link(out, link);
		text = bytes_of(close + 1, (size_t)(end - close) - 1);
	}
}

/* ---- its parts ---- */

static bool is_word(struct json_node object, const char *key, const char *want)
{
	struct bytes text;

	return json_text(json_get(object, key), &text) &&
	       bytes_equal(text, bytes_text(want));
}

static void new_line(struct str *out)
{
	if (out->len && out->ptr[out->len - 1] != '\n')
		str_add_char(out, '\n');
}

/* A member that is a text, or an object with one, on a line of its own. */
static bool add_member(struct str *out, struct json_node object, const char *key)
{
	struct json_node node = json_get(object, key);
	struct bytes text;

	if (json_type(node) == JSON_OBJECT)
		node = json_get(node, "text");
	if (!json_text(node, &text) || !text.len || out->len > RAW_MOST)
		return false;
	new_line(out);
	add_markup(out, text);
	return true;
}

static void add_title(struct str *out, struct json_node object)
{
	struct bytes link;

	if (add_member(out, object, "title") &&
	    json_text(json_get(object, "title_link"), &link) && link.len) {
		str_add(out, " (");
		add_plain(out, link);
		str_add_char(out, ')');
	}
}

/* Slack's own: {title, value} of an attachment, a text of a section. */
static void add_fields(struct str *out, struct json_node fields)
{
	size_t count = 0;

	for (struct json_node one = json_first(fields); one.ptr && count++ < PARTS_MOST;
	     one = json_next(one)) {
		struct bytes value;

		if (add_member(out, one, "text"))
			continue;
		bool titled = add_member(out, one, "title");
		if (titled && json_text(json_get(one, "value"), &value) && value.len) {
			str_add(out, ": ");
			add_markup(out, value);
		} else if (!titled) {
			add_member(out, one, "value");
		}
	}
}

/* The texts in a tree of elements, one after the other on one line. */
static void add_elements(struct str *out, struct json_node list, unsigned depth)
{
	size_t count = 0;

	for (struct json_node one = json_first(list); one.ptr && count++ < PARTS_MOST;
	     one = json_next(one)) {
		struct json_node node = json_get(one, "text");
		struct bytes text;

		if (json_type(node) == JSON_OBJECT)
			node = json_get(node, "text");
		if (out->len > RAW_MOST)
			return;
		if (json_text(node, &text))
			add_markup(out, text);
		if (json_text(json_get(one, "url"), &text) && !json_get(one, "text").ptr)
			add_plain(out, text);
		if (depth < DEPTH_MOST)
			add_elements(out, json_get(one, "elements"), depth + 1);
		if (is_word(one, "type", "rich_text_section"))
			new_line(out);
	}
}

static void add_blocks(struct str *out, struct json_node blocks)
{
	size_t count = 0;

	for (struct json_node one = json_first(blocks); one.ptr && count++ < PARTS_MOST;
	     one = json_next(one)) {
		if (is_word(one, "type", "divider")) {
			new_line(out);
			str_add(out, "---\n");
			continue;
		}
		add_member(out, one, "text");
		add_fields(out, json_get(one, "fields"));
		if (is_word(one, "type", "image")) {
			add_member(out, one, "alt_text");
			add_member(out, one, "image_url");
		}
		new_line(out);
		add_elements(out, json_get(one, "elements"), 0);
	}
}

static void add_attachments(struct str *out, struct json_node attachments)
{
	size_t count = 0;

	for (struct json_node one = json_first(attachments);
	     one.ptr && count++ < PARTS_MOST; one = json_next(one)) {
		size_t before = out->len;

		add_member(out, one, "pretext");
		add_title(out, one);
		add_member(out, one, "text");
		add_fields(out, json_get(one, "fields"));
		add_blocks(out, json_get(one, "blocks"));
		if (out->len == before)
			add_member(out, one, "fallback");
		add_member(out, one, "footer");
	}
}

/* Where there are blocks, `text` is what stands in notices in their place. */
static void add_message(struct str *out, struct json_node root)
{
	AUTO(str_done) struct str body = STR_INIT;
	struct bytes name;

	add_blocks(&body, json_get(root, "blocks"));
	if (!body.len)
		add_member(&body, root, "text");
	add_attachments(&body, json_get(root, "attachments"));
	if (!body.len)
		return;
	if (json_text(json_get(root, "username"), &name) && name.len) {
		str_add(out, "**");
		name.len = utf8_cut((const char *)name.ptr, name.len, LIMIT_DISPLAY);
		for (size_t i = 0; i < name.len; i++)
			str_add_char(out, strchr("*\n\r", name.ptr[i])
						  ? ' '
						  : (char)name.ptr[i]);
		str_add(out, memchr(body.ptr, '\n', body.len) ? "**\n" : "**: ");
	}
	str_add_len(out, body.ptr, body.len);
}

static enum err read_json(struct bytes body, struct str *out)
{
	AUTO(json_free) struct json *json = NULL;
	enum err err = json_parse(body, &json);

	if (err != ERR_OK)
		return err;
	if (json_type(json_root(json)) != JSON_OBJECT)
		return ERR_BAD;
	add_message(out, json_root(json));
	return ERR_OK;
}

/* ---- forms ---- */

static int hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The URL standard, application/x-www-form-urlencoded. */
static void decode(struct bytes text, struct str *out)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = (char)text.ptr[i];

		if (c == '+')
			c = ' ';
		if (c == '%' && text.len - i > 2 && hex(text.ptr[i + 1]) >= 0 &&
		    hex(text.ptr[i + 2]) >= 0) {
			c = (char)(hex(text.ptr[i + 1]) << 4 | hex(text.ptr[i + 2]));
			i += 2;
		}
		str_add_char(out, c);
	}
}

/* The first field called @name; false: there is none. */
static bool find_field(struct bytes form, const char *name, struct str *out)
{
	size_t want = strlen(name);

	while (form.len) {
		const uint8_t *amp = memchr(form.ptr, '&', form.len);
		size_t len = amp ? (size_t)(amp - form.ptr) : form.len;

		if (len > want && memcmp(form.ptr, name, want) == 0 &&
		    form.ptr[want] == '=') {
			decode(bytes_of(form.ptr + want + 1, len - want - 1), out);
			return true;
		}
		len += amp != NULL;
		form = bytes_of(form.ptr + len, form.len - len);
	}
	return false;
}

static enum err read_form(struct bytes form, struct str *out)
{
	AUTO(str_done) struct str value = STR_INIT;

	if (find_field(form, "payload", &value))
		return read_json(str_view(&value), out);
	if (!find_field(form, "text", &value))
		return ERR_NOT_FOUND;
	str_add_len(out, value.ptr, value.len);
	return ERR_OK;
}

/* ---- what a room takes ---- */

/* At most LIMIT_TEXT bytes, cut between characters. */
static void cut(struct str *text)
{
	size_t len = LIMIT_TEXT - strlen(CUT);

	if (text->len <= LIMIT_TEXT)
		return;
	while (len > 0 && ((uint8_t)text->ptr[len] & 0xc0) == 0x80)
		len--;
	str_cut(text, len);
	str_add(text, CUT);
}

static enum err settle(const struct str *raw, struct str *out)
{
	AUTO(str_done) struct str text = STR_INIT;

	if (!utf8_valid(raw->ptr, raw->len))
		return ERR_UTF8;
	for (size_t i = 0; i < raw->len; i++) {
		uint8_t c = (uint8_t)raw->ptr[i];
		if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f))
			str_add_char(&text, (char)c);
	}
	while (text.len && strchr("\n\t ", text.ptr[text.len - 1]))
		str_cut(&text, text.len - 1);
	if (!text.len)
		return ERR_BAD;
	cut(&text);
	str_add_len(out, text.ptr, text.len);
	return ERR_OK;
}

static bool is_type(const char *type, const char *want)
{
	size_t len = strlen(want);

	return type && strncasecmp(type, want, len) == 0 &&
	       strchr("; \t", type[len]) != NULL;
}

static enum err read_body(const char *type, struct bytes body, struct str *raw)
{
	if (is_type(type, "application/json") || (body.len && body.ptr[0] == '{'))
		return read_json(body, raw);
	if (is_type(type, "application/x-www-form-urlencoded")) {
		enum err err = read_form(body, raw);
		if (err != ERR_NOT_FOUND)
			return err;
		/* curl -d says that it is a form, whatever it is. */
	} else if (type && !is_type(type, "text/plain")) {
		return ERR_BAD;
	}
	str_add_len(raw, (const char *)body.ptr, body.len);
	return ERR_OK;
}

enum err hook_text(const char *type, struct bytes body, struct str *ret_text)
{
	AUTO(str_done) struct str raw = STR_INIT;
	enum err err = read_body(type, body, &raw);

	return err == ERR_OK ? settle(&raw, ret_text) : err;
}
