// SPDX-License-Identifier: GPL-3.0-or-later
// What the contract test was answered, held against the document's schemas by ajv (draft
// 2020-12). A member that a schema does not name is an error here.
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";

const [path, answers] = process.argv.slice(2);
const document = JSON.parse(readFileSync(path));
const operations = new Map();
for (const methods of Object.values(document.paths))
	for (const operation of Object.values(methods))
		operations.set(operation.operationId, operation);

const $defs = document.components.schemas;
for (const schema of Object.values($defs)) schema.additionalProperties = false;
const inside = (value) =>
	JSON.parse(JSON.stringify(value).replaceAll("#/components/schemas/", "#/$defs/"));
const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true });
const compiled = new Map();

let count = 0;
let faults = 0;
for (const line of readFileSync(answers, "utf8").trim().split("\n")) {
	const { op, status, type, body } = JSON.parse(line);
	const key = `${op} ${status} ${type}`;
	if (!compiled.has(key)) {
		const schema = operations.get(op).responses[status].content[type].schema;
		compiled.set(key, ajv.compile(inside({ ...schema, $defs })));
	}
	count++;
	const validate = compiled.get(key);
	if (!validate(body) && ++faults < 20)
		console.log(`# ${key}: ${ajv.errorsText(validate.errors)}`);
}
console.log(`# ${count} answers of ${compiled.size} kinds, ${faults} faults`);
process.exit(faults || count < 300 ? 1 : 0);
