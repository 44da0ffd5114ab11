/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may do what in a room, asked through real sockets: every operation on a room or on a
 * message, by everyone who can stand to a room in some way, over HTTP, as a `call`, and those
 * that have a frame of their own by that. What is expected was written by hand from the
 * decision on rights; the unit test of the gate has a matrix of its own, so that a route
 * which asks the gate for the wrong verb is seen.
 *
 * A standing per letter, in the order stranger, guest, member, moderator, owner:
 *   y done   n forbidden   m "you are not in that room"   h "there is no such room"
 *   g there is no such message   - not asked
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/proto/json.h"
#include "common/proto/rest.h"
#include "server/net/rate.h"
#include "tests/lib/check.h"
#include "tests/lib/host.h"

enum standing { STRANGER, GUEST, MEMBER, MODERATOR, OWNER, STANDINGS };

struct row {
	const char *op;
	/* $r room, $o own message, $x another's, $v a guest, $n a newcomer,
	 * $i an invitation of alice, $h a webhook of the room */
	const char *where, *more; /* what the path says, what the body says */
	const char *private, *public;
	const char *direct,
		*broadcast; /* by stranger and member; by anybody and operator */
	const char *before; /* what is done first, where it will be done */
	bool spends;        /* the next row needs a new room */
};

static const struct row rows[] = {
#include "tests/integration/rest/rights.def"
};

/* One letter of the alphabet each: host_guest() makes the user of that letter. */
static const char *const standing_names[STANDINGS] = {"stan", "gwen", "mark", "nora",
						      "oleg"};
static const char *const victims[STANDINGS] = {"bob", "carol", "dave", "erin", "frank"};
static const char *const newcomers[STANDINGS] = {"hugo", "ivan", "judy", "kate", "liam"};

struct person {
	struct guest guest;
	struct peer_socket socket; /* a WebSocket */
	struct peer_socket http;
};

struct scene {
	struct host host;
	struct person alice; /* runs the server and makes the rooms */
	struct person people[STANDINGS];
	struct guest others[2 * STANDINGS];
	unsigned calls, messages;
	struct id_text room; /* that is asked about; a frame always names it */
	/* of the last question */
	int status;
	struct str body;
};

static void sit_down(struct scene *scene, struct person *person)
{
	host_login(&scene->host, &person->socket, &person->guest, "");
	peer_open_tcp(&person->http, scene->host.server->port);
}

static int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct host *host = &scene->host;

	host_init(host);
	host_open(host);
	host_operator(host, "alice", &scene->alice.guest);
	for (int i = 0; i < STANDINGS; i++) {
		host_guest(host, standing_names[i], &scene->people[i].guest);
		host_guest(host, victims[i], &scene->others[i]);
		host_guest(host, newcomers[i], &scene->others[STANDINGS + i]);
	}
	for (int rate = 0; rate < RATE_COUNT; rate++)
		rates_set(host->server->rates, (enum rate)rate, 0, 0);
	host_run(host);
	sit_down(scene, &scene->alice);
	for (int i = 0; i < STANDINGS; i++)
		sit_down(scene, &scene->people[i]);
	*state = scene;
	return 0;
}

static void stand_up(struct person *person)
{
	peer_close(&person->socket);
	peer_close(&person->http);
	guest_done(&person->guest);
}

static int tear_down(void **state)
{
	struct scene *scene = *state;

	stand_up(&scene->alice);
	for (int i = 0; i < STANDINGS; i++)
		stand_up(&scene->people[i]);
	for (int i = 0; i < 2 * STANDINGS; i++)
		guest_done(&scene->others[i]);
	host_done(&scene->host);
	str_done(&scene->body);
	free(scene);
	return 0;
}

/* ---- the two ways to ask ---- */

/* A question with everything put in. */
struct question {
	const char *op;
	struct str where, more;
};

static void question_done(struct question *question)
{
	str_done(&question->where);
	str_done(&question->more);
}

/* {"type":"call"} and its result. */
static void ask_call(struct scene *scene, struct person *who,
		     const struct question *question)
{
	AUTO(json_free) struct json *json = NULL;
	AUTO(str_done) struct str mark = STR_INIT;
	uint64_t status;

	host_say(&who->socket,
		 "{\"type\":\"call\",\"id\":%u,\"op\":\"%s\",\"args\":{%s%s%s}}",
		 ++scene->calls, question->op, question->where.ptr,
		 question->where.len && question->more.len ? "," : "",
		 question->more.ptr);
	str_addf(&mark, "\"result\",\"id\":%u,\"status\":", scene->calls);
	peer_expect(&who->socket, mark.ptr, &scene->body);
	check_ok(json_parse(str_view(&scene->body), &json));
	assert_true(json_uint(json_get(json_root(json), "status"), &status));
	scene->status = (int)status;
}

/* The segments {like this} of the path, from what @where says. */
static void add_path(const char *path, const struct str *where, struct str *out)
{
	AUTO(json_free) struct json *json = NULL;
	AUTO(str_done) struct str object = STR_INIT, name = STR_INIT;
	struct bytes value;

	str_addf(&object, "{%s}", where->ptr);
	check_ok(json_parse(str_view(&object), &json));
	for (const char *open; (open = strchr(path, '{')); path = strchr(open, '}') + 1) {
		str_addf(out, "%.*s", (int)(open - path), path);
		str_set_len(&name, open + 1, strcspn(open + 1, "}"));
		assert_true(json_text(json_get(json_root(json), name.ptr), &value));
		str_addf(out, "%.*s", (int)value.len, value.ptr);
	}
	str_add(out, path);
}

static void ask_http(struct scene *scene, struct person *who,
		     const struct question *question)
{
	const struct rest_row *row = rest_find(question->op, strlen(question->op));
	AUTO(str_done) struct str path = STR_INIT, body = STR_INIT;
	AUTO(answer_done) struct answer answer = {0};

	add_path(row->path, &question->where, &path);
	if (row->most)
		str_addf(&body, "{%s}", question->more.ptr);
	peer_print(&who->http,
		   "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n",
		   row->method, path.ptr, who->guest.token.ptr);
	if (body.len)
		peer_print(&who->http,
			   "Content-Type: application/json\r\nContent-Length: %zu\r\n",
			   body.len);
	peer_print(&who->http, "\r\n%s", body.ptr ? body.ptr : "");
	peer_answer(&who->http, &answer);
	str_set_len(&scene->body, answer.body.ptr, answer.body.len);
	scene->status = answer.status;
}

/* The operations that are frames as well. */
static const struct {
	const char *op, *frame;
} frames[] = {
	{"message_delete", "delete"}, {"message_edit", "edit"},
	{"message_react", "react"},   {"message_unreact", "unreact"},
	{"room_messages", "fetch"},   {"room_send", "send"},
};

static const char *frame_of(const char *op)
{
	for (size_t i = 0; i < ARRAY_LEN(frames); i++)
		if (strcmp(frames[i].op, op) == 0)
			return frames[i].frame;
	return NULL;
}

static struct id_text next_message(struct scene *scene);

/* The frame; `page` or `ack` says yes, `nack` or `error` why not. */
static void ask_frame(struct scene *scene, struct person *who,
		      const struct question *question)
{
	const char *frame = frame_of(question->op);
	bool fetch = strcmp(frame, "fetch") == 0;
	struct id_text cid = next_message(scene);
	AUTO(str_done) struct str target = STR_INIT;

	if (strncmp(question->where.ptr, "\"id\":", 5) == 0)
		str_addf(&target, ",\"target\":%s", question->where.ptr + 5);
	if (fetch)
		host_say(&who->socket,
			 "{\"type\":\"fetch\",\"id\":%u,\"room\":\"%s\",\"limit\":1}",
			 ++scene->calls, scene->room.text);
	else
		host_say(&who->socket,
			 "{\"type\":\"%s\",\"cid\":\"%s\",\"room\":\"%s\"%s%s%s}", frame,
			 cid.text, scene->room.text, target.ptr,
			 question->more.len ? "," : "", question->more.ptr);
	/* What others did in the room comes in between. */
	do {
		peer_expect(&who->socket, fetch ? "" : cid.text, &scene->body);
	} while (fetch && !strstr(scene->body.ptr, "\"type\":\"page\"") &&
		 !strstr(scene->body.ptr, "\"type\":\"error\""));
	bool done = strstr(scene->body.ptr, "\"type\":\"ack\"") ||
		    strstr(scene->body.ptr, "\"type\":\"page\"");
	bool missing = strstr(scene->body.ptr, "\"code\":\"no_room\"") ||
		       strstr(scene->body.ptr, "\"code\":\"not_found\"");
	scene->status = done ? 200 : missing ? 404 : 403;
}

typedef void ask_fn(struct scene *scene, struct person *who,
		    const struct question *question);

/* Alice does what a row needs; it is no question whether she may. */
static void prepare(struct scene *scene, struct person *who, const char *op,
		    const char *format, ...) PRINTF(4, 5);

static void prepare(struct scene *scene, struct person *who, const char *op,
		    const char *format, ...)
{
	AUTO(question_done) struct question question = {op, STR_INIT, STR_INIT};
	va_list args;

	va_start(args, format);
	str_addv(&question.more, format, args);
	va_end(args);
	ask_call(scene, who, &question);
	if (scene->status / 100 != 2)
		fail_msg("%s {%s}: %s", op, question.more.ptr, scene->body.ptr);
}

/* ---- a room with somebody of every standing in it ---- */

struct room {
	struct id_text id;
	struct id_text others[STANDINGS]; /* messages of alice, or of the other one */
	struct id_text own[STANDINGS];    /* of each; a stranger's is alice's */
	struct id_text invites[STANDINGS];
	struct id_text hooks[STANDINGS];
};

static struct id_text next_message(struct scene *scene)
{
	struct id id = {{1, 2, 3, 4, 5, 6, 0x70, 0, 0x80}};

	scene->messages++;
	memcpy(&id.bytes[12], &scene->messages, sizeof(scene->messages));
	return id_text(&id);
}

static struct id_text say_something(struct scene *scene, struct person *who,
				    const struct room *room)
{
	struct id_text cid = next_message(scene);

	prepare(scene, who, "room_send", "\"room\":\"%s\",\"cid\":\"%s\",\"text\":\"so\"",
		room->id.text, cid.text);
	return cid;
}

/* The first id in the last answer whose member is called @key. */
static struct id_text take(const struct scene *scene, const char *key)
{
	AUTO(str_done) struct str mark = STR_INIT;
	struct id_text id;

	str_addf(&mark, "\"%s\":\"", key);
	const char *member = strstr(scene->body.ptr, mark.ptr);
	assert_non_null(member);
	snprintf(id.text, sizeof(id.text), "%.26s", member + mark.len);
	return id;
}

static void furnish(struct scene *scene, const char *kind, struct room *room)
{
	static const char *const roles[] = {NULL, "guest", "member", "moderator",
					    "owner"};
	AUTO(str_done) struct str slug = STR_INIT;

	if (strcmp(kind, "public") == 0)
		str_addf(&slug, ",\"slug\":\"room%u\"", scene->calls);
	prepare(scene, &scene->alice, "room_create", "\"kind\":\"%s\"%s", kind,
		slug.ptr ? slug.ptr : "");
	room->id = take(scene, "room");
	for (int i = GUEST; i < STANDINGS; i++)
		prepare(scene, &scene->alice, "room_invite",
			"\"room\":\"%s\",\"user\":\"%s\",\"role\":\"%s\"", room->id.text,
			standing_names[i], roles[i]);
	for (int i = 0; i < STANDINGS; i++)
		prepare(scene, &scene->alice, "room_invite",
			"\"room\":\"%s\",\"user\":\"%s\",\"role\":\"guest\"",
			room->id.text, victims[i]);
	for (int i = 0; i < STANDINGS; i++) {
		room->others[i] = say_something(scene, &scene->alice, room);
		room->own[i] = i == STRANGER
				       ? room->others[i]
				       : say_something(scene, &scene->people[i], room);
		prepare(scene, &scene->alice, "room_invite_new", "\"room\":\"%s\"",
			room->id.text);
		room->invites[i] = take(scene, "invite");
		prepare(scene, &scene->alice, "room_hook_new",
			"\"room\":\"%s\",\"kind\":\"out\",\"name\":\"Log\","
			"\"url\":\"https://hooks.example.org/\"",
			room->id.text);
		room->hooks[i] = take(scene, "hook");
	}
}

/* ---- the questions ---- */

static void fill_in(const char *template, const struct room *room, enum standing who,
		    struct str *out)
{
	for (const char *dollar; (dollar = strchr(template, '$'));
	     template = dollar + 2) {
		str_addf(out, "%.*s", (int)(dollar - template), template);
		switch (dollar[1]) {
		case 'r': str_add(out, room->id.text); break;
		case 'o': str_add(out, room->own[who].text); break;
		case 'x': str_add(out, room->others[who].text); break;
		case 'i': str_add(out, room->invites[who].text); break;
		case 'h': str_add(out, room->hooks[who].text); break;
		case 'v': str_add(out, victims[who]); break;
		case 'n': str_add(out, newcomers[who]); break;
		default: fail_msg("no such thing: %s", dollar);
		}
	}
	str_add(out, template);
}

static char letter_of(const struct scene *scene)
{
	static const struct {
		char letter;
		int status;
		const char *code;
	} letters[] = {
		{'n', 403, "forbidden"},
		{'m', 403, "not_member"},
		{'h', 404, "no_room"},
		{'g', 404, "not_found"},
	};

	if (scene->status / 100 == 2)
		return 'y';
	for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
		AUTO(str_done) struct str code = STR_INIT;
		str_addf(&code, "\"code\":\"%s\"", letters[i].code);
		if (scene->status == letters[i].status &&
		    strstr(scene->body.ptr, code.ptr))
			return letters[i].letter;
	}
	return '?';
}

/* One takes back one's own reaction; what moderators take back, alice has done. */
static void do_before(struct scene *scene, const char *kind, const struct row *row,
		      struct person *person, const struct question *question)
{
	bool self =
		strcmp(row->before, "message_react") == 0 || strcmp(kind, "direct") == 0;
	struct person *who = self ? person : &scene->alice;

	prepare(scene, who, row->before, "%s%s%s", question->where.ptr,
		question->more.len ? "," : "", question->more.ptr);
}

/* Returns 1 when the answer is another one. */
static unsigned expect(struct scene *scene, ask_fn *ask, const char *kind,
		       const struct row *row, const struct room *room, enum standing who,
		       struct person *person, char want)
{
	AUTO(question_done) struct question question = {row->op, STR_INIT, STR_INIT};

	if (want == '-')
		return 0;
	fill_in(row->where, room, who, &question.where);
	fill_in(row->more, room, who, &question.more);
	if (row->before && want == 'y')
		do_before(scene, kind, row, person, &question);
	ask(scene, person, &question);
	if (letter_of(scene) == want)
		return 0;
	print_error("%s room, %s {%s,%s} by a %s: %d instead of %c: %.*s\n", kind,
		    row->op, row->where, row->more,
		    (const char *[]){"stranger", "guest", "member", "moderator",
				     "owner"}[who],
		    scene->status, want,
		    (int)(scene->body.len > 200 ? 200 : scene->body.len),
		    scene->body.ptr);
	return 1;
}

static unsigned ask_all(struct scene *scene, ask_fn *ask, const char *kind)
{
	bool private = strcmp(kind, "private") == 0, spent = true;
	struct room room = {0};
	unsigned wrong = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (ask == ask_frame && !frame_of(rows[i].op))
			continue;
		if (spent)
			furnish(scene, kind, &room);
		spent = rows[i].spends;
		scene->room = room.id;
		for (int who = 0; who < STANDINGS; who++) {
			char want = (private ? rows[i].private : rows[i].public)[who];
			/* A frame names the room before the message. */
			if (ask == ask_frame && who == STRANGER)
				want = private ? 'h' : 'm';
			wrong += expect(scene, ask, kind, &rows[i], &room,
					(enum standing)who, &scene->people[who], want);
		}
	}
	return wrong;
}

static void a_private_room_by_frames(void **state)
{
	assert_int_equal(ask_all(*state, ask_frame, "private"), 0);
}

static void a_public_room_by_frames(void **state)
{
	assert_int_equal(ask_all(*state, ask_frame, "public"), 0);
}

static void a_private_room_over_http(void **state)
{
	assert_int_equal(ask_all(*state, ask_http, "private"), 0);
}

static void a_private_room_by_call(void **state)
{
	assert_int_equal(ask_all(*state, ask_call, "private"), 0);
}

static void a_public_room_over_http(void **state)
{
	assert_int_equal(ask_all(*state, ask_http, "public"), 0);
}

static void a_public_room_by_call(void **state)
{
	assert_int_equal(ask_all(*state, ask_call, "public"), 0);
}

/* Mark and nora, asked of mark; stan is the stranger. */
static void a_direct_chat(void **state)
{
	struct scene *scene = *state;
	unsigned wrong = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct room room;
		struct person *mark = &scene->people[MEMBER];
		prepare(scene, mark, "user_send", "\"user\":\"nora\",\"text\":\"hi\"");
		room.id = take(scene, "room");
		room.others[MEMBER] =
			say_something(scene, &scene->people[MODERATOR], &room);
		room.others[STRANGER] = room.own[STRANGER] = room.others[MEMBER];
		room.own[MEMBER] = say_something(scene, mark, &room);
		ask_fn *ask = i % 2 ? ask_call : ask_http;
		wrong += expect(scene, ask, "direct", &rows[i], &room, STRANGER,
				&scene->people[STRANGER], rows[i].direct[0]);
		wrong += expect(scene, ask, "direct", &rows[i], &room, MEMBER, mark,
				rows[i].direct[1]);
	}
	assert_int_equal(wrong, 0);
}

/* Everybody is in it; alice, who runs the server, may write. */
static void a_broadcast(void **state)
{
	struct scene *scene = *state;
	struct room room;
	unsigned wrong = 0;

	prepare(scene, &scene->alice, "room_create",
		"\"kind\":\"broadcast\",\"slug\":\"news\"");
	room.id = take(scene, "room");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		room.others[GUEST] = say_something(scene, &scene->alice, &room);
		room.own[OWNER] = room.others[OWNER] = room.others[GUEST];
		ask_fn *ask = i % 2 ? ask_call : ask_http;
		wrong += expect(scene, ask, "broadcast", &rows[i], &room, GUEST,
				&scene->people[GUEST], rows[i].broadcast[0]);
		wrong += expect(scene, ask, "broadcast", &rows[i], &room, OWNER,
				&scene->alice, rows[i].broadcast[1]);
	}
	assert_int_equal(wrong, 0);
}

/* A route that is about a room or a message stands in the matrix. */
static void every_route_of_rooms_and_messages_stands_in_the_matrix(void **state)
{
	for (int op = 0; op < REST_COUNT; op++) {
		const struct rest_row *row = rest_row((enum rest_op)op);
		bool found = !strstr(row->path, "/v1/rooms/{room}") &&
			     strncmp(row->path, "/v1/hooks/{hook}", 16) != 0 &&
			     !strstr(row->path, "/v1/messages/{id}");
		for (size_t i = 0; i < ARRAY_LEN(rows) && !found; i++)
			found = strcmp(rows[i].op, row->op) == 0;
		if (!found)
			fail_msg("%s", row->op);
	}
}

#define SCENE_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

CHECK_MAIN(SCENE_TEST(a_private_room_over_http), SCENE_TEST(a_private_room_by_call),
	   SCENE_TEST(a_public_room_over_http), SCENE_TEST(a_public_room_by_call),
	   SCENE_TEST(a_private_room_by_frames), SCENE_TEST(a_public_room_by_frames),
	   SCENE_TEST(a_direct_chat), SCENE_TEST(a_broadcast),
	   TEST(every_route_of_rooms_and_messages_stands_in_the_matrix))
