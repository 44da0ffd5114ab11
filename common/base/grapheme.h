/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Grapheme clusters: what a person takes for one character (UAX #29, extended clusters of
 *  Unicode 15.0). Thread: any. */
#ifndef CHAT_BASE_GRAPHEME_H
#define CHAT_BASE_GRAPHEME_H

#include <stddef.h>

/** Bytes of the first cluster of @text; 0 only for @len 0. A byte that is not valid UTF-8
 *  is a cluster of its own. */
size_t grapheme_next(const char *text, size_t len);

/** Where the cluster that holds byte @at (or ends there, for @at on a border) begins:
 *  what a step back leads to. Looks at the line of @at only. */
size_t grapheme_before(const char *text, size_t at);

#endif
