/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A person sees the room before typing into it; a pipe says "/create #den" and what is to be
 * said there in one breath. So a line has its turn when nothing that the ones before began
 * is under way. It is not this file that reads lines or knows what they mean.
 */
#include "client/piped.h"

#include <string.h>

#include "client/app_inside.h"
#include "client/auth/auth.h"
#include "client/cache/store_thread.h"
#include "client/cmd/cmd.h"
#include "client/net/rest.h"
#include "common/base/mem.h"
#include "common/os/lang.h"

/* A message that a line said and the server has not stored. */
struct mine {
	struct id cid;
	unsigned line;
};

struct piped {
	struct app *app;
	struct app_face face;
	struct app_timer timer;
	uint64_t timeout_ms;
	bool waiting, late; /* for what may come by itself; it did not in time */
	struct map said;    /* of struct mine */
	unsigned line;      /* number of the one that was taken last */
	enum err refused;   /* why the first was, and which that is */
	unsigned refused_line;
	bool going;  /* the last command goes to a room … */
	bool failed; /* … or whatever it does, and was refused */
	bool lost;   /* the room on the screen is not the one that was asked for */
};

/* ---- what a line is ---- */

static const struct cmd_row *command_of(const char *line)
{
	return line[0] == '/' && line[1] != '/'
		       ? cmd_find(line + 1, strcspn(line + 1, " \t\n"))
		       : NULL;
}

static bool is_end(const char *line)
{
	const struct cmd_row *row = line ? command_of(line) : NULL;

	return !line || (row && strcmp(row->name, "quit") == 0);
}

static bool goes(const struct cmd_row *row)
{
	static const char *const names[] = {"accept", "create", "goto", "join", "room"};

	for (size_t i = 0; row && i < ARRAY_LEN(names); i++)
		if (strcmp(row->name, names[i]) == 0)
			return true;
	return false;
}

/* ---- its turn ---- */

/* All of this ends by itself: whoever is asked answers or is given up. */
static bool is_busy(const struct app *app)
{
	return !app->loaded || store_waiting(app->store) > 0 ||
	       auth_step(app->auth) == AUTH_ASKING || link_is_asking(app->link) ||
	       rest_is_asking(app->rest);
}

/* Whether something may come that @line should see or wait for. */
static bool may_come(const struct piped *piped, const char *line)
{
	const struct app *app = piped->app;
	bool unsent = piped->said.count > 0 || app->transfers;
	bool text = line && line[0] != '/';

	if (link_state(app->link) == LINK_OFF)
		return false;
	if (is_end(line))
		return unsent;
	/* Once a room is open words have a place, whoever can be reached. */
	if (text && rooms_current(&app->model.rooms))
		return false;
	if (link_state(app->link) == LINK_ONLINE)
		return !link_caught_up(app->link) || (unsent && !text);
	return link_state(app->link) != LINK_WAITING;
}

static void on_late(struct app *app, void *ctx)
{
	((struct piped *)ctx)->late = true;
}

static void wait_anew(struct piped *piped)
{
	piped->waiting = true;
	app_timer_set(piped->app, &piped->timer,
		      clock_mono_ms(piped->app->clock) + piped->timeout_ms);
}

bool piped_may_take(struct app *app, const char *line)
{
	struct piped *piped = app->piped;

	if (!piped)
		return true;
	if (is_busy(app))
		return false;
	if (!piped->late && may_come(piped, line)) {
		if (!piped->waiting)
			wait_anew(piped);
		return false;
	}
	app_timer_clear(app, &piped->timer);
	piped->waiting = piped->late = false;
	return true;
}

bool piped_take(struct app *app, const char *line)
{
	struct piped *piped = app->piped;
	const struct cmd_row *row = command_of(line);

	if (!piped)
		return true;
	piped->lost = (piped->lost || (piped->going && piped->failed)) && !goes(row);
	piped->going = goes(row);
	piped->failed = false;
	piped->line++;
	if (!piped->lost || (row && row->where != CMD_ROOM))
		return true;
	app_notice(app, _("Not done: the room that was asked for before did not open."));
	piped_refused(app, ERR_NO_ROOM);
	return false;
}

/* ---- what became of it ---- */

static void refuse(struct piped *piped, unsigned line, enum err err)
{
	if (piped->refused != ERR_OK && piped->refused_line <= line)
		return;
	piped->refused = err;
	piped->refused_line = line;
}

void piped_refused(struct app *app, enum err err)
{
	struct piped *piped = app->piped;

	if (!piped || err == ERR_OK)
		return;
	piped->failed = true;
	refuse(piped, piped->line, err);
}

void piped_said(struct app *app, const struct id *cid)
{
	if (!app->piped)
		return;
	struct mine *mine = mem_new(struct mine);
	*mine = (struct mine){*cid, app->piped->line};
	mem_free(map_put(&app->piped->said, cid, mine));
}

static void on_sent(struct app *app, const struct id *cid, enum err err, uint64_t seq,
		    void *ctx)
{
	struct piped *piped = ctx;
	struct mine *mine = map_remove(&piped->said, cid);

	if (!mine)
		return;
	if (err != ERR_OK)
		refuse(piped, mine->line, err);
	if (piped->waiting)
		wait_anew(piped);
	mem_free(mine);
}

static void on_moved(struct app *app, const struct id *cid,
		     const struct transferred *what, void *ctx)
{
	struct piped *piped = ctx;

	if (piped->waiting)
		wait_anew(piped);
}

int piped_code(const struct app *app)
{
	const struct piped *piped = app->piped;

	if (!piped)
		return 0;
	if (piped->refused == ERR_OK && piped->said.count)
		return err_row(ERR_QUEUED)->exit_code;
	return err_row(piped->refused)->exit_code;
}

/* ---- life ---- */

void piped_new(struct app *app, uint64_t timeout_ms)
{
	struct piped *piped = mem_new(struct piped);

	piped->app = app;
	piped->timeout_ms = timeout_ms;
	piped->face = (struct app_face){.sent = on_sent, .moved = on_moved, .ctx = piped};
	piped->timer = (struct app_timer){.due = on_late, .ctx = piped};
	map_init(&piped->said, app->pending.seed);
	app_face_add(app, &piped->face);
	app->piped = piped;
}

void piped_free(struct app *app)
{
	struct piped *piped = app->piped;
	struct mine *mine;

	if (!piped)
		return;
	app->piped = NULL;
	app_timer_clear(app, &piped->timer);
	app_face_remove(app, &piped->face);
	for (size_t at = 0; (mine = map_next(&piped->said, &at));)
		mem_free(mine);
	map_done(&piped->said);
	mem_free(piped);
}
