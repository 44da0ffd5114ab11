/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tokens of who is signed in: given to the link, renewed before they end, dropped when
 * the server or the person says so. Only here are tokens renewed.
 */
#include "client/auth/auth_inside.h"

#include "client/cache/cache_session.h"

#define RETRY_MS 15000 /* after a renewal that did not reach the server */

void auth_give_token(struct auth *auth)
{
	auth->wanted = false;
	link_token(auth->app->link, auth->access.ptr);
}

const char *auth_token(const struct auth *auth)
{
	return auth->access.len ? auth->access.ptr : NULL;
}

/* ---- log-out ---- */

/* Why nobody is signed in, better than by the words of the error. */
static void explain(struct auth *auth, const char *why)
{
	denial_read(&auth->denial, ERR_UNAUTHORIZED, bytes_of(NULL, 0));
	str_set(&auth->denial.detail, why);
}

/* The tokens are gone here, whatever the server said. */
static void forget(struct auth *auth, enum err why)
{
	auth_wipe(&auth->refresh);
	auth_wipe(&auth->access);
	auth->given = false;
	auth->renew = 0;
	auth->renewing = auth->wanted = false;
	link_stop(auth->app->link);
	auth_drop_tokens(auth);
	auth_enter(auth, AUTH_OUT, why);
}

static void sign_out(struct auth *auth, enum err why)
{
	if (why == ERR_UNAUTHORIZED)
		explain(auth, err_text(ERR_REVOKED));
	forget(auth, why);
}

void auth_deleted(struct auth *auth)
{
	explain(auth, N_("Your account is deleted."));
	forget(auth, ERR_UNAUTHORIZED);
}

/* A session that is none any more has nothing left to end. */
static void logged_out(enum err err, unsigned status, struct bytes body, void *ctx)
{
	sign_out(ctx, status == 401 ? ERR_OK : err);
}

void auth_logout(struct auth *auth, bool everywhere)
{
	struct body_logout body = {.everywhere = everywhere};

	auth_ask(auth, "auth_logout", body_logout_def(), &body, logged_out);
}

/* ---- tokens for the link ---- */

static void renewed(enum err err, unsigned status, struct bytes body, void *ctx)
{
	struct auth *auth = ctx;
	struct body_tokens tokens;
	struct json *json;

	if (auth_decode(&err, body, body_tokens_def(), &tokens, &json)) {
		auth_save_tokens(auth, &tokens);
	} else if (status == 401 || status == 403) {
		sign_out(auth, err);
	} else {
		auth->renewing = false;
		auth->renew = auth_mono(auth) + RETRY_MS;
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
	if (auth->socket || auth->given ||
	    (auth->access.len && auth->renew > auth_mono(auth)))
		auth_give_token(auth);
	else
		renew(auth);
}

void auth_expired(struct auth *auth)
{
	if (!auth->refresh.len)
		return;
	auth_wipe(&auth->access);
	auth->renew = 0;
}

void auth_refused(struct auth *auth, enum err why)
{
	if (why != ERR_BAD_TOKEN && why != ERR_EXPIRED && why != ERR_UNAUTHORIZED)
		return;
	if (auth->refresh.len && !auth->retried && why != ERR_UNAUTHORIZED) {
		auth->retried = true;
		auth->renew = 0;
		auth_wipe(&auth->access);
		app_connect(auth->app);
	} else if (auth->step == AUTH_IN) {
		sign_out(auth, why);
	} else {
		/* The socket's peer has no account here: it may have one by name. */
		if (auth->socket && why == ERR_UNAUTHORIZED)
			explain(auth, N_("the server has no account for this user of the "
					 "machine: log in by name, or sign up"));
		auth->socket = false;
		auth_enter(auth, AUTH_OUT, why);
	}
}

void auth_welcome(struct auth *auth, const struct body_welcome *welcome)
{
	auth->retried = false;
	if (auth->step != AUTH_IN)
		auth_enter(auth, AUTH_IN, ERR_OK);
	if (!id_equal(&auth->user, &welcome->user.user) ||
	    !id_equal(&auth->session, &welcome->session))
		auth_save_session(auth, welcome);
}

void auth_tick(struct auth *auth)
{
	if (auth->renew && auth_mono(auth) >= auth->renew && auth->refresh.len)
		renew(auth);
}

uint64_t auth_next_ms(const struct auth *auth)
{
	return auth->renew && auth->refresh.len ? auth->renew : UINT64_MAX;
}

void auth_use_token(struct auth *auth, struct bytes token)
{
	auth->given = true;
	str_set_len(&auth->access, (const char *)token.ptr, token.len);
}

/* ---- the start ---- */

void auth_begin(struct auth *auth, const struct cache_session *session)
{
	uint64_t now = clock_now_ms(auth->app->clock);

	auth->socket =
		auth->app->address.kind == ADDRESS_UNIX && !auth->by_name && !auth->given;
	auth_load_device_key(auth);
	auth->user = session->user;
	auth->session = session->session;
	str_set_len(&auth->name, (const char *)session->name.ptr, session->name.len);
	if (auth->apart) {
		auth->socket = false;
		auth_resume(auth);
		return;
	}
	if (auth->given) {
		app_connect(auth->app);
		return;
	}
	str_add_len(&auth->refresh, (const char *)session->refresh.ptr,
		    session->refresh.len);
	if (auth->refresh.len) {
		str_add_len(&auth->access, (const char *)session->access.ptr,
			    session->access.len);
		auth->socket = false;
		auth->renew = auth_mono(auth);
		if (session->access_until_ms > now + AUTH_RENEW_MS)
			auth->renew += session->access_until_ms - now - AUTH_RENEW_MS;
	}
	if (auth->socket || auth->refresh.len) {
		app_connect(auth->app);
		return;
	}
	auth_resume(auth);
}
