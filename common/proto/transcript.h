/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What was said in a room, as a file for people or programs: JSON lines (`record` of
 *  body_rest.def, one per line), plain text, or one HTML page that loads nothing from
 *  anywhere. Times are UTC. What came from people is made harmless: no control characters
 *  in text, nothing but text in HTML. Pure: it writes into a buffer. Thread: any. */
#ifndef CHAT_PROTO_TRANSCRIPT_H
#define CHAT_PROTO_TRANSCRIPT_H

#include "common/base/str.h"
#include "common/proto/body.h"

enum transcript_form { TRANSCRIPT_JSONL = 1, TRANSCRIPT_TEXT, TRANSCRIPT_HTML };

/** The form called @name ("jsonl", "text", "html"), or 0. */
enum transcript_form transcript_form(const char *name);

struct transcript {
	enum transcript_form form;
	uint64_t day; /**< of the entry before, for HTML */
};

/** The head of the file: @room is a record of the room. Appends to @out. */
void transcript_begin(struct transcript *transcript, enum transcript_form form,
		      const struct body_record *room, struct buf *out);
/** One message or event. */
void transcript_add(struct transcript *transcript, const struct body_record *record,
		    struct buf *out);
void transcript_end(const struct transcript *transcript, struct buf *out);

/** The record of @event, said by the user of account @name who is shown as @display; the
 *  views are borrowed. */
void transcript_record(const struct body_event *event, struct bytes name,
		       struct bytes display, struct body_record *ret_record);

#endif
