/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Paths where a command takes one: "~/report.pdf" is what a shell would make of it, and Tab
 * offers what is in the folder. The path is all that follows the command, blanks included, so
 * what is offered continues the word that readline is at, not the path.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "client/cmd/cmd_private.h"
#include "common/base/mem.h"
#include "common/base/utf8.h"

#define OFFER_MOST 100  /* more help nobody to choose */
#define LOOK_MOST  5000 /* entries of a folder: a network disk is slow */

/* The commands with a path, and the word before it. */
static const struct {
	const char *name, *verb;
} places[] = {{"file", ""}, {"profile", "avatar"}, {"save", ""}};

void cmd_add_path(const char *text, struct str *path)
{
	const char *home = getenv("HOME");

	if (text[0] == '~' && (text[1] == '/' || text[1] == '\0') && home)
		str_addf(path, "%s%s", home, text + 1);
	else
		str_add(path, text);
}

/* Where in @line the path begins that belongs to its command, or NULL. */
static const char *path_of(const char *line)
{
	const char *rest, *behind;
	size_t len = line[0] == '/' ? cmd_word(line + 1, &rest) : 0;

	for (size_t i = 0; len && i < ARRAY_LEN(places); i++) {
		if (!cmd_is(line + 1, len, places[i].name))
			continue;
		if (!places[i].verb[0])
			return rest;
		size_t verb = cmd_word(rest, &behind);
		if (cmd_is(rest, verb, places[i].verb) && behind > rest + verb)
			return behind;
	}
	return NULL;
}

/* What can be typed: whole characters, none of which controls anything. */
static bool is_plain(const char *name)
{
	for (const char *at = name; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return false;
	return utf8_valid(name, strlen(name));
}

static bool is_folder(const char *folder, const char *name)
{
	AUTO(str_done) struct str path = STR_INIT;
	struct stat st;

	str_addf(&path, "%s/%s", folder, name);
	return stat(path.ptr, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The entries of @folder that go on where @typed ends, whose last name begins at @at: without
 * its first @skip bytes, which stand in the line before the word that is completed. */
static void offer_entries(const char *folder, const char *typed, size_t at, size_t skip,
			  struct ui_words *words)
{
	const char *begin = typed + at;
	DIR *dir = opendir(folder);
	size_t len = strlen(begin), offered = 0;
	struct dirent *entry;

	for (unsigned looked = 0;
	     dir && looked < LOOK_MOST && offered < OFFER_MOST && (entry = readdir(dir));
	     looked++) {
		const char *name = entry->d_name;
		AUTO(str_done) struct str word = STR_INIT;
		if (strncmp(name, begin, len) != 0 || (name[0] == '.' && !len) ||
		    strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || !is_plain(name))
			continue;
		str_add_len(&word, typed, at);
		str_add(&word, name);
		if (is_folder(folder, name))
			str_add_char(&word, '/');
		ui_word(words, word.ptr + skip, "");
		offered++;
	}
	if (dir)
		closedir(dir);
}

bool cmd_complete_path(const char *line, size_t word, size_t point,
		       struct ui_words *words)
{
	const char *start = path_of(line);
	AUTO(str_done) struct str typed = STR_INIT;
	AUTO(str_done) struct str folder = STR_INIT;

	if (!start || start > line + word)
		return false;
	str_add_len(&typed, start, (size_t)(line + point - start));
	const char *slash = strrchr(typed.ptr, '/');
	size_t begin = slash ? (size_t)(slash + 1 - typed.ptr) : 0;
	if (begin > 1) { /* with its last slash only where that is all */
		AUTO(mem_freep) char *before = mem_strndup(typed.ptr, begin - 1);
		cmd_add_path(before, &folder);
	} else {
		str_add(&folder, begin ? "/" : ".");
	}
	offer_entries(folder.ptr, typed.ptr, begin, (size_t)(line + word - start), words);
	return true;
}
