/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person does, and what comes of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "client/model/unread.h"
#include "client/ui/line.h"
#include "client/ui/screen_text.h"
#include "client/ui/ui_private.h"
#include "tests/lib/stage.h"

#include "tests/lib/check.h"

/* Lines of the log that begin with @what, joined. */
static const char *only(struct stage *stage, const char *what)
{
	static char found[4096];
	const char *at = stage_heard(stage);
	size_t len = 0;

	found[0] = '\0';
	while (*at) {
		size_t line = strcspn(at, "\n") + 1;
		if (strncmp(at, what, strlen(what)) == 0 && len + line < sizeof(found)) {
			memcpy(found + len, at, line);
			len += line;
			found[len] = '\0';
		}
		at += line;
	}
	return found;
}

static void enter_hands_the_line_over_and_clears_it(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 60);
	stage_type(&stage, "hello\r");
	assert_string_equal(only(&stage, "line"), "line 0 hello\n");
	assert_true(stage_shows(&stage, "[#lobby] ▮"));
	stage_type(&stage, "   \r");
	assert_string_equal(only(&stage, "line"), "");
	stage_done(&stage);
}

static void a_line_that_is_not_taken_stays(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 60);
	stage.taken = UI_LINE_KEEP;
	stage_type(&stage, "/nonsense\r");
	assert_true(stage_shows(&stage, "[#lobby] /nonsense▮"));
	stage_done(&stage);
}

static void a_held_line_is_shown_until_it_is_on_disk_and_typing_goes_on(void **state)
{
	struct stage stage;
	stage_init(&stage, 12, 60);
	stage.taken = UI_LINE_HELD;
	stage_type(&stage, "first\r");
	stage_type(&stage, "sec");
	assert_true(stage_shows(&stage, "… first"));
	ui_line_done(stage.ui, 1, ERR_OK);
	assert_false(stage_shows(&stage, "first"));
	assert_true(stage_shows(&stage, "] sec▮"));
	stage_type(&stage, "ond\r");
	stage_type(&stage, "x");
	ui_line_done(stage.ui, 2, ERR_TOO_BIG);
	assert_true(stage_shows(&stage, "] second"));
	assert_true(stage_shows(&stage, "too large"));
	stage_done(&stage);
}

static void what_is_refused_comes_back_as_what_it_was(void **state)
{
	struct stage stage;
	struct id ops = {.bytes = {0x70, 2}};

	stage_init(&stage, 12, 60);
	struct message *message = stage_say(&stage, stage.lobby, &stage.alice, "helo");
	stage.taken = UI_LINE_HELD;
	ui_compose(stage.ui, DRAFT_EDIT, &message->cid, "helo", 4);
	stage_type(&stage, "!\r");
	ui_line_done(stage.ui, 1, ERR_STORE);
	assert_true(stage_shows(&stage, "[#lobby edit] helo!▮"));
	assert_true(id_equal(&stage.lobby->draft.target, &message->cid));
	stage_heard(&stage);
	stage_type(&stage, "\r");
	assert_string_equal(only(&stage, "line"), "line 1 helo!\n");
	/* What was begun meanwhile does not become a part of the edit, nor is it lost. */
	stage_type(&stage, "another");
	ui_line_done(stage.ui, 2, ERR_STORE);
	assert_true(stage_shows(&stage, "[#lobby edit] helo!▮"));
	stage_type(&stage, "\x1b[A");
	assert_true(stage_shows(&stage, "another▮"));
	ui_compose(stage.ui, DRAFT_REPLY, &message->cid, "yes", 3);
	stage_type(&stage, "\rhalf a line");
	ui_enter(stage.ui, rooms_find(&stage.model.rooms, &ops));
	stage_type(&stage, "in ops");
	ui_line_done(stage.ui, 3, ERR_STORE);
	assert_true(stage_shows(&stage, "[#ops] in ops▮"));
	ui_enter(stage.ui, stage.lobby);
	assert_true(stage_shows(&stage, "[#lobby reply] yes"));
	assert_true(stage_shows(&stage, "half a line"));
	stage_done(&stage);
}

static void typing_is_told_renewed_and_ended(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 60);
	stage_type(&stage, "a");
	assert_string_equal(only(&stage, "typing"), "typing 1\n");
	stage_type(&stage, "b");
	assert_string_equal(only(&stage, "typing"), "");
	stage_wait(&stage, 3100);
	stage_type(&stage, "c");
	assert_string_equal(only(&stage, "typing"), "typing 1\n");
	stage_wait(&stage, 5100);
	assert_string_equal(only(&stage, "typing"), "typing 0\n");
	stage_type(&stage, "d\r");
	assert_string_equal(only(&stage, "typing"), "typing 1\ntyping 0\n");
	stage_type(&stage, "/help");
	assert_string_equal(only(&stage, "typing"), "");
	stage_done(&stage);
}

static void each_room_has_its_draft_and_its_lines(void **state)
{
	struct stage stage;
	struct id ops = {.bytes = {0x70, 2}};
	stage_init(&stage, 10, 60);
	struct room *room = rooms_find(&stage.model.rooms, &ops);
	stage_type(&stage, "said here\rhalf a li");
	ui_enter(stage.ui, room);
	assert_string_equal(only(&stage, "draft"), "draft \ndraft half a li\n");
	assert_true(stage_shows(&stage, "[#ops] ▮"));
	stage_type(&stage, "\x1b[A");
	assert_true(stage_shows(&stage, "[#ops] ▮"));
	stage_type(&stage, "in ops\r");
	ui_enter(stage.ui, stage.lobby);
	assert_true(stage_shows(&stage, "[#lobby] half a li▮"));
	stage_type(&stage, "\x15\x1b[A");
	assert_true(stage_shows(&stage, "[#lobby] said here▮"));
	stage_done(&stage);
}

static void esc_once_too_often_leaves_the_next_key_alone(void **state)
{
	struct stage stage;

	stage_init(&stage, 10, 60);
	stage_type(&stage, "\x1b");
	stage_wait(&stage, 1000);
	stage_type(&stage, "/lock");
	assert_true(stage_shows(&stage, "[#lobby] /lock▮"));
	stage_done(&stage);
}

static void what_is_typed_before_the_first_room_is_there_stays(void **state)
{
	struct stage stage;

	stage_init(&stage, 10, 60);
	ui_enter(stage.ui, NULL);
	stage_type(&stage, "good mor");
	ui_enter(stage.ui, stage.lobby);
	stage_type(&stage, "ning");
	assert_true(stage_shows(&stage, "[#lobby] good morning▮"));
	stage_done(&stage);
}

static void a_draft_is_kept_when_typing_pauses_and_forgotten_when_it_was_sent(
	void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 60);
	stage_type(&stage, "abc");
	stage_wait(&stage, 999);
	assert_string_equal(only(&stage, "draft"), "");
	stage_wait(&stage, 1);
	assert_string_equal(only(&stage, "draft"), "draft abc\n");
	stage_type(&stage, "\r");
	assert_string_equal(only(&stage, "draft"), "draft \n");
	stage_done(&stage);
}

static void many_pasted_lines_are_asked_about(void **state)
{
	struct stage stage;
	stage_init(&stage, 20, 60);
	stage_type(&stage, "\x1b[200~a\rb\rc\rd\x1b[201~\r");
	assert_string_equal(only(&stage, "line"), "");
	assert_true(stage_shows(&stage, "4 lines"));
	stage_type(&stage, "\r");
	assert_non_null(strstr(stage_heard(&stage), "line 0 a\nb\nc\nd"));
	stage_type(&stage, "\x1b[200~a\rb\x1b[201~\r");
	assert_non_null(strstr(stage_heard(&stage), "line 0 a\nb"));
	stage_done(&stage);
}

static void a_pasted_command_line_is_not_run(void **state)
{
	struct stage stage;
	stage_init(&stage, 20, 60);
	stage_type(&stage, "\x1b[200~/quit\r\x1b[201~");
	assert_string_equal(only(&stage, "line"), "");
	stage_done(&stage);
}

static void escape_leaves_an_edit(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 60);
	struct message *message = stage_say(&stage, stage.lobby, &stage.alice, "helo");
	ui_compose(stage.ui, DRAFT_EDIT, &message->cid, "helo", 4);
	assert_true(stage_shows(&stage, "[#lobby edit] helo▮"));
	stage_type(&stage, "\x1b");
	stage_wait(&stage, 60);
	assert_true(stage_shows(&stage, "[#lobby] ▮"));
	ui_compose(stage.ui, DRAFT_EDIT, &message->cid, "helo", 4);
	stage_type(&stage, "!\r");
	assert_string_equal(only(&stage, "line"), "line 1 helo!\n");
	stage_type(&stage, "next\r");
	assert_string_equal(only(&stage, "line"), "line 0 next\n");
	stage_done(&stage);
}

static void a_message_is_picked_and_a_letter_does_something_with_it(void **state)
{
	struct stage stage;
	stage_init(&stage, 12, 60);
	stage_say(&stage, stage.lobby, &stage.bob, "one");
	stage_say(&stage, stage.lobby, &stage.bob, "two");
	stage_type(&stage, "half a line");
	stage_heard(&stage);
	ui_pick(stage.ui, 0);
	assert_true(stage_shows(&stage, "▌two"));
	assert_true(stage_shows(&stage, "r reply"));
	stage_type(&stage, "\x1b[A");
	assert_true(stage_shows(&stage, "▌one"));
	/* A slip says nothing and types nothing. */
	stage_type(&stage, "xyz");
	assert_true(stage_shows(&stage, "half a line▮"));
	stage_type(&stage, "k");
	assert_true(stage_shows(&stage, "▌one"));
	stage_type(&stage, "p");
	assert_non_null(strstr(stage_heard(&stage), "/pin"));
	assert_false(stage_shows(&stage, "▌"));
	stage_type(&stage, "p");
	assert_true(stage_shows(&stage, "half a linep▮"));
	/* "+" leaves the rest to the line. */
	ui_pick(stage.ui, 0);
	stage_type(&stage, "+ok");
	assert_true(stage_shows(&stage, "▌two"));
	assert_true(stage_shows(&stage, "/react ok▮"));
	stage_type(&stage, "\r");
	assert_false(stage_shows(&stage, "▌"));
	/* What was begun before it is not lost. */
	stage_type(&stage, "\x1b[A\x1b[A");
	assert_true(stage_shows(&stage, "half a linep▮"));
	/* A command about the picked message is typed, none of its letters is taken. */
	ui_pick(stage.ui, 0);
	stage_type(&stage, "/pin");
	assert_true(stage_shows(&stage, "▌two"));
	assert_true(stage_shows(&stage, "/pin▮"));
	stage_type(&stage, "\x1b");
	stage_wait(&stage, 60);
	ui_pick(stage.ui, 0);
	stage_type(&stage, "\x1b");
	stage_wait(&stage, 60);
	assert_false(stage_shows(&stage, "▌"));
	stage_done(&stage);
}

static void reactions_are_chips_below_their_message(void **state)
{
	struct stage stage;
	struct id others[] = {{.bytes = {1}}, {.bytes = {2}}};
	stage_init(&stage, 16, 60);
	struct message *message =
		stage_say(&stage, stage.lobby, &stage.bob, "lunch at twelve?");
	stage_say(&stage, stage.lobby, &stage.carol, "yes");
	struct reactions *reactions = &message->reactions;
	reactions_set(reactions, &others[0], bytes_text("🍕"), true);
	reactions_set(reactions, &others[1], bytes_text("🍕"), true);
	reactions_set(reactions, &stage.alice, bytes_text("+1"), true);
	reactions_set(reactions, &others[1],
		      bytes_text("\x1b[31m\u202e"
				 "evil"),
		      true);
	stage_golden(&stage, "reactions");
	stage_done(&stage);
}

static void control_c_forgets_the_line_and_twice_leaves(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 60);
	stage_type(&stage, "text");
	ui_cancel(stage.ui);
	assert_true(stage_shows(&stage, "[#lobby] ▮"));
	ui_cancel(stage.ui);
	assert_string_equal(only(&stage, "quit"), "");
	stage_wait(&stage, 3000);
	ui_cancel(stage.ui);
	ui_cancel(stage.ui);
	assert_string_equal(only(&stage, "quit"), "quit\n");
	stage_type(&stage, "\x04");
	stage_done(&stage);
}

static void history_is_asked_for_once_and_before_the_top_is_seen(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 60);
	stage.lobby->timeline.at_start = false;
	for (int i = 0; i < 40; i++)
		stage_say(&stage, stage.lobby, &stage.bob, "line");
	ui_draw(stage.ui);
	assert_string_equal(only(&stage, "history"), "");
	for (int i = 0; i < 5; i++) {
		ui_scroll(stage.ui, UI_PAGE_UP);
		ui_draw(stage.ui);
	}
	assert_string_equal(only(&stage, "history"), "history older 1\n");
	stage.lobby->timeline.loading = false;
	stage.lobby->timeline.at_start = true;
	ui_touch(stage.ui);
	ui_draw(stage.ui);
	assert_string_equal(only(&stage, "history"), "");
	stage_done(&stage);
}

static void what_was_seen_is_told_only_while_the_window_has_the_focus(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 60);
	stage_say(&stage, stage.lobby, &stage.bob, "one");
	ui_draw(stage.ui);
	assert_string_equal(only(&stage, "seen"), "seen 1\n");
	stage_type(&stage, "\x1b[O");
	stage_say(&stage, stage.lobby, &stage.bob, "two");
	ui_draw(stage.ui);
	assert_string_equal(only(&stage, "seen"), "");
	ui_notify(stage.ui, UI_NOTIFY_BELL);
	ui_alert(stage.ui, "bob", "two");
	assert_string_equal(screen_text_raw(stage.screen), "\a");
	stage_type(&stage, "\x1b[I");
	ui_draw(stage.ui);
	assert_string_equal(only(&stage, "seen"), "seen 2\n");
	stage_done(&stage);
}

static void a_scrolled_view_does_not_move_when_messages_arrive_or_the_window_does(
	void **state)
{
	struct stage stage;
	stage_init(&stage, 14, 70);
	for (int i = 0; i < 60; i++) {
		char text[64];
		snprintf(text, sizeof(text), "message number %d", i);
		stage_say(&stage, stage.lobby, &stage.bob, text);
	}
	ui_draw(stage.ui);
	ui_scroll(stage.ui, UI_PAGE_UP);
	ui_scroll(stage.ui, UI_PAGE_UP);
	assert_true(stage_shows(&stage, "message number 40"));
	stage_say(&stage, stage.lobby, &stage.carol, "newest");
	assert_true(stage_shows(&stage, "message number 40"));
	assert_true(stage_shows(&stage, "↓ 1 new"));
	assert_false(stage_shows(&stage, "newest"));
	stage_resize(&stage, 10, 40);
	assert_true(stage_shows(&stage, "message number 40"));
	stage_resize(&stage, 14, 70);
	assert_true(stage_shows(&stage, "message number 40"));
	ui_scroll(stage.ui, UI_BOTTOM);
	assert_true(stage_shows(&stage, "newest"));
	ui_scroll(stage.ui, UI_TOP);
	assert_true(stage_shows(&stage, "message number 0"));
	ui_scroll(stage.ui, UI_PAGE_UP);
	assert_true(stage_shows(&stage, "message number 0"));
	stage_done(&stage);
}

static void scrolling_down_by_lines_ends_at_the_newest(void **state)
{
	struct stage stage;
	stage_init(&stage, 14, 50);
	for (int i = 0; i < 30; i++)
		stage_say(&stage, stage.lobby, i % 3 ? &stage.bob : &stage.alice,
			  "some words that take more than a single row of the screen, "
			  "surely");
	ui_draw(stage.ui);
	for (int i = 0; i < 25; i++)
		ui_scroll(stage.ui, UI_LINE_UP);
	assert_false(stage.lobby->timeline.view.follow);
	for (int i = 0; i < 25; i++)
		ui_scroll(stage.ui, UI_LINE_DOWN);
	assert_true(stage.lobby->timeline.view.follow);
	stage_done(&stage);
}

static void nothing_is_drawn_while_suspended(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 60);
	ui_draw(stage.ui);
	size_t frames = screen_text_frames(stage.screen);
	ui_suspend(stage.ui);
	stage_say(&stage, stage.lobby, &stage.bob, "psst");
	ui_draw(stage.ui);
	assert_int_equal(screen_text_frames(stage.screen), frames);
	assert_int_equal(ui_timeout_ms(stage.ui), -1);
	ui_resume(stage.ui);
	ui_draw(stage.ui);
	assert_int_equal(screen_text_frames(stage.screen), frames + 1);
	stage_done(&stage);
}

static void an_unchanged_model_is_drawn_once(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 60);
	ui_draw(stage.ui);
	size_t frames = screen_text_frames(stage.screen);
	for (int i = 0; i < 10; i++)
		stage_wait(&stage, 1000);
	assert_int_equal(screen_text_frames(stage.screen), frames);
	assert_int_equal(ui_timeout_ms(stage.ui), -1);
	stage_done(&stage);
}

static void the_mouse_picks_rooms_and_scrolls(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 70);
	for (int i = 0; i < 30; i++)
		stage_say(&stage, stage.lobby, &stage.bob, "line");
	ui_draw(stage.ui);
	stage_type(&stage, "\x1b[<0;3;4M\x1b[<0;3;4m");
	assert_string_equal(only(&stage, "room"), "room ops\n");
	stage_type(&stage, "\x1b[<64;40;5M");
	assert_false(stage.lobby->timeline.view.follow);
	stage_done(&stage);
}

static void a_click_closes_a_page_with_its_choices_and_its_picture(void **state)
{
	static const char *const commands[] = {"/msg @bob"};
	struct stage stage;
	struct bitmap bitmap;

	stage_init(&stage, 14, 60);
	ui_choose(stage.ui, "People", "bob", commands, 1);
	ui_draw(stage.ui);
	stage_type(&stage, "\x1b[<0;40;5M\x1b[<0;40;5mhello\r");
	const char *heard = stage_heard(&stage);
	assert_non_null(strstr(heard, "line 0 hello"));
	assert_null(strstr(heard, "command"));
	check_ok(bitmap_make(8, 8, &bitmap));
	ui_images(stage.ui, UI_IMAGES_KITTY);
	ui_page_picture(stage.ui, "flag.png", "1.0 KiB", &bitmap);
	ui_draw(stage.ui);
	stage_type(&stage, "\x1b[<0;40;5M\x1b[<0;40;5m");
	assert_non_null(strstr(screen_text_raw(stage.screen), "\x1b_Ga=d"));
	stage_done(&stage);
}

/* Text of which every cluster is worth a wrong width. */
static const char *const pieces[] = {
	"👨‍👩‍👧‍👦",
	"日本語",
	"שלום",
	"e\u0301",
	"🇩🇪",
	"می‌خواهم",
	"\U0001fae9",
	"❤️",
	"plain",
	" ",
	"\n",
	"\u202e",
	"https://example.org/a",
	"क्षि",
	"한",
	"\t",
};

static void check_grid(const struct screen *screen)
{
	for (int row = 0; row < screen->rows; row++) {
		for (int col = 0; col < screen->cols; col++) {
			const struct cell *cell = screen_cell(screen, row, col);
			bool tail = col + 1 < screen->cols &&
				    screen_cell(screen, row, col + 1)->width == 0;
			assert_int_equal(tail, cell->width == 2);
			assert_true(cell->width != 0 || col > 0);
		}
	}
}

/* After any resize the screen is that of a client that was started at this size. */
static void two_hundred_resizes_leave_a_right_screen(void **state)
{
	struct stage stage;
	unsigned seed = 11;
	stage_init(&stage, 24, 80);
	for (int i = 0; i < 40; i++) {
		AUTO(str_done) struct str text = STR_INIT;
		for (int j = rand_r(&seed) % 30; j >= 0; j--)
			str_add(&text,
				pieces[(unsigned)rand_r(&seed) % ARRAY_LEN(pieces)]);
		stage_say(&stage, stage.lobby, i % 2 ? &stage.bob : &stage.carol,
			  text.ptr);
	}
	stage_type(&stage, "日本語👨‍👩‍👧‍👦 שלום typed");
	for (int i = 0; i < 200; i++) {
		int rows = i % 20 == 0 ? 1 : 1 + rand_r(&seed) % 60;
		int cols = i % 20 == 0 ? 1 : 1 + rand_r(&seed) % 200;
		stage_resize(&stage, rows, cols);
		check_grid(stage.screen);
		if (i % 7 == 0)
			ui_scroll(stage.ui, UI_PAGE_UP);
		if (i % 9 == 0)
			ui_scroll(stage.ui, UI_BOTTOM);
	}
	ui_scroll(stage.ui, UI_BOTTOM);
	stage_resize(&stage, 24, 80);
	AUTO(str_done) struct str end = STR_INIT;
	screen_text_dump(stage.screen, &end);
	stage_resize(&stage, 24, 80);
	AUTO(str_done) struct str again = STR_INIT;
	screen_text_dump(stage.screen, &again);
	assert_string_equal(end.ptr, again.ptr);
	if (!strstr(end.ptr, "typed›▮"))
		fail_msg("%s", end.ptr);
	stage_done(&stage);
}

/* Our default keys leave readline's own alone; Ctrl-J and Alt-Enter are the exception
 * that line.c explains, and Ctrl-X begins chords in emacs mode only. */
static void our_keys_are_free_in_readlines_maps(void **state)
{
	size_t count;
	const struct cmd_key *keys = cmd_key_rows(&count);
	struct stage stage;
	stage_init(&stage, 10, 60);
	for (size_t i = 0; i < count; i++)
		if (!line_is_free(keys[i].keys))
			fail_msg("%s (%s) is taken", keys[i].name, keys[i].keys);
	assert_false(line_is_free("\\C-k"));
	assert_false(line_is_free("\\el"));
	cmd_bind(stage.ui);
	for (size_t i = 0; i < count; i++)
		assert_false(line_is_free(keys[i].keys));
	stage_type(&stage, "\x1b[5~");
	assert_string_equal(stage_heard(&stage), "command /scroll page-up\n");
	stage_type(&stage, "\x1bk\x03");
	assert_string_equal(stage_heard(&stage), "command /switch\ncommand /cancel\n");
	stage_done(&stage);
}

static void readlines_own_keys_work(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 60);
	stage_type(&stage, "one two\x01X\x05Y");
	assert_true(stage_shows(&stage, "] Xone twoY▮"));
	stage_type(&stage, "\x17\x19\x19");
	assert_true(stage_shows(&stage, "] Xone twoYtwoY▮"));
	stage_type(&stage, "\x1f");
	assert_true(stage_shows(&stage, "] Xone twoY▮"));
	stage_type(&stage, "\r");
	stage_type(&stage, "\x12one");
	assert_true(stage_shows(&stage, "(reverse-i-search)`one': X▮one twoY"));
	stage_type(&stage, "\x07");
	stage_type(&stage, "日本\x7f");
	assert_true(stage_shows(&stage, "] 日▮"));
	stage_done(&stage);
}

static void a_notification_cannot_speak_to_the_terminal(void **state)
{
	static const struct {
		enum ui_notify form;
		const char *start;
	} rows[] = {
		{UI_NOTIFY_9, "\x1b]9;eve,x: "},
		{UI_NOTIFY_777, "\x1b]777;notify;eve,x;"},
		{UI_NOTIFY_99, "\x1b]99;i=chat:d=0:p=title;eve,x\x1b\\"
			       "\x1b]99;i=chat:d=1:p=body;"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(str_done) struct str out = STR_INIT;
		ui_notify_write(&out, rows[i].form, "eve;x", "hi\x1b\\\x9c\a 4;1");
		size_t len = strlen(rows[i].start);
		assert_memory_equal(out.ptr, rows[i].start, len);
		/* what is left ends the sequence once, and holds no other control */
		const char *rest = out.ptr + len, *end = strchr(rest, '\x1b');
		assert_string_equal(end, "\x1b\\");
		assert_null(memchr(rest, '\a', (size_t)(end - rest)));
		assert_null(memchr(rest, ';', (size_t)(end - rest)));
	}
	AUTO(str_done) struct str wrapped = STR_INIT;
	ui_notify_wrap(&wrapped, "\x1b]9;x\x1b\\", true);
	assert_string_equal(wrapped.ptr, "\x1bPtmux;\x1b\x1b]9;x\x1b\x1b\\\x1b\\");
	assert_int_equal(ui_notify_guess("xterm-kitty", NULL), UI_NOTIFY_99);
	assert_int_equal(ui_notify_guess("foot", NULL), UI_NOTIFY_777);
	assert_int_equal(ui_notify_guess("xterm-256color", "iTerm.app"), UI_NOTIFY_9);
}

CHECK_MAIN(TEST(enter_hands_the_line_over_and_clears_it),
	   TEST(a_line_that_is_not_taken_stays),
	   TEST(a_held_line_is_shown_until_it_is_on_disk_and_typing_goes_on),
	   TEST(what_is_refused_comes_back_as_what_it_was),
	   TEST(typing_is_told_renewed_and_ended),
	   TEST(each_room_has_its_draft_and_its_lines),
	   TEST(esc_once_too_often_leaves_the_next_key_alone),
	   TEST(what_is_typed_before_the_first_room_is_there_stays),
	   TEST(a_draft_is_kept_when_typing_pauses_and_forgotten_when_it_was_sent),
	   TEST(many_pasted_lines_are_asked_about),
	   TEST(a_pasted_command_line_is_not_run), TEST(escape_leaves_an_edit),
	   TEST(a_message_is_picked_and_a_letter_does_something_with_it),
	   TEST(reactions_are_chips_below_their_message),
	   TEST(control_c_forgets_the_line_and_twice_leaves),
	   TEST(history_is_asked_for_once_and_before_the_top_is_seen),
	   TEST(what_was_seen_is_told_only_while_the_window_has_the_focus),
	   TEST(a_scrolled_view_does_not_move_when_messages_arrive_or_the_window_does),
	   TEST(scrolling_down_by_lines_ends_at_the_newest),
	   TEST(nothing_is_drawn_while_suspended), TEST(an_unchanged_model_is_drawn_once),
	   TEST(the_mouse_picks_rooms_and_scrolls),
	   TEST(a_click_closes_a_page_with_its_choices_and_its_picture),
	   TEST(a_notification_cannot_speak_to_the_terminal),
	   TEST(two_hundred_resizes_leave_a_right_screen), TEST(readlines_own_keys_work),
	   TEST(our_keys_are_free_in_readlines_maps))
