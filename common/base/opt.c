/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The values of options: checking one against its row, keeping the one from the strongest
 * source, giving them out. Not the readers: opt_argv.c, opt_env.c and opt_file.c know
 * where values come from. The idea: a value is checked even where it does not win, so
 * that a mistake in a file is found although a flag hides it.
 */
#include "common/base/opt.h"

#include <assert.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/opt_read.h"
#include "common/base/utf8.h"

const char *opt_say(const struct opts *opts, const char *english)
{
	return opts->translate ? opts->translate(english) : english;
}

void opt_told(struct str *why)
{
	if (why->len > 0 && why->ptr[why->len - 1] == '\n')
		str_cut(why, why->len - 1);
}

static void value_clear(struct opt_value *value)
{
	mem_freep(&value->text);
	for (size_t i = 0; i < value->count; i++)
		mem_freep(&value->items[i]);
	mem_free(value->items);
	*value = (struct opt_value){0};
}

static void set_defaults(struct opts *opts)
{
	AUTO(str_done) struct str why = STR_INIT;

	for (unsigned id = 0; id < opts->count; id++) {
		const struct opt_row *row = &opts->rows[id];
		struct opt_place place = {OPT_FROM_DEFAULT, row->name, 0, &why};

		assert(strlen(row->name) < OPT_NAME_MAX);
		opts->values[id].text = mem_strdup("");
		if (!row->fallback[0])
			continue;
		enum err err = opt_set(opts, id, row->fallback, &place);
		assert(err == ERR_OK);
	}
}

void opts_init(struct opts *opts, const struct opt_row *rows, size_t count,
	       opt_text_fn *translate)
{
	*opts = (struct opts){.rows = rows, .count = count, .translate = translate};
	opts->values = mem_alloc(count, sizeof(*opts->values));
	set_defaults(opts);
}

void opts_done(struct opts *opts)
{
	for (size_t i = 0; i < opts->count; i++)
		value_clear(&opts->values[i]);
	mem_free(opts->values);
	mem_free(opts->operands);
	*opts = (struct opts){0};
}

/* The index of @text among "a|b|c", or -1. */
static int word_index(const char *words, const char *text)
{
	size_t len = strlen(text);

	for (int at = 0; words; at++) {
		const char *end = strchrnul(words, '|');
		if ((size_t)(end - words) == len && memcmp(words, text, len) == 0)
			return at;
		words = *end ? end + 1 : NULL;
	}
	return -1;
}

static bool is_plain_text(const char *text)
{
	for (const char *at = text; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return false;
	}
	return utf8_valid(text, strlen(text));
}

static enum err parse_number(const struct opt_row *row, const char *text, int64_t *ret)
{
	switch (row->type) {
	case OPT_INT: return opt_parse_int(text, ret);
	case OPT_DURATION: return opt_parse_duration(text, ret);
	case OPT_SIZE: return opt_parse_size(text, ret);
	default: assert(!"a row of another type"); return ERR_INTERNAL;
	}
}

static enum err check_number(const struct opts *opts, const struct opt_row *row,
			     const char *text, const struct opt_place *place,
			     int64_t *ret)
{
	static const char *const forms[] = {
		[OPT_INT] = N_("a whole number"),
		[OPT_DURATION] = N_("a duration like 500ms, 10s, 5m, 2h or 7d"),
		[OPT_SIZE] = N_("a size like 4096, 64K, 10M or 2G"),
	};
	enum err err = parse_number(row, text, ret);

	if (err == ERR_BAD) {
		str_addf(place->why,
			 /* TRANSLATORS: the last %s is "a whole number" and the like */
			 opt_say(opts, N_("%s: '%s' does not fit, it takes %s\n")),
			 place->where, text, opt_say(opts, forms[row->type]));
		return ERR_USAGE;
	}
	if (err == ERR_OK && *ret >= row->min && *ret <= row->max)
		return ERR_OK;
	const char *unit = row->type == OPT_DURATION ? "ms" : "";
	str_addf(place->why,
		 opt_say(opts, N_("%s: '%s' is out of range, it must be from %lld%s to "
				  "%lld%s\n")),
		 place->where, text, (long long)row->min, unit, (long long)row->max,
		 unit);
	return ERR_USAGE;
}

static enum err check_text(const struct opts *opts, const struct opt_row *row,
			   const char *text, const struct opt_place *place)
{
	int64_t most = row->max < OPT_TEXT_MAX ? row->max : OPT_TEXT_MAX;

	if (!is_plain_text(text)) {
		str_addf(place->why,
			 opt_say(opts, N_("%s: the value is not valid UTF-8 or has "
					  "control characters\n")),
			 place->where);
		return ERR_USAGE;
	}
	if ((int64_t)strlen(text) <= most)
		return ERR_OK;
	str_addf(place->why,
		 opt_say(opts, N_("%s: the value is longer than %lld bytes\n")),
		 place->where, (long long)most);
	return ERR_USAGE;
}

static enum err check_words(const struct opts *opts, const struct opt_row *row,
			    const char *text, const struct opt_place *place, int64_t *ret)
{
	bool is = false;
	int at = row->type == OPT_ENUM ? word_index(row->words, text) : -1;

	if (at >= 0) {
		*ret = at;
		return ERR_OK;
	}
	if (row->type == OPT_BOOL && opt_parse_bool(text, &is) == ERR_OK) {
		*ret = is;
		return ERR_OK;
	}
	str_addf(place->why, opt_say(opts, N_("%s: '%s' is none of %s\n")), place->where,
		 text, row->type == OPT_ENUM ? row->words : "yes|no");
	return ERR_USAGE;
}

static enum err check_value(const struct opts *opts, const struct opt_row *row,
			    const char *text, const struct opt_place *place, int64_t *ret)
{
	/* What reaches the messages below has passed this: no control characters. */
	enum err err = check_text(opts,
				  row->type == OPT_TEXT || row->type == OPT_PATH
					  ? row
					  : &(struct opt_row){.max = OPT_TEXT_MAX},
				  text, place);

	if (err != ERR_OK)
		return err;
	switch (row->type) {
	case OPT_BOOL:
	case OPT_ENUM: return check_words(opts, row, text, place, ret);
	case OPT_INT:
	case OPT_DURATION:
	case OPT_SIZE: return check_number(opts, row, text, place, ret);
	case OPT_TEXT:
	case OPT_PATH:
	case OPT_LIST: break;
	}
	return ERR_OK;
}

static enum err check(const struct opts *opts, unsigned id, const char *text,
		      const struct opt_place *place, int64_t *ret)
{
	if (opts->hosted && (opts->rows[id].flags & OPT_RUNS) &&
	    place->source != OPT_FROM_DEFAULT) {
		str_addf(place->why,
			 opt_say(opts, N_("%s: options that run programs are off in "
					  "hosted mode\n")),
			 place->where);
		return ERR_USAGE;
	}
	return check_value(opts, &opts->rows[id], text, place, ret);
}

enum err opt_check(const struct opts *opts, unsigned id, const char *text,
		   const struct opt_place *place)
{
	int64_t number = 0;

	return check(opts, id, text, place, &number);
}

static enum err add_items(const struct opts *opts, struct opt_value *value,
			  const char *text, const struct opt_place *place)
{
	while (*text) {
		const char *end = strchrnul(text, ',');
		while (*text == ' ')
			text++;
		size_t len = (size_t)(end - text);
		while (len > 0 && text[len - 1] == ' ')
			len--;
		if (value->count == OPT_LIST_MAX) {
			str_addf(place->why,
				 opt_say(opts,
					 N_("%s: the list has more than %d items\n")),
				 place->where, OPT_LIST_MAX);
			return ERR_USAGE;
		}
		if (len > 0) {
			value->items = mem_resize(value->items, value->count + 1,
						  sizeof(*value->items));
			value->items[value->count++] = mem_strndup(text, len);
		}
		text = *end ? end + 1 : end;
	}
	return ERR_OK;
}

static char *expand_home(const struct opts *opts, const char *text)
{
	struct str path = STR_INIT;

	if (!opts->home || text[0] != '~' || (text[1] != '/' && text[1] != '\0'))
		return mem_strdup(text);
	str_add(&path, opts->home);
	str_add(&path, text + 1);
	return str_take(&path);
}

enum err opt_set(struct opts *opts, unsigned id, const char *text,
		 const struct opt_place *place)
{
	const struct opt_row *row = &opts->rows[id];
	struct opt_value *value = &opts->values[id];
	int64_t number = 0;

	enum err err = check(opts, id, text, place, &number);
	if (err != ERR_OK || place->source < value->source)
		return err;
	if (row->type == OPT_LIST && place->source == value->source && value->count > 0)
		return add_items(opts, value, text, place);
	value_clear(value);
	value->source = place->source;
	value->line = place->line;
	value->number = number;
	value->text = row->type == OPT_PATH ? expand_home(opts, text) : mem_strdup(text);
	return row->type == OPT_LIST ? add_items(opts, value, text, place) : ERR_OK;
}

static const struct opt_value *value_of(const struct opts *opts, unsigned id,
					enum opt_type type)
{
	assert(id < opts->count && opts->rows[id].type == type);
	return &opts->values[id];
}

bool opts_bool(const struct opts *opts, unsigned id)
{
	return value_of(opts, id, OPT_BOOL)->number != 0;
}

int64_t opts_number(const struct opts *opts, unsigned id)
{
	assert(id < opts->count);
	enum opt_type type = opts->rows[id].type;
	assert(type == OPT_INT || type == OPT_DURATION || type == OPT_SIZE);
	return opts->values[id].number;
}

unsigned opts_word(const struct opts *opts, unsigned id)
{
	return (unsigned)value_of(opts, id, OPT_ENUM)->number;
}

const char *opts_text(const struct opts *opts, unsigned id)
{
	assert(id < opts->count);
	return opts->values[id].text;
}

size_t opts_list_count(const struct opts *opts, unsigned id)
{
	return value_of(opts, id, OPT_LIST)->count;
}

const char *opts_list_item(const struct opts *opts, unsigned id, size_t at)
{
	const struct opt_value *value = value_of(opts, id, OPT_LIST);

	assert(at < value->count);
	return value->items[at];
}

bool opts_same(const struct opts *a, const struct opts *b, unsigned id)
{
	const struct opt_value *one = &a->values[id], *two = &b->values[id];

	if (one->number != two->number || one->count != two->count)
		return false;
	for (size_t i = 0; i < one->count; i++) {
		if (strcmp(one->items[i], two->items[i]) != 0)
			return false;
	}
	/* a list's text is its first piece only, "2h" and "120m" are one number */
	bool worded = a->rows[id].type == OPT_TEXT || a->rows[id].type == OPT_PATH;
	return !worded || strcmp(one->text, two->text) == 0;
}

bool opts_given(const struct opts *opts, unsigned id)
{
	return opts_source(opts, id) != OPT_FROM_DEFAULT;
}

enum opt_source opts_source(const struct opts *opts, unsigned id)
{
	assert(id < opts->count);
	return opts->values[id].source;
}
