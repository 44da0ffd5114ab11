/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-server export room: page after page into a file that has its name only when it is
 * whole. What one page needs is all the memory that it takes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/file.h"
#include "common/os/lang.h"
#include "common/proto/transcript.h"
#include "server/admin/chore.h"
#include "server/admin/verb.h"

struct export
{
	struct admin *admin;
	struct asker *asker;
	const char *room;
	struct transcript transcript;
	uint64_t from_ms, to_ms; /* of what was said; 0: no bound */
	FILE *out;
	const char *path; /* NULL: the standard output */
	struct str part;  /* what it is called until it is whole */
	uint64_t head, written;
};

static enum err fail_io(struct export *export, const char *path)
{
	str_addf(export->admin->why, "%s: %s", path, strerror(errno));
	return ERR_IO;
}

/* A name of its own beside the file, which nobody has or follows. */
static enum err open_out(struct export *export)
{
	bool force = opts_bool(&export->admin->config->opts, OPTION_FORCE);

	if (!export->path) {
		export->out = stdout;
		return ERR_OK;
	}
	if (!force && access(export->path, F_OK) == 0) {
		str_addf(export->admin->why,
			 _("%s is there already; --force replaces it"), export->path);
		return ERR_EXISTS;
	}
	str_addf(&export->part, "%s.part-%ld", export->path, (long)getpid());
	int fd = open(export->part.ptr,
		      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		export->out = fdopen(fd, "w");
	return export->out ? ERR_OK : fail_io(export, export->part.ptr);
}

/* Without --force a file that came meanwhile stays: link() does not replace. */
static enum err name_it(struct export *export)
{
	bool force = opts_bool(&export->admin->config->opts, OPTION_FORCE);

	if (force)
		return file_move(export->part.ptr, export->path);
	if (link(export->part.ptr, export->path) != 0)
		return fail_io(export, export->path);
	unlink(export->part.ptr);
	return ERR_OK;
}

static enum err close_out(struct export *export, enum err err)
{
	if (!export->out)
		return err;
	if (err == ERR_OK && fflush(export->out) != 0)
		err = fail_io(export, export->path ? export->path : "stdout");
	if (!export->path)
		return err;
	if (err == ERR_OK && fsync(fileno(export->out)) != 0)
		err = fail_io(export, export->path);
	fclose(export->out);
	if (err == ERR_OK)
		err = name_it(export);
	if (err != ERR_OK)
		unlink(export->part.ptr);
	return err;
}

static enum err put(struct export *export, struct buf *text)
{
	size_t written = fwrite(text->ptr, 1, text->len, export->out);
	bool whole = written == text->len;

	buf_clear(text);
	return whole ? ERR_OK : fail_io(export, export->path ? export->path : "stdout");
}

/* ---- pages ---- */

static enum err ask(struct export *export, enum rest_op op, const char *after,
		    void *ret_body, struct json **ret_json)
{
	const struct ask_word words[] = {{"room", export->room}, {"after", after}};
	const struct body_def *def = rest_row(op)->out();
	AUTO(buf_done) struct buf answer = BUF_INIT;
	enum err err = asker_ask(export->asker, op, words, ARRAY_LEN(words),
				 bytes_of("", 0), &answer, export->admin->why);

	return err == ERR_OK ? body_parse(def, buf_view(&answer), ret_json, ret_body)
			     : err;
}

static enum err begin(struct export *export, enum transcript_form form)
{
	AUTO(json_free) struct json *json = NULL;
	AUTO(buf_done) struct buf text = BUF_INIT;
	struct body_room_info room;
	enum err err = ask(export, REST_admin_room_get, NULL, &room, &json);

	if (err != ERR_OK)
		return err;
	export->head = room.head;
	const struct body_record record = {
		.record = bytes_text("room"),
		.id = room.id,
		.ts = room.made_ts,
		.kind = room.kind,
		.slug = room.slug,
		.name = room.name,
		.topic = room.topic,
	};
	transcript_begin(&export->transcript, form, &record, &text);
	return put(export, &text);
}

static const struct body_log_user *find_user(const struct body_room_log *log,
					     const struct id *id)
{
	for (size_t i = 0; i < log->users_count; i++) {
		if (id_equal(&log->users[i].id, id))
			return &log->users[i];
	}
	return NULL;
}

static void add_event(struct export *export, const struct body_room_log *log,
		      const struct body_event *event, struct buf *text)
{
	const struct body_log_user *user = find_user(log, &event->from);
	struct bytes none = bytes_of("", 0);
	struct body_record record;

	transcript_record(event, user ? user->name : none,
			  user ? user->display_name : none, &record);
	if (record.ts < export->from_ms || (export->to_ms && record.ts >= export->to_ms))
		return;
	transcript_add(&export->transcript, &record, text);
	export->written++;
}

static enum err write_log(struct export *export)
{
	AUTO(buf_done) struct buf text = BUF_INIT;
	char after[24] = "0";
	bool complete = false;
	enum err err = ERR_OK;

	while (err == ERR_OK && !complete) {
		AUTO(json_free) struct json *json = NULL;
		struct body_room_log log;
		err = ask(export, REST_admin_room_log, after, &log, &json);
		if (err != ERR_OK)
			break;
		for (size_t i = 0; i < log.events_count; i++)
			add_event(export, &log, &log.events[i], &text);
		complete = log.complete || log.events_count == 0;
		if (log.events_count > 0) {
			uint64_t last = log.events[log.events_count - 1].seq;
			snprintf(after, sizeof(after), "%llu", (unsigned long long)last);
			if (export->path)
				command_progress("export", last, export->head);
		}
		err = put(export, &text);
	}
	command_progress(NULL, 0, 0);
	transcript_end(&export->transcript, &text);
	return err == ERR_OK ? put(export, &text) : err;
}

/* ---- words ---- */

/* "2026-11-20" or "2026-11-20T10:00" in UTC as milliseconds. */
static bool read_time(const char *text, uint64_t *ret_ms)
{
	static const char *const forms[] = {"%Y-%m-%d", "%Y-%m-%dT%H:%M"};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct tm tm = {.tm_mday = 1};
		const char *end = strptime(text, forms[i], &tm);
		if (end && !*end) {
			*ret_ms = (uint64_t)timegm(&tm) * 1000;
			return true;
		}
	}
	return false;
}

static enum err read_day(struct admin *admin, enum option option, uint64_t *ret_ms)
{
	const char *text = opts_text(&admin->config->opts, option);

	if (!*text || read_time(text, ret_ms))
		return ERR_OK;
	str_addf(admin->why,
		 _("%s is no day or time; write 2026-11-20 or 2026-11-20T10:00"), text);
	return ERR_USAGE;
}

static enum err run(struct admin *admin)
{
	const char *form_name = opts_text(&admin->config->opts, OPTION_FORMAT);
	const char *path = opts_text(&admin->config->opts, OPTION_OUTPUT);
	struct export export = {.admin = admin,
				.room = admin->words[0],
				.path = *path ? path : NULL,
				.part = STR_INIT};
	enum err err = read_day(admin, OPTION_FROM, &export.from_ms);

	if (err == ERR_OK)
		err = read_day(admin, OPTION_TO, &export.to_ms);
	if (err == ERR_OK && !ask_runs(admin->setup))
		err = command_become_owner(admin);
	if (err == ERR_OK)
		err = asker_new(admin->setup, &export.asker, admin->why);
	if (err == ERR_OK)
		err = open_out(&export);
	if (err == ERR_OK)
		err = begin(&export, transcript_form(form_name));
	if (err == ERR_OK)
		err = write_log(&export);
	err = close_out(&export, err);
	if (err == ERR_OK && export.path)
		str_addf(admin->said, _("%llu messages and other events are in %s\n"),
			 (unsigned long long)export.written, export.path);
	asker_free(&export.asker);
	str_done(&export.part);
	return err;
}

enum err command_export(struct admin *admin)
{
	static const struct verb verbs[] = {{"room", 1, 1, run, false}};

	return verb_run(admin, "export", verbs, ARRAY_LEN(verbs));
}
