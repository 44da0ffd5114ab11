/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Options from a file's text: `key = value` lines, comments, profile sections. The whole
 * file is read even after a mistake, so that one run shows them all, and the sections of
 * other profiles are checked like the chosen one's.
 */
#include "common/base/opt.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/opt_read.h"

#define MISTAKES_MAX 10 /**< more of them is a file of another kind */

struct reader {
	struct opts *opts;
	const char *path;
	const char *profile;
	struct str *why;
	unsigned line;
	unsigned mistakes;
	enum opt_source source; /**< of the current section */
	bool used;              /**< the current section holds for us */
	unsigned *seen;         /**< line of each key in the current section, or 0 */
};

static void blame(struct reader *reader, const char *message)
{
	str_addf(reader->why, "%s:%u: %s\n", reader->path, reader->line, message);
	reader->mistakes++;
}

/* Cut blanks off both ends; returns the new start. */
static char *trim(char *text)
{
	text += strspn(text, " \t");
	size_t len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

bool opt_is_profile(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return name[0] && name[0] != '.' && name[strspn(name, allowed)] == '\0' &&
	       strlen(name) <= OPT_NAME_MAX;
}

static void read_section(struct reader *reader, char *line)
{
	static const char word[] = "[profile ";
	size_t len = strlen(line);
	bool ends = line[len - 1] == ']';

	line[len - 1] = '\0';
	char *name = trim(line + (len > strlen(word) ? strlen(word) : 0));
	if (!ends || strncmp(line, word, strlen(word)) != 0 || !opt_is_profile(name)) {
		blame(reader,
		      opt_say(reader->opts, N_("a section looks like [profile NAME], the "
					       "name of a-z, 0-9, '.', '_', '-'")));
		reader->used = false;
	} else {
		reader->used = reader->profile && strcmp(reader->profile, name) == 0;
	}
	reader->source = OPT_FROM_PROFILE;
	memset(reader->seen, 0, reader->opts->count * sizeof(*reader->seen));
}

static void refuse_key(struct reader *reader, const char *key)
{
	const struct opts *opts = reader->opts;
	AUTO(str_done) struct str message = STR_INIT;
	const struct opt_row *near =
		opt_nearest(opts, key, strlen(key), OPT_NO_FILE | OPT_HIDDEN);

	if (!opt_is_name(key, strlen(key)))
		str_add(&message,
			opt_say(opts, N_("a setting's name is of a-z and '_'")));
	else if (opt_find(opts, key, strlen(key)))
		str_addf(&message, opt_say(opts, N_("'%s' is a flag, not a setting")),
			 key);
	else if (near)
		str_addf(
			&message,
			opt_say(opts, N_("there is no setting '%s'; did you mean '%s'?")),
			key, near->name);
	else
		str_addf(&message, opt_say(opts, N_("there is no setting '%s'")), key);
	blame(reader, message.ptr);
}

/* Whether the key may stand here: one line each, but for lists. */
static bool note_key(struct reader *reader, const struct opt_row *row)
{
	unsigned *seen = &reader->seen[row - reader->opts->rows];
	AUTO(str_done) struct str message = STR_INIT;

	if (*seen == 0 || row->type == OPT_LIST) {
		*seen = reader->line;
		return true;
	}
	str_addf(&message, opt_say(reader->opts, N_("'%s' is set already in line %u")),
		 row->name, *seen);
	blame(reader, message.ptr);
	return false;
}

static char *unquote(char *value)
{
	size_t len = strlen(value);

	if (len < 2 || value[0] != '"' || value[len - 1] != '"')
		return value;
	value[len - 1] = '\0';
	return value + 1;
}

static void read_setting(struct reader *reader, char *line)
{
	char *equals = strchr(line, '=');

	if (!equals) {
		blame(reader,
		      opt_say(reader->opts, N_("a line looks like: key = value")));
		return;
	}
	*equals = '\0';
	char *key = trim(line);
	const struct opt_row *row = opt_find(reader->opts, key, strlen(key));
	if (!row || (row->flags & OPT_NO_FILE)) {
		refuse_key(reader, key);
		return;
	}
	if (!note_key(reader, row))
		return;
	AUTO(str_done) struct str where = STR_INIT;
	str_addf(&where, "%s:%u: %s", reader->path, reader->line, row->name);
	struct opt_place place = {reader->source, where.ptr, reader->line, reader->why};
	unsigned id = (unsigned)(row - reader->opts->rows);
	const char *value = unquote(trim(equals + 1));
	enum err err = reader->used ? opt_set(reader->opts, id, value, &place)
				    : opt_check(reader->opts, id, value, &place);
	reader->mistakes += err != ERR_OK;
}

static void read_line(struct reader *reader, struct bytes bytes)
{
	AUTO(mem_freep) char *copy = mem_strndup((const char *)bytes.ptr, bytes.len);

	if (strlen(copy) != bytes.len) {
		blame(reader, opt_say(reader->opts, N_("the line has a NUL byte")));
		return;
	}
	char *line = trim(copy);
	if (!line[0] || line[0] == '#')
		return;
	if (line[0] == '[')
		read_section(reader, line);
	else
		read_setting(reader, line);
}

enum err opts_read_file(struct opts *opts, const char *path, struct bytes text,
			const char *profile, struct str *why)
{
	struct reader reader = {.opts = opts,
				.path = path,
				.profile = profile,
				.why = why,
				.source = OPT_FROM_FILE,
				.used = true};

	reader.seen = mem_alloc(opts->count, sizeof(*reader.seen));
	while (text.len > 0 && reader.mistakes < MISTAKES_MAX) {
		const uint8_t *end = memchr(text.ptr, '\n', text.len);
		size_t len = end ? (size_t)(end - text.ptr) : text.len;
		reader.line++;
		read_line(&reader, bytes_of(text.ptr, len));
		text = bytes_of(text.ptr + len, text.len - len);
		if (end)
			text = bytes_of(text.ptr + 1, text.len - 1);
	}
	mem_free(reader.seen);
	opt_told(why);
	return reader.mistakes ? ERR_USAGE : ERR_OK;
}
