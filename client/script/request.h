/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a script command is asked to do, as a value: made from the command line, run here
 *  or handed over to the owner process as JSON. Thread: any. */
#ifndef CHAT_CLIENT_SCRIPT_REQUEST_H
#define CHAT_CLIENT_SCRIPT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/id.h"
#include "common/base/str.h"

#define REQUEST_ROOMS  64   /**< rooms of one --follow; without any it is all of them */
#define REQUEST_PLACES 1000 /**< 50 bytes each, in one object on the wire */

enum request_kind {
	REQUEST_FLUSH = 1, /**< send what waits */
	REQUEST_FOLLOW,
	REQUEST_HISTORY,
	REQUEST_ROOMS_LIST,
	REQUEST_SEARCH,
	REQUEST_SEND,
	REQUEST_WHOAMI,
	REQUEST_SAVE,   /**< @room: a file; @text: the folder, absolute */
	REQUEST_CALL,   /**< an operation of the server, see call.c */
	REQUEST_LOGOUT, /**< @name: "everywhere", or empty */
	REQUEST_STREAM, /**< @name: the kind of rooms, "" = all */
};

/** WAIT_NONE: until it is on our own disk. */
enum request_wait { WAIT_STORED, WAIT_DELIVERED, WAIT_READ, WAIT_NONE };
/** Which part of a history: beside the message @text (its id, or its number in the room). */
enum request_side { SIDE_NEWEST, SIDE_BEFORE, SIDE_AFTER, SIDE_AROUND };
enum request_since { SINCE_NOW, SINCE_START };

/** Where a follower stands in a room: it has written everything up to @seq. */
struct request_place {
	struct id room;
	uint64_t seq;
};

struct request {
	enum request_kind kind;
	bool colours;    /**< the lines go to a terminal that shows them */
	bool json;       /**< answer in JSON lines */
	bool whole;      /**< call: the answer as it came, as one line of JSON */
	struct str room; /**< send, history: as written; call: what a step-up is for */
	struct str text; /**< send; search: what is looked for; call: arguments as JSON;
			    history: beside which message */
	struct str name; /**< send --id, follow --consumer; call: operation */
	struct id cid;   /**< send, call: made by whom was asked first, so that it is done
			    once, whoever does it */
	enum request_wait wait;   /**< send */
	enum request_since since; /**< follow: where a new consumer begins */
	enum request_side side;   /**< history */
	bool no_queue;            /**< send: what cannot be sent in time is dropped */
	uint64_t timeout_ms;      /**< send, history */
	uint64_t limit;           /**< history, search */
	struct str *rooms;        /**< follow; call: the code of a step-up */
	struct str file;          /**< send: an absolute path; or empty */
	size_t room_count;
	struct request_place *places; /**< follow: from an owner that has ended */
	size_t place_count;
};

#define REQUEST_INIT \
	((struct request){ \
		.room = STR_INIT, .text = STR_INIT, .name = STR_INIT, .file = STR_INIT})
void request_done(struct request *request);
/** One more room to follow. */
void request_add_room(struct request *request, const char *room);
/** It has written everything of @room up to @seq. Rooms beyond REQUEST_PLACES are not kept:
 *  after a change of owners they may be told of twice. */
void request_put_place(struct request *request, const struct id *room, uint64_t seq);
/** Errors: ERR_TOO_BIG (text over LIMIT_TEXT, names), ERR_UTF8, ERR_BAD (empty text or
 *  room, control characters). */
enum err request_check(const struct request *request) MUST_CHECK;
/** The number of a message in @text. False: it is something else. */
bool request_seq(const struct request *request, uint64_t *ret_seq);
/** Append as a JSON object of type "run". */
void request_encode(const struct request *request, struct buf *out);
/** Errors: ERR_BAD and those of request_check(). *ret is REQUEST_INIT before. */
enum err request_decode(struct bytes json, struct request *ret) MUST_CHECK;

#endif
