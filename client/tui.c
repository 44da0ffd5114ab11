/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hooks of the ui become deeds of the app, what the app tells becomes calls of the ui. The
 * forms of log-in and sign-up follow the steps of auth; which one is shown is decided here
 * and nowhere else.
 */
#include "client/tui.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/app_inside.h"
#include "client/auth/auth.h"
#include "client/auth/key_login.h"
#include "client/cache/store_thread.h"
#include "client/cmd/cmd.h"
#include "client/lock.h"
#include "client/loop.h"
#include "client/net/denial.h"
#include "client/piped.h"
#include "client/preview.h"
#include "client/rescue.h"
#include "client/ui/ui.h"
#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/os/lang.h"

#define ROOM_SETTING "tui.room" /* that was on the screen last */
#define AGAIN_MS     30000      /* before another code may be asked for */

struct tui {
	struct app *app;
	struct app_face face;
	enum ui_form form;
	bool renewing;    /* a new password was given, with its code */
	struct str where; /* the address that the code went to, or the account */
	uint64_t again;   /* when another code may be asked for */
	bool opened;      /* a room has been on the screen */
	struct key_login *key_login;
	const struct agent_keys *keys; /* of the agent; NULL: not known */
	size_t key;                    /* the one that is offered */
	bool by_key;                   /* the last attempt was by it */
	bool locked;
	enum ui_form after;    /* what is shown when the screen is unlocked */
	unsigned wrong;        /* tries since it was locked */
	uint64_t wait_ms;      /* before the next one, monotonic */
	uint64_t lock_after;   /* idle time, 0: never */
	struct app_timer idle; /* looks whether that has passed */
};

/* ---- hooks: the person does something ---- */

static enum ui_taken hook_line(void *ctx, const struct ui_line *line)
{
	return cmd_line(((struct tui *)ctx)->app, line);
}

static bool hook_may_take(void *ctx, const char *line)
{
	return piped_may_take(((struct tui *)ctx)->app, line);
}

static void hook_command(void *ctx, const char *command)
{
	cmd_run(((struct tui *)ctx)->app, command);
}

static void hook_typing(void *ctx, const struct id *room, bool on)
{
	link_typing(((struct tui *)ctx)->app->link, room, on);
}

static void hook_history(void *ctx, const struct id *room, enum ui_history way,
			 uint64_t seq)
{
	app_history(((struct tui *)ctx)->app, room, way, seq);
}

static void hook_seen(void *ctx, const struct id *room, uint64_t seq)
{
	app_seen(((struct tui *)ctx)->app, room, seq);
}

static void hook_draft(void *ctx, const struct id *room)
{
	app_keep_draft(((struct tui *)ctx)->app, room);
}

static void hook_picture(void *ctx, const struct id *file)
{
	preview_small(((struct tui *)ctx)->app, file);
}

static void hook_complete(void *ctx, const char *line, size_t word, size_t point,
			  struct ui_words *words)
{
	cmd_complete(((struct tui *)ctx)->app, line, word, point, words);
}

static void hook_suspend(void *ctx)
{
	loop_suspend(((struct tui *)ctx)->app);
}

static void hook_quit(void *ctx)
{
	struct tui *tui = ctx;

	if (tui->form != UI_FORM_NONE)
		piped_refused(tui->app, ERR_UNAUTHORIZED);
	app_quit(tui->app, piped_code(tui->app));
}

static void hook_room(void *ctx, const struct id *room)
{
	app_open_room(((struct tui *)ctx)->app, room);
}

/* ---- forms ---- */

static void offer_key(struct tui *tui)
{
	AUTO(str_done) struct str text = STR_INIT;
	const struct agent_keys *keys = tui->keys;

	if (!keys || keys->count == 0)
		return;
	const struct agent_key *key = &keys->rows[tui->key % keys->count];
	str_add_len(&text, (const char *)key->comment.ptr, key->comment.len);
	if (!text.len)
		str_add(&text, sshkey_type(&key->key));
	if (keys->count > 1)
		str_addf(&text, " (%zu/%zu)", tui->key % keys->count + 1, keys->count);
	ui_form_offer(tui->app->ui, text.ptr);
}

static void on_keys(struct app *app, enum err err, const struct agent_keys *keys,
		    void *ctx)
{
	struct tui *tui = ctx;

	tui->keys = err == ERR_OK ? keys : NULL;
	offer_key(tui);
}

static void log_in_by_key(struct tui *tui, const struct ui_values *values)
{
	const struct agent_keys *keys = tui->keys;

	if (!keys || keys->count == 0)
		return;
	const struct agent_key *key = &keys->rows[tui->key % keys->count];
	tui->by_key = true;
	key_login_try(tui->key_login, values->account ? values->account : "",
		      key->key.blob);
	if (key->key.sk)
		ui_form_error(tui->app->ui, _("Touch the token."));
	ui_form_busy(tui->app->ui, true);
}

/* Another key may be the one; the account may be another, too. */
static const char *key_refused(struct tui *tui)
{
	tui->key++;
	offer_key(tui);
	return _("That key opens no account here, or not the one named.");
}

static void show_form(struct tui *tui, enum ui_form form)
{
	struct ui_values known = {.server = tui->app->model.server.ptr};

	/* Whatever is to be shown waits until the screen is unlocked. */
	if (tui->locked && form != UI_FORM_LOCK) {
		tui->after = form;
		return;
	}
	tui->form = form;
	bool code = form == UI_FORM_CODE || form == UI_FORM_RENEW;
	ui_form(tui->app->ui, form, code ? NULL : &known);
	if (form == UI_FORM_LOGIN && tui->keys)
		offer_key(tui);
	else if (form == UI_FORM_LOGIN)
		key_login_look(tui->key_login, on_keys, tui);
	if (form == UI_FORM_CODE && auth_by_app(tui->app->auth))
		ui_form_title(
			tui->app->ui,
			_("Enter the code of your authenticator, or a recovery code"));
	if (code) {
		ui_form_code(tui->app->ui,
			     auth_by_app(tui->app->auth) ? "" : tui->where.ptr,
			     auth_code_until(tui->app->auth),
			     auth_by_app(tui->app->auth) ? UINT64_MAX : tui->again);
		ui_form_tries(tui->app->ui, auth_tries(tui->app->auth));
	}
}

/* ---- the lock ---- */

#define WRONG_MOST 6 /* the wait doubles so often: 64 s */

static void lock_screen(struct app *app, void *ctx)
{
	struct tui *tui = ctx;

	if (tui->locked)
		return;
	app_confirmed(app, NULL);
	app_edited(app, NULL);
	tui->after = tui->form;
	tui->locked = true;
	tui->wrong = 0;
	tui->wait_ms = 0;
	show_form(tui, UI_FORM_LOCK);
	ui_form_title(app->ui, _("The screen is locked. Messages still come in."));
}

static void lock_tried(struct app *app, enum err err, void *ctx)
{
	struct tui *tui = ctx;

	if (err == ERR_OK) {
		tui->locked = false;
		show_form(tui, tui->after);
		return;
	}
	unsigned doublings = tui->wrong < WRONG_MOST ? tui->wrong : WRONG_MOST;
	tui->wrong++;
	tui->wait_ms = clock_mono_ms(app->clock) + (1000u << doublings);
	ui_form(app->ui, UI_FORM_LOCK, NULL);
	ui_form_title(app->ui, _("The screen is locked. Messages still come in."));
	ui_form_error(app->ui, err == ERR_WRONG_KEY || err == ERR_FORBIDDEN
				       ? _("That is not right.")
				       : _(err_text(err)));
}

static void try_unlock(struct tui *tui, const char *secret)
{
	uint64_t now = clock_mono_ms(tui->app->clock);
	AUTO(str_done) struct str text = STR_INIT;

	if (now < tui->wait_ms) {
		str_addf(&text, _("Wait %u s before the next try."),
			 (unsigned)((tui->wait_ms - now + 999) / 1000));
		ui_form_error(tui->app->ui, text.ptr);
		return;
	}
	ui_form_busy(tui->app->ui, true);
	lock_try(tui->app, secret, lock_tried, tui);
}

static void on_idle(struct app *app, void *ctx)
{
	struct tui *tui = ctx;
	uint64_t now = clock_mono_ms(app->clock), typed = ui_typed_ms(app->ui);
	bool can = app->unlock && !app->lock_job && unlock_can_ask(app->unlock);

	if (now >= typed + tui->lock_after && can)
		lock_screen(app, tui);
	typed = now >= typed + tui->lock_after ? now : typed;
	app_timer_set(app, &tui->idle, typed + tui->lock_after);
}

static void submit(struct tui *tui, enum ui_form form, const struct ui_values *values)
{
	struct auth *auth = tui->app->auth;
	bool code = form == UI_FORM_CODE;

	tui->by_key = false;
	if (form == UI_FORM_CONFIRM || form == UI_FORM_ASK) {
		/* Closing the form wipes what it holds; the answer may open another. */
		AUTO(buf_wipe) struct buf answer = BUF_INIT;
		const char *text = form == UI_FORM_ASK ? values->code : values->password;
		buf_add(&answer, text, strlen(text) + 1);
		show_form(tui, UI_FORM_NONE);
		app_confirmed(tui->app, (const char *)answer.ptr);
		return;
	}
	if (form == UI_FORM_PROFILE) {
		ui_form_busy(tui->app->ui, true);
		app_edited(tui->app, values);
		return;
	}
	if (form == UI_FORM_LOCK) {
		try_unlock(tui, values->password);
		return;
	}
	if (!code && values->server && *values->server &&
	    !str_equal(&tui->app->model.server, values->server)) {
		ui_form_error(tui->app->ui, _("for another server start the program with "
					      "--server and --profile"));
		return;
	}
	if (form == UI_FORM_LOGIN) {
		str_set(&tui->where, values->account);
		auth_login(auth, values->account, values->password);
	} else if (form == UI_FORM_SIGNUP) {
		str_set(&tui->where, values->email);
		auth_signup(auth, values->account, values->email,
			    values->display ? values->display : "", values->password);
	} else if (form == UI_FORM_FORGOTTEN) {
		str_set(&tui->where, values->email);
		auth_forgotten(auth, values->email);
	} else if (form == UI_FORM_RENEW) {
		tui->renewing = true;
		auth_new_password(auth, values->code, values->password);
	} else {
		auth_code(auth, values->code);
	}
	ui_form_busy(tui->app->ui, true);
}

static void go_back(struct tui *tui, enum ui_form form)
{
	if (form == UI_FORM_LOCK) {
		app_quit(tui->app, 0);
	} else if (form == UI_FORM_CONFIRM || form == UI_FORM_ASK) {
		show_form(tui, UI_FORM_NONE);
		app_confirmed(tui->app, NULL);
	} else if (form == UI_FORM_PROFILE) {
		show_form(tui, UI_FORM_NONE);
		app_edited(tui->app, NULL);
	} else if (form == UI_FORM_FORGOTTEN)
		show_form(tui, UI_FORM_LOGIN);
	else if (form == UI_FORM_CODE || form == UI_FORM_RENEW)
		auth_cancel(tui->app->auth);
	else if (id_is_zero(app_user(tui->app)))
		app_quit(tui->app, 0);
	else
		show_form(tui, UI_FORM_NONE);
}

static void hook_form(void *ctx, enum ui_form form, enum ui_form_act act,
		      const struct ui_values *values)
{
	struct tui *tui = ctx;

	switch (act) {
	case UI_FORM_SUBMIT: submit(tui, form, values); break;
	case UI_FORM_AGAIN:
		if (form == UI_FORM_LOGIN) {
			show_form(tui, UI_FORM_FORGOTTEN);
			break;
		}
		auth_again(tui->app->auth);
		ui_form_busy(tui->app->ui, true);
		break;
	case UI_FORM_OTHER:
		show_form(tui, form == UI_FORM_LOGIN ? UI_FORM_SIGNUP : UI_FORM_LOGIN);
		break;
	case UI_FORM_KEY: log_in_by_key(tui, values); break;
	case UI_FORM_BACK: go_back(tui, form); break;
	}
}

/* What the server said, about which field. */
static void show_refusal(struct tui *tui, enum err err)
{
	AUTO(str_done) struct str text = STR_INIT;
	bool entering = tui->form == UI_FORM_LOGIN || tui->form == UI_FORM_SIGNUP ||
			tui->form == UI_FORM_RENEW;

	if (err != ERR_OK)
		denial_say(auth_denial(tui->app->auth), &text);
	if (entering && (err == ERR_BAD_LOGIN || err == ERR_WEAK_PASSWORD))
		ui_form_refused(tui->app->ui, text.ptr);
	else
		ui_form_error(tui->app->ui, err == ERR_OK ? NULL : text.ptr);
}

static void on_auth(struct app *app, enum auth_step step, enum err err, void *ctx)
{
	struct tui *tui = ctx;
	bool form = tui->form == UI_FORM_LOGIN || tui->form == UI_FORM_SIGNUP ||
		    tui->form == UI_FORM_FORGOTTEN;

	if (step == AUTH_IN)
		show_form(tui, UI_FORM_NONE);
	if (step == AUTH_CODE && err == ERR_OK)
		tui->again = clock_mono_ms(app->clock) + AGAIN_MS;
	if (auth_again_from(app->auth) > tui->again)
		tui->again = auth_again_from(app->auth);
	/* anew also after a wrong one, which is not worth editing; a password that is too
	 * weak says nothing about the code beside it */
	if (step == AUTH_CODE && err != ERR_WEAK_PASSWORD)
		show_form(tui, auth_resets(app->auth) ? UI_FORM_RENEW : UI_FORM_CODE);
	else if (step == AUTH_OUT && !form)
		show_form(tui, UI_FORM_LOGIN);
	if (step == AUTH_IN)
		return;
	ui_form_busy(app->ui, false);
	bool renewed = tui->renewing && step == AUTH_OUT && err == ERR_OK;
	tui->renewing = tui->renewing && step == AUTH_ASKING;
	if (renewed)
		ui_form_error(app->ui, _("The password is changed: log in with it."));
	else if (err == ERR_BAD_LOGIN && tui->by_key)
		ui_form_error(app->ui, key_refused(tui));
	else
		show_refusal(tui, err);
}

/* ---- the room of last time ---- */

struct last_room {
	struct store_job job; /* first */
	struct tui *tui;
	struct str text;
	bool put;
};

static enum err last_room_run(struct store_job *job, struct cache *cache)
{
	struct last_room *last = CONTAINER_OF(job, struct last_room, job);

	if (last->put)
		return cache_setting_put(cache, ROOM_SETTING, last->text.ptr);
	enum err err = cache_setting_get(cache, ROOM_SETTING, &last->text);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* Else the first one in the list where people talk: what is unread comes first there. */
static void open_first(struct tui *tui, const char *text)
{
	struct rooms *rooms = &tui->app->model.rooms;
	struct room *room = rooms->count ? rooms->rows[0] : NULL;
	struct id id;

	for (size_t i = 0; room && room->kind == ROOM_BROADCAST && i < rooms->count; i++)
		room = rooms->rows[i];

	if (rooms_current(rooms) || !room)
		return;
	if (id_parse(text, strlen(text), &id) == ERR_OK && rooms_find(rooms, &id))
		room = rooms_find(rooms, &id);
	app_open_room(tui->app, &room->id);
}

static void last_room_done(struct store_job *job, enum err err)
{
	struct last_room *last = CONTAINER_OF(job, struct last_room, job);

	if (!last->put && !last->tui->app->quitting)
		open_first(last->tui, last->text.ptr);
	str_done(&last->text);
	mem_free(last);
}

static void last_room(struct tui *tui, const struct id *put)
{
	struct last_room *last = mem_new(struct last_room);

	*last = (struct last_room){.job = {.run = last_room_run, .done = last_room_done},
				   .tui = tui,
				   .text = STR_INIT,
				   .put = put != NULL};
	if (put)
		str_set(&last->text, id_text(put).text);
	store_submit(tui->app->store, &last->job);
}

/* ---- the app tells ---- */

static void on_rooms(struct app *app, bool fresh, void *ctx)
{
	if (!rooms_current(&app->model.rooms))
		last_room(ctx, NULL);
}

static void on_opened(struct app *app, struct room *room, void *ctx)
{
	ui_enter(app->ui, room);
	last_room(ctx, &room->id);
}

static void on_touched(struct app *app, void *ctx)
{
	ui_touch(app->ui);
}

static void on_alert(struct app *app, const char *title, const char *text, void *ctx)
{
	ui_alert(app->ui, title, text);
}

static void on_notice(struct app *app, const char *text, void *ctx)
{
	ui_notice(app->ui, text);
}

/* ---- life ---- */

static int colours_of(const struct opts *opts)
{
	static const int counts[] = {-1, 0, 16, 256, 1 << 24};

	if (!opts_given(opts, OPTION_COLOURS) && getenv("NO_COLOR"))
		return 0;
	return counts[opts_word(opts, OPTION_COLOURS)];
}

static void watch_idle(struct tui *tui, const struct opts *opts)
{
	struct app *app = tui->app;

	tui->lock_after = (uint64_t)opts_number(opts, OPTION_LOCK_AFTER);
	tui->idle = (struct app_timer){.due = on_idle, .ctx = tui};
	if (tui->lock_after)
		app_timer_set(app, &tui->idle,
			      clock_mono_ms(app->clock) + tui->lock_after);
}

static enum ui_images images_of(const struct opts *opts)
{
	return preview_is_there() ? (enum ui_images)opts_word(opts, OPTION_IMAGES)
				  : UI_IMAGES_OFF;
}

enum err tui_new(struct app *app, const struct profile *profile, struct tui **ret_tui)
{
	static const struct ui_hooks hooks = {
		.on_line = hook_line,
		.on_command = hook_command,
		.on_typing = hook_typing,
		.on_history = hook_history,
		.on_seen = hook_seen,
		.on_draft = hook_draft,
		.on_room = hook_room,
		.on_form = hook_form,
		.on_picture = hook_picture,
		.complete = hook_complete,
		.on_suspend = hook_suspend,
		.may_take = hook_may_take,
		.on_quit = hook_quit,
	};
	const struct opts *opts = &profile->opts;
	const struct ui_options options = {
		.in_fd = STDIN_FILENO,
		.out_fd = STDOUT_FILENO,
		.term = getenv("TERM"),
		.theme = opts_text(opts, OPTION_THEME),
		.colours = colours_of(opts),
		.linear = opts_bool(opts, OPTION_LINEAR),
		.no_mouse = !opts_bool(opts, OPTION_MOUSE),
		.no_markdown = !opts_bool(opts, OPTION_MARKDOWN),
		.notify = (enum ui_notify)opts_word(opts, OPTION_NOTIFY),
		.images = images_of(opts),
		.clock = app->clock,
	};
	struct tui *tui = mem_new(struct tui);

	tui->app = app;
	tui->where = STR_INIT;
	tui->key_login = key_login_new(app);
	tui->face = (struct app_face){.rooms = on_rooms,
				      .touched = on_touched,
				      .opened = on_opened,
				      .alert = on_alert,
				      .lock = lock_screen,
				      .notice = on_notice,
				      .ctx = tui};
	enum err err = ui_new(&app->ui, &options, &app->model, &hooks, tui);
	if (err != ERR_OK) {
		key_login_free(&tui->key_login);
		mem_free(tui);
		return err;
	}
	if (ui_is_linear(app->ui) && !isatty(STDIN_FILENO))
		piped_new(app, (uint64_t)opts_number(opts, OPTION_TIMEOUT));
	rescue_arm(app->ui);
	cmd_bind(app->ui);
	app_face_add(app, &tui->face);
	auth_listen(app->auth, on_auth, tui);
	watch_idle(tui, opts);
	ui_draw(app->ui);
	*ret_tui = tui;
	return ERR_OK;
}

void tui_free(struct tui **tui)
{
	if (!*tui)
		return;
	/* What stands in the line at this moment, too. */
	if (rooms_current(&(*tui)->app->model.rooms))
		app_keep_draft((*tui)->app, &(*tui)->app->model.rooms.current);
	piped_free((*tui)->app);
	app_timer_clear((*tui)->app, &(*tui)->idle);
	lock_end((*tui)->app);
	app_confirmed((*tui)->app, NULL);
	app_face_remove((*tui)->app, &(*tui)->face);
	auth_listen((*tui)->app->auth, NULL, NULL);
	key_login_free(&(*tui)->key_login);
	ui_free(&(*tui)->app->ui);
	rescue_disarm();
	str_done(&(*tui)->where);
	mem_free(*tui);
	*tui = NULL;
}
