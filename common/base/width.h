/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Columns on a terminal, by our own table: what terminals of today agree on, the same in
 *  every locale. For neutralised text; anything else counts as what would be seen of it.
 *  Thread: any. */
#ifndef CHAT_BASE_WIDTH_H
#define CHAT_BASE_WIDTH_H

#include <stddef.h>

/** Columns of one grapheme cluster: 0 (nothing to see), 1 or 2. */
int width_cluster(const char *text, size_t len);

/** Columns of @len bytes. */
size_t width_text(const char *text, size_t len);

/** Bytes of the longest head of @text, cut at a cluster, that takes at most @columns;
 *  *ret_columns (may be NULL) is what it takes. */
size_t width_fit(const char *text, size_t len, size_t columns, size_t *ret_columns);

#endif
