/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Log lines as they leave the process: for people, for a collector of JSON, or for the
 *  journal, which has its own clock and takes the urgency from a prefix (sd-daemon(3)).
 *  Thread: any. */
#ifndef CHAT_OBS_LOG_OUT_H
#define CHAT_OBS_LOG_OUT_H

#include <stdint.h>

#include "common/base/log.h"
#include "common/base/str.h"

/** In the order of the words of the option log_format. */
enum log_format { LOG_FORMAT_AUTO, LOG_FORMAT_TEXT, LOG_FORMAT_JSON, LOG_FORMAT_JOURNAL };

/** Append @line, which is `category: sentence, …`, with a newline. */
void log_out_format(enum log_format format, enum log_level level, const char *line,
		    uint64_t now_ms, struct str *out);
/** What AUTO means here: the journal where standard error is connected to it, else text. */
enum log_format log_out_choose(enum log_format format);
/** A sink that writes to standard error. @ctx points to an atomic_int of enum log_format,
 *  which may change meanwhile. */
void log_out(enum log_level level, const char *line, void *ctx);

#endif
