/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What strangers with a URL send: payloads of incoming webhooks, by the first byte as JSON,
 * form or text; and URLs that users give for outgoing ones. */
/* Covers: server/rest/hook_text.c server/hook/target.c */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "common/proto/limits.h"
#include "server/core/text.h"
#include "server/hook/target.h"
#include "server/rest/hook_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_payload(const char *type, struct bytes body)
{
	AUTO(str_done) struct str text = STR_INIT;

	if (hook_text(type, body, &text) == ERR_OK)
		assert(text_check(str_view(&text), LIMIT_TEXT) == ERR_OK);
	else
		assert(text.len == 0);
}

/* Nothing private is let through, by whatever way its host is written. */
static void try_url(struct bytes url)
{
	static const struct target_allow nothing;
	struct target target;
	const char *why = NULL;

	if (target_check(&nothing, url, &target, &why) == ERR_OK) {
		assert(!target.allowed && target.host[0]);
		assert(!strpbrk(target.host, "@/ \r\n"));
		(void)target_may(&nothing, &target, target.host);
	} else {
		assert(why);
	}
	assert(!target_may(&nothing, &(struct target){.host = "x"}, "127.0.0.1"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {"application/json",
					    "application/x-www-form-urlencoded",
					    "text/plain", NULL};

	if (size == 0 || size > LIMIT_HTTP_BODY)
		return 0;
	struct bytes rest = bytes_of(data + 1, size - 1);
	if (data[0] == 'u')
		try_url(rest);
	else
		try_payload(types[data[0] % ARRAY_LEN(types)], rest);
	return 0;
}
