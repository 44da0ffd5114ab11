#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A receiver of webhooks for tests: hookd.py FOLDER [CERT KEY]

Listens on a free port of 127.0.0.1, which it writes to FOLDER/port. Answers with the status
that stands in FOLDER/status (200 without that file). Every request that it answered with 2xx
becomes a line of FOLDER/good, every other one of FOLDER/bad:
    webhook-id  "signed" or "unsigned"  body
A GET becomes a line of FOLDER/followed, its path.
"signed": one of the signatures is right for one of the keys in FOLDER/keys, one per line.
"""
import base64
import hashlib
import hmac
import http.server
import os
import ssl
import sys
import time

folder = sys.argv[1]


def read(name, otherwise):
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return file.read().strip()
    except FileNotFoundError:
        return otherwise


def is_signed(headers, body):
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
        return False
    text = headers.get("webhook-id", "").encode() + b"." + stamp.encode() + b"." + body
    for line in read("keys", "").split():
        key = base64.b64decode(line.removeprefix("whsec_"))
        want = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        if "v1," + want in headers.get("webhook-signature", "").split():
            return True
    return False


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        status = int(read("status", "200"))
        name = "good" if 200 <= status < 300 else "bad"
        word = "signed" if is_signed(self.headers, body) else "unsigned"
        with open(os.path.join(folder, name), "a", encoding="utf-8") as file:
            file.write(f"{self.headers.get('webhook-id')} {word} {body.decode()}\n")
        self.send_response(status)
        if status == 302:
            self.send_header("Location", self.path + "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        """What comes of a redirect that is followed."""
        with open(os.path.join(folder, "followed"), "a", encoding="utf-8") as file:
            file.write(self.path + "\n")
        self.send_error(404)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(os.path.join(folder, "port.new"), "w", encoding="utf-8") as file:
    file.write(f"{server.server_port}\n")
os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
server.serve_forever()
