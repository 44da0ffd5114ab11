# SPDX-License-Identifier: GPL-3.0-or-later
"""A WebSocket of the server (RFC 6455), as much of it as a `call` needs."""
import base64
import json
import os
import socket
import struct


class Closed(Exception):
    pass


class Refused(Exception):
    """An `error` frame, which the argument is."""


class Session:
    """One connection that has said hello."""

    def __init__(self, address, token):
        self.socket = socket.create_connection(address, 30)
        self.file = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((
            "GET /v1/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n").encode())
        if b" 101 " not in self.file.readline():
            raise Closed("no WebSocket")
        while self.file.readline() not in (b"\r\n", b""):
            pass
        self.calls = 0
        self.say({"type": "hello", "v": 1, "client": "contract", "token": token})
        self.hear("welcome")

    def write(self, opcode, data):
        """One masked frame (section 5.2)."""
        mask = os.urandom(4)
        if len(data) < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | len(data))
        else:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, len(data))
        self.socket.sendall(head + mask + bytes(
            byte ^ mask[i % 4] for i, byte in enumerate(data)))

    def read(self):
        head = self.file.read(2)
        if len(head) < 2:
            raise Closed("the server hung up")
        size = head[1] & 0x7f
        if size == 126:
            size, = struct.unpack("!H", self.file.read(2))
        elif size == 127:
            size, = struct.unpack("!Q", self.file.read(8))
        data = self.file.read(size)
        if head[0] & 0x0f == 8:
            raise Closed(repr(data))
        return head[0], data

    def message(self):
        """The next text; pings are answered."""
        text = b""
        while True:
            head, data = self.read()
            if head & 0x0f == 9:
                self.write(10, data)
            elif head & 0x0f in (0, 1):
                text += data
                if head & 0x80:
                    return json.loads(text)

    def say(self, frame):
        self.write(1, json.dumps(frame).encode())

    def hear(self, kind, **fields):
        while True:
            frame = self.message()
            if frame["type"] == kind and all(frame.get(k) == v for k, v in fields.items()):
                return frame
            if frame["type"] == "error":
                raise Refused(frame)

    def call(self, op, args):
        self.calls += 1
        self.say({"type": "call", "id": self.calls, "op": op, "args": args})
        return self.hear("result", id=self.calls)
