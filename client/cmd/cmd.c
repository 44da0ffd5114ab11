/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a line means. The one rule that must never break: what looks like a command is
 * never said into a room. A slash, also behind blanks, begins a command; "//" says a
 * slash; an unknown command stays in the input with a word about it.
 */
#include "client/cmd/cmd.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/cmd/cmd_private.h"
#include "client/net/denial.h"
#include "client/piped.h"
#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/os/lang.h"
#include "common/proto/json_out.h"

static const struct cmd_row rows[] = {
#define CMD(name, args, where, help) {#name, args, CMD_##where, help, cmd_##name},
#include "client/cmd/cmd.def"
#undef CMD
};

static const struct cmd_key keys[] = {
#define KEY(keys, command, name, help) {keys, command, name, help},
#include "client/cmd/key.def"
#undef KEY
};

const struct cmd_row *cmd_rows(size_t *ret_count)
{
	*ret_count = ARRAY_LEN(rows);
	return rows;
}

const struct cmd_key *cmd_key_rows(size_t *ret_count)
{
	*ret_count = ARRAY_LEN(keys);
	return keys;
}

struct name {
	const char *text;
	size_t len;
};

static int compare(const void *key, const void *row)
{
	const struct name *name = key;
	const char *other = ((const struct cmd_row *)row)->name;
	int by = strncmp(name->text, other, name->len);

	return by ? by : -(other[name->len] != '\0');
}

const struct cmd_row *cmd_find(const char *name, size_t len)
{
	struct name key = {name, len};

	return bsearch(&key, rows, ARRAY_LEN(rows), sizeof(rows[0]), compare);
}

size_t cmd_word(const char *args, const char **ret_rest)
{
	size_t len = strcspn(args, " \t\n");

	*ret_rest = args + len + strspn(args + len, " \t\n");
	return len;
}

struct room *cmd_room_now(struct app *app)
{
	return rooms_current(&app->model.rooms);
}

void cmd_show(struct app *app, const char *title, const struct str *text)
{
	if (app->ui)
		ui_page(app->ui, title, text->ptr);
}

void cmd_add_time(struct str *out, uint64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm local;
	char text[32] = "";

	if (localtime_r(&seconds, &local))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &local);
	str_add(out, text);
}

enum ui_taken cmd_fail(struct app *app, enum err err)
{
	app_notice(app, _(err_text(err)));
	piped_refused(app, err);
	return UI_LINE_KEEP;
}

/* @text says what is missing; unless nobody has heard yet who is signed in. */
static enum ui_taken fail_without(struct app *app, enum err err, const char *text)
{
	bool nobody = id_is_zero(app_user(app));

	if (nobody && app->model.link != MODEL_OFFLINE)
		return cmd_fail(app, ERR_UNREACHABLE);
	app_notice(app, text);
	piped_refused(app, nobody ? ERR_UNAUTHORIZED : err);
	return UI_LINE_KEEP;
}

enum ui_taken cmd_roomless(struct app *app, const char *text)
{
	return fail_without(app, ERR_NO_ROOM, text);
}

enum ui_taken cmd_usage(struct app *app, const char *name)
{
	const struct cmd_row *row = cmd_find(name, strlen(name));
	AUTO(str_done) struct str text = STR_INIT;

	str_addf(&text, _("Use: /%s %s (%s)"), row->name, row->args, _(row->help));
	app_notice(app, text.ptr);
	return UI_LINE_KEEP;
}

bool cmd_is(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

void cmd_why(enum err err, struct bytes body, struct str *out)
{
	denial_words(err, body, out);
}

/* A question of a line, so that a refusal is known to be one of that. */
struct asking {
	struct app *app;
	link_result_fn *done;
	void *ctx;
};

static void was_asked(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct asking asking = *(struct asking *)ctx;

	mem_free(ctx);
	piped_refused(asking.app, err);
	asking.done(err, status, body, asking.ctx);
}

void cmd_ask(struct app *app, const char *op, const struct body_def *def,
	     const void *body, link_result_fn *done, void *ctx)
{
	struct asking *asking = mem_new(struct asking);
	AUTO(buf_wipe) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);

	*asking = (struct asking){app, done, ctx};
	body_encode(def, &out, body);
	app_call(app, op, buf_view(&args), was_asked, asking);
}

static void answered(enum err err, unsigned status, struct bytes body, void *ctx)
{
	AUTO(str_done) struct str why = STR_INIT;

	if (err == ERR_OK)
		return;
	cmd_why(err, body, &why);
	app_notice(ctx, why.ptr);
}

void cmd_call(struct app *app, const char *op, const struct body_def *def,
	      const void *body)
{
	cmd_ask(app, op, def, body, answered, app);
}

static enum ui_taken unknown(struct app *app, const char *name, size_t len)
{
	AUTO(str_done) struct str text = STR_INIT;

	str_addf(&text, _("There is no command /%.*s: /help lists them, //%.*s says it."),
		 len > 32 ? 32 : (int)len, name, len > 32 ? 32 : (int)len, name);
	app_notice(app, text.ptr);
	return UI_LINE_KEEP;
}

static enum ui_taken run(struct app *app, const struct ui_line *line, const char *text)
{
	const char *args;
	size_t len = cmd_word(text, &args);
	const struct cmd_row *row = cmd_find(text, len);

	if (!row)
		return unknown(app, text, len);
	if (row->where == CMD_ROOM && !cmd_room_now(app))
		return cmd_roomless(app, _("That needs a room: /join one first."));
	if (row->where != CMD_ANYWHERE && id_is_zero(app_user(app)))
		return fail_without(app, ERR_UNAUTHORIZED,
				    _("That needs an account: log in (/login) or sign up "
				      "(/signup) first."));
	return row->run(app, line, args);
}

static enum ui_taken take(struct app *app, const struct ui_line *line)
{
	size_t blanks = strspn(line->text, " \t");
	const char *text = line->text + blanks;

	if (text[0] == '/' && text[1] != '/') {
		if (blanks == 0)
			return run(app, line, text + 1);
		app_notice(app, _("A command begins without blanks; //… says a slash."));
		return UI_LINE_KEEP;
	}
	if (text[0] == '/')
		text++; /* "//x" says "/x" */
	else
		text = line->text;
	return cmd_post(app, line, line->kind, line->target, NULL, text,
			line->len - (size_t)(text - line->text));
}

enum ui_taken cmd_line(struct app *app, const struct ui_line *line)
{
	bool may = piped_take(app, line->text);
	enum ui_taken taken = may ? take(app, line) : UI_LINE_KEEP;

	if (taken == UI_LINE_KEEP)
		piped_refused(app, ERR_USAGE);
	return taken;
}

void cmd_run(struct app *app, const char *command)
{
	struct room *room = cmd_room_now(app);
	const struct ui_line line = {
		.room = room ? &room->id : NULL,
		.text = command,
		.len = strlen(command),
	};

	run(app, &line, command + 1);
}

void cmd_bind(struct ui *ui)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		ui_bind(ui, keys[i].keys, keys[i].command);
}
