/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --logout, --logout-all. Whoever owns the profile does it, so it works beside an open
 * screen, which then shows its log-in. The server is told before the tokens go.
 */
#include <string.h>

#include "client/app_inside.h"
#include "client/auth/auth.h"
#include "client/auth/receipt.h"
#include "client/net/denial.h"
#include "client/script/task.h"
#include "common/os/lang.h"

struct logout {
	struct task task; /* first */
	bool asked;
};

static struct logout *logout_of(struct task *task)
{
	return CONTAINER_OF(task, struct logout, task);
}

static bool is_everywhere(const struct task *task)
{
	return task->request.name.len > 0;
}

static void end_well(struct task *task, bool who)
{
	AUTO(buf_done) struct buf json = BUF_INIT;

	receipt_signed_out(who, is_everywhere(task), &json);
	task_line(task, task->request.json ? buf_view(&json)
					   : bytes_text(who ? _("signed out")
							    : _("nobody is signed in")));
	task_end(task, ERR_OK);
}

static void look(struct task *task)
{
	struct auth *auth = task->app->auth;
	struct logout *logout = logout_of(task);
	const enum link_state state = link_state(task->app->link);
	const enum auth_step step = auth_step(auth);

	if (logout->asked && step == AUTH_OUT && auth_denial(auth)->err == ERR_OK) {
		end_well(task, true);
	} else if (logout->asked && step == AUTH_OUT) {
		task_refused(task, auth_denial(auth));
	} else if (!logout->asked && state == LINK_ONLINE) {
		logout->asked = true;
		if (task_begin(task))
			auth_logout(auth, is_everywhere(task));
	} else if (!logout->asked && state == LINK_WAITING) {
		task_end(task, link_why(task->app->link) != ERR_OK
				       ? link_why(task->app->link)
				       : ERR_UNREACHABLE);
	} else if (!logout->asked && state == LINK_OFF && step != AUTH_IN) {
		end_well(task, false);
	}
}

static void logout_state(struct task *task, bool fresh)
{
	look(task);
}

static void logout_start(struct task *task)
{
	task_wait(task, task->request.timeout_ms);
	look(task);
}

static void logout_late(struct task *task)
{
	task_end(task, logout_of(task)->asked ? ERR_TIMEOUT : ERR_UNREACHABLE);
}

const struct task_ops task_logout = {.size = sizeof(struct logout),
				     .start = logout_start,
				     .state = logout_state,
				     .late = logout_late};
