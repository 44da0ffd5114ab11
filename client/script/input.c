/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Read only where "-" asks for it: a cron job or an ssh without a terminal must not hang on
 * it.
 */
#include "client/script/input.h"

#include <errno.h>
#include <unistd.h>

#include "common/os/lang.h"
#include "common/proto/limits.h"

enum err input_read(struct str *text, struct str *why)
{
	char part[4096];

	while (text->len <= LIMIT_TEXT + 1) {
		ssize_t got = read(STDIN_FILENO, part, sizeof(part));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			str_set(why, _("standard input cannot be read"));
			return ERR_IO;
		}
		if (got == 0)
			break;
		str_add_len(text, part, (size_t)got);
	}
	if (text->len > 0 && text->ptr[text->len - 1] == '\n')
		str_cut(text, text->len - 1);
	return ERR_OK;
}
