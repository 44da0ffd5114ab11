/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts are joined here. A turn takes what has come (notes of the network, answers of
 * the store, time), lets the handlers note changes, and hands those to the store once at
 * its end. Nothing in a turn blocks.
 */
#include "client/app.h"

#include <string.h>

#include "client/app_inside.h"
#include "client/auth/auth.h"
#include "client/cache/store_thread.h"
#include "client/change.h"
#include "client/fresh.h"
#include "client/model/unread.h"
#include "client/net/rest.h"
#include "client/on/on.h"
#include "client/preview.h"
#include "client/transfer.h"
#include "client/upload.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/os/lang.h"

static uint64_t random_seed(const struct random *random)
{
	uint64_t seed;

	random_fill(random, &seed, sizeof(seed));
	return seed;
}

void app_init(struct app *app, const struct clock *clock, const struct random *random,
	      mailbox_wake_fn *wake, void *ctx)
{
	*app = (struct app){.clock = clock,
			    .random = random,
			    .address = ADDRESS_INIT,
			    .lost_news = true};
	transport_inbox_init(&app->inbox, wake, ctx);
	model_init(&app->model, random_seed(random));
	map_init(&app->pending, random_seed(random));
	map_init(&app->digest, random_seed(random));
	app->auth = auth_new(app);
}

void app_done(struct app *app)
{
	/* The store's last answers still find everything in its place. */
	app->quitting = true;
	if (app->online && app->store)
		fresh_keep(app);
	if (app->link)
		link_stop(app->link);
	if (app->store) {
		changes_flush(app);
		store_stop(&app->store);
	}
	upload_done(app);
	transfers_done(app);
	previews_done(app);
	link_free(&app->link);
	rest_free(&app->rest);
	auth_free(&app->auth);
	transport_free(&app->transport);
	changes_free(&app->changes);
	app_pending_done(app);
	map_done(&app->digest);
	transport_inbox_done(&app->inbox);
	model_done(&app->model);
	address_done(&app->address);
}

void app_forget_digest(struct app *app)
{
	uint64_t seed = app->digest.seed;

	map_done(&app->digest);
	map_init(&app->digest, seed);
}

const struct id *app_user(const struct app *app)
{
	return &app->model.self;
}

void app_quit(struct app *app, int exit_code)
{
	app->quitting = true;
	app->exit_code = exit_code;
}

void app_notice(struct app *app, const char *text)
{
	app_tell_notice(app, text);
}

void app_store_failed(struct app *app, enum err err)
{
	if (app->quitting)
		return;
	log_error("store: cannot be written, err=%s", err_word(err));
	app->failed = err;
	app_quit(app, err_row(err)->exit_code);
}

/* ---- what the link says ---- */

static void show_state(struct app *app)
{
	struct model *model = &app->model;

	switch (link_state(app->link)) {
	case LINK_OFF: model->link = MODEL_OFFLINE; break;
	case LINK_WAITING: model->link = MODEL_WAITING; break;
	case LINK_ONLINE: model->link = MODEL_ONLINE; break;
	default: model->link = MODEL_CONNECTING; break;
	}
	model->retry_ms = link_retry_ms(app->link);
	app_touch(app);
}

/* Nobody types or is online as far as one can know from here. */
static void forget_presence(struct app *app)
{
	struct person *person;

	for (size_t at = 0; (person = map_next(&app->model.people.by_id, &at));)
		person->presence = 0;
	for (size_t i = 0; i < app->model.rooms.count; i++)
		roster_expire(&app->model.rooms.rows[i]->roster, UINT64_MAX);
}

static void on_state(enum link_state state, void *ctx)
{
	struct app *app = ctx;

	show_state(app);
	if (state == LINK_WAITING || state == LINK_OFF)
		forget_presence(app);
	if ((state == LINK_ONLINE) != app->online)
		fresh_keep(app);
	app->online = state == LINK_ONLINE;
	if (state == LINK_ONLINE) {
		transfers_hurry(app);
		app_post_waiting(app);
	}
	if (state == LINK_WAITING && link_why(app->link) == ERR_EXPIRED)
		auth_expired(app->auth);
	if (state == LINK_OFF)
		auth_refused(app->auth, link_why(app->link));
	app_tell_state(app);
}

static void on_token(void *ctx)
{
	auth_want_token(((struct app *)ctx)->auth);
}

static void on_link_frame(int type, const void *body, void *ctx)
{
	on_frame(ctx, type, body);
}

/* What was on the screen a moment ago may be gone for everybody: that is said, since people
 * act on what they have read. */
static void tell_reset(struct app *app, const struct room *room)
{
	AUTO(str_done) struct str name = STR_INIT, text = STR_INIT;

	room_title(room, &app->model.people, &name);
	/* TRANSLATORS: %s is the name of a room */
	str_addf(&text, _("the server's log of %s was cut or restored and is read anew"),
		 name.ptr);
	app_notice(app, text.ptr);
}

static void on_reset(const struct id *id, uint64_t epoch, uint64_t seq, void *ctx)
{
	struct app *app = ctx;
	struct room *room = rooms_find(&app->model.rooms, id);

	change_reset(app, id, epoch, seq);
	if (!room)
		return;
	if (room->head_seq > 0)
		tell_reset(app, room);
	unread_begin_anew(room, seq);
	roster_begin_anew(&room->roster);
	timeline_clear(&room->timeline);
	changes_flush(
		app); /* what is read from the store below must not be the old log */
	if (rooms_current(&app->model.rooms) == room)
		app_history(app, id, UI_NEWEST, 0);
	app_touch(app);
}

static void on_covered(const struct id *room, uint64_t first, uint64_t last, void *ctx)
{
	change_covered(ctx, room, first, last);
}

static void on_drained(void *ctx)
{
	struct app *app = ctx;

	if (app->behind)
		app_post_waiting(app);
}

/* ---- life ---- */

void app_start(struct app *app, const struct address *address,
	       struct transport **transport, struct store_thread **store)
{
	const struct link_ops ops = {
		on_state, on_token, on_link_frame, on_reset, on_covered, on_drained, app};

	app->address.kind = address->kind;
	app->address.port = address->port;
	str_set(&app->address.host, address->host.ptr);
	str_clear(&app->model.server);
	address_print(address, &app->model.server);
	app->transport = *transport;
	*transport = NULL;
	app->store = *store;
	*store = NULL;
	app->link = link_new(app->transport, app->clock, random_seed(app->random), &ops);
	app->rest = rest_new(app->transport);
	app_load(app);
}

void app_connect(struct app *app)
{
	link_start(app->link, &app->address, &app->device);
}

static bool take_notes(struct app *app)
{
	struct transport_note *note = transport_inbox_take(&app->inbox);
	bool any = note != NULL;

	while (note) {
		struct transport_note *next = transport_note_next(note);
		if (note->what == TRANSPORT_REPLY)
			rest_note(app->rest, &note);
		else
			link_note(app->link, &note);
		note = next;
	}
	return any;
}

bool app_turn(struct app *app)
{
	uint64_t now = clock_mono_ms(app->clock);
	bool any = app_next_ms(app) <= now;

	any |= store_reap(app->store) > 0;
	any |= take_notes(app);
	if (now >= link_next_ms(app->link))
		link_tick(app->link);
	auth_tick(app->auth);
	app_timers_run(app, now);
	if (model_expire(&app->model, now))
		app_touch(app);
	if (app->loaded)
		app_look_up_names(app);
	any |= app->changes != NULL;
	changes_flush(app);
	any |= store_reap(app->store) > 0;
	if (app->touched)
		app_tell_touched(app);
	app->touched = false;
	return any;
}

uint64_t app_next_ms(const struct app *app)
{
	uint64_t next = link_next_ms(app->link), at = auth_next_ms(app->auth);

	next = at < next ? at : next;
	if (app->timers && app->timers->at_ms < next)
		next = app->timers->at_ms;
	/* Of the model only typing ends by itself; count-downs are the ui's. */
	for (size_t i = 0; i < app->model.rooms.count; i++) {
		at = roster_next_ms(&app->model.rooms.rows[i]->roster);
		if (at && at < next)
			next = at;
	}
	return next;
}

void app_call(struct app *app, const char *op, struct bytes args, link_result_fn *done,
	      void *ctx)
{
	const struct rest_row *row = rest_find(op, strlen(op));

	if (strncmp(op, "auth_", strlen("auth_")) == 0)
		app->account_ms = clock_mono_ms(app->clock);
	if (link_state(app->link) != LINK_ONLINE && row && row->right == REST_PUBLIC)
		rest_ask(app->rest, &app->address, (enum rest_op)(row - rest_row(0)),
			 args, NULL, done, ctx);
	else
		link_call(app->link, op, args, done, ctx);
}

void app_upload(struct app *app, const char *op, struct bytes body, link_result_fn *done,
		void *ctx)
{
	const struct rest_row *row = rest_find(op, strlen(op));

	rest_ask(app->rest, &app->address, (enum rest_op)(row - rest_row(0)), body,
		 auth_token(app->auth), done, ctx);
}
