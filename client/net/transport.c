/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The notes of the transport port: what every implementation puts and the owner frees.
 */
#include "client/net/transport.h"

#include <assert.h>

#include "common/base/mem.h"

static struct transport_note *note_of(struct mail *mail)
{
	return mail ? CONTAINER_OF(mail, struct transport_note, mail) : NULL;
}

void transport_inbox_init(struct transport_inbox *inbox, mailbox_wake_fn *wake, void *ctx)
{
	mailbox_init(&inbox->box, 0, wake, ctx);
	atomic_init(&inbox->held, 0);
}

void transport_inbox_done(struct transport_inbox *inbox)
{
	for (struct transport_note *note = transport_inbox_take(inbox), *next; note;
	     note = next) {
		next = transport_note_next(note);
		transport_note_free(&note);
	}
	mailbox_done(&inbox->box);
}

void transport_inbox_put(struct transport_inbox *inbox, struct transport_note **note)
{
	(*note)->inbox = inbox;
	atomic_fetch_add(&inbox->held, (*note)->len);
	bool put = mailbox_put(&inbox->box, &(*note)->mail);
	assert(put); /* unbounded: held bounds it, and it is never closed */
	*note = NULL;
}

struct transport_note *transport_inbox_take(struct transport_inbox *inbox)
{
	return note_of(mailbox_take(&inbox->box));
}

struct transport_note *transport_note_next(const struct transport_note *note)
{
	return note_of(note->mail.next);
}

struct transport_note *transport_note_new(enum transport_what what, const char *text,
					  size_t len)
{
	struct transport_note *note = mem_new(struct transport_note);

	note->what = what;
	if (text) {
		note->text = mem_strndup(text, len);
		note->len = len;
	}
	return note;
}

void transport_note_free(struct transport_note **note)
{
	if (!*note)
		return;
	if ((*note)->inbox)
		atomic_fetch_sub(&(*note)->inbox->held, (*note)->len);
	mem_free((*note)->text);
	mem_free(*note);
	*note = NULL;
}
