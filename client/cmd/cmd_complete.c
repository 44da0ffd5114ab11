/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Tab may put in: commands at the beginning of a line, rooms behind "#" and /room,
 * people behind "@" and at the beginning of a sentence, verbs where a row has them. */
#include <string.h>

#include "client/cmd/cmd_private.h"
#include "common/base/mem.h"
#include "common/os/lang.h"

struct wanted {
	const char *text;
	size_t len;
};

static bool begins(const char *word, struct wanted wanted)
{
	return strncasecmp(word, wanted.text, wanted.len) == 0;
}

static void offer_commands(struct wanted wanted, struct ui_words *words)
{
	size_t count;
	const struct cmd_row *rows = cmd_rows(&count);

	for (size_t i = 0; i < count; i++) {
		AUTO(str_done) struct str word = STR_INIT;
		AUTO(str_done) struct str help = STR_INIT;
		str_addf(&word, "/%s", rows[i].name);
		str_addf(&help, "%s%s%s", rows[i].args, *rows[i].args ? " — " : "",
			 _(rows[i].help));
		if (begins(word.ptr, wanted))
			ui_word(words, word.ptr, help.ptr);
	}
}

static void offer_rooms(struct app *app, struct wanted wanted, bool bare,
			struct ui_words *words)
{
	const struct rooms *rooms = &app->model.rooms;

	for (size_t i = 0; i < rooms->count; i++) {
		const struct room *room = rooms->rows[i];
		AUTO(str_done) struct str word = STR_INIT;
		if (room->kind == ROOM_DIRECT || !room->name.len)
			continue;
		str_addf(&word, "#%s", room->name.ptr);
		if (begins(word.ptr, wanted) || (bare && begins(room->name.ptr, wanted)))
			ui_word(words, word.ptr, room->topic.ptr);
	}
}

static void offer_people(struct app *app, struct wanted wanted, bool bare,
			 struct ui_words *words)
{
	struct person *person;

	for (size_t at = 0; (person = map_next(&app->model.people.by_id, &at));) {
		AUTO(str_done) struct str word = STR_INIT;
		if (!person->account.len)
			continue;
		str_addf(&word, "@%s", person->account.ptr);
		if (begins(word.ptr, wanted) ||
		    (bare && wanted.len && begins(person->account.ptr, wanted)))
			ui_word(words, word.ptr, person->display.ptr);
	}
}

/* ---- the words of a row ---- */

/* One of the alternatives in @words, "add|remove": those in lower case are verbs. */
static void offer_verbs(const char *words, size_t len, struct wanted wanted,
			struct ui_words *offered)
{
	for (size_t at = 0, end; at < len; at = end + 1) {
		for (end = at; end < len && words[end] != '|';)
			end++;
		size_t verb = strspn(words + at, "abcdefghijklmnopqrstuvwxyz-");
		AUTO(mem_freep) char *word = mem_strndup(words + at, verb);
		if (verb && at + verb == end && begins(word, wanted))
			ui_word(offered, word, "");
	}
}

/* Whether @word, which was typed, can stand where the row has @words: a verb only where it
 * is one of them, a value anywhere. */
static bool fits(const char *words, size_t len, const char *word, size_t word_len)
{
	bool value = false;

	for (size_t at = 0, end; at < len; at = end + 1) {
		for (end = at; end < len && words[end] != '|';)
			end++;
		if (end - at == word_len && memcmp(words + at, word, word_len) == 0)
			return true;
		value |= words[at] < 'a' || words[at] > 'z';
	}
	return value;
}

/* One way to use a row, "change HOOK name|url VALUE": walk along what was typed up to
 * @end, and offer what may stand there. */
static void offer_along(const char *part, size_t len, const char *typed, const char *end,
			struct wanted wanted, struct ui_words *offered)
{
	for (size_t at = 0; at < len;) {
		size_t skip = strspn(part + at, " []"),
		       word = strcspn(part + at + skip, " []");
		const char *rest;
		at += skip;
		if (at + word > len)
			word = at < len ? len - at : 0;
		if (typed == end) {
			offer_verbs(part + at, word, wanted, offered);
			return;
		}
		size_t typed_len = cmd_word(typed, &rest);
		if (!fits(part + at, word, typed, typed_len))
			return;
		typed = rest;
		at += word;
	}
}

/* The row's arguments are ways to use it with ", " between them. */
static void offer_args(const char *args, const char *typed, const char *end,
		       struct wanted wanted, struct ui_words *offered)
{
	for (const char *next; args; args = next ? next + 2 : NULL) {
		next = strstr(args, ", ");
		offer_along(args, next ? (size_t)(next - args) : strlen(args), typed, end,
			    wanted, offered);
	}
}

void cmd_complete(struct app *app, const char *line, size_t word, size_t point,
		  struct ui_words *words)
{
	struct wanted wanted = {line + word, point - word};
	const char *rest;
	size_t len = line[0] == '/' ? cmd_word(line + 1, &rest) : 0;
	const struct cmd_row *row = len ? cmd_find(line + 1, len) : NULL;

	if (word == 0 && line[0] == '/') {
		offer_commands(wanted, words);
		return;
	}
	if (cmd_complete_path(line, word, point, words))
		return;
	/* The rows say what an argument is: "#ROOM", "@NAME", "NAME" of a room. */
	bool first = row && (size_t)(rest - line) == word;
	bool room = first && (strstr(row->args, "ROOM") || row->run == cmd_room);
	bool name = first && (strstr(row->args, "@NAME") || row->run == cmd_room);
	if (first && row->run == cmd_help)
		offer_commands(wanted, words);
	if (row)
		offer_args(row->args, rest, line + word, wanted, words);
	if (room || wanted.text[0] == '#')
		offer_rooms(app, wanted, room, words);
	if (name || wanted.text[0] == '@')
		offer_people(app, wanted, name, words);
}
