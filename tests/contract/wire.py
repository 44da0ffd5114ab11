# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP to a private server, and what a person would have beside it: letters, an
authenticator, an SSH key. Requests come from many addresses of the loopback net in turn,
since the server counts requests without a token by address."""
import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import socket
import subprocess
import time
import urllib.parse

LANES = 100


class Answer:
    def __init__(self, got, data):
        self.status, self.data = got.status, data
        self.headers = {k.lower(): v for k, v in got.getheaders()}
        self.type = self.headers.get("content-type", "").split(";")[0]
        self.json = json.loads(data) if self.type.endswith("json") and data else None


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Wire:
    def __init__(self, port, path):
        self.port, self.path, self.turn, self.lanes = port, path, 0, {}

    def connection(self, local):
        if local:
            return UnixConnection(self.path)
        self.turn = (self.turn + 1) % LANES
        if self.turn not in self.lanes:
            self.lanes[self.turn] = http.client.HTTPConnection(
                "127.0.0.1", self.port, source_address=(f"127.0.7.{self.turn + 1}", 0))
        return self.lanes[self.turn]

    def ask(self, method, path, query=None, body=None, token=None, headers=None,
            local=False):
        """Ask once; a server that says when to come again is asked again."""
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = "Bearer " + token
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        if body is None and method in ("POST", "PUT", "PATCH"):
            body = b""
        if query:
            path += "?" + urllib.parse.urlencode(query)
        for _ in range(100):
            connection = self.connection(local)
            try:
                connection.request(method, path, body, headers)
                got = connection.getresponse()
                answer = Answer(got, got.read())
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                connection.close()
                continue
            # An answer to HEAD has no body that would say it.
            wait_ms = (answer.json or {}).get("retry_ms") or \
                1000 * int(answer.headers.get("retry-after", 0))
            if answer.status != 429 or wait_ms == 0:
                return answer
            time.sleep(wait_ms / 1000)
        raise SystemExit(f"not ok - {method} {path} gets no answer")


class Helper:
    """What no answer of the server has."""

    def __init__(self, folder, spool, address):
        self.folder, self.spool, self.address, self.seen = folder, spool, address, set()

    def ask(self, path):
        url = urllib.parse.urlsplit(path)
        args = dict(urllib.parse.parse_qsl(url.query))
        return getattr(self, url.path[1:])(**args)

    def code(self, to):
        """The code of the newest letter to that address that was not taken yet."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for name in sorted(os.listdir(self.spool), reverse=True):
                if not name.endswith(".eml") or name in self.seen:
                    continue
                with open(os.path.join(self.spool, name), encoding="utf-8") as file:
                    text = file.read()
                found = re.search(r"^ *(\d{6})$", text, re.M)
                if f"To: {to}\n" in text.replace("\r", "") and found:
                    self.seen.add(name)
                    return found[1]
            time.sleep(0.02)
        raise SystemExit(f"no letter with a code came to {to}")

    def totp(self, secret):
        """RFC 6238."""
        key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        mac = hmac.digest(key, (int(time.time()) // 30).to_bytes(8, "big"), hashlib.sha1)
        at = mac[-1] & 15
        number = int.from_bytes(mac[at:at + 4], "big") & 0x7FFFFFFF
        return f"{number % 10**6:06d}"

    def public(self):
        path = os.path.join(self.folder, "key")
        if not os.path.exists(path):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "alice",
                            "-f", path], check=True)
        with open(path + ".pub", encoding="ascii") as file:
            return file.read().strip()

    def sign(self, account, nonce):
        text = (f"chat log-in 1\nserver: {self.address}\naccount: {account}\n"
                f"nonce: {nonce}\n")
        return subprocess.run(
            ["ssh-keygen", "-q", "-Y", "sign", "-n", "chat-login", "-f",
             os.path.join(self.folder, "key")],
            input=text, text=True, capture_output=True, check=True).stdout


# One transparent pixel.
AVATAR = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    "AABJRU5ErkJggg==")
