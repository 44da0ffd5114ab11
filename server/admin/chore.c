/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands that need the store's writer. A running server is asked again and again how far
 * it is; without one the chore is done within the one request.
 */
#include "server/admin/chore.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/os/lang.h"
#include "common/proto/json.h"
#include "common/proto/json_out.h"
#include "server/ask.h"

#define POLL_MS 100

void admin_path(const struct admin *admin, const char *name, struct str *out)
{
	str_addf(out, "%s/%s", admin->setup->config.data_dir, name);
}

enum err admin_need_database(struct admin *admin)
{
	AUTO(str_done) struct str path = STR_INIT;

	admin_path(admin, "chat.db", &path);
	if (access(path.ptr, F_OK) == 0)
		return ERR_OK;
	str_addf(admin->why,
		 _("there is no database %s; --data-dir or --config says where it is"),
		 path.ptr);
	return ERR_NOT_FOUND;
}

void admin_size(uint64_t bytes, struct str *out)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	double size = (double)bytes;
	size_t unit = 0;

	while (size >= 1024 && unit + 1 < ARRAY_LEN(units)) {
		size /= 1024;
		unit++;
	}
	str_addf(out, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

void admin_time(uint64_t ms, struct str *out)
{
	time_t seconds = (time_t)(ms / 1000);
	char text[32];
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &utc);
	str_add(out, text);
}

enum err admin_ask(struct admin *admin, enum rest_op op, const char *param,
		   const struct body_def *args_def, const void *args,
		   const struct body_def *def, void *ret_body, struct json **ret_json)
{
	AUTO(buf_done) struct buf text = BUF_INIT;
	AUTO(buf_done) struct buf answer = BUF_INIT;

	if (args) {
		struct json_out out = json_out_init(&text);
		body_encode(args_def, &out, args);
	}
	enum err err =
		ask_server(admin->setup, op, param, buf_view(&text), &answer, admin->why);
	if (err == ERR_OK)
		err = body_parse(def, buf_view(&answer), ret_json, ret_body);
	return err;
}

static void read_report(const struct body_chore *body, struct chore_report *report)
{
	*report = (struct chore_report){
		.state = CHORE_FAILED,
		.begun_ms = body->begun_ms,
		.ended_ms = body->ended_ms,
		.done = body->done,
		.total = body->total,
		.failed = body->failed,
		.rooms = body->rooms,
		.events = body->events,
		.bytes = body->bytes,
	};
	for (unsigned state = CHORE_NEVER; state <= CHORE_FAILED; state++) {
		if (bytes_equal(body->state,
				bytes_text(chore_state_word((enum chore_state)state))))
			report->state = (enum chore_state)state;
	}
	if (body->code.ptr)
		report->err = err_from_word((const char *)body->code.ptr, body->code.len);
}

static enum err ask(struct admin *admin, enum chore_kind kind,
		    const struct body_chore_start *start, struct chore_report *report)
{
	AUTO(json_free) struct json *json = NULL;
	struct body_chore body;
	enum err err = admin_ask(admin, start ? REST_admin_chore_start : REST_admin_chore,
				 start ? NULL : chore_word(kind), body_chore_start_def(),
				 start, body_chore_def(), &body, &json);

	if (err == ERR_OK)
		read_report(&body, report);
	return err;
}

static void rest_a_while(void)
{
	nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
}

enum err chore_do(struct admin *admin, enum chore_kind kind, bool dry,
		  struct chore_report *ret_report)
{
	struct body_chore_start start = {
		.kind = bytes_text(chore_word(kind)),
		.dry = dry,
		.wait = !ask_runs(admin->setup),
	};
	enum err err = admin_need_database(admin);

	if (err == ERR_OK)
		err = ask(admin, kind, &start, ret_report);
	while (err == ERR_OK && ret_report->state == CHORE_RUNNING) {
		command_progress(chore_word(kind), ret_report->done, ret_report->total);
		rest_a_while();
		err = ask(admin, kind, NULL, ret_report);
	}
	command_progress(NULL, 0, 0);
	if (err == ERR_OK && ret_report->state == CHORE_FAILED) {
		err = ret_report->err ? ret_report->err : ERR_INTERNAL;
		str_addf(admin->why, _("%s failed: %s; the server's log says more"),
			 chore_word(kind), _(err_text(err)));
	}
	return err;
}
