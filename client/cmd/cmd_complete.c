/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Tab may put in: commands at the beginning of a line, rooms behind "#" and /room,
 * people behind "@" and at the beginning of a sentence. */
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
	/* The rows say what an argument is: "#ROOM", "@NAME", "NAME" of a room. */
	bool first = row && (size_t)(rest - line) == word;
	bool room = first && (strstr(row->args, "ROOM") || row->run == cmd_room);
	bool name = first && (strstr(row->args, "@NAME") || row->run == cmd_room);
	if (first && row->run == cmd_help)
		offer_commands(wanted, words);
	if (room || wanted.text[0] == '#')
		offer_rooms(app, wanted, room, words);
	if (name || wanted.text[0] == '@')
		offer_people(app, wanted, name, words);
}
