/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop-back names are taken with our port only: another program of this machine that
 * listens on another one is not us.
 */
#include "server/rest/dialled.h"

#include <ctype.h>
#include <string.h>

#include "common/base/mem.h"

#define USUAL_PORT ":8377" /* what clients add where an address has none */

static bool is(struct bytes address, const struct str *text)
{
	return bytes_equal(address, str_view(text));
}

/* An address of the settings, as clients write it. */
static bool is_named(struct bytes address, const char *setting)
{
	AUTO(str_done) struct str text = STR_INIT;

	for (; *setting; setting++)
		str_add_char(&text, (char)tolower((unsigned char)*setting));
	if (text.len && text.ptr[text.len - 1] == '/')
		str_cut(&text, text.len - 1);
	if (is(address, &text))
		return true;
	str_add(&text, USUAL_PORT);
	return is(address, &text);
}

static bool is_here(const struct server *server, struct bytes address, const char *host)
{
	AUTO(str_done) struct str text = STR_INIT;
	bool literal = strchr(host, ':') != NULL;

	str_addf(&text, "%s://%s%s%s:%u", server->config.tls_cert ? "wss" : "ws",
		 literal ? "[" : "", host, literal ? "]" : "", server->port);
	return is(address, &text);
}

bool dialled_us(const struct server *server, struct bytes address)
{
	static const char *const loopback[] = {"127.0.0.1", "localhost", "::1"};
	const struct server_config *config = &server->config;
	AUTO(str_done) struct str socket = STR_INIT;

	for (const char *const *at = config->addresses; at && *at; at++)
		if (is_named(address, *at))
			return true;
	str_addf(&socket, "unix:%s", config->socket_path);
	if (config->socket_path[0] && is(address, &socket))
		return true;
	if (!config->listen_host[0])
		return false;
	for (size_t i = 0; i < ARRAY_LEN(loopback); i++)
		if (is_here(server, address, loopback[i]))
			return true;
	return is_here(server, address, config->listen_host);
}
