/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How one wants to be notified. Whether a hook may be asked at all is looked at here, before
 * it is stored, and again at each try. */
#include "server/core/push.h"

#include <stdio.h>

#include "common/os/zone.h"
#include "server/rest/call.h"

static enum err get_work(struct call *call, struct store *store)
{
	AUTO(push_kept_done) struct push_kept kept = {.hook = STR_INIT};
	enum err err = push_get(store, &call->actor, &kept);

	if (err != ERR_OK)
		return err;
	call_answer(
		call,
		&(struct body_notify_settings){
			.level = kept.level,
			.quiet = kept.quiet[0] ? bytes_text(kept.quiet)
					       : bytes_of(NULL, 0),
			.zone = kept.zone[0] ? bytes_text(kept.zone) : bytes_of(NULL, 0),
			.hook = kept.hook.len ? str_view(&kept.hook) : bytes_of(NULL, 0),
			.hook_form = kept.hook.len ? (int)kept.form : 0,
			.has_digest_ms = true,
			.digest_ms = kept.digest_ms,
		});
	return ERR_OK;
}

enum err rest_notification_settings(struct call *call)
{
	return call_read(call, get_work, NULL);
}

static enum err set_work(struct call *call, struct store *store)
{
	const struct body_notify_settings *args = call->args;
	const struct push_settings in = {.level = (enum notify_level)args->level,
					 .quiet = args->quiet,
					 .zone = args->zone,
					 .hook = args->hook,
					 .form = (enum hook_form)args->hook_form,
					 .has_digest = args->has_digest_ms,
					 .digest_ms = args->digest_ms};
	const char *field;
	enum err err = push_set(store, &call->actor, &in, &field, &call->news);

	if (err != ERR_OK)
		return call_blame(call, err, field, NULL);
	return get_work(call, store);
}

static bool is_zone(struct bytes text)
{
	char name[LIMIT_CLIENT + 1];
	int offset_s;

	snprintf(name, sizeof(name), "%.*s", (int)text.len, (const char *)text.ptr);
	return zone_offset(name, 0, &offset_s) == ERR_OK;
}

enum err rest_notification_settings_set(struct call *call)
{
	const struct body_notify_settings *args = call->args;
	struct target target;
	const char *why = NULL;

	if (args->zone.len && !is_zone(args->zone))
		return call_blame(call, ERR_BAD, "zone", NULL);
	if (args->hook.len) {
		enum err err = target_check(&call->server->config.hook_allow, args->hook,
					    &target, &why);
		if (err != ERR_OK)
			return call_blame(call, err, "hook", why);
	}
	return call_write(call, set_work, NULL);
}
