/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes before log-in: names, addresses, passwords, codes, tokens, and arguments from a
 * path and a query. The first byte chooses. */
/* Covers: server/core/name.c server/core/token.c server/rest/args.c common/crypto/otp.c */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/crypto/jws.h"
#include "common/crypto/otp.h"
#include "common/crypto/secret.h"
#include "common/proto/picture.h"
#include "common/proto/rest.h"
#include "server/core/name.h"
#include "server/core/recovery.h"
#include "server/core/refresh.h"
#include "server/core/token.h"
#include "server/rest/args.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_names(struct bytes text)
{
	const char *why = NULL;
	struct email email;

	if (name_is_valid(text))
		assert(text.len <= LIMIT_NAME);
	if (email_fold(text, &email) == ERR_OK) {
		struct email again;
		/* What was folded is folded, and has no way to end a header line. */
		assert(email_fold(bytes_text(email.text), &again) == ERR_OK);
		assert(strcmp(email.text, again.text) == 0);
		assert(!strpbrk(email.text, "\r\n ,<>\""));
	}
	if (password_check(text, bytes_text("alice"), bytes_text("bob@example.org"),
			   &why) != ERR_OK)
		assert(why);
}

static void try_codes(struct bytes text)
{
	struct refresh_token token;
	struct recovery_code recovery;
	struct otp_code code;

	if (otp_parse(text, &code) == ERR_OK)
		assert(strspn(code.text, "0123456789") == OTP_DIGITS);
	if (recovery_parse(text, &recovery) == ERR_OK)
		assert(recovery_parse(bytes_text(recovery.text), &recovery) == ERR_OK &&
		       strlen(recovery.text) == RECOVERY_TEXT_LEN);
	(void)picture_type_still(text);
	if (refresh_parse(text, &token) == ERR_OK)
		assert(memcmp(refresh_text(&token).text, text.ptr, REFRESH_TEXT_LEN) ==
		       0);
}

static void open_ring(struct token_ring *ring)
{
	static const uint8_t seed[SIGN_SEED_LEN] = {7};

	assert(crypto_init() == ERR_OK);
	token_ring_init(ring, "chat");
	assert(token_ring_add(ring, 1, bytes_of(seed, sizeof(seed)), 0) == ERR_OK);
}

/* As it comes from outside: nobody can make one without the key. */
static void try_token(struct bytes text)
{
	struct token_claims claims;
	struct token_ring ring;

	open_ring(&ring);
	assert(token_check(&ring, text, 1700000000000, &claims) != ERR_OK);
	token_ring_done(&ring);
}

/* What was understood can be said again and means the same. */
static void check_said_again(const struct token_ring *ring,
			     const struct token_claims *claims)
{
	AUTO(str_done) struct str token = STR_INIT;
	struct token_claims again;

	token_issue(ring, claims, 1700000000000, &token);
	assert(token_check(ring, str_view(&token), 1700000000000, &again) == ERR_OK);
	assert(id_equal(&again.actor.user, &claims->actor.user));
	assert(id_equal(&again.actor.session, &claims->actor.session));
	assert(again.actor.scope == claims->actor.scope);
	assert(again.expires_ms == claims->expires_ms);
}

/* Header and payload, rightly signed: a line and the rest. */
static void try_claims(struct bytes text)
{
	const uint8_t *newline = text.len ? memchr(text.ptr, '\n', text.len) : NULL;
	AUTO(str_done) struct str token = STR_INIT;
	struct token_claims claims;
	struct token_ring ring;

	if (!newline)
		return;
	struct bytes header = bytes_of(text.ptr, (size_t)(newline - text.ptr));
	open_ring(&ring);
	assert(jws_sign(&token, header, bytes_of(newline + 1, text.len - header.len - 1),
			root_view(ring.keys[0].secret)) == ERR_OK);
	if (token_check(&ring, str_view(&token), 1700000000000, &claims) == ERR_OK) {
		assert(claims.expires_ms > 1700000000000);
		assert(!(claims.actor.scope & ~(unsigned)SCOPE_ALL));
		check_said_again(&ring, &claims);
	}
	token_ring_done(&ring);
}

/* A line with an operation, lines of fields "pname=value" or "qname=value", then a body. */
static void try_args(struct bytes text, struct request *request)
{
	const struct rest_row *row = NULL;
	const char *field = NULL;
	struct json *json = NULL;

	for (const uint8_t *newline;
	     text.len && (newline = memchr(text.ptr, '\n', text.len));) {
		struct bytes line = bytes_of(text.ptr, (size_t)(newline - text.ptr));
		text = bytes_of(newline + 1, text.len - line.len - 1);
		const uint8_t *equals = line.len ? memchr(line.ptr, '=', line.len) : NULL;
		if (!row) {
			row = rest_find((const char *)line.ptr, line.len);
			if (!row)
				return;
			continue;
		}
		if (!equals || equals == line.ptr)
			break;
		struct bytes name =
			bytes_of(line.ptr + 1, (size_t)(equals - line.ptr) - 1);
		struct bytes value = bytes_of(equals + 1, line.len - name.len - 2);
		if (memchr(value.ptr, '\0', value.len) ||
		    request_add(request, line.ptr[0] == 'p' ? FIELD_PARAM : FIELD_QUERY,
				name, value) != ERR_OK)
			return;
	}
	if (!row)
		return;
	request->row = row;
	str_set_len(&request->body, (const char *)text.ptr, text.len);
	void *body = mem_alloc(1, row->in()->size);
	if (args_read(request, row->in(), &json, body, &field) == ERR_OK)
		json_free(&json);
	else
		assert(!json);
	mem_free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request *request;

	if (size == 0 || size > 4096)
		return 0;
	struct bytes text = bytes_of(data + 1, size - 1);
	switch (data[0]) {
	case 'n': try_names(text); break;
	case 'o': try_codes(text); break;
	case 't': try_token(text); break;
	case 'c': try_claims(text); break;
	case 'a':
		request = request_new(NULL, NULL, NULL);
		try_args(text, request);
		request_free(&request);
		break;
	default: break;
	}
	return 0;
}
