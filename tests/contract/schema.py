# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of JSON Schema 2020-12 as the OpenAPI document uses, and stricter in one thing: a
member that the schema does not name is an error. ajv says the same in tests/peer."""
import re

KNOWN = {"$ref", "allOf", "contentEncoding", "description", "enum", "items", "maxItems",
         "maxLength", "maximum", "minimum", "pattern", "properties", "required", "type"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}


class Schemas:
    def __init__(self, document):
        self.document = document

    def resolve(self, schema):
        while "$ref" in schema:
            node = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                node = node[part]
            schema = node
        return schema

    def properties(self, schema):
        schema = self.resolve(schema)
        found = dict(schema.get("properties", {}))
        for part in schema.get("allOf", []):
            found.update(self.properties(part))
        return found

    def faults(self, value, schema, at="$", whole=True):
        """What is wrong with value, as a list of sentences."""
        names = self.properties(schema) if whole else None
        schema = self.resolve(schema)
        strange = set(schema) - KNOWN
        if strange:
            return [f"{at}: the test does not know {strange}"]
        found = []
        for part in schema.get("allOf", []):
            found += self.faults(value, part, at, whole=False)
        if "type" in schema:
            kind = TYPES[schema["type"]]
            if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
                return found + [f"{at}: {value!r} is no {schema['type']}"]
        if "enum" in schema and value not in schema["enum"]:
            found.append(f"{at}: {value!r} is none of {schema['enum']}")
        if isinstance(value, str):
            if len(value) > schema.get("maxLength", len(value)):
                found.append(f"{at}: {len(value)} characters")
            if "pattern" in schema and not re.search(schema["pattern"], value):
                found.append(f"{at}: {value!r} does not match {schema['pattern']}")
        if isinstance(value, int) and not schema.get("minimum", value) <= value <= \
                schema.get("maximum", value):
            found.append(f"{at}: {value} is out of bounds")
        if isinstance(value, list):
            if len(value) > schema.get("maxItems", len(value)):
                found.append(f"{at}: {len(value)} items")
            for i, item in enumerate(value):
                found += self.faults(item, schema.get("items", {}), f"{at}[{i}]")
        if isinstance(value, dict):
            found += self.members(value, schema, at, names)
        return found

    def members(self, value, schema, at, names):
        found = [f"{at}: {name} is missing"
                 for name in schema.get("required", []) if name not in value]
        for name, member in value.items():
            if name in schema.get("properties", {}):
                found += self.faults(member, schema["properties"][name], f"{at}.{name}")
            elif names is not None and names and name not in names:
                found.append(f"{at}: {name} is not in the schema")
        return found
