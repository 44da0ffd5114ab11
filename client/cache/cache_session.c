/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one row of the account. Its tokens are as safe as the store's key.
 */
#include "client/cache/cache_session.h"

#include "client/cache/cache_inside.h"

void cache_session_done(struct cache_session *session)
{
	rows_done(&session->rows); /* wipes */
	*session = CACHE_SESSION_INIT;
}

enum err cache_session_get(struct cache *cache, struct cache_session *ret)
{
	struct cache_session session = CACHE_SESSION_INIT;
	struct query query = query_of(cache->db, STMT_ACCOUNT_GET);

	bool found = query_next(&query);
	if (found) {
		session.server = query_bytes(&query, &session.rows);
		session.user = query_id(&query);
		session.device = query_id(&query);
		session.session = query_id(&query);
		session.name = query_bytes(&query, &session.rows);
		session.display_name = query_bytes(&query, &session.rows);
		session.refresh = query_bytes(&query, &session.rows);
		session.access = query_bytes(&query, &session.rows);
		session.access_until_ms = query_int(&query);
		session.uepoch = query_int(&query);
		session.useq = query_int(&query);
	}
	enum err err = query_done(&query);
	if (err == ERR_OK && !found)
		err = ERR_UNAUTHORIZED;
	if (err != ERR_OK) {
		cache_session_done(&session);
		return err;
	}
	*ret = session;
	return ERR_OK;
}

static enum err put(struct cache *cache, const struct cache_session *session)
{
	AUTO(cache_session_done) struct cache_session old = CACHE_SESSION_INIT;

	enum err err = cache_session_get(cache, &old);
	if (err == ERR_OK && (!id_equal(&old.user, &session->user) ||
			      !bytes_equal(old.server, session->server)))
		return ERR_CONFLICT;
	if (err != ERR_OK && err != ERR_UNAUTHORIZED)
		return err;
	struct query query = query_of(cache->db, STMT_ACCOUNT_PUT);
	query_put_text(&query, session->server);
	query_put_id(&query, &session->user);
	query_put_blob(&query, bytes_of(session->device.bytes, ID_LEN));
	query_put_blob(&query, bytes_of(session->session.bytes, ID_LEN));
	query_put_text(&query, session->name);
	query_put_text(&query, session->display_name);
	query_put_blob(&query, session->refresh);
	query_put_blob(&query, session->access);
	query_put_int(&query, session->access_until_ms);
	return query_run(&query);
}

enum err cache_session_put(struct cache *cache, const struct cache_session *session)
{
	struct scope scope;

	enum err err = scope_begin(cache, &scope);
	return err == ERR_OK ? scope_end(&scope, put(cache, session)) : err;
}

enum err cache_session_tokens(struct cache *cache, struct bytes refresh,
			      struct bytes access, uint64_t access_until_ms)
{
	struct query query = query_of(cache->db, STMT_ACCOUNT_TOKENS);

	query_put_blob(&query, refresh);
	query_put_blob(&query, access);
	query_put_int(&query, access_until_ms);
	return query_change(&query, ERR_UNAUTHORIZED);
}

enum err cache_session_position(struct cache *cache, uint64_t uepoch, uint64_t useq)
{
	struct query query = query_of(cache->db, STMT_ACCOUNT_POSITION);

	query_put_int(&query, uepoch);
	query_put_int(&query, useq);
	return query_change(&query, ERR_UNAUTHORIZED);
}
