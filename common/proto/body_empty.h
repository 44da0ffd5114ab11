/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Field rows of body.def that expand to nothing, for expansions that want only BODY(). No
 * include guard: it is included once per expansion. */
#define ID(f, need)
#define TEXT(f, need, most)
#define BASE64(f, need, most)
#define UINT(f, need)
#define MAYBE(f)
#define BOOL(f, need)
#define WORD(f, need, table)
#define IDS(f, most)
#define TEXTS(f, most, each)
#define LIST(f, body, most)
#define SUB(f, body)
#define RAW(f, need)
#define END(shape)
