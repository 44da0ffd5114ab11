/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The small ones: vacuum, retention, stats. The work is the server's; here is what people
 * type and read.
 */
#include <string.h>

#include "common/os/lang.h"
#include "common/proto/json.h"
#include "common/proto/json_out.h"
#include "server/admin/chore.h"
#include "server/ask.h"

#define PAGE 4096 /* of our databases */

enum err command_vacuum(struct admin *admin)
{
	struct chore_report report = {0};
	enum err err = chore_do(admin, CHORE_VACUUM, false, &report);

	if (err != ERR_OK)
		return err;
	str_add(admin->said, _("given back: "));
	admin_size(report.done * PAGE, admin->said);
	str_add(admin->said, _("; the database has now: "));
	admin_size(report.bytes, admin->said);
	str_add(admin->said, "\n");
	return ERR_OK;
}

/* ---- retention ---- */

static void say_keep(const struct body_room_retention *room, struct str *said)
{
	const uint64_t hour = 3600000, day = 24 * hour;

	str_addf(said, "%.*s: ", (int)room->room.len, (const char *)room->room.ptr);
	if (room->inherit)
		str_add(said, _("keeps messages as the server's setting says\n"));
	else if (room->keep_ms == 0)
		str_add(said, _("keeps messages for ever\n"));
	else if (room->keep_ms % day == 0)
		str_addf(said, _("keeps messages for %llu days\n"),
			 (unsigned long long)(room->keep_ms / day));
	else
		str_addf(said, _("keeps messages for %.1f hours\n"),
			 (double)room->keep_ms / (double)hour);
}

static enum err one_room(struct admin *admin)
{
	AUTO(json_free) struct json *json = NULL;
	struct body_room_retention args = {.room = bytes_text(admin->words[0])}, body;
	const char *keep = admin->count > 1 ? admin->words[1] : NULL;
	int64_t ms = 0;

	if (keep && strcmp(keep, "default") == 0) {
		args.inherit = true;
	} else if (keep) {
		if (strcmp(keep, "forever") != 0 &&
		    (opt_parse_duration(keep, &ms) != ERR_OK || ms < 0)) {
			str_addf(admin->why,
				 _("%s is no duration; write 12h or 30d, default or "
				   "forever"),
				 keep);
			return ERR_USAGE;
		}
		args.has_keep_ms = true;
		args.keep_ms = (uint64_t)ms;
	}
	enum err err = admin_ask(admin, REST_admin_retention, admin->words[0],
				 body_room_retention_def(), &args,
				 body_room_retention_def(), &body, &json);
	if (err == ERR_OK)
		say_keep(&body, admin->said);
	return err;
}

enum err command_retention(struct admin *admin)
{
	struct chore_report report = {0};
	bool dry = opts_bool(&admin->config->opts, OPTION_DRY_RUN);

	if (admin->count > 0) {
		enum err err = admin_need_database(admin);
		return err == ERR_OK ? one_room(admin) : err;
	}
	enum err err = chore_do(admin, CHORE_RETENTION, dry, &report);
	if (err != ERR_OK)
		return err;
	str_addf(admin->said,
		 dry ? _("%llu messages and other events of %llu rooms would be cut\n")
		     : _("%llu messages and other events of %llu rooms were cut\n"),
		 (unsigned long long)report.events, (unsigned long long)report.rooms);
	return ERR_OK;
}

/* ---- stats ---- */

static void say_count(struct str *said, const char *what, uint64_t count)
{
	str_addf(said, "%-28s %12llu\n", what, (unsigned long long)count);
}

static void say_bytes(struct str *said, const char *what, uint64_t bytes)
{
	AUTO(str_done) struct str size = STR_INIT;

	admin_size(bytes, &size);
	str_addf(said, "%-28s %12s\n", what, size.ptr);
}

static void say_when(struct str *said, const char *what, uint64_t ms)
{
	if (ms == 0)
		return;
	str_addf(said, "%-28s ", what);
	admin_time(ms, said);
	str_add(said, "\n");
}

static void say_stats(const struct body_stats *stats, bool runs, struct str *said)
{
	if (runs) {
		say_count(said, _("running for seconds"), stats->uptime_ms / 1000);
		say_count(said, _("connections"), stats->connections);
	}
	say_count(said, _("people"), stats->people);
	say_count(said, _("  guests"), stats->guests);
	say_count(said, _("  bots"), stats->bots);
	say_count(said, _("  not verified"), stats->unverified);
	say_count(said, _("  suspended"), stats->suspended);
	say_count(said, _("  deleted"), stats->deleted);
	say_count(said, _("sessions"), stats->sessions);
	say_count(said, _("direct chats"), stats->direct_rooms);
	say_count(said, _("private rooms"), stats->private_rooms);
	say_count(said, _("public rooms"), stats->public_rooms);
	say_count(said, _("broadcast rooms"), stats->broadcast_rooms);
	say_count(said, _("messages and other events"), stats->events);
	say_when(said, _("  oldest"), stats->oldest_ms);
	say_when(said, _("  newest"), stats->newest_ms);
	say_count(said, _("files"), stats->files);
	say_bytes(said, _("  in them"), stats->file_bytes);
	say_count(said, _("letters that wait"), stats->letters);
	say_bytes(said, _("database"), stats->database_bytes);
	say_bytes(said, _("  of that free"), stats->free_bytes);
	say_bytes(said, _("  and in its log"), stats->log_bytes);
	say_count(said, _("schema"), stats->schema);
}

enum err command_stats(struct admin *admin)
{
	AUTO(json_free) struct json *json = NULL;
	AUTO(buf_done) struct buf text = BUF_INIT;
	struct body_stats stats;
	bool runs = ask_runs(admin->setup);
	enum err err = admin_need_database(admin);

	if (err == ERR_OK)
		err = admin_ask(admin, REST_admin_stats, NULL, NULL, NULL,
				body_stats_def(), &stats, &json);
	if (err != ERR_OK)
		return err;
	if (opts_bool(&admin->config->opts, OPTION_JSON)) {
		json_print(json_root(json), &text);
		str_add_len(admin->said, (const char *)text.ptr, text.len);
		str_add(admin->said, "\n");
	} else {
		say_stats(&stats, runs, admin->said);
	}
	return ERR_OK;
}
