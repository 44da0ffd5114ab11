/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One message as the client shows it. The text is the original; it is neutralised where
 *  it is drawn (common/base/neutral.h), never here.
 *  Thread: ui. */
#ifndef CHAT_MODEL_MESSAGE_H
#define CHAT_MODEL_MESSAGE_H

#include <stdint.h>

#include "client/model/reaction.h"
#include "common/base/attr.h"
#include "common/base/err.h"
#include "common/base/id.h"
#include "common/base/str.h"

enum message_state {
	MESSAGE_SENT,    /**< has a sequence number */
	MESSAGE_PENDING, /**< in the outbox, on disk, not acknowledged: ◌ */
	MESSAGE_FAILED,  /**< refused for good; `why` says so: ! */
};

enum message_flag {
	MESSAGE_EDITED = 1 << 0,
	MESSAGE_DELETED = 1 << 1, /**< the text is empty */
	MESSAGE_MENTION = 1 << 2, /**< names the person at this screen */
	MESSAGE_NOTICE =
		1 << 3, /**< something happened (joined, topic): text is all of it */
	MESSAGE_FILES = 1 << 5, /**< files hang on it; the text names them */
	MESSAGE_READ = 1 << 4,  /**< own, and everybody else has read it: ✓✓ */
};

struct message {
	struct id cid;      /**< the message id, known before it is sent */
	struct id sender;   /**< a user; see people.h for the name */
	struct id reply_to; /**< zero = none */
	struct id thread;   /**< the message that its thread begins with; zero = none */
	struct id picture;  /**< a file on it that can be shown; zero = none */
	uint64_t seq;       /**< place in the room; 0 until acknowledged */
	uint64_t ts_ms;     /**< of the server; own clock while pending */
	enum message_state state;
	unsigned part; /**< of MESSAGE_PENDING: how much of its file is there, in 1/100 */
	enum err why;  /**< of MESSAGE_FAILED */
	unsigned flags; /**< enum message_flag */
	struct str text;
	struct reactions reactions;
};

/** A sent message without flags. Owns: the caller, until timeline_add(). */
struct message *message_new(const struct id *cid, const struct id *sender,
			    const char *text, size_t len) MUST_CHECK;
void message_free(struct message **message);

#endif
