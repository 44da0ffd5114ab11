#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The story as a request collection (Postman's format, version 2.1). `make collection` hands
in the OpenAPI document and puts the result into doc/; the contract test compares.

Whoever runs it by hand fills in what only he has, such as the code of a letter; a test has a
helper that is asked for it."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from story import CHAPTERS, OPERATOR, STEPS  # noqa: E402

PATH = "../../doc/chat.postman_collection.json"

ABOUT = """Every request of the API once, in an order in which all of them succeed on a fresh
server: run it as a whole, or send single ones.

- `url` is the server, `address` the same as a WebSocket's address (for SSH keys).
- Codes come by mail: before a request that needs one, put it into the variable `code`.
- Requests under "Running the server" are answered on the Unix socket alone. `operator_url`
  leads there: socat TCP-LISTEN:8379,bind=127.0.0.1,fork UNIX-CONNECT:/run/chat/chat.sock
- `helper` is for tests, and empty otherwise.
"""


def operations(document):
    return {what["operationId"]: (method.upper(), path, what)
            for path, methods in document["paths"].items()
            for method, what in methods.items()}


def script(lines):
    return {"type": "text/javascript", "exec": lines}


def before(step):
    lines = []
    for name, path in step["before"].items():
        lines += [
            'if (pm.variables.get("helper"))',
            '\tpm.sendRequest(pm.variables.get("helper") + '
            f'pm.variables.replaceIn("{path}"),',
            '\t\t(error, answer) => pm.collectionVariables.set('
            f'"{name}", JSON.stringify(answer.text()).slice(1, -1)));']
    return lines


def after(step):
    lines = [f'pm.test("{step["op"]} succeeds", '
             "() => pm.expect(pm.response.code).to.be.within(200, 299));"]
    for name, path in step["keep"].items():
        at = "".join(f"[{part}]" if part.isdigit() else "." + part
                     for part in path.split("."))
        lines.append(f'pm.collectionVariables.set("{name}", pm.response.json(){at});')
    return lines


def body(args, schema):
    """As JSON, in which a number that comes from a variable has no quotes."""
    text = json.dumps(args, ensure_ascii=False, indent=2)
    for name, value in args.items():
        if isinstance(value, str) and \
                schema["properties"].get(name, {}).get("type") == "integer":
            text = text.replace(f'"{name}": "{value}"', f'"{name}": {value}')
    return {"mode": "raw", "raw": text, "options": {"raw": {"language": "json"}}}


def item(step, ops):
    method, path, what = ops[step["op"]]
    args = dict(step["args"])
    query, headers = [], []
    for parameter in what["parameters"]:
        name = parameter.get("name")
        if name not in args:
            continue
        value = args.pop(name)
        if parameter["in"] == "path":
            path = path.replace("{" + name + "}", value)
        else:
            query.append({"key": name, "value": str(value)})
    host = "{{operator_url}}" if step["who"] == OPERATOR else "{{url}}"
    request = {"method": method, "header": headers, "auth": {"type": "noauth"}}
    if step["who"] not in ("", OPERATOR):
        request["auth"] = {"type": "bearer", "bearer": [
            {"key": "token", "value": "{{" + step["who"] + "}}", "type": "string"}]}
    content = what.get("requestBody", {}).get("content", {})
    if step["raw"]:
        picture = "image/png" if "image/png" in content else next(iter(content))
        headers.append({"key": "Content-Type", "value": picture})
        request["body"] = {"mode": "file", "file": {"src": step["raw"]}} \
            if step["raw"] == "avatar.png" else {"mode": "raw", "raw": step["raw"]}
    elif "application/json" in content:
        headers.append({"key": "Content-Type", "value": "application/json"})
        request["body"] = body(args, content["application/json"]["schema"])
    raw = host + path
    if query:
        raw += "?" + "&".join(f"{pair['key']}={pair['value']}" for pair in query)
    request["url"] = {"raw": raw, "host": [host], "path": path.strip("/").split("/")}
    if query:
        request["url"]["query"] = query
    request["description"] = what["summary"]
    events = [{"listen": "test", "script": script(after(step))}]
    if step["before"]:
        events.insert(0, {"listen": "prerequest", "script": script(before(step))})
    return {"name": step["op"], "event": events, "request": request, "response": []}


def write(document):
    ops = operations(document)
    variables = {"url": "http://127.0.0.1:8377", "operator_url": "http://127.0.0.1:8379",
                 "address": "ws://127.0.0.1:8377", "helper": ""}
    return json.dumps({
        "info": {"name": "chat", "description": ABOUT,
                 "schema": "https://schema.getpostman.com/json/collection/v2.1.0/"
                           "collection.json"},
        "item": [{"name": chapter, "item": [item(step, ops) for step in STEPS
                                            if step["chapter"] == chapter]}
                 for chapter in CHAPTERS],
        "variable": [{"key": key, "value": value} for key, value in variables.items()],
    }, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(write(json.load(sys.stdin)))
