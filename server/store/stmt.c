/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The statements by number. Nothing here knows an engine: the text of stmt.def is what all
 * of them understand.
 */
#include <assert.h>
#include <string.h>

#include "server/store/driver.h"

struct stmt_row {
	const char *name;
	const char *sql;
};

static const struct stmt_row rows[] = {
#define STMT(id, sql) {#id, sql},
#include "server/store/stmt.def"
#undef STMT
};

_Static_assert(ARRAY_LEN(rows) == STMT_COUNT, "a row for each statement");

const char *stmt_sql(enum stmt stmt)
{
	assert(stmt < STMT_COUNT);
	return rows[stmt].sql;
}

bool stmt_is_query(enum stmt stmt)
{
	return strncmp(stmt_sql(stmt), "select ", 7) == 0;
}

const char *stmt_name(enum stmt stmt)
{
	assert(stmt < STMT_COUNT);
	return rows[stmt].name;
}
