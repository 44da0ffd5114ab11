// SPDX-License-Identifier: GPL-3.0-or-later
// Whether others read the OpenAPI document as one: a validator of the specification, and a
// linter with its strictest rules. Both must also refuse what was broken on purpose.
import { readFileSync, writeFileSync } from "node:fs";
import { createConfig, lint } from "@redocly/openapi-core";
import { Validator } from "@seriousme/openapi-schema-validator";

const [path, scratch] = process.argv.slice(2);

async function problems(file) {
	const document = JSON.parse(readFileSync(file));
	const validated = await new Validator().validate(document);
	const config = await createConfig({ extends: ["recommended-strict"] });
	const linted = await lint({ ref: file, config });
	return {
		validator: validated.valid ? [] : [JSON.stringify(validated.errors)],
		linter: linted.map((p) => `${p.ruleId}: ${p.message} ${p.location[0]?.pointer}`),
	};
}

const found = await problems(path);
for (const [who, list] of Object.entries(found))
	for (const problem of list.slice(0, 20)) console.log(`# ${who}: ${problem}`);

const broken = JSON.parse(readFileSync(path));
broken.paths["/v1/rooms"].get.parameters[0].in = "nowhere";
delete broken.paths["/v1/rooms"].post.responses;
writeFileSync(scratch, JSON.stringify(broken));
const missed = Object.entries(await problems(scratch)).filter(([, list]) => !list.length);
for (const [who] of missed) console.log(`# ${who} accepts a broken document`);
process.exit(found.validator.length + found.linter.length + missed.length ? 1 : 0);
