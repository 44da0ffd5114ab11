/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the wire to a row. */
#include "client/event_row.h"

#include "client/change.h"

static struct bytes extra_of(const struct body_event *event, struct rows *rows)
{
	AUTO(buf_done) struct buf extra = BUF_INIT;

	change_extra(event, &extra);
	return extra.len ? rows_keep(rows, buf_view(&extra)) : bytes_of(NULL, 0);
}

void event_row(const struct body_event *event, bool mentions_me, struct rows *rows,
	       struct cache_event *ret)
{
	*ret = (struct cache_event){
		.room = event->room,
		.id = event->cid,
		.from = event->from,
		.target = event->target,
		.reply = event->reply,
		.thread = event->thread,
		.user = event->user.user,
		.seq = event->seq,
		.ord = event->ord,
		.ts_ms = event->ts,
		.kind = event->kind,
		.change = event->change,
		.role = event->role,
		.deleted = event->deleted,
		.quiet = event->quiet,
		.mentions_me = mentions_me,
		.text = rows_keep(rows, event->text),
		.sealed = rows_keep(rows, event->sealed),
		.extra = extra_of(event, rows),
	};
}
