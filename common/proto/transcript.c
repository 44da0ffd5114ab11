/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three forms of one record. JSON lines are what the bodies make of them; text and HTML say
 * what people want to read and leave out what only programs need.
 */
#include "common/proto/transcript.h"

#include <string.h>

#include "common/base/neutral.h"

#define DAY_MS 86400000u

static const char page_head[] =
	"<!doctype html>\n<html><head><meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	"style-src 'unsafe-inline'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
	"<style>body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 "
	"1em}"
	"h2{font-size:1em;border-bottom:1px solid #888;margin-top:2em}"
	"p{margin:.3em 0;white-space:pre-wrap;overflow-wrap:anywhere}"
	"time{color:#666;margin-right:.6em}b{unicode-bidi:isolate}"
	"span{unicode-bidi:isolate}i{color:#666}"
	"@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}}</style>\n";

enum transcript_form transcript_form(const char *name)
{
	static const char *const names[] = {
		[TRANSCRIPT_JSONL] = "jsonl",
		[TRANSCRIPT_TEXT] = "text",
		[TRANSCRIPT_HTML] = "html",
	};

	for (size_t i = 1; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i], name) == 0)
			return (enum transcript_form)i;
	}
	return 0;
}

static void add(struct buf *out, const char *text)
{
	buf_add_bytes(out, bytes_text(text));
}

static void add_number(struct buf *out, uint64_t number, unsigned digits)
{
	uint64_t unit = 1;

	while (--digits > 0)
		unit *= 10;
	for (; unit > 0; unit /= 10)
		buf_add_u8(out, (uint8_t)('0' + number / unit % 10));
}

static void add_time(struct buf *out, uint64_t ms)
{
	uint64_t second = ms / 1000 % 86400;

	add_number(out, second / 3600, 2);
	add(out, ":");
	add_number(out, second / 60 % 60, 2);
	add(out, ":");
	add_number(out, second % 60, 2);
}

/* The Gregorian calendar in years that begin in March, whose last day may be the 29th of
 * February: then month and day follow from the day of the year alone. */
static void add_day(struct buf *out, uint64_t ms)
{
	const uint64_t days = ms / DAY_MS + 719468; /* since March of the year 0 */
	const uint64_t era = days / 146097, day_of_era = days % 146097;
	const uint64_t year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
			       day_of_era / 146096) /
			      365;
	const uint64_t day = day_of_era - (365 * year + year / 4 - year / 100);
	const uint64_t month = (5 * day + 2) / 153;

	add_number(out, era * 400 + year + (month >= 10), 4);
	add(out, "-");
	add_number(out, month < 10 ? month + 3 : month - 9, 2);
	add(out, "-");
	add_number(out, day - (153 * month + 2) / 5 + 1, 2);
}

/* Text that is harmless in a terminal; further lines behind @indent. */
static void add_text(struct buf *out, struct bytes text, const char *indent)
{
	AUTO(str_done) struct str safe = STR_INIT;

	neutral_add(&safe, (const char *)text.ptr, text.len,
		    indent ? NEUTRAL_TEXT : NEUTRAL_LINE);
	for (size_t i = 0; i < safe.len; i++) {
		buf_add_u8(out, (uint8_t)safe.ptr[i]);
		if (safe.ptr[i] == '\n' && indent)
			add(out, indent);
	}
}

/* The same, and nothing but text to a browser. */
static void add_html(struct buf *out, struct bytes text, enum neutral_mode mode)
{
	AUTO(str_done) struct str safe = STR_INIT;

	neutral_add(&safe, (const char *)text.ptr, text.len, mode);
	for (size_t i = 0; i < safe.len; i++) {
		switch (safe.ptr[i]) {
		case '&': add(out, "&amp;"); break;
		case '<': add(out, "&lt;"); break;
		case '>': add(out, "&gt;"); break;
		case '"': add(out, "&quot;"); break;
		case '\'': add(out, "&#39;"); break;
		default: buf_add_u8(out, (uint8_t)safe.ptr[i]);
		}
	}
}

static void add_json(struct buf *out, const struct body_record *record)
{
	struct json_out json = json_out_init(out);

	body_encode(body_record_def(), &json, record);
	buf_add_u8(out, '\n');
}

/* What stands in the place of words that are not there. */
static const char *instead(const struct body_record *record)
{
	if (record->deleted)
		return "(deleted)";
	if (record->sealed)
		return "(encrypted)";
	return record->text.len ? NULL : "(no text)";
}

static bool is_message(const struct body_record *record)
{
	return bytes_equal(record->record, bytes_text("message"));
}

/* ---- the head ---- */

static struct bytes title_of(const struct body_record *room)
{
	return room->slug.len ? room->slug : room->name;
}

void transcript_begin(struct transcript *transcript, enum transcript_form form,
		      const struct body_record *room, struct buf *out)
{
	*transcript = (struct transcript){.form = form, .day = UINT64_MAX};
	switch (form) {
	case TRANSCRIPT_JSONL: add_json(out, room); break;
	case TRANSCRIPT_TEXT:
		add(out, "# ");
		add_text(out, title_of(room), NULL);
		if (room->topic.len) {
			add(out, ": ");
			add_text(out, room->topic, NULL);
		}
		add(out, "\n# ");
		add_day(out, room->ts);
		add(out, " UTC\n\n");
		break;
	case TRANSCRIPT_HTML:
		add(out, page_head);
		add(out, "<title>");
		add_html(out, title_of(room), NEUTRAL_LINE);
		add(out, "</title></head>\n<body><h1>");
		add_html(out, title_of(room), NEUTRAL_LINE);
		add(out, "</h1>\n<p>");
		add_html(out, room->topic, NEUTRAL_LINE);
		add(out, "</p>\n");
		break;
	}
}

/* ---- what was said ---- */

static void add_line(struct buf *out, const struct body_record *record)
{
	const char *missing = instead(record);

	add_day(out, record->ts);
	add(out, " ");
	add_time(out, record->ts);
	add(out, "  ");
	if (!is_message(record)) {
		add(out, "-- ");
		add_text(out, record->author, NULL);
		add(out, ": ");
		add_text(out, record->text, NULL);
		add(out, "\n");
		return;
	}
	add(out, "<");
	add_text(out, record->author, NULL);
	add(out, record->imported ? " (imported)> " : "> ");
	if (missing)
		add(out, missing);
	else
		add_text(out, record->text, "                     ");
	add(out, record->edited && !missing ? " (edited)\n" : "\n");
}

static void add_paragraph(struct transcript *transcript, struct buf *out,
			  const struct body_record *record)
{
	const char *missing = instead(record);

	if (record->ts / DAY_MS != transcript->day) {
		transcript->day = record->ts / DAY_MS;
		add(out, "<h2>");
		add_day(out, record->ts);
		add(out, "</h2>\n");
	}
	add(out, "<p><time datetime=\"");
	add_day(out, record->ts);
	add(out, "T");
	add_time(out, record->ts);
	add(out, "Z\">");
	add_time(out, record->ts);
	add(out, "</time>");
	add(out, is_message(record) ? "<b>" : "<i>");
	add_html(out, record->author, NEUTRAL_LINE);
	add(out, is_message(record) ? "</b>" : "</i>");
	if (record->imported)
		add(out, " <i>(imported)</i>");
	if (is_message(record) && missing) {
		add(out, " <i>");
		add(out, missing);
		add(out, "</i></p>\n");
		return;
	}
	add(out, is_message(record) ? " <span>" : " <i>");
	add_html(out, record->text, NEUTRAL_TEXT);
	add(out, is_message(record) ? "</span>" : "</i>");
	add(out, record->edited ? " <i>(edited)</i></p>\n" : "</p>\n");
}

void transcript_add(struct transcript *transcript, const struct body_record *record,
		    struct buf *out)
{
	switch (transcript->form) {
	case TRANSCRIPT_JSONL: add_json(out, record); break;
	case TRANSCRIPT_TEXT: add_line(out, record); break;
	case TRANSCRIPT_HTML: add_paragraph(transcript, out, record); break;
	}
}

void transcript_end(const struct transcript *transcript, struct buf *out)
{
	if (transcript->form == TRANSCRIPT_HTML)
		add(out, "</body></html>\n");
}

void transcript_record(const struct body_event *event, struct bytes name,
		       struct bytes display, struct body_record *ret_record)
{
	const bool said = event->kind == EVENT_MESSAGE || event->kind == 0;
	const bool imported = event->author.len > 0;

	*ret_record = (struct body_record){
		.record = bytes_text(said ? "message" : "event"),
		.id = event->cid,
		.seq = event->seq,
		.ts = imported && event->said_ts ? event->said_ts : event->ts,
		.author = imported      ? event->author
			  : display.len ? display
					: name,
		.user = name,
		.text = event->text,
		.thread = event->thread,
		.reply = event->reply,
		.edited = event->edited,
		.deleted = event->deleted,
		.sealed = event->sealed.len > 0,
		.imported = imported,
	};
	if (said)
		return;
	ret_record->event = event->kind;
	ret_record->target = event->target;
	if (event->kind == EVENT_MEMBER) {
		ret_record->text =
			bytes_text(kind_word(&member_change_words, event->change));
		ret_record->member = event->has_user ? event->user.name : name;
	} else if (event->kind == EVENT_RENAME) {
		ret_record->text = event->name.len ? event->name : event->slug;
	} else if (!event->text.len) {
		ret_record->text = bytes_text(kind_word(&event_kind_words, event->kind));
	}
}
