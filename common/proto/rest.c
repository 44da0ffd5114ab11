/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry of routes; a row without its handler fails to link in the server. */
#include "common/proto/rest.h"

#include <assert.h>
#include <string.h>

static const struct rest_row rows[REST_COUNT] = {
#define REST(word, verb, where, who, bytes, request, answer) \
	[REST_##word] = {.op = #word, \
			 .method = #verb, \
			 .path = (where), \
			 .right = REST_##who, \
			 .most = (bytes), \
			 .in = body_##request##_def, \
			 .out = body_##answer##_def},
#include "common/proto/rest.def"
#undef REST
};

const struct rest_row *rest_row(enum rest_op op)
{
	assert((unsigned)op < REST_COUNT);
	return &rows[op];
}

const struct rest_row *rest_find(const char *op, size_t len)
{
	for (size_t i = 0; i < REST_COUNT; i++) {
		if (strlen(rows[i].op) == len && memcmp(rows[i].op, op, len) == 0)
			return &rows[i];
	}
	return NULL;
}

bool rest_is_piece(const struct rest_row *row)
{
	return row == &rows[REST_file_append] || row == &rows[REST_file_part] ||
	       row == &rows[REST_file_data];
}
