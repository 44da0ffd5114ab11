/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Operations of rest.def over HTTP: what is possible before there is a session. With a
 *  session the same operations go through link_call().
 *  Thread: ui. Answers are called inside rest_note() only. */
#ifndef CHAT_CLIENT_NET_REST_H
#define CHAT_CLIENT_NET_REST_H

#include "client/net/link.h"
#include "client/net/transport.h"
#include "common/proto/rest.h"

struct rest;

/** @transport is borrowed. */
struct rest *rest_new(struct transport *transport) MUST_CHECK;
/** Pending answers are not called any more. */
void rest_free(struct rest **rest);

/** Send @body (an encoded request body, raw bytes where the row says so, or empty) to @op at
 *  @address; ops with parameters in their path are not for here. @token may be NULL. @done is
 *  called once, with ERR_UNREACHABLE, ERR_TIMEOUT or ERR_UNTRUSTED when no answer came. */
void rest_ask(struct rest *rest, const struct address *address, enum rest_op op,
	      struct bytes body, const char *token, link_result_fn *done, void *ctx);
/** Whether an answer is awaited. */
bool rest_is_asking(const struct rest *rest);
/** Feed a TRANSPORT_REPLY; takes it. */
void rest_note(struct rest *rest, struct transport_note **note);

/** The code of a problem document; ERR_OK for a 2xx @status, ERR_INTERNAL when there is no
 *  such document. */
enum err rest_problem(unsigned status, struct bytes body);

#endif
