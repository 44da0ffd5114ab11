/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of audit.def by number and by word. */
#include "common/proto/audit.h"

#include <assert.h>
#include <string.h>

#include "common/base/attr.h"

static const struct row {
	const char *word;
	const char *text;
} rows[] = {
#define AUDIT(id, word, text) {word, text},
#include "common/proto/audit.def"
#undef AUDIT
};

_Static_assert(ARRAY_LEN(rows) == AUDIT_VERB_COUNT, "a row for each verb");

const char *audit_word(enum audit_verb verb)
{
	assert(verb < AUDIT_VERB_COUNT);
	return rows[verb].word;
}

const char *audit_text(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].word, word) == 0)
			return rows[i].text;
	}
	return word;
}
