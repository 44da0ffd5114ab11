/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hooks write down what they hear; the first room is entered at once. */
#include "tests/lib/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "client/model/unread.h"
#include "client/ui/screen_text.h"
#include "common/base/mem.h"
#include "common/os/lang.h"
#include "tests/lib/check.h"

static enum ui_taken on_line(void *ctx, const struct ui_line *line)
{
	struct stage *stage = ctx;

	str_addf(&stage->log, "line %d %.*s\n", line->kind, (int)line->len, line->text);
	return stage->taken;
}

static void on_command(void *ctx, const char *command)
{
	str_addf(&((struct stage *)ctx)->log, "command %s\n", command);
}

static void on_typing(void *ctx, const struct id *room, bool on)
{
	str_addf(&((struct stage *)ctx)->log, "typing %d\n", on);
}

static void on_history(void *ctx, const struct id *room, enum ui_history way,
		       uint64_t seq)
{
	static const char *const words[] = {"older", "newer", "newest"};

	str_addf(&((struct stage *)ctx)->log, "history %s %u\n", words[way],
		 (unsigned)seq);
}

static void on_seen(void *ctx, const struct id *room, uint64_t seq)
{
	str_addf(&((struct stage *)ctx)->log, "seen %u\n", (unsigned)seq);
}

static void on_draft(void *ctx, const struct id *room)
{
	struct stage *stage = ctx;
	const struct room *of = rooms_find(&stage->model.rooms, room);

	str_addf(&stage->log, "draft %s\n", of->draft.text.ptr);
}

static void on_room(void *ctx, const struct id *room)
{
	struct stage *stage = ctx;

	str_addf(&stage->log, "room %s\n",
		 rooms_find(&stage->model.rooms, room)->name.ptr);
}

static void on_form(void *ctx, enum ui_form form, enum ui_form_act act,
		    const struct ui_values *values)
{
	str_addf(&((struct stage *)ctx)->log, "form %d %d %s|%s|%s|%s|%s|%s\n", form, act,
		 values->server ? values->server : "-",
		 values->account ? values->account : "-",
		 values->display ? values->display : "-",
		 values->email ? values->email : "-",
		 values->password ? values->password : "-",
		 values->code ? values->code : "-");
}

static void on_picture(void *ctx, const struct id *file)
{
	struct stage *stage = ctx;

	str_addf(&stage->log, "picture %02x\n", file->bytes[0]);
}

static void complete(void *ctx, const char *line, size_t word, size_t point,
		     struct ui_words *words)
{
	static const char *const all[] = {"/help", "/history", "/join", "@bob"};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (strncmp(all[i], line + word, point - word) == 0)
			ui_word(words, all[i], "what it does");
}

static void on_suspend(void *ctx)
{
	str_add(&((struct stage *)ctx)->log, "suspend\n");
}

static void on_quit(void *ctx)
{
	str_add(&((struct stage *)ctx)->log, "quit\n");
}

static const struct ui_hooks hooks = {
	.on_line = on_line,
	.on_command = on_command,
	.on_typing = on_typing,
	.on_history = on_history,
	.on_seen = on_seen,
	.on_draft = on_draft,
	.on_room = on_room,
	.on_form = on_form,
	.on_picture = on_picture,
	.complete = complete,
	.on_suspend = on_suspend,
	.on_quit = on_quit,
};

static struct room *make_room(struct stage *stage, unsigned n, enum room_kind kind,
			      const char *name)
{
	struct id id = {.bytes = {0x70, (uint8_t)n}};
	struct room *room = rooms_get(&stage->model.rooms, &id, kind);

	str_set(&room->name, name);
	room->timeline.at_start = true;
	roster_set(&room->roster, &stage->alice, ROLE_OWNER);
	roster_set(&room->roster, &stage->bob, ROLE_MEMBER);
	return room;
}

void stage_init(struct stage *stage, int rows, int cols)
{
	stage_init_inputrc(stage, rows, cols, "/dev/null");
}

void stage_init_inputrc(struct stage *stage, int rows, int cols, const char *inputrc)
{
	struct model *model = &stage->model;

	/* Readline and the calendar must not depend on who runs the tests. */
	setenv("INPUTRC", inputrc, 1);
	setenv("TZ", "UTC", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("LANGUAGE");
	tzset();
	lang_init();
	*stage = (struct stage){.log = STR_INIT, .taken = UI_LINE_DONE};
	fake_clock_init(&stage->clock);
	model_init(model, 7);
	model->link = MODEL_ONLINE;
	stage->alice = (struct id){.bytes = {0xa1}};
	stage->bob = (struct id){.bytes = {0xb2}};
	stage->carol = (struct id){.bytes = {0xc3}};
	model->self = stage->alice;
	people_set(&model->people, &stage->alice, "alice", NULL)->presence =
		PRESENCE_ONLINE;
	people_set(&model->people, &stage->bob, "bob", "Bob")->presence = PRESENCE_AWAY;
	people_set(&model->people, &stage->carol, "carol", NULL);
	stage->lobby = make_room(stage, 1, ROOM_PUBLIC, "lobby");
	str_set(&stage->lobby->topic, "Welcome — ask anything");
	make_room(stage, 2, ROOM_PUBLIC, "ops");
	make_room(stage, 3, ROOM_DIRECT, "")->peer = stage->bob;
	rooms_sort(&model->rooms, &model->people);
	stage->screen = screen_text_new(rows, cols);
	struct ui_options options = {
		.screen = stage->screen, .colours = 256, .clock = &stage->clock.clock};
	check_ok(ui_new(&stage->ui, &options, model, &hooks, stage));
	ui_enter(stage->ui, stage->lobby);
}

void stage_init_linear(struct stage *stage, int out_fd)
{
	const struct ui_options options = {.linear = true,
					   .in_fd = -1,
					   .out_fd = out_fd,
					   .clock = &stage->clock.clock};

	stage_init(stage, 24, 80);
	ui_free(&stage->ui);
	check_ok(ui_new(&stage->ui, &options, &stage->model, &hooks, stage));
	ui_enter(stage->ui, stage->lobby);
}

void stage_done(struct stage *stage)
{
	ui_free(&stage->ui);
	model_done(&stage->model);
	str_done(&stage->log);
}

struct message *stage_say(struct stage *stage, struct room *room, const struct id *who,
			  const char *text)
{
	unsigned n = ++stage->last;
	struct id cid = {.bytes = {0x01, [14] = (uint8_t)(n >> 8), [15] = (uint8_t)n}};
	struct message *message = message_new(&cid, who, text, strlen(text));

	stage->clock.ms += 60000;
	message->seq = n;
	message->ts_ms = fake_clock_now(&stage->clock);
	unread_arrived(room, message, &stage->model.self);
	message = timeline_add(&room->timeline, &message);
	rooms_sort(&stage->model.rooms, &stage->model.people);
	ui_touch(stage->ui);
	return message;
}

void stage_type(struct stage *stage, const char *bytes)
{
	ui_feed(stage->ui, bytes, strlen(bytes));
}

void stage_wait(struct stage *stage, uint64_t ms)
{
	stage->clock.ms += ms;
	ui_tick(stage->ui);
	ui_draw(stage->ui);
}

void stage_resize(struct stage *stage, int rows, int cols)
{
	screen_resize(stage->screen, rows, cols);
	ui_resize(stage->ui);
	ui_draw(stage->ui);
}

static void dump(struct stage *stage, struct str *out)
{
	ui_touch(stage->ui);
	ui_draw(stage->ui);
	screen_text_dump(stage->screen, out);
}

bool stage_shows(struct stage *stage, const char *text)
{
	AUTO(str_done) struct str screen = STR_INIT;

	dump(stage, &screen);
	return strstr(screen.ptr, text) != NULL;
}

static void read_file(const char *path, struct str *out)
{
	FILE *file = fopen(path, "re");
	char bytes[4096];
	size_t got;

	if (!file)
		return;
	while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0)
		str_add_len(out, bytes, got);
	fclose(file);
}

static void compare(const struct str *screen, const char *name)
{
	AUTO(str_done) struct str want = STR_INIT;
	AUTO(str_done) struct str path = STR_INIT;
	const char *record = getenv("GOLDEN");

	str_addf(&path, "%s/tests/golden/%s.txt", getenv("top_srcdir"), name);
	if (record && strcmp(record, "record") == 0) {
		FILE *file = fopen(path.ptr, "we");
		assert_non_null(file);
		assert_int_equal(fwrite(screen->ptr, 1, screen->len, file), screen->len);
		assert_int_equal(fclose(file), 0);
		return;
	}
	read_file(path.ptr, &want);
	if (!str_equal(screen, want.ptr))
		fail_msg("%s differs (\"make golden\" records it anew):\n%s", name,
			 screen->ptr);
}

void stage_golden(struct stage *stage, const char *name)
{
	AUTO(str_done) struct str screen = STR_INIT;

	dump(stage, &screen);
	compare(&screen, name);
}

static char look_of(struct style style)
{
	const unsigned both = ATTR_BOLD | ATTR_ITALIC;

	if (style.attrs & ATTR_STRIKE)
		return 's';
	if (style.attrs & ATTR_UNDERLINE)
		return 'u';
	if (style.attrs & both)
		return (style.attrs & both) == both ? 't'
		       : style.attrs & ATTR_BOLD    ? 'b'
						    : 'i';
	return style.bg == COLOUR_DEFAULT ? ' ' : 'c';
}

void stage_golden_looks(struct stage *stage, const char *name)
{
	AUTO(str_done) struct str screen = STR_INIT;

	dump(stage, &screen);
	for (int row = 0; row < stage->screen->rows; row++) {
		size_t end = screen.len;
		for (int col = 0; col < stage->screen->cols; col++) {
			str_add_char(
				&screen,
				look_of(screen_cell(stage->screen, row, col)->style));
			if (screen.ptr[screen.len - 1] != ' ')
				end = screen.len;
		}
		str_cut(&screen, end);
		str_add_char(&screen, '\n');
	}
	compare(&screen, name);
}

const char *stage_heard(struct stage *stage)
{
	static char heard[8192];

	snprintf(heard, sizeof(heard), "%s", stage->log.ptr);
	str_clear(&stage->log);
	return heard;
}
