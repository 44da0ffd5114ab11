/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/lib/authenticator.h"

#include <stdio.h>

#include "tests/lib/check.h"

void authenticator_read(struct authenticator *app, const char *secret)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint32_t bits = 0;
	unsigned count = 0;
	size_t len = 0;

	assert_int_equal(strlen(secret), 32);
	for (; *secret; secret++) {
		bits = bits << 5 | (uint32_t)(strchr(alphabet, *secret) - alphabet);
		count += 5;
		if (count >= 8)
			app->seed[len++] = (uint8_t)(bits >> (count -= 8));
	}
	assert_int_equal(len, TOTP_SEED_LEN);
}

struct otp_code authenticator_code(const struct desk *desk,
				   const struct authenticator *app)
{
	return hotp_code(bytes_of(app->seed, TOTP_SEED_LEN), totp_step(desk->clock.ms));
}

void authenticator_keep_codes(const struct desk *desk, struct authenticator *app)
{
	for (int i = 0; i < 10; i++) {
		char path[16];
		snprintf(path, sizeof(path), "codes.%c", '0' + i);
		snprintf(app->recovery[i], sizeof(app->recovery[i]), "%.15s",
			 desk_get(desk, path).text);
		assert_int_equal(strlen(app->recovery[i]), 11);
	}
}

struct authenticator authenticator_enrol(struct desk *desk, const struct desk_user *user)
{
	struct authenticator app;

	assert_int_equal(desk_ask(desk, "POST /v1/auth/totp", user->access,
				  "{\"password\":\"" DESK_PASSWORD "\"}"),
			 200);
	authenticator_read(&app, desk_get(desk, "secret").text);
	assert_int_equal(desk_ask(desk, "POST /v1/auth/totp/confirm", user->access,
				  "{\"code\":\"%s\"}",
				  authenticator_code(desk, &app).text),
			 200);
	authenticator_keep_codes(desk, &app);
	desk_wait(desk, TOTP_STEP_MS);
	return app;
}
