/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What one line or object of another program's log says: the readers of such logs, as pure
 *  functions. Whatever a log has in it, what comes out is valid UTF-8 without control
 *  characters but newline and tab. Thread: any. */
#ifndef CHAT_ADMIN_SAID_H
#define CHAT_ADMIN_SAID_H

#include <time.h>

#include "common/base/bytes.h"
#include "common/base/str.h"
#include "common/proto/json.h"
#include "common/proto/limits.h"

enum said_kind {
	SAID_NOTHING, /**< somebody joined, a day began: nothing to keep */
	SAID_MESSAGE,
	SAID_WRONG, /**< not understood; `wrong` says why */
};

struct said {
	struct str author; /**< at most LIMIT_DISPLAY bytes */
	struct str text;   /**< may be longer than a message */
	bool local; /**< the time is `clock`, of the place where the log was written */
	struct tm clock;
	uint64_t ms;       /**< else it is this */
	struct str key;    /**< names it in its log; "": its place and content do */
	struct str thread; /**< key of the message that its thread begins with; or "" */
	struct str reply;  /**< key of the message that it answers; or "" */
	const char *wrong; /**< English, static; said to be translated */
};

void said_init(struct said *said);
void said_done(struct said *said);
void said_clear(struct said *said);

/** Append @text to @out, at most @most bytes in all: bad UTF-8 as U+FFFD, without control
 *  characters and the colours of IRC; @line: newlines and tabs as blanks. */
void said_clean(struct str *out, struct bytes text, bool line, size_t most);

/** A line of a log that WeeChat wrote, without its newline. */
enum said_kind said_weechat(struct bytes line, struct said *said);

/** The day of an irssi log, which stands in lines of its own; all zero at the beginning. */
struct irssi_day {
	bool known;
	int year, month, day; /**< from 1 */
};

/** A line of a log that irssi wrote. */
enum said_kind said_irssi(struct irssi_day *day, struct bytes line, struct said *said);

/** The display name of the user @id of a Slack export, or NULL. */
typedef const char *slack_name_fn(void *ctx, struct bytes id);

/** A message of a Slack export, as json_pieces cut it out. */
enum said_kind said_slack(struct bytes object, slack_name_fn *name, void *ctx,
			  struct said *said);
/** A user of users.json. Errors: ERR_BAD. */
enum err said_slack_user(struct bytes object, struct str *ret_id,
			 struct str *ret_name) MUST_CHECK;

/** A line of an export of ours. */
enum said_kind said_jsonl(struct bytes line, struct said *said);

#define PIECE_MOST 1048576 /**< bytes of one object; Slack's largest are near 100 KiB */

/** Cuts an array of objects into its objects while it comes in, so that a file of any size
 *  is read in the memory of one. What is nested deeper than a reader looks is left out. */
struct json_pieces {
	struct buf piece;
	unsigned depth;
	bool in_text, escaped, too_big;
	size_t line, began; /**< from 1: now, and where the piece began */
};

void json_pieces_init(struct json_pieces *pieces);
void json_pieces_done(struct json_pieces *pieces);
/** Take bytes from @text, which moves on, up to the end of an object. True: it is in
 *  pieces->piece, until the next call; empty when it was too large. */
bool json_pieces_next(struct json_pieces *pieces, struct bytes *text);

#endif
