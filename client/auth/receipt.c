/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The objects of receipt.h. Tokens and codes are never in them. */
#include "client/auth/receipt.h"

#include "client/app_inside.h"
#include "client/auth/auth.h"
#include "common/proto/json_out.h"

static void put_text(struct json_out *out, const char *key, const char *text)
{
	json_out_put_word(out, key, text);
}

static void put_uint(struct json_out *out, const char *key, uint64_t value)
{
	json_out_put_uint(out, key, value);
}

static struct json_out begin(struct buf *buf, const char *type)
{
	struct json_out out = json_out_init(buf);

	json_out_open(&out, '{');
	put_text(&out, "type", type);
	return out;
}

static const char *purpose_of(const struct auth *auth)
{
	if (auth_signs_up(auth))
		return "signup";
	return auth_resets(auth) ? "reset" : "login";
}

void receipt_challenge(const struct app *app, struct buf *buf)
{
	const struct auth *auth = app->auth;
	uint64_t now = clock_mono_ms(app->clock), until = auth_code_until(auth);
	struct json_out out = begin(buf, "challenge");

	put_text(&out, "challenge", id_text(auth_challenge(auth)).text);
	put_text(&out, "purpose", purpose_of(auth));
	put_text(&out, "factor", auth_by_app(auth) ? "totp" : "mail");
	put_uint(&out, "expires_ms",
		 clock_now_ms(app->clock) + (until > now ? until - now : 0));
	put_uint(&out, "tries", auth_tries(auth));
	json_out_close(&out, '}');
}

void receipt_signed_in(const struct app *app, struct buf *buf)
{
	struct json_out out = begin(buf, "signed_in");

	put_text(&out, "user", id_text(auth_user(app->auth)).text);
	put_text(&out, "name", auth_name(app->auth));
	put_text(&out, "device", id_text(&app->device).text);
	json_out_close(&out, '}');
}

void receipt_signed_out(bool who, bool everywhere, struct buf *buf)
{
	struct json_out out = begin(buf, "signed_out");

	json_out_put_bool(&out, "was_in", who);
	json_out_put_bool(&out, "everywhere", everywhere);
	json_out_close(&out, '}');
}

void receipt_password(struct buf *buf)
{
	struct json_out out = begin(buf, "password_changed");

	json_out_close(&out, '}');
}
