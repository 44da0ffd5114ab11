/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests as values. The owner checks what it is handed as strictly as the command line
 * is checked: it may be another version of the program.
 */
#include "client/script/request.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/utf8.h"
#include "common/crypto/secret.h"
#include "common/proto/json.h"
#include "common/proto/json_out.h"
#include "common/proto/limits.h"
#include "common/proto/rest.h"

/* Words of the JSON, by number; sorted as the enums are. */
static const char *const kinds[] = {NULL,    "flush",  "follow", "history",
				    "rooms", "search", "send",   "whoami",
				    "save",  "call",   "logout", "stream"};
static const char *const waits[] = {"stored", "delivered", "read", "none"};
static const char *const sides[] = {"newest", "before", "after", "around"};
static const char *const sinces[] = {"now", "start"};

void request_done(struct request *request)
{
	str_done(&request->room);
	str_wipe(&request->text); /* of a call: it may have a password */
	str_done(&request->name);
	str_done(&request->file);
	for (size_t i = 0; i < request->room_count; i++)
		str_done(&request->rooms[i]);
	mem_free(request->rooms);
	mem_free(request->places);
	*request = REQUEST_INIT;
}

void request_put_place(struct request *request, const struct id *room, uint64_t seq)
{
	size_t at = 0;

	while (at < request->place_count && !id_equal(&request->places[at].room, room))
		at++;
	if (at == REQUEST_PLACES)
		return;
	if (at == request->place_count)
		request->places = mem_resize(request->places, ++request->place_count,
					     sizeof(*request->places));
	request->places[at] = (struct request_place){*room, seq};
}

void request_add_room(struct request *request, const char *room)
{
	request->rooms = mem_resize(request->rooms, request->room_count + 1,
				    sizeof(*request->rooms));
	struct str *added = &request->rooms[request->room_count++];
	*added = STR_INIT;
	str_set(added, room);
}

bool request_seq(const struct request *request, uint64_t *ret_seq)
{
	char *end;

	if (request->text.ptr[0] < '1' || request->text.ptr[0] > '9')
		return false;
	errno = 0;
	*ret_seq = strtoull(request->text.ptr, &end, 10);
	return !*end && errno == 0 && *ret_seq <= INT64_MAX;
}

/* A message has an id, and a number in its room. */
static enum err check_place(const struct request *request)
{
	struct id id;
	uint64_t seq;

	if (request->side == SIDE_NEWEST || request_seq(request, &seq))
		return ERR_OK;
	return id_parse(request->text.ptr, request->text.len, &id);
}

static bool has_control(const struct str *text, const char *allowed)
{
	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = (unsigned char)text->ptr[i];
		if ((c < 0x20 && !(c && strchr(allowed, c))) || c == 0x7f)
			return true;
	}
	return false;
}

static enum err check_name(const struct str *name, bool must)
{
	if (name->len > LIMIT_IDEMPOTENCY)
		return ERR_TOO_BIG;
	if (!utf8_valid(name->ptr, name->len))
		return ERR_UTF8;
	return has_control(name, "") || (must && name->len == 0) ? ERR_BAD : ERR_OK;
}

static enum err check_text(const struct str *text)
{
	if (text->len > LIMIT_TEXT)
		return ERR_TOO_BIG;
	if (!utf8_valid(text->ptr, text->len))
		return ERR_UTF8;
	return text->len == 0 || has_control(text, "\n\t") ? ERR_BAD : ERR_OK;
}

enum err request_check(const struct request *request)
{
	const bool named =
		request->kind == REQUEST_SEND || request->kind == REQUEST_HISTORY;
	enum err err = check_name(&request->room, named);

	if (err == ERR_OK && request->file.len >= PATH_MAX)
		err = ERR_TOO_BIG;
	/* Beside a file no text is needed. */
	if (err == ERR_OK && request->kind == REQUEST_SEND && request->file.len &&
	    request->text.len == 0)
		return check_name(&request->name, false);

	if (err == ERR_OK &&
	    (request->kind == REQUEST_SEND || request->kind == REQUEST_SEARCH ||
	     request->kind == REQUEST_CALL))
		err = check_text(&request->text);
	if (err == ERR_OK && request->kind == REQUEST_HISTORY)
		err = check_place(request);
	if (err == ERR_OK && request->kind == REQUEST_CALL &&
	    (!rest_find(request->name.ptr, request->name.len) ||
	     (request->room.len && !rest_find(request->room.ptr, request->room.len))))
		err = ERR_BAD;
	if (err == ERR_OK)
		err = check_name(&request->name, false);
	if (err == ERR_OK && request->room_count > REQUEST_ROOMS)
		err = ERR_TOO_BIG;
	for (size_t i = 0; i < request->room_count && err == ERR_OK; i++)
		err = check_name(&request->rooms[i], true);
	return err;
}

static void put_text(struct json_out *out, const char *key, const struct str *text)
{
	if (text->len == 0)
		return;
	json_out_put_text(out, key, str_view(text));
}

static void put_places(struct json_out *out, const struct request *request)
{
	if (request->place_count == 0)
		return;
	json_out_put_open(out, "places", '[');
	for (size_t i = 0; i < request->place_count; i++) {
		json_out_open(out, '[');
		json_out_text(out, bytes_text(id_text(&request->places[i].room).text));
		json_out_uint(out, request->places[i].seq);
		json_out_close(out, ']');
	}
	json_out_close(out, ']');
}

void request_encode(const struct request *request, struct buf *buf)
{
	struct json_out out = json_out_init(buf);

	json_out_open(&out, '{');
	json_out_put_word(&out, "type", "run");
	json_out_put_word(&out, "kind", kinds[request->kind]);
	json_out_put_bool(&out, "json", request->json);
	json_out_put_bool(&out, "whole", request->whole);
	json_out_put_bool(&out, "colours", request->colours);
	put_text(&out, "room", &request->room);
	put_text(&out, "text", &request->text);
	put_text(&out, "name", &request->name);
	put_text(&out, "file", &request->file);
	if (!id_is_zero(&request->cid))
		json_out_put_word(&out, "cid", id_text(&request->cid).text);
	json_out_put_word(&out, "wait", waits[request->wait]);
	json_out_put_word(&out, "since", sinces[request->since]);
	json_out_put_word(&out, "side", sides[request->side]);
	json_out_put_bool(&out, "no_queue", request->no_queue);
	json_out_put_uint(&out, "timeout_ms", request->timeout_ms);
	json_out_put_uint(&out, "limit", request->limit);
	if (request->room_count > 0) {
		json_out_put_open(&out, "rooms", '[');
		for (size_t i = 0; i < request->room_count; i++)
			json_out_text(&out, str_view(&request->rooms[i]));
		json_out_close(&out, ']');
	}
	put_places(&out, request);
	json_out_close(&out, '}');
}

static void get_text(struct json_node object, const char *key, struct str *ret)
{
	struct bytes text;

	if (json_text(json_get(object, key), &text))
		str_set_len(ret, (const char *)text.ptr, text.len);
}

/* The number of a word among @count; @count when it is none of them. */
static size_t get_word(struct json_node object, const char *key, const char *const *words,
		       size_t count)
{
	struct bytes word;

	if (!json_text(json_get(object, key), &word))
		return count;
	for (size_t i = 0; i < count; i++)
		if (words[i] && bytes_equal(bytes_text(words[i]), word))
			return i;
	return count;
}

static enum err get_places(struct json_node place, struct request *request)
{
	for (; json_type(place) != JSON_NONE; place = json_next(place)) {
		struct json_node first = json_first(place);
		struct bytes text;
		struct id room;
		uint64_t seq;
		if (!json_text(first, &text) || !json_uint(json_next(first), &seq) ||
		    id_parse((const char *)text.ptr, text.len, &room) != ERR_OK)
			return ERR_BAD;
		request_put_place(request, &room, seq);
	}
	return ERR_OK;
}

static enum err decode(struct json_node object, struct request *request)
{
	size_t kind = get_word(object, "kind", kinds, ARRAY_LEN(kinds));
	size_t wait = get_word(object, "wait", waits, ARRAY_LEN(waits));
	size_t since = get_word(object, "since", sinces, ARRAY_LEN(sinces));
	size_t side = get_word(object, "side", sides, ARRAY_LEN(sides));
	struct bytes cid;

	if (kind == ARRAY_LEN(kinds) || wait == ARRAY_LEN(waits) ||
	    since == ARRAY_LEN(sinces))
		return ERR_BAD;
	request->kind = (enum request_kind)kind;
	request->wait = (enum request_wait)wait;
	request->since = (enum request_since)since;
	request->side = side == ARRAY_LEN(sides) ? SIDE_NEWEST : (enum request_side)side;
	json_bool(json_get(object, "json"), &request->json);
	json_bool(json_get(object, "whole"), &request->whole);
	json_bool(json_get(object, "colours"), &request->colours);
	json_bool(json_get(object, "no_queue"), &request->no_queue);
	json_uint(json_get(object, "timeout_ms"), &request->timeout_ms);
	json_uint(json_get(object, "limit"), &request->limit);
	get_text(object, "room", &request->room);
	get_text(object, "text", &request->text);
	get_text(object, "name", &request->name);
	get_text(object, "file", &request->file);
	if (json_text(json_get(object, "cid"), &cid) &&
	    id_parse((const char *)cid.ptr, cid.len, &request->cid) != ERR_OK)
		return ERR_BAD;
	struct json_node room = json_first(json_get(object, "rooms"));
	for (; json_type(room) != JSON_NONE; room = json_next(room)) {
		struct bytes text;
		if (!json_text(room, &text) || request->room_count == REQUEST_ROOMS)
			return ERR_BAD;
		request_add_room(request, (const char *)text.ptr);
	}
	enum err err = get_places(json_first(json_get(object, "places")), request);
	return err == ERR_OK ? request_check(request) : err;
}

enum err request_decode(struct bytes text, struct request *ret)
{
	struct request request = REQUEST_INIT;
	struct json *json = NULL;

	enum err err = json_parse(text, &json);
	if (err == ERR_OK)
		err = decode(json_root(json), &request);
	json_free(&json);
	if (err != ERR_OK) {
		request_done(&request);
		return err;
	}
	*ret = request;
	return ERR_OK;
}
