/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The texts of mails: a row of letter.def, the code, who asked. Plain text, no HTML, no
 * links that could be taken for an invitation to click. The code stands alone on its line,
 * so that people and scripts find it, and never in the subject, which phones show to
 * whoever looks. What comes from outside is neutralised: a mail program is a terminal too.
 */
#include "server/mail/letter.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/neutral.h"
#include "common/crypto/secret.h"
#include "common/os/lang.h"

static const struct row {
	const char *word, *subject, *text, *advice;
} rows[] = {
#define LETTER(id, word, subject, text, advice) {word, subject, text, advice},
#include "server/mail/letter.def"
#undef LETTER
};

_Static_assert(ARRAY_LEN(rows) == LETTER_COUNT, "a row for each letter");

const char *letter_word(enum letter_kind kind)
{
	return rows[kind].word;
}

enum err letter_kind_of(const char *word, enum letter_kind *ret_kind)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].word, word) == 0) {
			*ret_kind = (enum letter_kind)i;
			return ERR_OK;
		}
	}
	return ERR_NOT_FOUND;
}

void letter_done(struct letter *letter)
{
	str_done(&letter->to);
	str_wipe(&letter->subject);
	str_wipe(&letter->body);
}

struct writer {
	struct str *out;
	const struct letter_facts *facts;
	const struct catalog *catalog;
	bool lines; /* `what` has several */
	char minutes[12];
	char when[32];
};

static const char *translate(const struct writer *writer, const char *english)
{
	if (!*english)
		return ""; /* gettext answers that with the head of the catalog */
	return writer->catalog ? catalog_text(writer->catalog, english)
			       : lang_text(english);
}

static const char *fact(const struct writer *writer, const char *name, size_t len)
{
	const struct letter_facts *facts = writer->facts;
	const struct {
		const char *name, *value;
	} known[] = {
		{"server", facts->server}, {"name", facts->name},
		{"what", facts->what},     {"place", facts->place},
		{"client", facts->client}, {"minutes", writer->minutes},
		{"time", writer->when},
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (strlen(known[i].name) == len && memcmp(known[i].name, name, len) == 0)
			return known[i].value;
	}
	return NULL;
}

/* One line of text from outside: nothing in it acts on what shows it. */
static void add_outside(struct str *out, const char *text)
{
	neutral_add(out, text, strlen(text), NEUTRAL_LINE);
}

/* Lines that the server has made of such texts. */
static void add_lines(struct str *out, const char *text)
{
	for (size_t len; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		str_add(out, "    ");
		neutral_add(out, text, len, NEUTRAL_LINE);
		str_add_char(out, '\n');
	}
}

/* Not printf: a translation with a wrong placeholder must not be more than ugly. */
static void add_text(struct writer *writer, const char *english)
{
	for (const char *at = translate(writer, english); *at;) {
		const char *end = *at == '{' ? strchr(at, '}') : NULL;
		const char *value =
			end ? fact(writer, at + 1, (size_t)(end - at) - 1) : NULL;
		if (value && value == writer->facts->what && writer->lines) {
			add_lines(writer->out, value);
			at = end + 1;
		} else if (value) {
			add_outside(writer->out, value);
			at = end + 1;
		} else {
			str_add_char(writer->out, *at++);
		}
	}
}

static void add_code(struct writer *writer)
{
	str_addf(writer->out, "\n    %s\n\n", writer->facts->code);
	add_text(writer, N_("It is good for {minutes} minutes and for one use.\n"));
}

static void add_who(struct writer *writer)
{
	const struct letter_facts *facts = writer->facts;

	if (*facts->place && *facts->client)
		add_text(writer,
			 N_("It was asked for from {place} with {client}, {time}.\n"));
	else if (*facts->place)
		add_text(writer, N_("It was asked for from {place}, {time}.\n"));
	else
		add_text(writer, N_("It was asked for {time}.\n"));
}

void letter_write(struct letter *letter, enum letter_kind kind,
		  const struct letter_facts *facts, const struct catalog *catalog)
{
	const struct row *row = &rows[kind];
	struct writer writer = {
		.out = &letter->subject,
		.facts = facts,
		.catalog = catalog,
		.lines = kind == LETTER_DIGEST,
	};
	time_t asked = (time_t)(facts->asked_ms / 1000);
	struct tm tm;

	snprintf(writer.minutes, sizeof(writer.minutes), "%u", facts->minutes);
	gmtime_r(&asked, &tm);
	strftime(writer.when, sizeof(writer.when), "%Y-%m-%d %H:%M UTC", &tm);
	str_clear(&letter->subject);
	str_clear(&letter->body);
	add_text(&writer, row->subject);
	writer.out = &letter->body;
	add_text(&writer, row->text);
	if (*facts->code)
		add_code(&writer);
	else
		str_add_char(&letter->body, '\n');
	if (kind != LETTER_DIGEST) { /* nobody has asked for it now */
		add_who(&writer);
		str_add_char(&letter->body, '\n');
	}
	add_text(&writer, row->advice);
}
