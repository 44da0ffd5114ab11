/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGHUP. Which settings may change is a flag of their rows (OPT_RELOAD); whoever loads them
 * says which others would have. Each is looked at before it takes the place of the old one,
 * so a file that is half written costs a line of the log and nothing else.
 */
#include "server/reload.h"

#include "common/base/log.h"
#include "common/crypto/pem.h"
#include "server/net/loop.h"
#include "server/net/rate.h"
#include "server/obs/notify.h"
#include "server/rest/guard.h"

static void take(struct server *server, const struct server_config *fresh)
{
	struct server_config *config = &server->config;

	if (fresh->send_rate != config->send_rate)
		rates_set(server->rates, RATE_SEND, fresh->send_rate / 6 + 1,
			  fresh->send_rate);
	config->send_rate = fresh->send_rate;
	config->login_failures = fresh->login_failures;
	config->signup_rate = fresh->signup_rate;
	guard_pace(server->guard, config->login_failures, config->signup_rate);
	config->max_per_address = fresh->max_per_address;
	config->file_most = fresh->file_most;
	config->file_quota = fresh->file_quota;
	config->min_free = fresh->min_free;
	config->origins = fresh->origins;
	config->retention_ms = fresh->retention_ms;
	/* also when they cannot be used yet: the next reload looks again */
	config->tls_cert = fresh->tls_cert;
	config->tls_key = fresh->tls_key;
	loop_set_limits(server->loop, config->max_per_address, config->origins);
}

static void reload_settings(struct server *server)
{
	struct server_config fresh;
	AUTO(str_done) struct str why = STR_INIT;

	if (!server->reloader.load)
		return;
	enum err err = server->reloader.load(server->reloader.ctx, &fresh, &why);
	if (err == ERR_OK)
		take(server, &fresh);
	else
		log_error("reload: the settings stay as they were, why=%s",
			  why.len ? why.ptr : err_text(err));
}

static void reload_certificate(struct server *server)
{
	const struct server_config *config = &server->config;
	AUTO(str_done) struct str why = STR_INIT;
	AUTO(str_done) struct str pin = STR_INIT;
	struct pem_info info;

	if (!config->tls_cert == loop_has_tls(server->loop))
		log_warn("reload: needs a restart, setting=tls_cert");
	if (!config->tls_cert || !loop_has_tls(server->loop))
		return;
	enum err err = pem_pair(config->tls_cert, config->tls_key, &info, &why);
	if (err == ERR_OK && info.over) {
		str_addf(&why, "%s is over since %s", config->tls_cert, info.not_after);
		err = ERR_EXPIRED;
	}
	if (err == ERR_OK)
		err = loop_renew_tls(server->loop, config->tls_cert, config->tls_key,
				     &why);
	if (err != ERR_OK) {
		log_error("reload: the certificate stays as it was, why=%s", why.ptr);
		return;
	}
	loop_pin(server->loop, &pin);
	log_info("reload: certificate, serial=%s, until=%s, pin=%s", info.serial,
		 info.not_after, pin.ptr);
}

void server_reload(struct server *server)
{
	notify_reloading();
	log_info("reload: begins");
	reload_settings(server);
	reload_certificate(server);
	log_info("reload: done");
	notify_say("READY=1");
}
