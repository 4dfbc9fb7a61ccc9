// SPDX-License-Identifier: MIT
// Holds answers of mcp-serve to the OpenAPI document: the path, the status,
// the fields and the body.
// usage: openapi.mjs DOCUMENT [PATH OUTPUT]..., where OUTPUT is what the CGI printed;
// prints what is wrong, and then exits with 1.
import { readFileSync } from 'node:fs';

const [documentFile, ...answers] = process.argv.slice(2);
const doc = JSON.parse(readFileSync(documentFile, 'utf8'));
let wrong = [];

const resolve = (o) => (o?.$ref
	? o.$ref.slice(2).split('/').reduce((at, key) => at[key], doc) : o);

const typeOf = (v) => (v === null ? 'null' : Array.isArray(v) ? 'array' : typeof v);

const isType = (v, type) => (type === 'integer'
	? Number.isInteger(v) : typeOf(v) === type);

// The part of JSON Schema 2020-12 that the document uses; anything else in it
// is an error, so that nothing is passed over.
const keywords = {
	type: (s, v) => [s.type].flat().some((t) => isType(v, t)),
	enum: (s, v) => s.enum.includes(v),
	pattern: (s, v) => typeof v !== 'string' || new RegExp(s.pattern, 'u').test(v),
	minimum: (s, v) => typeof v !== 'number' || v >= s.minimum,
	maximum: (s, v) => typeof v !== 'number' || v <= s.maximum,
	required: (s, v) => typeOf(v) !== 'object' || s.required.every((k) => k in v),
	additionalProperties: (s, v, at) => typeOf(v) !== 'object' ||
		Object.keys(v).filter((k) => !(k in (s.properties ?? {})))
			.every((k) => (s.additionalProperties === false ? false
				: validate(s.additionalProperties, v[k], `${at}.${k}`))),
	properties: (s, v, at) => typeOf(v) !== 'object' ||
		Object.entries(s.properties).every(([k, sub]) => !(k in v) ||
			validate(sub, v[k], `${at}.${k}`)),
	items: (s, v, at) => !Array.isArray(v) ||
		v.every((e, i) => validate(s.items, e, `${at}[${i}]`)),
	allOf: (s, v, at) => s.allOf.every((sub) => validate(sub, v, at)),
	description: () => true,
};

function validate(reference, v, at) {
	const schema = resolve(reference);
	return Object.keys(schema).every((key) => {
		if (!keywords[key]) {
			wrong.push(`${at}: the document uses ${key}`);
			return false;
		}
		if (keywords[key](schema, v, at)) return true;
		wrong.push(`${at}: ${key} ${JSON.stringify(schema[key])}: ${JSON.stringify(v)}`);
		return false;
	});
}

function operation(path) {
	for (const [template, item] of Object.entries(doc.paths)) {
		const names = [...template.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);
		const pattern = template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '([^/]+)');
		const match = new RegExp(`^${pattern}$`).exec(path);
		if (!match) continue;
		for (const name of names)
			if (!(item.get.parameters ?? []).map(resolve)
				.some((p) => p.in === 'path' && p.name === name))
				wrong.push(`${template}: ${name} is not described`);
		return item.get;
	}
	return undefined;
}

// What is wrong with an answer.
function check(path, outputFile) {
	wrong = [];
	const output = readFileSync(outputFile, 'utf8');
	const end = output.indexOf('\r\n\r\n');
	const fields = new Map(output.slice(0, end).split('\r\n').map((line) => {
		const colon = line.indexOf(': ');
		return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)];
	}));
	const body = output.slice(end + 4);
	const status = fields.get('status').slice(0, 3);
	const response = resolve(operation(path)?.responses[status]);

	if (doc.openapi !== '3.1.0') wrong.push('not OpenAPI 3.1');
	if (!response) {
		wrong.push(`no such answer is described: ${status}`);
	} else {
		const [type] = (fields.get('content-type') ?? '').split(';');
		const content = response.content?.[type];
		for (const [name, header] of Object.entries(response.headers ?? {})) {
			const value = fields.get(name.toLowerCase());
			if (value === undefined) {
				if (header.required !== false &&
					(name !== 'ETag' || !/no-store/.test(fields.get('cache-control'))))
					wrong.push(`no field ${name}`);
			} else {
				validate(header.schema, value, name);
			}
		}
		if (!response.content && body) wrong.push('a body');
		if (response.content && !content) wrong.push(`no such type is described: ${type}`);
		if (content?.schema) validate(content.schema, JSON.parse(body), 'body');
	}
	return wrong.map((w) => `${path} ${status}: ${w}`);
}

for (let i = 0; i < answers.length; i += 2) {
	const told = check(answers[i], answers[i + 1]);
	if (told.length) {
		console.log(told.join('\n'));
		process.exitCode = 1;
	}
}
