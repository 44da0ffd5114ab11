/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of security.def. */
#include "client/security.h"

#include "common/base/attr.h"
#include "common/os/lang.h"

static const struct {
	const char *word, *text;
} rows[] = {
#define SECURITY(word, text) {#word, text},
#include "client/security.def"
#undef SECURITY
};

void security_say(struct bytes word, struct str *out)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (bytes_equal(word, bytes_text(rows[i].word))) {
			str_add(out, _(rows[i].text));
			return;
		}
	str_addf(out, _("Something happened to your account: %.*s"), (int)word.len,
		 word.len ? (const char *)word.ptr : "");
}
