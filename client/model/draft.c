/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A draft is saved when typing pauses, so it remembers only that it differs. */
#include "client/model/draft.h"

#include <string.h>

void draft_done(struct draft *draft)
{
	str_done(&draft->text);
}

bool draft_set(struct draft *draft, const char *text, size_t len, size_t point)
{
	draft->point = point < len ? point : len;
	if (draft->text.len == len && memcmp(draft->text.ptr, text, len) == 0)
		return false;
	str_set_len(&draft->text, text, len);
	draft->unsaved = true;
	return true;
}

void draft_about(struct draft *draft, enum draft_kind kind, const struct id *target)
{
	draft->kind = kind;
	draft->target = target ? *target : (struct id){0};
}
