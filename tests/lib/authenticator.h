/* SPDX-License-Identifier: GPL-3.0-or-later */
/** An authenticator app of somebody at a desk: it reads the secret that people type, and
 *  keeps the recovery codes. Thread: one. */
#ifndef CHAT_TESTS_AUTHENTICATOR_H
#define CHAT_TESTS_AUTHENTICATOR_H

#include "common/crypto/totp.h"
#include "tests/lib/desk.h"

struct authenticator {
	uint8_t seed[TOTP_SEED_LEN];
	char recovery[10][16];
};

void authenticator_read(struct authenticator *app, const char *secret);
/** What it shows now. */
struct otp_code authenticator_code(const struct desk *desk,
				   const struct authenticator *app);
/** The recovery codes of the last answer. */
void authenticator_keep_codes(const struct desk *desk, struct authenticator *app);
/** One that guards the account of @user, whose password is DESK_PASSWORD; its first code is
 *  spent and over. */
struct authenticator authenticator_enrol(struct desk *desk, const struct desk_user *user);

#endif
