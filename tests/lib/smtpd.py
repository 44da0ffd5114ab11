#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail server for the tests: aiosmtpd, with the moods that servers have.

smtpd.py FOLDER: listens on loopback, writes its port to FOLDER/port and each letter to
FOLDER/N.eml; FOLDER/tried has a line for each try: Message-ID, recipient, what it was told.
The local part of a recipient says what happens: later2.x is refused with 451 twice and
then taken, never.x is refused with 550, drop1.x loses the connection in the middle of DATA
once. Options: --cert and --key for TLS, --implicit for TLS from the first byte, --user and
--password to ask for a log-in, --greet554 to be closed to everybody, --port to come back.
"""
import argparse
import asyncio
import email
import os
import re
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, syntax


class Server(SMTP):
    """aiosmtpd, but that it can hang up in the middle of a letter."""

    @syntax("DATA")
    async def smtp_DATA(self, arg):
        moods = self.event_handler.moods
        for address in self.envelope.rcpt_tos:
            if moods.spend("drop", address):
                await self.push("354 go on")
                await self._reader.readline()
                self.event_handler.note(None, address, "dropped")
                self.transport.abort()
                return
        await super().smtp_DATA(arg)


class Moods:
    def __init__(self):
        self.left = {}

    def spend(self, mood, address):
        """Whether MOODn.x has one of its n times left."""
        found = re.match(mood + r"(\d+)\.", address)
        if not found:
            return False
        left = self.left.setdefault(address, int(found.group(1)))
        self.left[address] = left - 1
        return left > 0


class Handler:
    def __init__(self, folder, moods, encrypted, user):
        self.folder, self.moods = folder, moods
        self.encrypted, self.user = encrypted, user
        self.count = len([n for n in os.listdir(folder) if n.endswith(".eml")])

    def note(self, message, address, said):
        ident = message["Message-ID"] if message else "?"
        with open(os.path.join(self.folder, "tried"), "a") as file:
            file.write(f"{ident} {address} {said}\n")

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("never."):
            self.note(None, address, "550")
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content)
        for address in envelope.rcpt_tos:
            if self.moods.spend("later", address):
                self.note(message, address, "451")
                return "451 not now"
        if self.encrypted and not server.transport.get_extra_info("sslcontext"):
            return "554 in clear"
        if self.user and not session.authenticated:
            return "554 who are you"
        self.count += 1
        path = os.path.join(self.folder, f"{self.count}.eml")
        with open(path + ".part", "wb") as file:
            file.write(b"X-From: " + envelope.mail_from.encode() + b"\r\n")
            file.write(envelope.content)
        os.rename(path + ".part", path)
        for address in envelope.rcpt_tos:
            self.note(message, address, "250")
        return "250 taken"


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    for name in ("--cert", "--key", "--user", "--password"):
        parser.add_argument(name)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--implicit", action="store_true")
    parser.add_argument("--greet554", action="store_true")
    args = parser.parse_args()
    os.makedirs(args.folder, exist_ok=True)
    context = None
    if args.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.cert, args.key)
    handler = Handler(args.folder, Moods(), bool(args.cert), args.user)

    def check_login(server, session, envelope, mechanism, data):
        good = (data.login, data.password) == (args.user.encode(), args.password.encode())
        handler.note(None, mechanism, "login" if good else "535")
        return AuthResult(success=good, handled=False)

    def make():
        starttls = context if not args.implicit else None
        return Server(
            handler,
            tls_context=starttls,
            require_starttls=bool(starttls),
            authenticator=check_login if args.user else None,
            auth_required=bool(args.user),
            auth_require_tls=bool(starttls),
            enable_SMTPUTF8=True,
        )

    async def closed(reader, writer):
        writer.write(b"554 no service here\r\n")
        await writer.drain()
        writer.close()

    loop = asyncio.get_running_loop()
    tls = context if args.implicit else None
    if args.greet554:
        server = await asyncio.start_server(closed, "127.0.0.1", args.port)
    else:
        server = await loop.create_server(make, "127.0.0.1", args.port, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    with open(os.path.join(args.folder, "port.part"), "w") as file:
        file.write(str(port))
    os.rename(os.path.join(args.folder, "port.part"), os.path.join(args.folder, "port"))
    await server.serve_forever()


try:
    asyncio.run(main())
except (KeyboardInterrupt, asyncio.CancelledError):
    sys.exit(0)
