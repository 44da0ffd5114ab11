/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Challenges stay for a day after their end, since they are what budgets are counted by;
 * kept answers stay for a week, which is how long a client may sleep before it retries; the
 * logs of users and notifications stay for 90 days: a device that was away longer starts
 * over; who comes with an invitation that is over is told so for a month.
 */
#include "server/core/expiry.h"

#include "server/core/account.h"
#include "server/store/store_idempotency.h"
#include "server/store/store_invite.h"
#include "server/store/store_limiter.h"
#include "server/store/store_log.h"
#include "server/store/store_notification.h"

#define SLICE     500 /* rows of each kind: some milliseconds */
#define DAY_MS    86400000u
#define HOUR_MS   3600000u
#define ANSWER_MS (7 * (uint64_t)DAY_MS)
#define LOG_MS    (90 * (uint64_t)DAY_MS)
#define INVITE_MS (30 * (uint64_t)DAY_MS)

enum err expiry_run(struct store *store)
{
	uint64_t now_ms = store_now(store);
	enum err err = store_otp_expire(store, now_ms - DAY_MS, SLICE);

	if (err == ERR_OK)
		err = store_refresh_expire(store, now_ms, SLICE);
	if (err == ERR_OK)
		err = store_limiter_expire(store, now_ms - HOUR_MS, SLICE);
	if (err == ERR_OK)
		err = store_idempotency_expire(store, now_ms - ANSWER_MS, SLICE);
	if (err == ERR_OK)
		err = store_log_prune(store, now_ms - LOG_MS, SLICE);
	if (err == ERR_OK)
		err = store_notification_prune(store, now_ms - LOG_MS, SLICE);
	if (err == ERR_OK)
		err = store_invite_expire(store, now_ms - INVITE_MS, SLICE);
	if (err == ERR_OK)
		err = store_account_expire(store, now_ms - ACCOUNT_UNVERIFIED_MS, SLICE);
	return err;
}
