#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the API is what /openapi.json says, over real sockets: every request of the story
succeeds, every answer is one that the document has, with a body of its schema; and every
request that is wrong in a way the document implies is refused by name. Prints TAP and, as
remarks, which answers were seen. Arguments: the server's port, socket and letters, a folder,
and a file for what was answered (for ajv, in tests/peer)."""
import collections
import json
import os
import re
import secrets
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(__file__))
import collection  # noqa: E402
from schema import Schemas  # noqa: E402
from story import OPERATOR, PASSWORD, STEPS, STRANGE  # noqa: E402
from wire import AVATAR, Helper, Wire  # noqa: E402

JSON = ("application/json", "application/problem+json")
# May be kept by caches; everything else may not.
KEPT = {"docs", "docs_file", "openapi"}


def media(content):
    """The type that the picture is sent as."""
    return "image/png" if "image/png" in content else next(iter(content))


class Contract:
    def __init__(self, wire, helper, record):
        self.wire, self.helper, self.record = wire, helper, record
        self.document = wire.ask("GET", "/openapi.json").json
        self.schemas = Schemas(self.document)
        self.operations = {
            what["operationId"]: (method.upper(), path, what)
            for path, methods in self.document["paths"].items()
            for method, what in methods.items()}
        self.values = {"unknown": "a" * 26, "address": helper.address}
        self.seen = collections.defaultdict(collections.Counter)
        self.problems, self.points, self.failed = [], 0, 0

    def point(self, sentence, problems):
        self.points += 1
        self.failed += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {self.points} - {sentence}", flush=True)
        for problem in problems[:20]:
            print("#   " + problem)

    def fill(self, value):
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if not isinstance(value, str):
            return value
        whole = re.fullmatch(r"{{(\w+)}}", value)
        if whole:
            return self.values[whole[1]]
        return re.sub(r"{{(\w+)}}", lambda found: str(self.values[found[1]]), value)

    def request_schema(self, what):
        content = what.get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("schema")

    def send(self, op, who, args, raw=None, headers=None):
        """Put the arguments where the document says, send, check the answer."""
        method, path, what = self.operations[op]
        query, body = {}, dict(args)
        for parameter in what["parameters"]:
            name = parameter.get("name")
            if name not in body:
                continue
            value = body.pop(name)
            if parameter["in"] == "path":
                path = path.replace("{" + name + "}",
                                    urllib.parse.quote(str(value), safe=""))
            else:
                query[name] = value
        if raw:
            body = AVATAR if raw == "avatar.png" else raw.encode()
            headers = {"Content-Type": media(what["requestBody"]["content"])}
        elif not self.request_schema(what):
            body = None
        answer = self.wire.ask(method, path, query, body,
                               self.values[who] if who and who != OPERATOR else None,
                               headers, local=who == OPERATOR)
        self.check(op, what, answer)
        return answer

    def check(self, op, what, answer):
        def wrong(text):
            self.problems.append(f"{op} {answer.status}: {text} {answer.data[:200]!r}")

        code = (answer.json or {}).get("code") if answer.status >= 400 else None
        self.seen[op][code or answer.status] += 1
        said = what["responses"].get(str(answer.status))
        if not said:
            return wrong("is not in the document")
        content = said.get("content", {})
        if content and answer.type not in content and "*/*" not in content:
            wrong(f"is {answer.type}")
        elif not content and answer.data:
            wrong("has a body")
        elif answer.type in JSON:
            schema = content[answer.type]["schema"]
            for fault in self.schemas.faults(answer.json, schema):
                wrong(fault)
            self.record.write(json.dumps({"op": op, "status": answer.status,
                                          "type": answer.type,
                                          "body": answer.json}) + "\n")
        keep = "no-cache" if op in KEPT and answer.status in (200, 304) else "no-store"
        if answer.headers.get("cache-control") != keep:
            wrong(f"Cache-Control: {answer.headers.get('cache-control')}")
        if answer.headers.get("x-content-type-options") != "nosniff":
            wrong("may be sniffed")
        if answer.status == 200 and op in self.reads() and "etag" not in answer.headers:
            wrong("has no ETag")
        if answer.status == 401 and "www-authenticate" not in answer.headers:
            wrong("has no WWW-Authenticate")

    def reads(self):
        return {op for op, (method, _, _) in self.operations.items() if method == "GET"}

    # ---- the story ----

    def keep(self, answer, keep):
        for name, path in keep.items():
            value = answer.json
            for part in path.split("."):
                value = value[int(part)] if part.isdigit() else value[part]
            self.values[name] = value

    def play(self):
        for step in STEPS:
            for name, path in step["before"].items():
                self.values[name] = self.helper.ask(self.fill(path))
            args = {k: self.fill(v) for k, v in step["args"].items()}
            answer = self.send(step["op"], step["who"], args, step["raw"])
            if answer.status >= 300:
                raise SystemExit(f"not ok - {step['op']}: {answer.status} {answer.data!r}")
            self.keep(answer, step["keep"])

    # ---- bad input ----

    def sign_up(self, name):
        answer = self.send("auth_signup", "", {
            "name": name, "email": name + "@example.net", "password": PASSWORD})
        code = self.helper.code(name + "@example.net")
        answer = self.send("auth_verify", "", {"challenge": answer.json["challenge"],
                                               "code": code})
        self.values[name] = answer.json["access_token"]
        return answer.json

    def who(self, what):
        if "admin" in what["tags"]:
            return OPERATOR
        return "mallory" if what["security"] else ""

    def fields(self, what):
        """Each field of a request: name, whether it must be there, schema."""
        for parameter in what["parameters"]:
            if "name" in parameter:
                yield parameter["name"], parameter["required"], parameter["schema"], \
                    parameter["in"]
        schema = self.request_schema(what) or {}
        for name, inner in schema.get("properties", {}).items():
            yield name, name in schema.get("required", []), inner, "body"

    def good(self, schema):
        """The dullest value that the schema allows."""
        schema = self.schemas.resolve(schema)
        if "enum" in schema:
            return schema["enum"][0]
        if "pattern" in schema:
            return "a" * 26
        return {"string": "a", "integer": 1, "boolean": True, "array": [],
                "object": {}}[schema["type"]]

    def faults(self, schema, where, required):
        """What can be wrong with a field: (value, the code that should come)."""
        if required and where != "path":
            yield None, "bad"
        if where == "body":
            yield {"null": None}, "bad"
        kind = schema.get("type")
        if "pattern" in schema:
            yield "Not An Id", "bad"
        elif "enum" in schema:
            yield "king", "bad"
        elif kind == "string" and "maxLength" in schema:
            most = schema["maxLength"]
            if where == "body" or most < 250:
                yield "a" * (most + 1), "too_big"
            if where == "body":
                yield 17, "bad"
        elif kind in ("integer", "boolean"):
            yield "one", "bad"
        elif kind == "array" and where == "body":
            yield "a", "bad"
            yield ["a" * 26] * (schema["maxItems"] + 1), "too_big"

    def spoil(self):
        """Every field of every request, wrong in every way that the schema forbids."""
        sent, problems = 0, []
        for op, (_, _, what) in self.operations.items():
            fields = list(self.fields(what))
            usual = {name: self.good(schema) for name, required, schema, _ in fields
                     if required}
            for name, required, schema, where in fields:
                for value, want in self.faults(schema, where, required):
                    args = dict(usual)
                    if value is None:
                        del args[name]
                    else:
                        args[name] = None if value == {"null": None} else value
                    answer = self.send(op, self.who(what), args)
                    sent += 1
                    got = answer.json or {}
                    if (got.get("code"), got.get("field")) != (want, name):
                        problems.append(f"{op}: {name}={str(value)[:40]!r} is answered "
                                        f"{answer.status} {got.get('code')} about "
                                        f"{got.get('field')}, not {want}")
        self.point(f"{sent} wrong fields are refused by name", problems)

    def stranger(self):
        """What belongs to others or is gone."""
        sent, problems = 0, []
        for op, (_, _, what) in self.operations.items():
            fields = list(self.fields(what))
            usual = {name: self.good(schema) for name, required, schema, _ in fields
                     if required}
            for name, _, _, where in fields:
                if where != "path":
                    continue
                if name not in STRANGE:
                    problems.append(f"{op}: {{{name}}} has no row in STRANGE of story.py")
                for value in STRANGE.get(name, []):
                    # Nothing is closed to whoever runs the server.
                    if self.who(what) == OPERATOR and any(
                            word in value for word in ("secret", "deleted", "foreign")):
                        continue
                    args = {**usual, name: self.fill(value)}
                    answer = self.send(op, self.who(what), args)
                    sent += 1
                    if not 400 <= answer.status < 500 or answer.status == 401:
                        problems.append(f"{op}: {name}={value} is answered "
                                        f"{answer.status} {answer.data[:80]!r}")
        self.point(f"{sent} times what is not one's own or is gone is refused", problems)

    def nobody(self):
        problems = []
        self.values["broken"] = "x.y.z"
        for op, (_, _, what) in self.operations.items():
            usual = {name: self.good(schema)
                     for name, required, schema, _ in self.fields(what) if required}
            for who, want in (("", "unauthorized"), ("broken", "bad_token")):
                if not what["security"]:
                    continue
                answer = self.send(op, who, usual)
                if (answer.json or {}).get("code") != want:
                    problems.append(f"{op}: {answer.status} {answer.data[:80]!r}")
            if "admin" in what["tags"]:
                method, path, _ = self.operations[op]
                answer = self.wire.ask(method, path, token=self.values["mallory"])
                if answer.status != 403:
                    problems.append(f"{op}: over TCP {answer.status}")
        self.point("nobody comes in without a token, and by TCP nobody runs the server",
                   problems)

    def unchanged(self):
        problems = []
        for op in sorted(self.reads()):
            step = next((s for s in STEPS if s["op"] == op and not s["args"]), None)
            if not step or step["who"] not in ("", OPERATOR, "alice", "bob"):
                continue
            first = self.send(op, step["who"] and ("mallory" if step["who"] != OPERATOR
                                                   else OPERATOR), {})
            again = self.send(op, step["who"] and ("mallory" if step["who"] != OPERATOR
                                                   else OPERATOR), {},
                              headers={"If-None-Match": first.headers.get("etag", "")})
            if first.status == 200 and again.status not in (200, 304):
                problems.append(f"{op}: {again.status}")
            if op in KEPT and again.status != 304:
                problems.append(f"{op}: is sent again")
        self.point("what has not changed is not sent again", problems)

    def methods(self):
        """HEAD, OPTIONS and what there is not."""
        problems = []
        for path in ("/livez", "/openapi.json", "/docs/reference", "/v1/auth/me"):
            token = self.values["mallory"]
            get = self.wire.ask("GET", path, token=token)
            head = self.wire.ask("HEAD", path, token=token)
            if head.data or head.status != 200 or any(
                    head.headers[name] != get.headers[name]
                    for name in ("content-type", "content-length", "etag")
                    if path != "/livez"):
                problems.append(f"HEAD {path}: {head.status} {head.headers}")
        for path, methods in self.document["paths"].items():
            path = re.sub(r"{\w+}", "a", path)
            answer = self.wire.ask("OPTIONS", path)
            want = {"OPTIONS"} | {method.upper() for method in methods}
            want |= {"HEAD"} if "GET" in want else set()
            allow = set(answer.headers.get("allow", "").split(", "))
            if answer.status != 204 or not want <= allow:
                problems.append(f"OPTIONS {path}: {answer.status} {allow}, not {want}")
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - allow:
                answer = self.wire.ask(method, path, token=self.values["mallory"])
                if answer.status != 405 or (answer.json or {}).get("code") != "method" or \
                        answer.headers.get("allow") is None:
                    problems.append(f"{method} {path}: {answer.status}")
        for method in ("GET", "POST", "OPTIONS"):
            answer = self.wire.ask(method, "/v1/nothing")
            if answer.type != JSON[1] or answer.json["code"] != "not_found":
                problems.append(f"{method} /v1/nothing: {answer.status} {answer.type}")
        self.point("every path has its methods and no others", problems)

    def once(self):
        """An Idempotency-Key: the same request once, another one never."""
        problems = []
        key = {"Idempotency-Key": "contract-1"}
        make = {"kind": "private", "name": "once"}
        first = self.send("room_create", "mallory", make, headers=key)
        again = self.send("room_create", "mallory", make, headers=key)
        other = self.send("room_create", "mallory", {**make, "name": "twice"}, headers=key)
        if first.json != again.json:
            problems.append("the same key made another room")
        if other.json.get("code") != "conflict":
            problems.append(f"the key of another request is answered {other.data!r}")
        self.point("an Idempotency-Key counts once", problems)

    def scene(self):
        """What STRANGE needs: made by victor, who has what mallory has not."""
        self.sign_up("mallory")
        self.values["foreign_session"] = self.sign_up("victor")["session"]
        room = self.send("room_create", "victor", {"kind": "private", "name": "secret"})
        self.values["secret_room"] = room.json["room"]
        sent = self.send("room_send", "victor", {"room": room.json["room"], "text": "hush"})
        self.values["secret_message"] = sent.json["cid"]
        sent = self.send("room_send", "victor", {"room": room.json["room"], "text": "oh"})
        self.send("message_delete", "victor", {"id": sent.json["cid"]})
        self.values["deleted_message"] = sent.json["cid"]
        made = self.send("room_invite_new", "victor", {"room": room.json["room"]})
        self.send("room_invite_revoke", "victor", {"room": room.json["room"],
                                                   "invite": made.json["invite"]})
        self.values["revoked"] = made.json["code"]
        slug = "gone-" + secrets.token_hex(4)
        gone = self.send("room_create", "victor", {"kind": "public", "slug": slug})
        self.send("room_delete", "victor", {"room": gone.json["room"]})
        self.values["deleted_room"] = gone.json["room"]

    # ---- what was seen ----

    def coverage(self):
        """Each operation must have succeeded, and each kind of refusal must have been
        seen that anybody can bring about."""
        missing, unseen, said, seen = [], collections.Counter(), 0, 0
        for op, (_, _, what) in sorted(self.operations.items()):
            codes = set()
            for status, answer in what["responses"].items():
                schema = answer.get("content", {}).get("application/problem+json")
                if status == "429" or status >= "500":
                    continue  # in the document, and not for a quiet server
                if schema:
                    parts = schema["schema"]["allOf"]
                    codes |= set(parts[1]["properties"]["code"]["enum"])
                elif status != "304":
                    codes.add(int(status))
            said += len(codes)
            seen += len(codes & set(self.seen[op]))
            unseen.update(codes - set(self.seen[op]))
            if not any(isinstance(code, int) and code < 300 for code in self.seen[op]):
                missing.append(f"{op} was never sent: add a line to tests/contract/story.py")
        self.point(f"all {len(self.operations)} operations were sent and succeeded", missing)
        requests = sum(sum(answers.values()) for answers in self.seen.values())
        print(f"# answers seen: {seen} of the {said} that the document has, but for rates "
              f"and troubles of the server; {requests} requests")
        print("# not seen, by code and number of operations: " +
              ", ".join(f"{code} {count}" for code, count in unseen.most_common()))


    def tell(self):
        """All of it."""
        missing = sorted(set(self.operations) - {s["op"] for s in STEPS})
        self.point("the story has every operation", [
            f"{op}: add a line to tests/contract/story.py" for op in missing])
        with open(os.path.join(os.path.dirname(__file__), collection.PATH),
                  encoding="utf-8") as page:
            same = page.read() == collection.write(self.document)
        self.point("the request collection in doc is this story",
                   [] if same else ["make collection"])
        self.play()
        self.point("every request of the story succeeds", [])
        self.scene()
        self.nobody()
        self.spoil()
        self.stranger()
        self.unchanged()
        self.methods()
        self.once()
        self.coverage()
        self.point("every answer is as the document says", self.problems)


def main(kind):
    """Tell the story to a server; the arguments are those of the program."""
    port, path, spool, folder, record = sys.argv[1:6]
    helper = Helper(folder, spool, f"ws://127.0.0.1:{port}")
    try:
        with open(record, "w", encoding="utf-8") as file:
            contract = kind(Wire(int(port), path), helper, file)
            contract.tell()
    except (Exception, SystemExit) as why:  # where TAP is read, not on stderr alone
        print(f"not ok - the story goes on to its end: {why!r}", flush=True)
        raise
    print(f"1..{contract.points}")
    return contract.failed > 0


if __name__ == "__main__":
    sys.exit(main(Contract))
