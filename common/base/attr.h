/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiler attributes in the words of this project, and nothing else. */
#ifndef CHAT_BASE_ATTR_H
#define CHAT_BASE_ATTR_H

/** The caller must look at the result. */
#define MUST_CHECK __attribute__((warn_unused_result))

/** Arguments from @first on are formatted by argument @fmt. */
#define PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

/** Run @fn on the address of the variable when it goes out of scope. Use with an
 *  `x_done(struct x *)` on an embedded x and an `x_free(struct x **)` on a pointer. */
#define AUTO(fn) __attribute__((cleanup(fn)))

#define NORETURN __attribute__((noreturn))

/** Marks a text for translation where it stands; the programs translate at the edge. */
#define N_(text) text

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/** The struct that embeds @member at @ptr. */
#define CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#endif
