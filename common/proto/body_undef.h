/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forget the row macros of body.def, so that the next expansion can define its own. No
 * include guard: it is included once per expansion. */
#undef ID
#undef TEXT
#undef BASE64
#undef UINT
#undef MAYBE
#undef BOOL
#undef WORD
#undef IDS
#undef TEXTS
#undef LIST
#undef SUB
#undef RAW
#undef BODY
#undef END
