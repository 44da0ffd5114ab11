/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mentions and direct chats ring each time. What is said in a room at level `all` rings
 * once, and again when a minute was quiet or somebody has looked: a busy room must not make
 * a person switch everything off.
 */
#include "client/alert.h"

#include <stdio.h>
#include <string.h>

#include "client/app_inside.h"
#include "client/security.h"
#include "common/os/lang.h"
#include "common/os/zone.h"

#define AGAIN_MS 60000
#define OWN_MS \
	10000 /* what happens to the account so soon after one asked is one's own deed */

static bool is_quiet(const struct app *app)
{
	const struct app_quiet *quiet = &app->quiet;
	int64_t now_s = (int64_t)(clock_now_ms(app->clock) / 1000);
	int offset_s = 0;

	if (!quiet->set)
		return false;
	if (quiet->zone[0] && zone_offset(quiet->zone, now_s, &offset_s) != ERR_OK)
		offset_s = 0;
	return quiet_at(&quiet->hours,
			(unsigned)((now_s + offset_s + 86400) / 60 % 1440));
}

bool alert_muted(const struct app *app, const struct room *room)
{
	return room->level == LEVEL_NONE ||
	       room->muted_until_ms > clock_now_ms(app->clock);
}

void alert_message(struct app *app, struct room *room, const struct message *message)
{
	bool mention = message->flags & MESSAGE_MENTION;
	bool chat = room->kind == ROOM_DIRECT;
	uint64_t now = clock_mono_ms(app->clock);
	AUTO(str_done) struct str title = STR_INIT;
	struct id_text id;

	if (alert_muted(app, room) || !link_caught_up(app->link) || is_quiet(app))
		return;
	if (!mention && !chat) {
		bool again = room->unread > 1 && room->rang_ms &&
			     now - room->rang_ms < AGAIN_MS;
		if (room->level != LEVEL_ALL || again)
			return;
		room->rang_ms = now;
	}
	str_add(&title, people_name(&app->model.people, &message->sender, &id));
	if (!chat) {
		str_add(&title, " · ");
		room_title(room, &app->model.people, &title);
	}
	app_tell_alert(app, title.ptr, message->text.ptr);
}

/* What this device did itself is told by its answer, and stays in the list. */
static bool is_own_deed(const struct app *app)
{
	return app->account_ms && clock_mono_ms(app->clock) - app->account_ms < OWN_MS;
}

void alert_notify(struct app *app, const struct body_notify *notify)
{
	AUTO(str_done) struct str text = STR_INIT;
	const struct bytes from = notify->from_name, room = notify->room_name;

	if (notify->why == WHY_INVITE)
		/* TRANSLATORS: the first %.*s is a name, the second one of a room. */
		str_addf(&text, _("%.*s brought you into %.*s"), (int)from.len,
			 from.len ? (const char *)from.ptr : "", (int)room.len,
			 room.len ? (const char *)room.ptr : "");
	else if (notify->why == WHY_SECURITY && !is_own_deed(app))
		security_say(notify->what, &text);
	else
		return; /* it rings with its event */
	app_notice(app, text.ptr);
	if (!is_quiet(app))
		app_tell_alert(app, "chat", text.ptr);
}

static void settings_came(enum err err, unsigned status, struct bytes text, void *ctx)
{
	struct app *app = ctx;
	struct json *json = NULL;
	struct body_notify_settings body;

	if (err == ERR_OK)
		err = body_parse(body_notify_settings_def(), text, &json, &body);
	if (err == ERR_OK) {
		app->quiet = (struct app_quiet){.set = false};
		app->quiet.set = body.quiet.len &&
				 quiet_parse(body.quiet, &app->quiet.hours) == ERR_OK;
		if (body.zone.len < sizeof(app->quiet.zone))
			memcpy(app->quiet.zone,
			       body.zone.len ? body.zone.ptr : (const void *)"",
			       body.zone.len);
	}
	json_free(&json);
}

void alert_ask(struct app *app)
{
	if (app->ui)
		app_call(app, "notification_settings", bytes_text("{}"), settings_came,
			 app);
}
