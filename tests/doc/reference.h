/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The reference of the protocol, doc/REFERENCE.md, as it follows from the tables of
 *  common/proto and common/base/err.def. Thread: any. */
#ifndef CHAT_TESTS_REFERENCE_H
#define CHAT_TESTS_REFERENCE_H

#include "common/base/str.h"

/** Append the whole page. */
void reference_write(struct str *page);

#endif
