/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Server addresses. Deliberately narrower than URLs: no user, no path, no query, so that
 * nothing secret can end up in one and nothing needs escaping.
 */
#include "client/net/address.h"

#include <string.h>
#include <sys/un.h>

#include "common/base/attr.h"

void address_done(struct address *address)
{
	str_done(&address->host);
}

/* Digits only, 1 to 65535; the whole text. */
static bool port_parse(const char *text, uint16_t *ret_port)
{
	uint32_t port = 0;

	if (!*text || strlen(text) > 5)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		port = port * 10 + (uint32_t)(*text - '0');
	}
	if (port == 0 || port > UINT16_MAX)
		return false;
	*ret_port = (uint16_t)port;
	return true;
}

/* The characters of names and literals, so that a host is never more than a host. */
static bool host_valid(const char *text, size_t len, bool literal)
{
	static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789.-_";
	static const char digits[] = "0123456789abcdefABCDEF:.";

	return len > 0 && len <= 253 && strspn(text, literal ? digits : name) >= len;
}

/* Literals alone, and the one name that RFC 6761 section 6.3 binds to them. */
static bool host_is_here(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	       (strncmp(host, "127.", 4) == 0 && !host[strspn(host, "0123456789.")]);
}

static enum err unix_parse(const char *path, struct address *out)
{
	if (*path != '/')
		return ERR_BAD;
	if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return ERR_TOO_BIG;
	out->kind = ADDRESS_UNIX;
	str_set(&out->host, path);
	return ERR_OK;
}

static enum err inet_parse(const char *text, struct address *out)
{
	const char *host = text, *rest;
	bool literal = *text == '[';
	size_t len;

	if (literal) {
		host++;
		rest = strchr(host, ']');
		if (!rest)
			return ERR_BAD;
		len = (size_t)(rest - host);
		rest++;
	} else {
		len = strcspn(host, ":/");
		rest = host + len;
	}
	if (!host_valid(host, len, literal))
		return ERR_BAD;
	str_set_len(&out->host, host, len);
	for (size_t i = 0; i < len; i++)
		if (out->host.ptr[i] >= 'A' && out->host.ptr[i] <= 'Z')
			out->host.ptr[i] = (char)(out->host.ptr[i] + ('a' - 'A'));
	out->port = ADDRESS_PORT;
	if (*rest == ':') {
		size_t digits = strcspn(rest + 1, "/");
		char port[6] = "";

		if (digits >= sizeof(port))
			return ERR_BAD;
		memcpy(port, rest + 1, digits);
		if (!port_parse(port, &out->port))
			return ERR_BAD;
		rest += 1 + digits;
	}
	return *rest == '\0' || strcmp(rest, "/") == 0 ? ERR_OK : ERR_BAD;
}

enum err address_parse(const char *text, struct address *ret_address)
{
	AUTO(address_done) struct address out = ADDRESS_INIT;
	enum err err = ERR_BAD;

	if (strncmp(text, "unix:", 5) == 0) {
		err = unix_parse(text + 5, &out);
	} else if (strncmp(text, "wss://", 6) == 0) {
		out.kind = ADDRESS_TLS;
		err = inet_parse(text + 6, &out);
	} else if (strncmp(text, "ws://", 5) == 0) {
		out.kind = ADDRESS_PLAIN;
		err = inet_parse(text + 5, &out);
		if (err == ERR_OK && !host_is_here(out.host.ptr))
			err = ERR_FORBIDDEN;
	}
	if (err != ERR_OK)
		return err;
	address_done(ret_address);
	*ret_address = out;
	out = ADDRESS_INIT;
	return ERR_OK;
}

void address_print(const struct address *address, struct str *out)
{
	if (address->kind == ADDRESS_UNIX) {
		str_addf(out, "unix:%s", address->host.ptr);
		return;
	}
	bool literal = strchr(address->host.ptr, ':') != NULL;
	str_addf(out, "%s://%s%s%s:%u", address->kind == ADDRESS_TLS ? "wss" : "ws",
		 literal ? "[" : "", address->host.ptr, literal ? "]" : "",
		 address->port);
}
