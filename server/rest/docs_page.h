/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The routes as a page that needs nothing but a browser. Thread: any. */
#ifndef CHAT_REST_DOCS_PAGE_H
#define CHAT_REST_DOCS_PAGE_H

#include "common/base/str.h"

/** Append it, as HTML. */
void docs_page_write(struct str *page);

#endif
