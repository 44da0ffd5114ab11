/* SPDX-License-Identifier: GPL-3.0-or-later */
/** JSON out: written straight into a buffer, no tree between, so that a message is
 *  serialised once into the memory that is sent. Numbers of 64 bits keep every digit; a
 *  newline never appears, so newlines may separate documents. Thread: any. */
#ifndef CHAT_PROTO_JSON_OUT_H
#define CHAT_PROTO_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/bytes.h"

struct json_out {
	struct buf *buf;
	bool comma; /**< a value stands before the next one */
};

/** Append to @buf, behind whatever is in it. */
struct json_out json_out_init(struct buf *buf);
/** @bracket is '{' or '['; json_out_close() takes '}' or ']'. */
void json_out_open(struct json_out *out, char bracket);
void json_out_close(struct json_out *out, char bracket);
/** The key of the next value. @key is plain ASCII of our own. */
void json_out_key(struct json_out *out, const char *key);
/** The same with the key as it is written, quotes and colon included: "\"seq\":". */
void json_out_member(struct json_out *out, struct bytes member);
/** A text that holds nothing to be escaped: an id, a word of a table. */
void json_out_plain(struct json_out *out, struct bytes text);
/** @text is valid UTF-8; quotes, backslashes and control characters are escaped. */
void json_out_text(struct json_out *out, struct bytes text);
void json_out_uint(struct json_out *out, uint64_t value);
void json_out_bool(struct json_out *out, bool value);
/** @json is a whole JSON value already. */
void json_out_raw(struct json_out *out, struct bytes json);

/** A key as json_out_key() takes it, and its value; an array or object is left open. */
void json_out_put_text(struct json_out *out, const char *key, struct bytes text);
void json_out_put_word(struct json_out *out, const char *key, const char *word);
void json_out_put_uint(struct json_out *out, const char *key, uint64_t value);
void json_out_put_bool(struct json_out *out, const char *key, bool value);
void json_out_put_open(struct json_out *out, const char *key, char bracket);

#endif
