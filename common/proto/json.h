/* SPDX-License-Identifier: GPL-3.0-or-later */
/** JSON in: the one door through which JSON from outside comes. Before the parser sees a
 *  document it is known to be valid UTF-8, no deeper than LIMIT_JSON_DEPTH and free of NUL
 *  and raw control characters. Of a doubled key the first counts. json_out.h writes.
 *  Thread: one at a time per document. */
#ifndef CHAT_PROTO_JSON_H
#define CHAT_PROTO_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/bytes.h"

/** A parsed document with everything that was read out of it. */
struct json;

/** A value inside a document; valid as long as that; ptr NULL: there is none. */
struct json_node {
	const void *ptr;
};

enum json_type {
	JSON_NONE,
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_TEXT,
	JSON_ARRAY,
	JSON_OBJECT
};

/** Parse exactly one value. The caller has checked the length against its own bound.
 *  Owns: *ret_json, ended with json_free(). Errors: ERR_UTF8, ERR_BAD. */
enum err json_parse(struct bytes text, struct json **ret_json) MUST_CHECK;
void json_free(struct json **json);

struct json_node json_root(const struct json *json);
enum json_type json_type(struct json_node node);
/** The member @key of an object; none where there is none. */
struct json_node json_get(struct json_node object, const char *key);
/** Children of an array or object, in order; none at the end. */
struct json_node json_first(struct json_node parent);
struct json_node json_next(struct json_node child);
size_t json_count(struct json_node parent);
/** The key of a child of an object. */
const char *json_key(struct json_node child);

/** False when the node is not of that kind; *ret is then unchanged. */
bool json_text(struct json_node node, struct bytes *ret_text);
/** Whole numbers from 0 to 2^53-1, which JSON carries exactly. */
bool json_uint(struct json_node node, uint64_t *ret_value);
bool json_bool(struct json_node node, bool *ret_value);
/** Append the node as JSON text without spaces. */
void json_print(struct json_node node, struct buf *buf);

/** Zeroed memory that lives as long as the document. */
void *json_alloc(struct json *json, size_t count, size_t size) MUST_CHECK;
/** @buf's bytes, kept as long as the document; @buf is left empty. */
struct bytes json_keep(struct json *json, struct buf *buf);

#endif
