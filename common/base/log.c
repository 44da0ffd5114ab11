/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Formatting and escaping of log lines. What a peer sent may stand in a line (a name, an
 * address), so control characters are made harmless before any sink sees them.
 */
#include "common/base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include "common/base/str.h"
#include "common/base/utf8.h"

static struct {
	log_sink_fn *write;
	atomic_int most; /* of enum log_level */
	void *ctx;
} sink;

void log_set_sink(log_sink_fn *write, enum log_level most, void *ctx)
{
	sink.write = write;
	atomic_store(&sink.most, (int)most);
	sink.ctx = ctx;
}

void log_set_level(enum log_level most)
{
	atomic_store(&sink.most, (int)most);
}

static void escape(struct str *line, const struct str *raw)
{
	size_t at = 0;

	while (at < raw->len) {
		uint32_t code;
		size_t len = utf8_decode(raw->ptr + at, raw->len - at, &code);
		if (len == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0)) {
			str_addf(line, "\\x%02x", (unsigned char)raw->ptr[at]);
			at++;
			continue;
		}
		str_add_len(line, raw->ptr + at, len);
		at += len;
	}
}

void log_write(enum log_level level, const char *format, ...)
{
	if (!sink.write || (int)level > atomic_load(&sink.most))
		return;
	AUTO(str_done) struct str raw = STR_INIT;
	AUTO(str_done) struct str line = STR_INIT;
	va_list args;

	va_start(args, format);
	str_addv(&raw, format, args);
	va_end(args);
	escape(&line, &raw);
	sink.write(level, line.ptr, sink.ctx);
}

const char *log_level_name(enum log_level level)
{
	static const char *const names[] = {"error", "warning", "info", "debug"};

	return names[level];
}
