/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tokens are used only once they are on disk: a refresh token is spent by its first use,
 * so one that was lost with a crash would sign the client out. An attempt that waits for
 * its code is on disk as well; the code may come hours later, to another process.
 */
#include "client/auth/auth.h"

#include <string.h>

#include "client/app_inside.h"
#include "client/cache/cache_session.h"
#include "client/cache/store_thread.h"
#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "common/os/lang.h"

#define RENEW_MS    60000 /* an access token is renewed so long before its end */
#define RETRY_MS    15000 /* after a renewal that did not reach the server */
#define WAITS_NAME  "auth.challenge"
#define DEVICE_NAME "auth.device_key"

struct auth {
	struct app *app;
	enum auth_step step;
	enum auth_step before; /* step to go back to when what is asked now fails */
	auth_fn *fn;
	void *ctx;

	bool socket;    /* no tokens: the socket's peer credentials speak */
	bool by_name;   /* … and must not */
	bool wanted;    /* the link waits for a token */
	bool renewing;  /* a renewal is under way */
	bool retried;   /* the server refused a token that was just renewed */
	uint64_t renew; /* monotonic; 0 = never */
	struct str refresh, access;

	struct id challenge;
	bool signup; /* … of a sign-up, not of a log-in */
	bool by_app; /* … that an authenticator answers */
	bool reset;  /* … of a forgotten password */
	unsigned tries;
	uint64_t code_until;
	uint64_t again;          /* monotonic; the server sends no other before */
	struct str device_key;   /* shows the server that it knows this device */
	struct id user, session; /* as on disk */
};

static void forget(struct str *secret)
{
	wipe(secret->ptr, secret->len);
	str_clear(secret);
}

struct auth *auth_new(struct app *app)
{
	struct auth *auth = mem_new(struct auth);

	auth->app = app;
	auth->refresh = auth->access = auth->device_key = STR_INIT;
	return auth;
}

void auth_free(struct auth **auth)
{
	if (!*auth)
		return;
	forget(&(*auth)->refresh);
	forget(&(*auth)->access);
	str_wipe(&(*auth)->device_key);
	str_done(&(*auth)->refresh);
	str_done(&(*auth)->access);
	mem_free(*auth);
	*auth = NULL;
}

void auth_by_name(struct auth *auth)
{
	auth->by_name = true;
}

void auth_listen(struct auth *auth, auth_fn *fn, void *ctx)
{
	auth->fn = fn;
	auth->ctx = ctx;
}

enum auth_step auth_step(const struct auth *auth)
{
	return auth->step;
}

static uint64_t mono(const struct auth *auth)
{
	return clock_mono_ms(auth->app->clock);
}

static void enter(struct auth *auth, enum auth_step step, enum err err)
{
	auth->step = step;
	if (auth->fn)
		auth->fn(auth->app, step, err, auth->ctx);
	app_tell_state(auth->app);
}

/* ---- to disk ---- */

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
	forget(&save->refresh);
	forget(&save->access);
	str_wipe(&save->device_key);
	str_done(&save->server);
	str_done(&save->name);
	str_done(&save->display);
	str_done(&save->refresh);
	str_done(&save->access);
	mem_free(save);
}

static void give_token(struct auth *auth)
{
	auth->wanted = false;
	link_token(auth->app->link, auth->access.ptr);
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
		enter(auth, AUTH_OUT, err);
	} else if (err != ERR_OK) {
		app_store_failed(app, err);
	} else {
		auth->user = save->session.user;
		auth->session = save->session.session;
		app->device = save->session.device;
	}
	if (err == ERR_OK && save->tokens) {
		forget(&auth->refresh);
		forget(&auth->access);
		str_set(&auth->refresh, save->refresh.ptr);
		str_set(&auth->access, save->access.ptr);
		if (save->device_key.len)
			str_set(&auth->device_key, save->device_key.ptr);
		auth->renew = mono(auth) + (save->life_ms > 2 * RENEW_MS
						    ? save->life_ms - RENEW_MS
						    : save->life_ms / 2);
		auth->socket = false;
		auth->renewing = false;
		auth->code_until = 0;
		if (auth->step != AUTH_IN)
			enter(auth, AUTH_IN, ERR_OK);
		if (auth->wanted || link_state(app->link) == LINK_ONLINE)
			give_token(auth);
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

/* ---- answers ---- */

static bool decode(enum err *err, struct bytes body, const struct body_def *def,
		   void *ret, struct json **ret_json)
{
	*ret_json = NULL;
	if (*err == ERR_OK)
		*err = json_parse(body, ret_json);
	if (*err == ERR_OK)
		*err = body_decode(def, *ret_json, json_root(*ret_json), ret, NULL);
	return *err == ERR_OK;
}

static void take_tokens(struct auth *auth, const struct body_tokens *tokens)
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

/* What a refusal says about the next try. */
static void take_refusal(struct auth *auth, enum err err, struct bytes body)
{
	struct body_problem problem;
	struct json *json = NULL;
	enum err read = ERR_OK;

	if (err == ERR_BAD_CODE && auth->tries)
		auth->tries--;
	if (err == ERR_TOO_MANY_TRIES)
		auth->tries = 0;
	if (body.len && decode(&read, body, body_problem_def(), &problem, &json) &&
	    problem.retry_ms)
		auth->again = mono(auth) + problem.retry_ms;
	json_free(&json);
}

static void tokens_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct auth *auth = ctx;
	struct body_tokens tokens;
	struct json *json;

	if (decode(&err, body, body_tokens_def(), &tokens, &json)) {
		take_tokens(auth, &tokens);
	} else {
		take_refusal(auth, err, body);
		enter(auth, auth->before, err);
	}
	json_free(&json);
}

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

/* "s" or "l", the challenge, the end of its life. */
static void keep_challenge(struct auth *auth, uint64_t life_ms)
{
	struct keep *keep = mem_new(struct keep);

	keep->text = STR_INIT;
	if (life_ms)
		str_addf(&keep->text, "%c%s%llu", auth->signup ? 's' : 'l',
			 id_text(&auth->challenge).text,
			 (unsigned long long)(clock_now_ms(auth->app->clock) + life_ms));
	keep->job.run = keep_run;
	keep->job.done = keep_done;
	store_submit(auth->app->store, &keep->job);
}

static bool is_text(struct bytes text, const char *word)
{
	return text.len == strlen(word) && memcmp(text.ptr, word, text.len) == 0;
}

static void challenge_came(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct auth *auth = ctx;
	struct body_challenge challenge;
	struct json *json;

	if (decode(&err, body, body_challenge_def(), &challenge, &json)) {
		uint64_t life = challenge.expires_ms > challenge.now
					? challenge.expires_ms - challenge.now
					: 0;
		auth->challenge = challenge.challenge;
		auth->by_app = bytes_equal(challenge.factor, bytes_text("totp"));
		auth->code_until = mono(auth) + life;
		auth->tries = (unsigned)challenge.tries;
		auth->again = 0;
		if (is_text(challenge.factor, "none")) {
			auth_code(auth, ""); /* the server knows this device */
		} else {
			keep_challenge(auth, auth->reset ? 0 : life);
			enter(auth, AUTH_CODE, ERR_OK);
		}
	} else {
		take_refusal(auth, err, body);
		enter(auth, auth->before, err);
	}
	json_free(&json);
}

/* ---- deeds ---- */

static void ask(struct auth *auth, const char *op, const struct body_def *def,
		const void *body, link_result_fn *done)
{
	AUTO(buf_wipe) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);

	auth_asking(auth);
	body_encode(def, &out, body);
	app_call(auth->app, op, buf_view(&args), done, auth);
}

void auth_asking(struct auth *auth)
{
	auth->before = auth->step == AUTH_ASKING ? auth->before : auth->step;
	auth->step = AUTH_ASKING;
}

void auth_failed(struct auth *auth, enum err err)
{
	enter(auth, auth->before, err);
}

void auth_ask_tokens(struct auth *auth, const char *op, const struct body_def *def,
		     const void *body)
{
	ask(auth, op, def, body, tokens_came);
}

void auth_signup(struct auth *auth, const char *account, const char *email,
		 const char *display, const char *password)
{
	struct body_signup signup = {.name = bytes_text(account),
				     .email = bytes_text(email),
				     .password = bytes_text(password)};

	if (*display)
		signup.display_name = bytes_text(display);
	if (*lang_tag())
		signup.language = bytes_text(lang_tag());
	auth->signup = true;
	auth->reset = false;
	ask(auth, "auth_signup", body_signup_def(), &signup, challenge_came);
}

void auth_login(struct auth *auth, const char *login, const char *password)
{
	struct body_login body = {
		.login = bytes_text(login),
		.password = bytes_text(password),
	};

	if (auth->device_key.len) {
		body.device = auth->app->device;
		body.device_key = str_view(&auth->device_key);
	}
	auth->signup = auth->reset = false;
	ask(auth, "auth_login", body_login_def(), &body, challenge_came);
}

void auth_code(struct auth *auth, const char *code)
{
	struct body_otp otp = {.challenge = auth->challenge,
			       .code = bytes_text(code),
			       .device_name = bytes_text("chat-client"),
			       .device = auth->app->device};

	ask(auth, auth->signup ? "auth_verify" : "auth_otp", body_otp_def(), &otp,
	    tokens_came);
}

void auth_again(struct auth *auth)
{
	struct body_otp_resend again = {auth->challenge};

	ask(auth, "auth_otp_resend", body_otp_resend_def(), &again, challenge_came);
}

void auth_forgotten(struct auth *auth, const char *email)
{
	struct body_reset_password body = {bytes_text(email)};

	auth->signup = false;
	auth->reset = true;
	ask(auth, "auth_reset_password", body_reset_password_def(), &body,
	    challenge_came);
}

static void renewed_password(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct auth *auth = ctx;

	if (err != ERR_OK) {
		take_refusal(auth, err, body);
		enter(auth, auth->before, err);
		return;
	}
	auth->reset = false;
	auth->code_until = 0;
	enter(auth, AUTH_OUT, ERR_OK);
}

void auth_new_password(struct auth *auth, const char *code, const char *password)
{
	struct body_confirm_password body = {.challenge = auth->challenge,
					     .code = bytes_text(code),
					     .new_password = bytes_text(password)};

	ask(auth, "auth_confirm_password", body_confirm_password_def(), &body,
	    renewed_password);
}

bool auth_resets(const struct auth *auth)
{
	return auth->reset;
}

unsigned auth_tries(const struct auth *auth)
{
	return auth->tries;
}

uint64_t auth_again_from(const struct auth *auth)
{
	return auth->again;
}

void auth_cancel(struct auth *auth)
{
	if (auth->step != AUTH_CODE)
		return;
	auth->reset = false;
	auth->code_until = 0;
	keep_challenge(auth, 0);
	enter(auth, AUTH_OUT, ERR_OK);
}

bool auth_by_app(const struct auth *auth)
{
	return auth->by_app;
}

uint64_t auth_code_until(const struct auth *auth)
{
	return auth->step == AUTH_CODE ? auth->code_until : 0;
}

/* ---- log-out ---- */

static enum err out_run(struct store_job *job, struct cache *cache)
{
	enum err err =
		cache_session_tokens(cache, bytes_of(NULL, 0), bytes_of(NULL, 0), 0);

	return err == ERR_UNAUTHORIZED ? ERR_OK : err;
}

/* The tokens are gone here, whatever the server said. */
static void sign_out(struct auth *auth, enum err why)
{
	struct keep *keep = mem_new(struct keep);

	forget(&auth->refresh);
	forget(&auth->access);
	auth->renew = 0;
	auth->renewing = auth->wanted = false;
	link_stop(auth->app->link);
	keep->text = STR_INIT;
	keep->job.run = out_run;
	keep->job.done = keep_done;
	store_submit(auth->app->store, &keep->job);
	enter(auth, AUTH_OUT, why);
}

static void logged_out(enum err err, unsigned status, struct bytes body, void *ctx)
{
	sign_out(ctx, err == ERR_UNREACHABLE || err == ERR_CLOSED ? err : ERR_OK);
}

void auth_logout(struct auth *auth, bool everywhere)
{
	struct body_logout body = {.everywhere = everywhere};

	ask(auth, "auth_logout", body_logout_def(), &body, logged_out);
}

/* ---- tokens for the link ---- */

static void renewed(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct auth *auth = ctx;
	struct body_tokens tokens;
	struct json *json;

	if (decode(&err, body, body_tokens_def(), &tokens, &json)) {
		take_tokens(auth, &tokens);
	} else if (status == 401 || status == 403) {
		sign_out(auth, err);
	} else {
		auth->renewing = false;
		auth->renew = mono(auth) + RETRY_MS;
		if (auth->wanted)
			link_no_token(auth->app->link, ERR_UNREACHABLE);
		auth->wanted = false;
	}
	json_free(&json);
}

static void renew(struct auth *auth)
{
	struct body_refresh refresh = {str_view(&auth->refresh)};
	AUTO(buf_wipe) struct buf args = BUF_INIT;
	struct json_out out = json_out_init(&args);

	if (auth->renewing)
		return;
	auth->renewing = true;
	auth->renew = 0;
	body_encode(body_refresh_def(), &out, &refresh);
	app_call(auth->app, "auth_refresh", buf_view(&args), renewed, auth);
}

void auth_want_token(struct auth *auth)
{
	auth->wanted = true;
	if (auth->socket || (auth->access.len && auth->renew > mono(auth)))
		give_token(auth);
	else
		renew(auth);
}

void auth_expired(struct auth *auth)
{
	if (!auth->refresh.len)
		return;
	forget(&auth->access);
	auth->renew = 0;
}

void auth_refused(struct auth *auth, enum err why)
{
	if (why != ERR_BAD_TOKEN && why != ERR_EXPIRED && why != ERR_UNAUTHORIZED)
		return;
	if (auth->refresh.len && !auth->retried && why != ERR_UNAUTHORIZED) {
		auth->retried = true;
		auth->renew = 0;
		forget(&auth->access);
		app_connect(auth->app);
	} else if (auth->step == AUTH_IN) {
		sign_out(auth, why);
	} else {
		/* The socket's peer has no account here: it may have one by name. */
		auth->socket = false;
		enter(auth, AUTH_OUT, why);
	}
}

void auth_welcome(struct auth *auth, const struct body_welcome *welcome)
{
	auth->retried = false;
	if (auth->step != AUTH_IN)
		enter(auth, AUTH_IN, ERR_OK);
	if (id_equal(&auth->user, &welcome->user.user) &&
	    id_equal(&auth->session, &welcome->session))
		return;
	struct save *save =
		save_new(auth, &welcome->user, &welcome->device, &welcome->session);
	str_set(&save->refresh, auth->refresh.ptr);
	str_set(&save->access, auth->access.ptr);
	submit(save);
}

void auth_tick(struct auth *auth)
{
	if (auth->renew && mono(auth) >= auth->renew && auth->refresh.len)
		renew(auth);
}

uint64_t auth_next_ms(const struct auth *auth)
{
	return auth->renew && auth->refresh.len ? auth->renew : UINT64_MAX;
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
		auth->code_until = mono(auth) + (uint64_t)until - now;
		enter(auth, AUTH_CODE, ERR_OK);
	} else {
		enter(auth, AUTH_OUT, ERR_OK);
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

static void load_device_key(struct auth *auth)
{
	struct resume *resume = mem_new(struct resume);

	*resume = (struct resume){.job = {.run = device_run, .done = device_done},
				  .auth = auth,
				  .text = STR_INIT};
	store_submit(auth->app->store, &resume->job);
}

void auth_begin(struct auth *auth, const struct cache_session *session)
{
	uint64_t now = clock_now_ms(auth->app->clock);

	auth->socket = auth->app->address.kind == ADDRESS_UNIX && !auth->by_name;
	load_device_key(auth);
	auth->user = session->user;
	auth->session = session->session;
	str_add_len(&auth->refresh, (const char *)session->refresh.ptr,
		    session->refresh.len);
	if (auth->refresh.len) {
		str_add_len(&auth->access, (const char *)session->access.ptr,
			    session->access.len);
		auth->socket = false;
		auth->renew = mono(auth);
		if (session->access_until_ms > now + RENEW_MS)
			auth->renew += session->access_until_ms - now - RENEW_MS;
	}
	if (auth->socket || auth->refresh.len) {
		app_connect(auth->app);
		return;
	}
	struct resume *resume = mem_new(struct resume);
	*resume = (struct resume){.job = {.run = resume_run, .done = resume_done},
				  .auth = auth,
				  .text = STR_INIT};
	store_submit(auth->app->store, &resume->job);
}
