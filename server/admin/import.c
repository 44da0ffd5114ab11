/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-server import: logs of other programs into a room, a line at a time and in batches of
 * a transaction each. A second import, or one after an end in the middle, adds only what is
 * missing (import_name.h).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/map.h"
#include "common/base/mem.h"
#include "common/crypto/hash.h"
#include "common/os/lang.h"
#include "server/admin/import_name.h"
#include "server/admin/said.h"
#include "server/admin/verb.h"

#define BATCH_ITEMS 100
#define BATCH_BYTES 131072  /* of its JSON, after which it is sent */
#define READ_BYTES  65536   /* taken from a file at once */
#define LINE_BYTES  1048576 /* of one line; longer ones are wrong */
#define WRONG_SHOWN 20      /* of lines that are not understood */
#define USERS_MOST  100000  /* of a Slack export */

struct import {
	struct admin *admin;
	struct asker *asker;
	const char *room;
	struct import_name name; /* with what it comes from */
	struct map users;        /* of Slack: hash of the id to its name */
	/* the batch */
	struct body_import_item items[BATCH_ITEMS];
	struct str texts[BATCH_ITEMS][2]; /* what the items point at */
	size_t count, bytes;
	/* where we are */
	const char *path;
	size_t line;
	uint64_t done, total; /* bytes */
	struct irssi_day day;
	struct said said;
	/* what came of it */
	uint64_t added, known, skipped, wrong;
};

/* ---- batches ---- */

static enum err send_batch(struct import *import)
{
	const struct body_import body = {
		.room = bytes_text(import->room),
		.items = import->items,
		.items_count = import->count,
	};
	const struct ask_word words[] = {{"room", import->room}};
	AUTO(json_free) struct json *json = NULL;
	AUTO(buf_done) struct buf args = BUF_INIT, answer = BUF_INIT;
	struct json_out out = json_out_init(&args);
	struct body_imported done;

	if (import->count == 0)
		return ERR_OK;
	body_encode(body_import_def(), &out, &body);
	enum err err = asker_ask(import->asker, REST_admin_room_import, words, 1,
				 buf_view(&args), &answer, import->admin->why);
	if (err == ERR_OK)
		err = body_parse(body_imported_def(), buf_view(&answer), &json, &done);
	if (err != ERR_OK)
		return err;
	import->added += done.added;
	import->known += done.known;
	import->count = import->bytes = 0;
	command_progress("import", import->done, import->total ? import->total : 1);
	return ERR_OK;
}

/* Whose a name is here, as --map says: "nick=account". */
static struct bytes account_of(const struct import *import, const struct str *author)
{
	const struct opts *opts = &import->admin->config->opts;

	for (size_t i = 0; i < opts_list_count(opts, OPTION_MAP); i++) {
		const char *item = opts_list_item(opts, OPTION_MAP, i);
		const char *sign = strrchr(item, '=');
		if (sign && (size_t)(sign - item) == author->len &&
		    memcmp(item, author->ptr, author->len) == 0)
			return bytes_text(sign + 1);
	}
	return bytes_of(NULL, 0);
}

/* How much of @text fits into one message: whole characters. */
static size_t fit(struct bytes text)
{
	size_t len = text.len;

	if (len <= LIMIT_TEXT)
		return len;
	for (len = LIMIT_TEXT; len > 0 && (text.ptr[len] & 0xc0) == 0x80;)
		len--;
	return len;
}

static enum err add_part(struct import *import, uint64_t ms, struct bytes text,
			 unsigned part)
{
	const struct said *said = &import->said;
	struct body_import_item *item = &import->items[import->count];
	struct str *texts = import->texts[import->count];

	str_set(&texts[0], said->author.ptr);
	str_set_len(&texts[1], (const char *)text.ptr, text.len);
	*item = (struct body_import_item){
		.cid = said->key.len ? import_name_key(&import->name, &said->key, part)
				     : import_name_line(&import->name, part),
		.author = str_view(&texts[0]),
		.user = account_of(import, &said->author),
		.said_ts = ms,
		.text = str_view(&texts[1]),
		.thread = import_name_key(&import->name, &said->thread, 0),
		.reply = import_name_key(&import->name, &said->reply, 0),
	};
	import->bytes += texts[0].len + 2 * texts[1].len + 200;
	if (++import->count == BATCH_ITEMS || import->bytes >= BATCH_BYTES)
		return send_batch(import);
	return ERR_OK;
}

static enum err add_message(struct import *import)
{
	struct said *said = &import->said;
	struct bytes text = str_view(&said->text);
	uint64_t ms = said->ms;
	enum err err = ERR_OK;

	if (said->local) {
		said->clock.tm_isdst = -1;
		time_t seconds = mktime(&said->clock);
		ms = seconds > 0 ? (uint64_t)seconds * 1000 : 0;
	}
	import_name_next(&import->name, said, ms);
	for (unsigned part = 0; text.len > 0 && err == ERR_OK; part++) {
		size_t len = fit(text);
		err = add_part(import, ms, bytes_of(text.ptr, len), part);
		text = bytes_of(text.ptr + len, text.len - len);
	}
	return err;
}

static void complain(struct import *import, const char *why)
{
	if (import->wrong++ < WRONG_SHOWN) {
		command_progress(NULL, 0, 0);
		fprintf(stderr, "%s:%zu: %s\n", import->path, import->line, why);
	}
}

static enum err take(struct import *import, enum said_kind kind)
{
	switch (kind) {
	case SAID_MESSAGE: return add_message(import);
	case SAID_WRONG: complain(import, _(import->said.wrong)); return ERR_OK;
	case SAID_NOTHING: import->skipped++; return ERR_OK;
	}
	return ERR_OK;
}

/* ---- files ---- */

static const char *slack_name(void *ctx, struct bytes id)
{
	struct import *import = ctx;
	uint8_t digest[SHA256_LEN];
	struct id key;

	sha256(id, digest);
	memcpy(key.bytes, digest, ID_LEN);
	return map_get(&import->users, &key);
}

static enum err take_line(struct import *import, struct bytes line)
{
	switch (import->name.source) {
	case SOURCE_WEECHAT: return take(import, said_weechat(line, &import->said));
	case SOURCE_IRSSI:
		return take(import, said_irssi(&import->day, line, &import->said));
	case SOURCE_JSONL: return take(import, said_jsonl(line, &import->said));
	case SOURCE_SLACK: break;
	}
	return ERR_INTERNAL;
}

/* A function that gets what was read, and at the end of the file nothing. */
typedef enum err chunk_fn(struct import *import, struct bytes chunk, void *ctx);

static enum err read_file(struct import *import, const char *path, chunk_fn *take_chunk,
			  void *ctx)
{
	char chunk[READ_BYTES];
	ssize_t got = 1;
	enum err err = ERR_OK;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	import->path = path;
	import->line = 1;
	while (fd >= 0 && err == ERR_OK && got > 0) {
		got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got >= 0) {
			import->done += (uint64_t)got;
			err = take_chunk(import, bytes_of(chunk, (size_t)got), ctx);
		}
	}
	if (fd < 0 || got < 0) {
		str_addf(import->admin->why, "%s: %s", path, strerror(errno));
		err = errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	}
	if (fd >= 0)
		close(fd);
	return err;
}

struct lines {
	struct buf rest; /* of a line that is not whole */
	bool too_long;
};

static enum err end_line(struct import *import, struct lines *lines)
{
	enum err err = ERR_OK;

	if (lines->too_long)
		complain(import, _("the line is too long"));
	else
		err = take_line(import, buf_view(&lines->rest));
	buf_clear(&lines->rest);
	lines->too_long = false;
	import->line++;
	return err;
}

static enum err take_lines(struct import *import, struct bytes chunk, void *ctx)
{
	struct lines *lines = ctx;
	enum err err = ERR_OK;

	if (chunk.len == 0)
		return lines->rest.len ? end_line(import, lines) : ERR_OK;
	while (chunk.len > 0 && err == ERR_OK) {
		const uint8_t *end = memchr(chunk.ptr, '\n', chunk.len);
		size_t len = end ? (size_t)(end - chunk.ptr) : chunk.len;
		if (lines->rest.len + len > LINE_BYTES)
			lines->too_long = true;
		else
			buf_add(&lines->rest, chunk.ptr, len);
		chunk = bytes_of(chunk.ptr + len + (end != NULL),
				 chunk.len - len - (end != NULL));
		if (end)
			err = end_line(import, lines);
	}
	return err;
}

static enum err read_lines(struct import *import, const char *path)
{
	struct lines lines = {.rest = BUF_INIT};
	enum err err = read_file(import, path, take_lines, &lines);

	buf_done(&lines.rest);
	return err;
}

/* ---- Slack ---- */

static enum err take_messages(struct import *import, struct bytes chunk, void *ctx)
{
	struct json_pieces *pieces = ctx;
	enum err err = ERR_OK;

	while (err == ERR_OK && json_pieces_next(pieces, &chunk)) {
		import->line = pieces->began;
		err = take(import, said_slack(buf_view(&pieces->piece), slack_name,
					      import, &import->said));
	}
	return err;
}

static enum err take_users(struct import *import, struct bytes chunk, void *ctx)
{
	struct json_pieces *pieces = ctx;
	AUTO(str_done) struct str id = STR_INIT, name = STR_INIT;

	while (json_pieces_next(pieces, &chunk)) {
		uint8_t digest[SHA256_LEN];
		struct id key;
		if (import->users.count >= USERS_MOST ||
		    said_slack_user(buf_view(&pieces->piece), &id, &name) != ERR_OK)
			continue;
		sha256(str_view(&id), digest);
		memcpy(key.bytes, digest, ID_LEN);
		mem_free(map_put(&import->users, &key, mem_strndup(name.ptr, name.len)));
	}
	return ERR_OK;
}

static enum err read_json(struct import *import, const char *path, chunk_fn *take_chunk)
{
	struct json_pieces pieces;

	json_pieces_init(&pieces);
	enum err err = read_file(import, path, take_chunk, &pieces);
	json_pieces_done(&pieces);
	return err;
}

static int is_day(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && entry->d_name[0] >= '0' && entry->d_name[0] <= '9' &&
	       strcmp(entry->d_name + len - 5, ".json") == 0;
}

/* Names that another program has written are names, and not paths. */
static enum err check_channel(struct import *import)
{
	if (!strchr(import->name.channel, '/') && strcmp(import->name.channel, "..") != 0)
		return ERR_OK;
	str_addf(import->admin->why, _("%s is no name of a channel"),
		 import->name.channel);
	return ERR_USAGE;
}

static enum err read_slack(struct import *import, const char *path)
{
	AUTO(str_done) struct str folder = STR_INIT, users = STR_INIT;
	struct dirent **days = NULL;
	enum err err = check_channel(import);

	if (err != ERR_OK)
		return err;
	str_addf(&folder, "%s/%s", path, import->name.channel);
	str_addf(&users, "%s/users.json", path);
	int count = scandir(folder.ptr, &days, is_day, alphasort);
	if (count <= 0)
		str_addf(import->admin->why,
			 _("%s has no days of a channel; --channel names one"),
			 folder.ptr);
	if (count <= 0)
		return ERR_NOT_FOUND;
	if (access(users.ptr, F_OK) == 0)
		err = read_json(import, users.ptr, take_users);
	for (int i = 0; i < count; i++) {
		AUTO(str_done) struct str day = STR_INIT;
		str_addf(&day, "%s/%s", folder.ptr, days[i]->d_name);
		if (err == ERR_OK)
			err = read_json(import, day.ptr, take_messages);
		mem_free(days[i]);
	}
	mem_free(days);
	return err;
}

/* ---- the command ---- */

static enum err find_room(struct import *import)
{
	const struct ask_word words[] = {{"room", import->room}};
	AUTO(json_free) struct json *json = NULL;
	AUTO(buf_done) struct buf answer = BUF_INIT;
	struct body_room_info room;
	enum err err = asker_ask(import->asker, REST_admin_room_get, words, 1,
				 bytes_of("", 0), &answer, import->admin->why);

	if (err == ERR_OK)
		err = body_parse(body_room_info_def(), buf_view(&answer), &json, &room);
	if (err == ERR_OK)
		import->name.room = room.id;
	return err;
}

static void report(const struct import *import, struct str *said)
{
	str_addf(said,
		 _("%llu messages were imported, %llu were there already, %llu lines say "
		   "nothing, %llu were not understood\n"),
		 (unsigned long long)import->added, (unsigned long long)import->known,
		 (unsigned long long)import->skipped, (unsigned long long)import->wrong);
}

static void done(struct import *import)
{
	void *name;

	for (size_t at = 0; (name = map_next(&import->users, &at));)
		mem_free(name);
	map_done(&import->users);
	for (size_t i = 0; i < BATCH_ITEMS; i++) {
		str_done(&import->texts[i][0]);
		str_done(&import->texts[i][1]);
	}
	said_done(&import->said);
	asker_free(&import->asker);
	mem_free(import);
}

static struct import *begin(struct admin *admin, enum log_source source)
{
	struct import *import = mem_new(struct import);
	struct stat st;

	import->admin = admin;
	import->name.source = source;
	import->room = opts_text(&admin->config->opts, OPTION_ROOM);
	import->name.channel = opts_text(&admin->config->opts, OPTION_CHANNEL);
	map_init(&import->users, 0);
	said_init(&import->said);
	for (size_t i = 0; i < BATCH_ITEMS; i++)
		import->texts[i][0] = import->texts[i][1] = STR_INIT;
	if (stat(admin->words[0], &st) == 0 && S_ISREG(st.st_mode))
		import->total = (uint64_t)st.st_size;
	return import;
}

static enum err run(struct admin *admin, enum log_source source)
{
	struct import *import = begin(admin, source);
	enum err err = ERR_OK;

	if (!*import->room) {
		str_add(admin->why, _("--room says where it goes"));
		err = ERR_USAGE;
	}
	/* A running server is asked as whoever we are; without one its files are ours. */
	if (err == ERR_OK && !ask_runs(admin->setup))
		err = command_become_owner(admin);
	if (err == ERR_OK)
		err = asker_new(admin->setup, &import->asker, admin->why);
	if (err == ERR_OK)
		err = find_room(import);
	if (err == ERR_OK)
		err = source == SOURCE_SLACK ? read_slack(import, admin->words[0])
					     : read_lines(import, admin->words[0]);
	if (err == ERR_OK)
		err = send_batch(import);
	command_progress(NULL, 0, 0);
	if (import->asker && (err == ERR_OK || import->added + import->known > 0))
		report(import, admin->said);
	done(import);
	return err;
}

static enum err weechat(struct admin *admin)
{
	return run(admin, SOURCE_WEECHAT);
}

static enum err irssi(struct admin *admin)
{
	return run(admin, SOURCE_IRSSI);
}

static enum err slack(struct admin *admin)
{
	return run(admin, SOURCE_SLACK);
}

static enum err jsonl(struct admin *admin)
{
	return run(admin, SOURCE_JSONL);
}

enum err command_import(struct admin *admin)
{
	static const struct verb verbs[] = {
		{"irssi", 1, 1, irssi, false},
		{"jsonl", 1, 1, jsonl, false},
		{"slack", 1, 1, slack, false},
		{"weechat", 1, 1, weechat, false},
	};

	return verb_run(admin, "import", verbs, ARRAY_LEN(verbs));
}
