/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the commands of several verbs share. Lists are read and printed page by page, so that
 * a server of any size is listed in the memory of one page.
 */
#include "server/admin/verb.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/base/neutral.h"
#include "common/base/width.h"
#include "common/os/lang.h"

static bool is_yes(const char *answer)
{
	/* TRANSLATORS: the letter that means yes, in lower case */
	return (answer[0] | 32) == 'y' || (answer[0] | 32) == *_("y");
}

/* What cannot be undone is asked for, or said to be meant. */
static enum err confirm(struct admin *admin, const char *command)
{
	char answer[16];

	if (opts_bool(&admin->config->opts, OPTION_YES))
		return ERR_OK;
	if (!isatty(STDIN_FILENO)) {
		str_add(admin->why, _("this cannot be undone: say --yes if it is meant"));
		return ERR_USAGE;
	}
	fprintf(stderr, "chat-server %s", command);
	for (size_t i = 0; i < admin->count; i++)
		fprintf(stderr, " %s", admin->words[i]);
	fputs(_(": this cannot be undone. Go on (y/n)? "), stderr);
	if (fgets(answer, sizeof(answer), stdin) && is_yes(answer))
		return ERR_OK;
	str_add(admin->why, _("nothing was done"));
	return ERR_USAGE;
}

enum err verb_run(struct admin *admin, const char *command, const struct verb *verbs,
		  size_t count)
{
	struct admin behind = *admin;

	behind.words++;
	behind.count--;
	for (size_t i = 0; i < count; i++) {
		const struct verb *verb = &verbs[i];
		if (strcmp(verb->name, admin->words[0]) != 0)
			continue;
		if (behind.count < verb->least || behind.count > verb->most)
			break;
		enum err err = verb->destroys ? confirm(admin, command) : ERR_OK;
		return err == ERR_OK ? verb->run(&behind) : err;
	}
	/* TRANSLATORS: %s is the name of a command */
	str_addf(admin->why,
		 _("that is not how it is used; chat-server %s --help says how"),
		 command);
	return ERR_USAGE;
}

static bool take_setting(const char *word, const struct verb_set *sets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(sets[i].name);
		if (strncmp(word, sets[i].name, len) == 0 && word[len] == '=') {
			*sets[i].ret_value = word + len + 1;
			return true;
		}
	}
	return false;
}

enum err verb_settings(struct admin *admin, size_t from, const struct verb_set *sets,
		       size_t count)
{
	for (size_t i = from; i < admin->count; i++) {
		if (take_setting(admin->words[i], sets, count))
			continue;
		str_addf(admin->why, _("%s is not one of:"), admin->words[i]);
		for (size_t k = 0; k < count; k++)
			str_addf(admin->why, " %s=", sets[k].name);
		return ERR_USAGE;
	}
	return ERR_OK;
}

enum err verb_yes_no(struct admin *admin, const char *text, int *ret_value)
{
	int value = text ? kind_value(&yes_no_words, text, strlen(text)) : 0;

	if (text && !value) {
		str_addf(admin->why, _("%s is neither yes nor no"), text);
		return ERR_USAGE;
	}
	*ret_value = value;
	return ERR_OK;
}

/* ---- asking ---- */

static size_t count_words(const struct verb_ask *ask)
{
	size_t count = 0;

	while (count < ARRAY_LEN(ask->words) && ask->words[count].name)
		count++;
	return count;
}

static enum err ask_with(struct asker *asker, struct admin *admin, struct verb_ask *ask)
{
	const struct rest_row *row = rest_row(ask->op);
	AUTO(buf_done) struct buf args = BUF_INIT;
	AUTO(buf_done) struct buf answer = BUF_INIT;
	struct json_out out = json_out_init(&args);

	if (ask->args)
		body_encode(row->in(), &out, ask->args);
	else if (row->most > 0)
		buf_add_bytes(&args, bytes_text("{}"));
	enum err err = asker_ask(asker, ask->op, ask->words, count_words(ask),
				 buf_view(&args), &answer, admin->why);
	if (err == ERR_OK && ask->ret_body)
		err = body_parse(row->out(), buf_view(&answer), &ask->json,
				 ask->ret_body);
	return err;
}

enum err verb_ask(struct admin *admin, struct verb_ask *ask)
{
	struct asker *asker = NULL;
	enum err err = asker_new(admin->setup, &asker, admin->why);

	if (err == ERR_OK)
		err = ask_with(asker, admin, ask);
	asker_free(&asker);
	return err;
}

static bool wants_json(const struct admin *admin)
{
	return opts_bool(&admin->config->opts, OPTION_JSON);
}

enum err verb_show(struct admin *admin, struct verb_ask *ask, bool *ret_printed)
{
	AUTO(buf_done) struct buf text = BUF_INIT;
	enum err err = verb_ask(admin, ask);

	*ret_printed = err == ERR_OK && wants_json(admin);
	if (!*ret_printed)
		return err;
	json_print(json_root(ask->json), &text);
	str_add_len(admin->said, (const char *)text.ptr, text.len);
	str_add(admin->said, "\n");
	return ERR_OK;
}

/* ---- lists ---- */

/* The one list in @def, and its cursor (NULL: it comes in one piece). */
static const struct body_field *list_of(const struct body_def *def,
					const struct body_field **ret_cursor)
{
	const struct body_field *list = NULL;

	for (size_t i = 0; i < def->count; i++) {
		if (def->fields[i].type == BODY_LIST)
			list = &def->fields[i];
		if (strcmp(def->fields[i].name, "cursor") == 0)
			*ret_cursor = &def->fields[i];
	}
	return list;
}

static void print_page(const struct admin *admin, const struct body_field *list,
		       const char *page, verb_line_fn *line)
{
	const char *items = *(const char *const *)(page + list->at);
	size_t count = *(const size_t *)(page + list->beside);
	const struct body_def *each = list->sub();

	for (size_t i = 0; i < count; i++) {
		const void *item = items + i * each->size;
		AUTO(str_done) struct str text = STR_INIT;
		AUTO(buf_done) struct buf json = BUF_INIT;
		struct json_out out = json_out_init(&json);
		if (wants_json(admin)) {
			body_encode(each, &out, item);
			str_add_len(&text, (const char *)json.ptr, json.len);
		} else {
			line(item, &text);
		}
		puts(text.ptr);
	}
}

/* The word of @ask that is the cursor: the first one that is not used. */
static void set_cursor(struct verb_ask *ask, size_t at, const char *cursor)
{
	ask->words[at] = (struct ask_word){"cursor", *cursor ? cursor : NULL};
}

enum err verb_list(struct admin *admin, struct verb_ask *ask, verb_line_fn *line)
{
	const struct body_def *def = rest_row(ask->op)->out();
	const struct body_field *cursor = NULL, *list = list_of(def, &cursor);
	AUTO(str_done) struct str next = STR_INIT;
	size_t at = count_words(ask);
	char *page = mem_alloc(1, def->size);
	struct asker *asker = NULL;
	enum err err = asker_new(admin->setup, &asker, admin->why);

	ask->ret_body = page;
	do {
		set_cursor(ask, at, next.ptr);
		if (err == ERR_OK)
			err = ask_with(asker, admin, ask);
		if (err != ERR_OK)
			break;
		print_page(admin, list, page, line);
		const struct bytes text =
			cursor ? *(const struct bytes *)(page + cursor->at)
			       : bytes_of(NULL, 0);
		str_clear(&next);
		str_add_len(&next, (const char *)text.ptr, text.len);
		json_free(&ask->json);
	} while (next.len > 0);
	json_free(&ask->json);
	asker_free(&asker);
	mem_free(page);
	return err;
}

void verb_column(struct str *out, struct bytes text, unsigned width)
{
	AUTO(str_done) struct str safe = STR_INIT;

	neutral_add(&safe, (const char *)text.ptr, text.len, NEUTRAL_LINE);
	str_add(out, safe.ptr);
	for (size_t used = width_text(safe.ptr, safe.len); used < width; used++)
		str_add_char(out, ' ');
}

#define NAME_COLS 20 /* of what a fact is called */

void verb_fact(struct str *out, const char *name, struct bytes value)
{
	if (!value.len)
		return;
	verb_column(out, bytes_text(name), NAME_COLS);
	verb_column(out, value, 0);
	str_add(out, "\n");
}

void verb_fact_number(struct str *out, const char *name, uint64_t value)
{
	verb_column(out, bytes_text(name), NAME_COLS);
	str_addf(out, "%llu\n", (unsigned long long)value);
}
