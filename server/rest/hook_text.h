/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What incoming webhooks are sent, as the text of a message: plain text; {"text", "username"};
 *  what tools that know Slack send, as JSON or as a form with `payload`. Bytes from outside:
 *  see tests/fuzz/fuzz_hook.c. Thread: any. */
#ifndef CHAT_REST_HOOK_TEXT_H
#define CHAT_REST_HOOK_TEXT_H

#include "common/base/str.h"

struct request;

/** Append a text that text_check() takes: no control characters, at most LIMIT_TEXT bytes
 *  (what is longer is cut, and says so). @type: the Content-Type, or NULL.
 *  Errors: ERR_BAD (nothing to say, or no such form), ERR_UTF8. */
enum err hook_text(const char *type, struct bytes body, struct str *ret_text) MUST_CHECK;

/** The pace of an incoming webhook: per webhook and address, so that who only knows its id
 *  cannot use it up for others. Errors: ERR_RATE. Thread: loop. */
enum err hook_pace(struct request *request) MUST_CHECK;

#endif
