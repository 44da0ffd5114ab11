/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person sees, compared with tests/golden/. "make golden" records them anew. */
#include <stdlib.h>

#include "client/model/unread.h"
#include "client/ui/screen_text.h"
#include "tests/lib/stage.h"

#include "tests/lib/check.h"

static void talk(struct stage *stage)
{
	struct message *message;

	stage_say(stage, stage->lobby, &stage->carol, "Disk on db1 is at 91 %");
	struct id first = stage->lobby->timeline.rows[0]->cid;
	stage->clock.ms -= 59000;
	message = stage_say(stage, stage->lobby, &stage->bob,
			    "I'll grow the volume tonight, before the backup runs, if "
			    "nobody minds waiting a little");
	message->reply_to = first;
	message = stage_say(stage, stage->lobby, &stage->bob,
			    "see https://wiki.example/grow");
	message->flags |= MESSAGE_EDITED;
	message = stage_say(stage, stage->lobby, &stage->carol, "");
	message->flags |= MESSAGE_DELETED;
	stage->clock.ms += 24 * 3600 * 1000;
	message = stage_say(stage, stage->lobby, &stage->bob, "joined");
	message->flags |= MESSAGE_NOTICE;
	message = stage_say(stage, stage->lobby, &stage->bob, "@alice done?");
	message->flags |= MESSAGE_MENTION;
	timeline_mark(&stage->lobby->timeline, true, message->seq - 1);
	message = stage_say(stage, stage->lobby, &stage->alice, "almost");
	message->state = MESSAGE_PENDING;
	message = stage_say(stage, stage->lobby, &stage->alice, "again");
	message->state = MESSAGE_FAILED;
	message->why = ERR_FORBIDDEN;
}

static void a_wide_screen_has_three_panes(void **state)
{
	struct stage stage;
	stage_init(&stage, 24, 110);
	talk(&stage);
	struct room *ops = stage.model.rooms.rows[1];
	ops->unread = 2;
	ops->mentions = 1;
	rooms_sort(&stage.model.rooms, &stage.model.people);
	roster_typing(&stage.lobby->roster, &stage.bob, 100000000);
	stage.model.waiting = 1;
	stage_type(&stage, "almost there");
	stage_golden(&stage, "wide");
	stage_done(&stage);
}

static void eighty_columns_fold_the_members(void **state)
{
	struct stage stage;
	stage_init(&stage, 24, 80);
	talk(&stage);
	stage_golden(&stage, "80x24");
	stage_done(&stage);
}

static void forty_columns_fold_the_rooms(void **state)
{
	struct stage stage;
	stage_init(&stage, 15, 40);
	talk(&stage);
	stage_golden(&stage, "40x15");
	stage_done(&stage);
}

static void twenty_by_five_can_be_used(void **state)
{
	struct stage stage;
	stage_init(&stage, 5, 20);
	talk(&stage);
	stage_type(&stage, "hi");
	stage_golden(&stage, "20x5");
	stage_done(&stage);
}

static void one_by_one_is_survived(void **state)
{
	struct stage stage;
	stage_init(&stage, 1, 1);
	talk(&stage);
	stage_type(&stage, "x日");
	ui_draw(stage.ui);
	ui_page(stage.ui, "title", "text");
	ui_notice(stage.ui, "notice");
	ui_draw(stage.ui);
	ui_form(stage.ui, UI_FORM_SIGNUP, NULL);
	ui_draw(stage.ui);
	stage_resize(&stage, 24, 80);
	ui_form(stage.ui, UI_FORM_NONE, NULL);
	assert_true(stage_shows(&stage, "x日"));
	stage_done(&stage);
}

static void what_a_program_says_is_marked(void **state)
{
	struct stage stage;
	stage_init(&stage, 24, 110);
	people_set(&stage.model.people, &stage.bob, "bob", "A very long name of a clock");
	stage_say(&stage, stage.lobby, &stage.bob, "noon");
	ui_draw(stage.ui);
	assert_false(stage_shows(&stage, " bot "));
	people_get(&stage.model.people, &stage.bob)->bot = true;
	stage_say(&stage, stage.lobby, &stage.bob, "and later");
	ui_draw(stage.ui);
	assert_true(stage_shows(&stage, "… bot noon"));
	stage_done(&stage);
}

static void an_empty_client_says_what_to_do(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 80);
	ui_enter(stage.ui, NULL);
	while (stage.model.rooms.count)
		rooms_remove(&stage.model.rooms, &stage.model.rooms.rows[0]->id);
	stage.model.link = MODEL_WAITING;
	stage.model.retry_ms = 5000;
	stage_golden(&stage, "empty");
	stage_done(&stage);
}

static void hostile_text_stays_in_its_field(void **state)
{
	struct stage stage;
	stage_init(&stage, 14, 80);
	people_set(&stage.model.people, &stage.bob, "bob", "\x1b]0;x\x07\u202eecila");
	stage_say(&stage, stage.lobby, &stage.bob, "\x1b[2J\u202eevil\u202c\u200b end");
	stage_say(&stage, stage.lobby, &stage.carol, "שלום עולם 12:00 alice");
	stage_say(&stage, stage.lobby, &stage.bob,
		  "👨‍👩‍👧‍👦 日本語 می‌خواهم 🇩🇪");
	str_set(&stage.lobby->topic, "topic\nwith\x9b newline");
	stage_golden(&stage, "hostile");
	stage_done(&stage);
}

static void in_a_narrow_window_only_names_stand_at_the_edge(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 20);
	stage_say(&stage, stage.lobby, &stage.bob, "ok\ncarol: I agree");
	stage_say(&stage, stage.lobby, &stage.bob, "alice: paid");
	assert_true(stage_shows(&stage, "\nBob: ok\n carol: I agree\n alice: paid\n"));
	stage_done(&stage);
}

static void markup_is_drawn_and_takes_nothing_away(void **state)
{
	static const char code[] =
		"```c\nif (a)\n        return b;  /* a line that is longer than the "
		"pane */\n```";
	static const char *const texts[] = {
		"a **bold** and *italic* word, ***both***, ~~gone~~, `code`",
		"> who said *that*?\nsnake_case_name 2*3*4 /* glob *.c */",
		code,
		"see **https://wiki.example/a_b_c** and *שלום* עולם",
		"*a\u0301* *x*\u0301 and `\u0301`",
	};
	struct stage stage;
	AUTO(str_done) struct str on = STR_INIT;
	AUTO(str_done) struct str off = STR_INIT;

	stage_init(&stage, 20, 76);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		stage_say(&stage, stage.lobby, &stage.bob, texts[i]);
	struct message *message =
		stage_say(&stage, stage.lobby, &stage.bob, "**joined**");
	message->flags |= MESSAGE_NOTICE;
	stage_golden_looks(&stage, "markup");
	stage.lobby->timeline.rows[2]->flags |= MESSAGE_DELETED;
	ui_touch(stage.ui);
	ui_draw(stage.ui);
	screen_text_dump(stage.screen, &on);
	ui_markdown(stage.ui, false);
	stage_golden_looks(&stage, "plain");
	screen_text_dump(stage.screen, &off);
	assert_string_equal(on.ptr, off.ptr);
	stage_done(&stage);
}

static void several_lines_are_shown_in_the_input(void **state)
{
	struct stage stage;
	stage_init(&stage, 16, 60);
	stage_type(&stage, "one");
	stage_type(&stage, "\x1b\r");
	stage_type(&stage, "two 日本語 three four five six seven eight nine ten\n");
	stage_type(&stage, "last");
	stage_golden(&stage, "input");
	stage_done(&stage);
}

static void tab_offers_commands(void **state)
{
	struct stage stage;
	stage_init(&stage, 12, 60);
	stage_type(&stage, "/h\t");
	stage_golden(&stage, "words");
	stage_type(&stage, "e\t");
	assert_true(stage_shows(&stage, "/help ▮"));
	stage_done(&stage);
}

static void forms_ask_for_what_is_needed(void **state)
{
	struct stage stage;
	struct ui_values known = {.server = "wss://chat.example", .account = "alice"};
	stage_init(&stage, 16, 80);
	ui_form(stage.ui, UI_FORM_LOGIN, &known);
	stage_type(&stage, "sécret");
	stage_golden(&stage, "login");
	stage_type(&stage, "\r");
	assert_string_equal(stage_heard(&stage),
			    "form 1 0 wss://chat.example|alice|-|-|sécret|-\n");
	ui_form_refused(stage.ui, "name or password is wrong");
	stage_type(&stage, "geheim\r");
	assert_string_equal(stage_heard(&stage),
			    "form 1 0 wss://chat.example|alice|-|-|geheim|-\n");
	stage_type(&stage, "\x1bOQ");
	assert_non_null(strstr(stage_heard(&stage), "form 1 2 "));
	ui_form(stage.ui, UI_FORM_SIGNUP, &known);
	ui_form_error(stage.ui, "that name is taken");
	stage_golden(&stage, "signup");
	ui_form(stage.ui, UI_FORM_CODE, NULL);
	ui_form_code(stage.ui, "a…e@example.org", 1000 + 599000, 1000 + 30000);
	stage_type(&stage, "1234");
	stage_golden(&stage, "code");
	stage_type(&stage, "\x1bOR");
	assert_string_equal(stage_heard(&stage), "");
	stage_wait(&stage, 30000);
	stage_type(&stage, "\x1bOR");
	assert_string_equal(stage_heard(&stage), "form 3 1 -|-|-|-|-|1234\n");
	/* No other code is sent where an app makes them, and none is offered. */
	ui_form_code(stage.ui, "", 1000 + 599000, UINT64_MAX);
	stage_type(&stage, "\x1bOR");
	assert_string_equal(stage_heard(&stage), "");
	stage_done(&stage);
}

static void a_profile_is_edited_in_place(void **state)
{
	struct stage stage;
	struct ui_values known = {.display = "Alice",
				  .status = "",
				  .about = "disks\nand tapes",
				  .findable = "yes",
				  .receipts = "yes",
				  .typing = "no",
				  .presence = "rooms"};
	stage_init(&stage, 14, 70);
	ui_form(stage.ui, UI_FORM_PROFILE, &known);
	stage_type(&stage, "\r");
	/* Nothing was changed, so nothing comes back. */
	assert_string_equal(stage_heard(&stage), "form 8 0 -|-|-|-|-|-\n");
	stage_type(&stage, " B.\x1b[A \x1b[A\x1b[A\x1b[A ");
	stage_golden(&stage, "profile");
	stage_type(&stage, "\r");
	assert_string_equal(stage_heard(&stage), "form 8 0 -|-|Alice B.|-|-|-\n");
	ui_form_error(stage.ui, "no");
	stage_type(&stage, "yes\x1b[C");
	assert_true(stage_shows(&stage, "▮yes"));
	stage_done(&stage);
}

static void a_form_is_drawn_in_any_width_with_the_cursor_anywhere(void **state)
{
	/* What joins two letters is nine columns where the text is cut behind it. */
	static const char name[] =
		"ی\u200cخو👨‍👩‍👧‍👦日本e\u0301 ی\u200cخ";
	struct stage stage;

	stage_init(&stage, 14, 70);
	for (int cols = 1; cols < 40; cols++) {
		struct ui_values known = {.display = name, .findable = "yes"};
		ui_form(stage.ui, UI_FORM_PROFILE, &known);
		stage_resize(&stage, 14, cols);
		for (int left = 0; left < 12; left++) {
			stage_type(&stage, "\x1b[D");
			ui_draw(stage.ui);
		}
	}
	stage_done(&stage);
}

static void a_page_lies_over_the_timeline_and_scrolls(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 60);
	ui_page(stage.ui, "Help",
		"one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten");
	stage_golden(&stage, "page");
	ui_scroll(stage.ui, UI_BOTTOM);
	assert_true(stage_shows(&stage, "ten"));
	assert_false(stage_shows(&stage, "one"));
	stage_type(&stage, "\x1b");
	stage_wait(&stage, 60);
	assert_false(stage_shows(&stage, "ten"));
	stage_done(&stage);
}

static void panes_come_as_overlays_where_it_is_narrow(void **state)
{
	struct stage stage;
	stage_init(&stage, 10, 50);
	talk(&stage);
	ui_toggle(stage.ui, UI_PANE_ROOMS);
	stage_golden(&stage, "overlay");
	ui_toggle(stage.ui, UI_PANE_MEMBERS);
	assert_true(stage_shows(&stage, "owner"));
	stage_done(&stage);
}

/* Half of it red, half of it blue, the last row but half there. */
static struct bitmap flag(unsigned cols, unsigned rows)
{
	struct bitmap bitmap;

	check_ok(bitmap_make(cols, rows, &bitmap));
	for (unsigned i = 0; i < cols * rows; i++) {
		bitmap.rgba[i * 4 + (i % cols < cols / 2 ? 0 : 2)] = 255;
		bitmap.rgba[i * 4 + 3] =
			i / cols + 1 < rows || i % cols < cols / 2 ? 255 : 0;
	}
	return bitmap;
}

static void a_picture_is_asked_for_and_stands_below_its_message(void **state)
{
	struct stage stage;
	stage_init(&stage, 24, 80);
	struct message *message =
		stage_say(&stage, stage.lobby, &stage.bob, "▤ flag.png · 1.0 KiB");
	message->picture = (struct id){.bytes = {0xf1}};
	stage_say(&stage, stage.lobby, &stage.bob, "nice, isn't it?");
	stage_heard(&stage);
	ui_draw(stage.ui);
	assert_non_null(strstr(stage_heard(&stage), "picture f1"));
	assert_false(stage_shows(&stage, "▀"));
	assert_null(strstr(stage_heard(&stage), "picture f1")); /* once */
	struct bitmap bitmap = flag(20, 9);
	pictures_came(&stage.model.pictures, &message->picture, ERR_OK, &bitmap);
	stage_golden(&stage, "picture");
	ui_images(stage.ui, UI_IMAGES_OFF);
	assert_false(stage_shows(&stage, "▀"));
	ui_images(stage.ui, UI_IMAGES_AUTO);
	pictures_came(&stage.model.pictures, &message->picture, ERR_TOO_BIG, &bitmap);
	assert_true(stage_shows(&stage, "picture cannot be shown: it is too large"));
	timeline_delete(&stage.lobby->timeline, &message->cid);
	assert_false(stage_shows(&stage, "picture cannot"));
	stage_done(&stage);
}

static size_t count(const char *text, const char *what)
{
	size_t found = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		found++;
	return found;
}

static void pictures_are_asked_for_one_at_a_time_however_many_are_seen(void **state)
{
	struct stage stage;
	size_t asked = 0;

	stage_init(&stage, 100, 80);
	for (unsigned i = 0; i < 90; i++)
		stage_say(&stage, stage.lobby, &stage.bob, "▤ flag.png")->picture =
			(struct id){.bytes = {0xf1, (uint8_t)i, 1}};
	stage_heard(&stage);
	for (int i = 0; i < 3; i++) {
		ui_touch(stage.ui);
		ui_draw(stage.ui);
		asked += count(stage_heard(&stage), "picture f1");
	}
	assert_int_equal(asked, 1);
	/* Each is damaged: two rows, and more of them in sight than are remembered … */
	for (unsigned i = 0; i < 300; i++) {
		struct bitmap none = BITMAP_INIT;
		struct id file = stage.model.pictures.rows[asked - 1].file;
		if (asked <= stage.model.pictures.count)
			pictures_came(&stage.model.pictures, &file, ERR_BAD, &none);
		ui_touch(stage.ui);
		ui_draw(stage.ui);
		asked += count(stage_heard(&stage), "picture f1");
	}
	/* … and then it rests. */
	assert_true(asked <= PICTURES_MOST);
	assert_true(asked >= 48);
	stage_done(&stage);
}

static void a_picture_on_a_page_is_as_large_as_fits(void **state)
{
	struct stage stage;
	stage_init(&stage, 14, 60);
	struct bitmap bitmap = flag(64, 40);
	ui_page_picture(stage.ui, "flag.png", "1.0 KiB", &bitmap);
	assert_null(bitmap.rgba);
	stage_golden(&stage, "picture_page");
	const struct cell *left = screen_cell(stage.screen, 4, 17);
	const struct cell *right = screen_cell(stage.screen, 4, 42);
	assert_string_equal(left->text, "▀");
	assert_int_equal(left->style.fg, COLOUR_PALETTE(196));
	assert_int_equal(left->style.bg, COLOUR_PALETTE(196));
	assert_int_equal(right->style.fg, COLOUR_PALETTE(21));
	stage_resize(&stage, 3, 20);
	stage_resize(&stage, 1, 1);
	stage_resize(&stage, 14, 60);
	assert_true(stage_shows(&stage, "▀"));
	stage_type(&stage, "\x1b");
	stage_wait(&stage, 60);
	assert_false(stage_shows(&stage, "▀"));
	stage_done(&stage);
}

static void a_terminal_that_draws_points_is_left_the_cells(void **state)
{
	struct stage stage;
	stage_init(&stage, 14, 60);
	struct bitmap bitmap = flag(64, 40);
	ui_images(stage.ui, UI_IMAGES_KITTY);
	ui_page_picture(stage.ui, "flag.png", "1.0 KiB", &bitmap);
	assert_false(stage_shows(&stage, "▀"));
	const char *raw = screen_text_raw(stage.screen);
	const char *begin = strstr(raw, "\x1b_Ga=T");
	assert_non_null(begin);
	assert_null(strstr(begin + 1, "\x1b_Ga=T")); /* once, whatever is drawn */
	ui_page(stage.ui, "another", "page");
	assert_true(stage_shows(&stage, "another"));
	assert_non_null(strstr(screen_text_raw(stage.screen), "\x1b_Ga=d"));
	stage_done(&stage);
}

CHECK_MAIN(TEST(a_wide_screen_has_three_panes), TEST(eighty_columns_fold_the_members),
	   TEST(forty_columns_fold_the_rooms), TEST(twenty_by_five_can_be_used),
	   TEST(one_by_one_is_survived), TEST(what_a_program_says_is_marked),
	   TEST(an_empty_client_says_what_to_do), TEST(hostile_text_stays_in_its_field),
	   TEST(in_a_narrow_window_only_names_stand_at_the_edge),
	   TEST(markup_is_drawn_and_takes_nothing_away),
	   TEST(several_lines_are_shown_in_the_input), TEST(tab_offers_commands),
	   TEST(forms_ask_for_what_is_needed), TEST(a_profile_is_edited_in_place),
	   TEST(a_form_is_drawn_in_any_width_with_the_cursor_anywhere),
	   TEST(a_page_lies_over_the_timeline_and_scrolls),
	   TEST(panes_come_as_overlays_where_it_is_narrow),
	   TEST(a_picture_is_asked_for_and_stands_below_its_message),
	   TEST(pictures_are_asked_for_one_at_a_time_however_many_are_seen),
	   TEST(a_picture_on_a_page_is_as_large_as_fits),
	   TEST(a_terminal_that_draws_points_is_left_the_cells))
