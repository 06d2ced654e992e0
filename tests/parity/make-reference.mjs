// Writes tests/PgEmbed.Onnx.Tests/Fixtures/reference.json: for every case of cases.mjs the ids that the tokenizers
// library gives for some of the nasty strings, other ones in each case. Run by tools/parity --write.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cases } from './cases.mjs';
import { rustIds, versions } from './reference.mjs';

const [file] = process.argv.slice(2);
const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
const models = {};
const out = [];
let turn = 0;
for (const [name, json] of Object.entries(cases)) {
  // Case after case takes the next ones, so that together they take all.
  const picked = lines.filter((line, i) => line.length < 120 && i % 61 === turn % 61);
  turn += 7;
  const ids = await rustIds(json, picked.map(line => JSON.parse(line)));
  // The model that most of them have stands once.
  const shared = Object.keys(json.model.vocab).length > 400;
  if (shared) models.bytes = json.model;
  const described = { ...json, model: shared ? 'bytes' : json.model };
  out.push(`  { "name": ${JSON.stringify(name)}, "file": ${escape(described)},\n    "cases": [\n${
    picked.map((line, i) => `      [${line}, ${JSON.stringify(ids[i])}]`).join(',\n')}\n    ] }`);
}

// And a trained tokenizer, with a tenth of all.
const trained = join(dirname(file), 'bytebpe', 'tokenizer.json');
const picked = lines.filter((line, i) => line.length < 200 && i % 10 === 0);
const ids = await rustIds(JSON.parse(readFileSync(trained)), picked.map(line => JSON.parse(line)));
out.push(`  { "name": "bytebpe", "folder": "bytebpe", "cases": [\n${
  picked.map((line, i) => `      [${line}, ${JSON.stringify(ids[i])}]`).join(',\n')}\n    ] }`);

function escape(value) {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
}

console.log(`{
"made": "By tests/parity/make-reference.mjs with tokenizers ${versions.tokenizers} of npm, the Rust library itself.",
"models": ${escape(models)},
"variants": [
${out.join(',\n')}
] }`);
