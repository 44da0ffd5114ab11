/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said about routes, made from the ABOUT and MEDIA rows of rest.def, and the errors
 * that no row names because they follow from what a route is: any request can be malformed
 * or come at a bad time, one with a token can have a bad one, one that says a room can name
 * one that is not there.
 */
#include <string.h>

#include "common/proto/rest.h"

static const struct rest_about rows[REST_COUNT] = {
#define REST(op, method, path, right, most, in, out)
#define ABOUT(op, text, ...) \
	[REST_##op].summary = (text), [REST_##op].errors = {__VA_ARGS__},
#define MEDIA(op, in, out) [REST_##op].takes = (in), [REST_##op].gives = (out),
#include "common/proto/rest.def"
#undef REST
};

static const enum err of_all[] = {
	ERR_BAD,  ERR_BUSY,  ERR_CORRUPT, ERR_INTERNAL, ERR_IO,
	ERR_RATE, ERR_STORE, ERR_TOO_BIG, ERR_UTF8,
};
static const enum err of_token[] = {
	ERR_BAD_TOKEN, ERR_EXPIRED, ERR_FORBIDDEN, ERR_REVOKED, ERR_UNAUTHORIZED,
};
static const enum err of_operator[] = {ERR_FORBIDDEN};
static const enum err of_room[] = {
	ERR_AMBIGUOUS, ERR_GONE, ERR_MUTED, ERR_NOT_MEMBER, ERR_NO_ROOM, ERR_UNVERIFIED,
};
static const enum err of_message[] = {
	ERR_GONE, ERR_MUTED, ERR_NOT_FOUND, ERR_NOT_MEMBER, ERR_NO_ROOM, ERR_UNVERIFIED,
};
static const enum err of_user[] = {ERR_NO_USER};
static const enum err of_key[] = {ERR_CONFLICT};

const struct rest_about *rest_about(enum rest_op op)
{
	return &rows[op];
}

static bool has(const enum err *errors, size_t count, enum err err)
{
	for (size_t i = 0; i < count && errors[i] != ERR_OK; i++) {
		if (errors[i] == err)
			return true;
	}
	return false;
}
#define HAS(errors, err) has(errors, ARRAY_LEN(errors), err)

bool rest_takes_bytes(const struct rest_row *row)
{
	return rows[row - rest_row((enum rest_op)0)].takes != NULL;
}

/* An answer with a token, a secret or a code is kept nowhere. */
static bool is_secret(const struct rest_row *row)
{
	return row == rest_row(REST_bot_token_new) || row == rest_row(REST_hook_rotate) ||
	       row == rest_row(REST_room_hook_new) ||
	       row == rest_row(REST_room_invite_new) || strncmp(row->op, "auth_", 5) == 0;
}

bool rest_takes_key(const struct rest_row *row)
{
	bool known = row->right == REST_USER || row == rest_row(REST_hook_post);

	return known && strcmp(row->method, "POST") == 0 && !is_secret(row);
}

/* Whether a request of @row says @name, in its path or beside. */
static bool says(const struct rest_row *row, const char *name)
{
	const struct body_def *def = row->in();

	for (size_t i = 0; i < def->count; i++) {
		if (strcmp(def->fields[i].name, name) == 0)
			return true;
	}
	return false;
}

bool rest_may_fail(const struct rest_row *row, enum err err)
{
	const struct rest_about *about = &rows[row - rest_row((enum rest_op)0)];

	return HAS(about->errors, err) || HAS(of_all, err) ||
	       ((row->right == REST_USER || row->right == REST_ADMIN) &&
		HAS(of_token, err)) ||
	       (row->right == REST_OPERATOR && HAS(of_operator, err)) ||
	       (says(row, "room") && HAS(of_room, err)) ||
	       (says(row, "id") && HAS(of_message, err)) ||
	       (says(row, "user") && HAS(of_user, err)) ||
	       (rest_takes_key(row) && HAS(of_key, err));
}
