#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""For whoever runs the request collection without a person beside: a server that knows
letters, authenticator and SSH key (see wire.py), and a way to the Unix socket by TCP, both
on loopback. Prints their two ports and ends with its standard input."""
import http.server
import os
import socket
import socketserver
import sys
import threading

sys.path.insert(0, os.path.dirname(__file__))
from wire import AVATAR, Helper  # noqa: E402


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def main():
    spool, folder, path, address = sys.argv[1:5]
    helper = Helper(folder, spool, address)
    with open(os.path.join(folder, "avatar.png"), "wb") as file:
        file.write(AVATAR)

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            text = helper.ask(self.path).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args):
            pass

    class Way(socketserver.BaseRequestHandler):
        def handle(self):
            with socket.socket(socket.AF_UNIX) as inner:
                inner.connect(path)
                back = threading.Thread(target=pump, args=(inner, self.request))
                back.start()
                pump(self.request, inner)
                back.join()

    class Ways(socketserver.ThreadingTCPServer):
        daemon_threads = True

    answers = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    ways = Ways(("127.0.0.1", 0), Way)
    for server in (answers, ways):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(answers.server_address[1], ways.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
