/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules of the WebSocket handshake (RFC 6455 section 4.2) and ours on top: who may
 * open which endpoint, from which page. A browser always says its Origin; a program that
 * sends none is no cross-site request.
 */
#include "server/net/upgrade.h"

#include <string.h>
#include <strings.h>

#define PATH_WS   "/v1/ws"
#define PATH_ROOM "/v1/ws/rooms/"
#define PROTOCOL  "chat.v1"
#define KEY_LEN   24  /* 16 bytes in base64 */
#define HOST_MOST 261 /* a name of 255 bytes (RFC 1035 section 2.3.4) and a port */
#define PORT_MOST 5   /* digits */

static bool equal_nocase(struct bytes text, const char *word)
{
	return text.len == strlen(word) &&
	       strncasecmp((const char *)text.ptr, word, text.len) == 0;
}

static bool starts(struct bytes text, const char *word)
{
	size_t len = strlen(word);

	return text.len >= len && memcmp(text.ptr, word, len) == 0;
}

enum err header_length(struct bytes text, uint64_t most, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (text.len == 0 || text.len > 18) {
		return ERR_BAD;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9') {
			return ERR_BAD;
		}
		value = value * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	if (value > most) {
		return ERR_TOO_BIG;
	}
	*ret_value = value;
	return ERR_OK;
}

static bool in_set(char c, const char *more)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (c != '\0' && strchr(more, c));
}

bool header_host(struct bytes text)
{
	const char *host = (const char *)text.ptr;
	bool six = text.len > 0 && host[0] == '[';
	size_t at = six, port;

	while (at < text.len && in_set(host[at], six ? ":." : ".-_")) {
		at++;
	}
	if (at == six || text.len > HOST_MOST) {
		return false;
	}
	if (six && (at == text.len || host[at++] != ']')) {
		return false;
	}
	if (at == text.len) {
		return true;
	}
	if (host[at] != ':') {
		return false;
	}
	for (port = ++at; at < text.len && host[at] >= '0' && host[at] <= '9';) {
		at++;
	}
	return at == text.len && at - port <= PORT_MOST;
}

struct bytes header_bearer(struct bytes authorization)
{
	static const char scheme[] = "Bearer ";
	size_t len = sizeof(scheme) - 1;

	if (authorization.len <= len ||
	    strncasecmp((const char *)authorization.ptr, scheme, len) != 0) {
		return bytes_of(NULL, 0);
	}
	return bytes_of(authorization.ptr + len, authorization.len - len);
}

/* Whether one of the offered sub-protocols is ours; none offered is fine. */
static bool speaks(struct bytes offered)
{
	if (!offered.ptr) {
		return true;
	}
	for (size_t at = 0; at < offered.len;) {
		const uint8_t *comma = memchr(offered.ptr + at, ',', offered.len - at);
		size_t end = comma ? (size_t)(comma - offered.ptr) : offered.len;
		size_t from = at, to = end;

		while (from < to && offered.ptr[from] == ' ') {
			from++;
		}
		while (to > from && offered.ptr[to - 1] == ' ') {
			to--;
		}
		if (bytes_equal(bytes_of(offered.ptr + from, to - from),
				bytes_text(PROTOCOL))) {
			return true;
		}
		at = end + 1;
	}
	return false;
}

static bool origin_allowed(const struct upgrade *ask, const struct upgrade_rules *rules)
{
	if (!ask->origin.ptr) {
		return true;
	}
	for (const char *const *one = rules->origins; one && *one; one++) {
		if (bytes_equal(ask->origin, bytes_text(*one))) {
			return true;
		}
	}
	/* Same origin: scheme://host[:port] against the Host header. */
	const uint8_t *slashes = memmem(ask->origin.ptr, ask->origin.len, "://", 3);

	if (!slashes || ask->host.len == 0) {
		return false;
	}
	size_t skip = (size_t)(slashes - ask->origin.ptr) + 3;
	return bytes_equal(bytes_of(ask->origin.ptr + skip, ask->origin.len - skip),
			   ask->host);
}

static enum err find_endpoint(const struct upgrade *ask, struct upgrade_grant *grant)
{
	size_t prefix = strlen(PATH_ROOM);

	if (bytes_equal(ask->path, bytes_text(PATH_WS))) {
		return ERR_OK;
	}
	if (!starts(ask->path, PATH_ROOM)) {
		return ERR_NOT_FOUND;
	}
	grant->single = true;
	if (id_parse((const char *)ask->path.ptr + prefix, ask->path.len - prefix,
		     &grant->room) != ERR_OK) {
		return ERR_NO_ROOM;
	}
	return ERR_OK;
}

/* The token: in Authorization, or in the query where that is allowed. On the Unix socket
 * and on /v1/ws it may be missing: then the peer's credentials or hello tell. */
static enum err find_who(const struct upgrade *ask, const struct upgrade_rules *rules,
			 struct upgrade_grant *grant)
{
	struct bytes token = header_bearer(ask->authorization);

	if (ask->authorization.ptr && !token.ptr) {
		return ERR_UNAUTHORIZED; /* another scheme, or longer than any token */
	}
	if (!token.ptr && ask->query_token.ptr) {
		if (!grant->single || !rules->query_token) {
			return ERR_UNAUTHORIZED;
		}
		token = ask->query_token;
	}
	if (!token.ptr) {
		return grant->single && !ask->local ? ERR_UNAUTHORIZED : ERR_OK;
	}
	return rules->verify(token, &grant->who, rules->verify_ctx);
}

enum err upgrade_check(const struct upgrade *ask, const struct upgrade_rules *rules,
		       struct upgrade_grant *ret_grant)
{
	struct upgrade_grant grant = {0};

	if (!equal_nocase(ask->upgrade, "websocket")) {
		return ERR_UPGRADE; /* h2c and whatever else: not here */
	}
	enum err err = find_endpoint(ask, &grant);

	if (err != ERR_OK) {
		return err;
	}
	if (!ask->get) {
		return ERR_METHOD;
	}
	if (!bytes_equal(ask->version, bytes_text("13")) || !speaks(ask->protocol)) {
		return ERR_UPGRADE;
	}
	if (ask->key.len != KEY_LEN || !header_host(ask->host)) {
		return ERR_BAD;
	}
	if (!origin_allowed(ask, rules)) {
		return ERR_FORBIDDEN;
	}
	err = find_who(ask, rules, &grant);
	if (err == ERR_OK) {
		*ret_grant = grant;
	}
	return err;
}
