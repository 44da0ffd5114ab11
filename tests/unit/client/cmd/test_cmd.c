/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of lines and the tables; what commands do with a server is told in worlds. */
#include <stdlib.h>

#include "client/cmd/cmd_private.h"
#include "client/ui/ui.h"

#include "tests/lib/check.h"

struct scene {
	struct app app;
	struct app_face face;
	struct str notice;
};

static void on_notice(struct app *app, const char *text, void *ctx)
{
	str_set(&((struct scene *)ctx)->notice, text);
}

static void scene_init(struct scene *scene)
{
	*scene = (struct scene){.notice = STR_INIT};
	model_init(&scene->app.model, 3);
	scene->face = (struct app_face){.notice = on_notice, .ctx = scene};
	app_face_add(&scene->app, &scene->face);
}

static void scene_done(struct scene *scene)
{
	model_done(&scene->app.model);
	str_done(&scene->notice);
}

static enum ui_taken enter(struct scene *scene, const char *text)
{
	const struct ui_line line = {.text = text, .len = strlen(text)};

	str_clear(&scene->notice);
	return cmd_line(&scene->app, &line);
}

static void what_looks_like_a_command_is_never_said(void **state)
{
	static const char *const lines[] = {"/frobnicate my secret",
					    " /quit",
					    "\t/msg bob x",
					    "/",
					    "/QUIT",
					    "/quit2",
					    "/ quit"};
	AUTO(scene_done) struct scene scene;

	scene_init(&scene);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		assert_int_equal(enter(&scene, lines[i]), UI_LINE_KEEP);
		assert_true(scene.notice.len > 0);
		assert_null(strstr(scene.notice.ptr, "secret"));
		assert_false(scene.app.quitting);
	}
	assert_int_equal(enter(&scene, "/quit"), UI_LINE_DONE);
	assert_true(scene.app.quitting);
}

static void what_needs_a_room_or_a_session_says_so(void **state)
{
	AUTO(scene_done) struct scene scene;

	scene_init(&scene);
	assert_int_equal(enter(&scene, "/topic x"), UI_LINE_KEEP);
	assert_non_null(strstr(scene.notice.ptr, "room"));
	assert_int_equal(enter(&scene, "/join #x"), UI_LINE_KEEP);
	assert_non_null(strstr(scene.notice.ptr, "log in"));
	assert_int_equal(enter(&scene, "hello"), UI_LINE_KEEP);
	assert_non_null(strstr(scene.notice.ptr, "no room"));
	assert_int_equal(enter(&scene, "//hello"), UI_LINE_KEEP);
	assert_non_null(strstr(scene.notice.ptr, "no room"));
	assert_int_equal(enter(&scene, "/room"), UI_LINE_KEEP);
	assert_non_null(strstr(scene.notice.ptr, "Use: /room NAME"));
}

static void rows_are_sorted_documented_and_found(void **state)
{
	size_t count;
	const struct cmd_row *rows = cmd_rows(&count);

	for (size_t i = 0; i < count; i++) {
		assert_true(i == 0 || strcmp(rows[i - 1].name, rows[i].name) < 0);
		assert_true(strlen(rows[i].help) > 0);
		assert_ptr_equal(cmd_find(rows[i].name, strlen(rows[i].name)), &rows[i]);
	}
	assert_null(cmd_find("", 0));
	assert_null(cmd_find("q", 1));
	assert_null(cmd_find("quitx", 5));
}

static void every_key_stands_for_a_command_there_is(void **state)
{
	size_t count;
	const struct cmd_key *keys = cmd_key_rows(&count);

	for (size_t i = 0; i < count; i++) {
		const char *rest;
		const char *name = keys[i].command + 1;
		assert_int_equal(keys[i].command[0], '/');
		assert_non_null(cmd_find(name, cmd_word(name, &rest)));
		assert_true(*keys[i].help && *keys[i].name);
	}
}

CHECK_MAIN(TEST(what_looks_like_a_command_is_never_said),
	   TEST(what_needs_a_room_or_a_session_says_so),
	   TEST(rows_are_sorted_documented_and_found),
	   TEST(every_key_stands_for_a_command_there_is))
