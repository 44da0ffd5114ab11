#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The story once more, each step of somebody who is logged in as a `call` over a WebSocket:
the same function answers, so the result must be of the schema that the document has for the
route. What is no JSON, and what whoever runs the server asks on its socket, goes over HTTP as
before. Arguments: as contract.py."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from contract import Contract, main  # noqa: E402
from sockets import Closed, Refused, Session  # noqa: E402
from story import OPERATOR, STEPS  # noqa: E402


class Called:
    """A result, as an answer of HTTP would be."""

    def __init__(self, frame):
        self.status, self.json = frame["status"], frame.get("body")
        self.data = json.dumps(self.json).encode() if self.json is not None else b""


class Calls(Contract):
    def __init__(self, wire, helper, record):
        super().__init__(wire, helper, record)
        self.sessions, self.called = {}, set()

    def is_call(self, op, who, raw):
        said = self.operations[op][2]["responses"]
        return who not in ("", OPERATOR) and not raw and all(
            kind.startswith("application/json")
            for status, answer in said.items() if status < "300"
            for kind in answer.get("content", {}))

    def session(self, who):
        """Of whom, with the token of now."""
        token = self.values[who]
        if who not in self.sessions or self.sessions[who][0] != token:
            self.sessions[who] = token, Session(("127.0.0.1", self.wire.port), token)
        return self.sessions[who][1]

    def send(self, op, who, args, raw=None, headers=None):
        if not self.is_call(op, who, raw):
            return super().send(op, who, args, raw, headers)
        answer = None
        for _ in range(100):
            try:
                answer = Called(self.session(who).call(op, args))
                break
            except Closed:  # what was asked before has ended this session
                self.sessions.pop(who, None)
            except Refused as refused:  # before it was looked at: too fast
                time.sleep(refused.args[0]["retry_ms"] / 1000)
        if not answer:
            raise SystemExit(f"{op} as a call gets no answer")
        self.called.add(op)
        self.compare(op, answer)
        return answer

    def compare(self, op, answer):
        said = self.operations[op][2]["responses"].get(str(answer.status), {})
        content = said.get("content", {})
        faults = [f"{answer.status} is not in the document"] if not said else []
        if content:
            faults += self.schemas.faults(answer.json, next(iter(content.values()))["schema"])
        elif answer.data:
            faults.append("has a body")
        self.problems += [f"{op} as a call: {fault} {answer.data[:200]!r}" for fault in faults]

    def tell(self):
        self.play()
        self.point("every step of the story succeeds as a call", [])
        left = [step["op"] for step in STEPS
                if self.is_call(step["op"], step["who"], step["raw"])
                and step["op"] not in self.called]
        self.point(f"{len(self.called)} operations were called", left)
        self.point("every result is as the document says", self.problems)


if __name__ == "__main__":
    sys.exit(main(Calls))
