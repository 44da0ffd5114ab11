/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of signing in outlives this process. Tokens are used only once they are on disk: a
 * refresh token is spent by its first use, so one that was lost with a crash would sign the
 * client out. An attempt that waits for its code is on disk as well; the code may come hours
 * later, to another process.
 */
#include "client/auth/auth_inside.h"

#include "client/cache/cache_session.h"
#include "client/cache/store_thread.h"
#include "common/base/mem.h"
#include "common/os/lang.h"

#define WAITS_NAME  "auth.challenge"
#define DEVICE_NAME "auth.device_key"

/* ---- tokens ---- */

struct save {
	struct store_job job; /* first */
	struct auth *auth;
	struct cache_session session; /* views into the texts below */
	struct str server, name, display, refresh, access, device_key;
	uint64_t life_ms;
	bool tokens;
};

static enum err save_run(struct store_job *job, struct cache *cache)
{
	struct save *save = CONTAINER_OF(job, struct save, job);
	enum err err = cache_session_put(cache, &save->session);

	if (err == ERR_OK && save->device_key.len)
		err = cache_setting_put(cache, DEVICE_NAME, save->device_key.ptr);
	return err == ERR_OK ? cache_setting_put(cache, WAITS_NAME, NULL) : err;
}

static void save_free(struct save *save)
{
	auth_wipe(&save->refresh);
	auth_wipe(&save->access);
	str_wipe(&save->device_key);
	str_done(&save->server);
	str_done(&save->name);
	str_done(&save->display);
	str_done(&save->refresh);
	str_done(&save->access);
	mem_free(save);
}

static void save_done(struct store_job *job, enum err err)
{
	struct save *save = CONTAINER_OF(job, struct save, job);
	struct auth *auth = save->auth;
	struct app *app = auth->app;

	if (err == ERR_CONFLICT) {
		link_stop(app->link);
		app_notice(app, _("this profile belongs to another account or server; "
				  "use --profile with another name"));
		auth_enter(auth, AUTH_OUT, err);
	} else if (err != ERR_OK) {
		app_store_failed(app, err);
	} else {
		auth->user = save->session.user;
		auth->session = save->session.session;
		str_set(&auth->name, save->name.ptr);
		app->device = save->session.device;
	}
	if (err == ERR_OK && save->tokens) {
		auth_wipe(&auth->refresh);
		auth_wipe(&auth->access);
		str_set(&auth->refresh, save->refresh.ptr);
		str_set(&auth->access, save->access.ptr);
		if (save->device_key.len)
			str_set(&auth->device_key, save->device_key.ptr);
		auth->renew = auth_mono(auth) + (save->life_ms > 2 * AUTH_RENEW_MS
							 ? save->life_ms - AUTH_RENEW_MS
							 : save->life_ms / 2);
		auth->socket = false;
		auth->renewing = false;
		auth->code_until = 0;
		if (auth->step != AUTH_IN)
			auth_enter(auth, AUTH_IN, ERR_OK);
		if (auth->wanted || link_state(app->link) == LINK_ONLINE)
			auth_give_token(auth);
		else if (link_state(app->link) == LINK_OFF)
			app_connect(app);
	}
	save_free(save);
}

static struct save *save_new(struct auth *auth, const struct body_user *user,
			     const struct id *device, const struct id *session)
{
	struct save *save = mem_new(struct save);

	save->auth = auth;
	save->job.run = save_run;
	save->job.done = save_done;
	save->server = save->name = save->display = save->refresh = save->access =
		save->device_key = STR_INIT;
	address_print(&auth->app->address, &save->server);
	str_add_len(&save->name, (const char *)user->name.ptr, user->name.len);
	str_add_len(&save->display, (const char *)user->display_name.ptr,
		    user->display_name.len);
	save->session.user = user->user;
	save->session.device = *device;
	save->session.session = *session;
	return save;
}

static void submit(struct save *save)
{
	save->session.server = str_view(&save->server);
	save->session.name = str_view(&save->name);
	save->session.display_name = str_view(&save->display);
	if (save->refresh.len) {
		save->session.refresh = str_view(&save->refresh);
		save->session.access = str_view(&save->access);
		save->session.access_until_ms =
			clock_now_ms(save->auth->app->clock) + save->life_ms;
	}
	store_submit(save->auth->app->store, &save->job);
}

void auth_save_tokens(struct auth *auth, const struct body_tokens *tokens)
{
	struct save *save =
		save_new(auth, &tokens->user, &tokens->device, &tokens->session);

	str_add_len(&save->refresh, (const char *)tokens->refresh_token.ptr,
		    tokens->refresh_token.len);
	str_add_len(&save->access, (const char *)tokens->access_token.ptr,
		    tokens->access_token.len);
	str_add_len(&save->device_key, (const char *)tokens->device_key.ptr,
		    tokens->device_key.len);
	save->life_ms =
		tokens->expires_ms > tokens->now ? tokens->expires_ms - tokens->now : 0;
	save->tokens = true;
	submit(save);
}

void auth_save_session(struct auth *auth, const struct body_welcome *welcome)
{
	struct save *save =
		save_new(auth, &welcome->user, &welcome->device, &welcome->session);

	str_set(&save->refresh, auth->refresh.ptr);
	str_set(&save->access, auth->access.ptr);
	submit(save);
}

/* ---- an attempt ---- */

struct keep {
	struct store_job job; /* first */
	struct str text;
};

static enum err keep_run(struct store_job *job, struct cache *cache)
{
	struct keep *keep = CONTAINER_OF(job, struct keep, job);

	return cache_setting_put(cache, WAITS_NAME,
				 keep->text.len ? keep->text.ptr : NULL);
}

static void keep_done(struct store_job *job, enum err err)
{
	struct keep *keep = CONTAINER_OF(job, struct keep, job);

	str_done(&keep->text);
	mem_free(keep);
}

/* What the code is of: sign-up, forgotten password, log-in by an app's code or by mail. */
static char kind_of(const struct auth *auth)
{
	if (auth->signup)
		return 's';
	if (auth->reset)
		return 'r';
	return auth->by_app ? 'a' : 'l';
}

/* The kind, the challenge, the end of its life. */
void auth_keep_challenge(struct auth *auth, uint64_t life_ms)
{
	struct keep *keep = mem_new(struct keep);

	keep->text = STR_INIT;
	if (life_ms)
		str_addf(&keep->text, "%c%s%llu", kind_of(auth),
			 id_text(&auth->challenge).text,
			 (unsigned long long)(clock_now_ms(auth->app->clock) + life_ms));
	keep->job.run = keep_run;
	keep->job.done = keep_done;
	store_submit(auth->app->store, &keep->job);
}

static enum err out_run(struct store_job *job, struct cache *cache)
{
	enum err err =
		cache_session_tokens(cache, bytes_of(NULL, 0), bytes_of(NULL, 0), 0);

	return err == ERR_UNAUTHORIZED ? ERR_OK : err;
}

void auth_drop_tokens(struct auth *auth)
{
	struct keep *keep = mem_new(struct keep);

	keep->text = STR_INIT;
	keep->job.run = out_run;
	keep->job.done = keep_done;
	store_submit(auth->app->store, &keep->job);
}

/* ---- the start ---- */

struct resume {
	struct store_job job; /* first */
	struct auth *auth;
	struct str text;
};

static enum err resume_run(struct store_job *job, struct cache *cache)
{
	struct resume *resume = CONTAINER_OF(job, struct resume, job);
	enum err err = cache_setting_get(cache, WAITS_NAME, &resume->text);

	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* An attempt of before that still waits for its code. */
static void resume_done(struct store_job *job, enum err err)
{
	struct resume *resume = CONTAINER_OF(job, struct resume, job);
	struct auth *auth = resume->auth;
	const char *text = resume->text.ptr;
	int64_t until = 0;
	uint64_t now = clock_now_ms(auth->app->clock);

	if (err == ERR_OK && resume->text.len > 1 + ID_TEXT_LEN &&
	    id_parse(text + 1, ID_TEXT_LEN, &auth->challenge) == ERR_OK &&
	    opt_parse_int(text + 1 + ID_TEXT_LEN, &until) == ERR_OK &&
	    (uint64_t)until > now) {
		auth->signup = text[0] == 's';
		auth->reset = text[0] == 'r';
		auth->by_app = text[0] == 'a';
		auth->code_until = auth_mono(auth) + (uint64_t)until - now;
		auth_enter(auth, AUTH_CODE, ERR_OK);
	} else {
		auth_enter(auth, AUTH_OUT, ERR_OK);
	}
	str_done(&resume->text);
	mem_free(resume);
}

static enum err device_run(struct store_job *job, struct cache *cache)
{
	struct resume *resume = CONTAINER_OF(job, struct resume, job);

	return cache_setting_get(cache, DEVICE_NAME, &resume->text);
}

static void device_done(struct store_job *job, enum err err)
{
	struct resume *resume = CONTAINER_OF(job, struct resume, job);

	if (err == ERR_OK && !resume->auth->device_key.len)
		str_set(&resume->auth->device_key, resume->text.ptr);
	str_wipe(&resume->text);
	mem_free(resume);
}

void auth_load_device_key(struct auth *auth)
{
	struct resume *resume = mem_new(struct resume);

	*resume = (struct resume){.job = {.run = device_run, .done = device_done},
				  .auth = auth,
				  .text = STR_INIT};
	store_submit(auth->app->store, &resume->job);
}

void auth_resume(struct auth *auth)
{
	struct resume *resume = mem_new(struct resume);

	*resume = (struct resume){.job = {.run = resume_run, .done = resume_done},
				  .auth = auth,
				  .text = STR_INIT};
	store_submit(auth->app->store, &resume->job);
}
