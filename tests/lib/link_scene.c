/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the link hands up is kept as words, what it sends as lines, so that a test compares
 * text with text.
 */
#include "tests/lib/link_scene.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/proto/frame.h"
#include "tests/lib/check.h"

struct id letter(char c)
{
	struct id id;

	memset(id.bytes, c, sizeof(id.bytes));
	return id;
}

/* ---- what the client does ---- */

static void far_connect(uint32_t link, const struct address *address, void *ctx)
{
	((struct scene *)ctx)->number = link;
}

static void far_gone(uint32_t link, void *ctx)
{
	((struct scene *)ctx)->number = 0;
}

static void far_text(uint32_t link, const char *text, size_t len, void *ctx)
{
	struct scene *scene = ctx;

	str_add_len(&scene->sent, text, len);
	str_add_char(&scene->sent, '\n');
}

static void heard_state(enum link_state state, void *ctx)
{
	static const char *const words[] = {"off",  "waiting",  "token",
					    "dial", "greeting", "online"};

	str_addf(&((struct scene *)ctx)->heard, "%s ", words[state]);
}

static void heard_token(void *ctx)
{
	struct scene *scene = ctx;

	if (scene->token)
		link_token(scene->link, scene->token);
}

static void heard_frame(int type, const void *body, void *ctx)
{
	struct scene *scene = ctx;

	switch (type) {
	case FRAME_EVENT: {
		const struct body_event *event = body;
		str_addf(&scene->heard, "%c%d ", event->room.bytes[0], (int)event->seq);
		break;
	}
	case FRAME_ACK: {
		const struct body_ack *ack = body;
		str_addf(&scene->heard, "ack-%c%d ", ack->room.bytes[0], (int)ack->seq);
		break;
	}
	case FRAME_USER_EVENT:
		str_addf(&scene->heard, "user%d ",
			 (int)((const struct body_user_event *)body)->useq);
		break;
	default: str_addf(&scene->heard, "%s ", frame_row((enum frame_type)type)->name);
	}
}

static void heard_reset(const struct id *room, uint64_t epoch, uint64_t seq, void *ctx)
{
	str_addf(&((struct scene *)ctx)->heard, "reset-%c%d:%d ", room->bytes[0],
		 (int)epoch, (int)seq);
}

static void heard_covered(const struct id *room, uint64_t first, uint64_t last, void *ctx)
{
	str_addf(&((struct scene *)ctx)->heard, "covered-%c%d:%d ", room->bytes[0],
		 (int)first, (int)last);
}

static void heard_drained(void *ctx)
{
	str_add(&((struct scene *)ctx)->heard, "drained ");
}

/* ---- the scene ---- */

void scene_init(struct scene *scene)
{
	const struct pair_far far = {far_connect, far_text, NULL, far_gone, scene};
	const struct link_ops ops = {heard_state, heard_token,   heard_frame,
				     heard_reset, heard_covered, heard_drained,
				     scene};

	*scene = (struct scene){.address = ADDRESS_INIT,
				.sent = STR_INIT,
				.heard = STR_INIT,
				.token = ""};
	fake_clock_init(&scene->clock);
	transport_inbox_init(&scene->inbox, NULL, NULL);
	scene->pair = transport_pair_new(&scene->inbox, &far);
	scene->transport = transport_pair_port(scene->pair);
	check_ok(address_parse("unix:/run/chat.sock", &scene->address));
	scene->link = link_new(scene->transport, &scene->clock.clock, 1, &ops);
}

void scene_done(struct scene *scene)
{
	link_free(&scene->link);
	transport_free(&scene->transport);
	transport_inbox_done(&scene->inbox);
	address_done(&scene->address);
	str_done(&scene->sent);
	str_done(&scene->heard);
}

void deliver(struct scene *scene)
{
	for (struct transport_note *note; (note = transport_inbox_take(&scene->inbox));) {
		while (note) {
			struct transport_note *next = transport_note_next(note);
			link_note(scene->link, &note);
			note = next;
		}
	}
}

/* Replace each 'x (an apostrophe and a letter) by that letter's id in quotes, each other
 * apostrophe by a quote. */
static void unfold(const char *text, struct str *out)
{
	for (; *text; text++) {
		if (*text != '\'') {
			str_add_char(out, *text);
		} else if (text[1] >= 'A' && text[1] <= 'Z') {
			struct id id = letter(*++text);
			str_addf(out, "\"%s\"", id_text(&id).text);
		} else {
			str_add_char(out, '"');
		}
	}
}

void says(struct scene *scene, const char *text)
{
	AUTO(str_done) struct str frame = STR_INIT;

	unfold(text, &frame);
	pair_text(scene->pair, scene->number, frame.ptr, frame.len);
	deliver(scene);
}

void says_event(struct scene *scene, char room, int seq)
{
	char text[200];

	snprintf(
		text, sizeof(text),
		"{'type':'event','room':'%c,'seq':%d,'ord':%d,'kind':'message','from':'F,"
		"'ts':5,'text':'hi'}",
		room, seq, seq);
	says(scene, text);
}

void pass(struct scene *scene, uint64_t ms)
{
	scene->clock.ms += ms;
	link_tick(scene->link);
	deliver(scene);
}

void expect_sent(struct scene *scene, const char *part)
{
	AUTO(str_done) struct str want = STR_INIT;
	char *end = strchr(scene->sent.ptr, '\n');

	unfold(part, &want);
	if (!end)
		fail_msg("nothing was sent instead of %s", want.ptr);
	*end = '\0';
	if (!strstr(scene->sent.ptr, want.ptr))
		fail_msg("%s was sent instead of %s", scene->sent.ptr, want.ptr);
	str_remove(&scene->sent, 0, (size_t)(end - scene->sent.ptr) + 1);
}

void expect_nothing_sent(struct scene *scene)
{
	assert_string_equal(scene->sent.ptr, "");
}

void expect_heard(struct scene *scene, const char *words)
{
	if (scene->heard.len)
		str_cut(&scene->heard, scene->heard.len - 1);
	assert_string_equal(scene->heard.ptr, words);
	str_clear(&scene->heard);
}

int last_ask(struct scene *scene)
{
	const char *id = NULL, *at = scene->sent.ptr;

	while ((at = strstr(at, "\"id\":")))
		id = at += 5;
	assert_non_null(id);
	return (int)strtol(id, NULL, 10);
}

void welcome(struct scene *scene)
{
	says(scene,
	     "{'type':'welcome','v':1,'session':'S,'device':'D,'uepoch':1,'useq':4,"
	     "'now':1,'ping_s':25}");
}

void start(struct scene *scene)
{
	struct id device = letter('D');

	link_start(scene->link, &scene->address, &device);
	pair_open(scene->pair, scene->number);
	deliver(scene);
	expect_sent(scene, "'type':'hello'");
	welcome(scene);
	expect_heard(scene, "token dial greeting welcome online");
}

void digest(struct scene *scene, const char *rooms)
{
	AUTO(str_done) struct str text = STR_INIT;

	str_addf(&text, "{'type':'digest','rooms':[%s]}", rooms);
	says(scene, text.ptr);
}

void start_with_a5(struct scene *scene)
{
	struct id a = letter('A');

	link_track(scene->link, &a, 1, 5);
	start(scene);
	digest(scene, ROW("A", 1, 5));
	expect_heard(scene, "digest");
	expect_nothing_sent(scene);
	assert_true(link_caught_up(scene->link));
}

void shut(struct scene *scene, uint16_t code)
{
	pair_shut(scene->pair, scene->number, ERR_CLOSED, code);
	scene->number = 0;
	deliver(scene);
}
