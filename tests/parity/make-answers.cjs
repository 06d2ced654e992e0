// make-answers.cjs FOLDER FILE: writes FOLDER/pgembed-answers.json, the vectors that a model of mean pooling should give for
// some texts, made without PgEmbed: token ids by Hugging Face's own library, vectors by onnxruntime-node.
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { createRequire } = require('node:module');
const { vectorsOf } = require('./onnx.cjs');

const require_ = createRequire(join(process.env.PARITY_MODULES, 'package.json'));
const [folder, file] = process.argv.slice(2);
const texts = [
  'Search by meaning finds texts that say the same in other words.',
  'a real-time strategy game', 'Naïve Zürich café', 'SELECT count(*) FROM packages; -- 42',
];

async function main() {
  const json = JSON.parse(readFileSync(join(folder, 'tokenizer.json')));
  const tokenizer = require_('tokenizers').Tokenizer.fromString(JSON.stringify({ ...json, truncation: null, padding: null }));
  const ids = (await tokenizer.encodeBatch(texts)).map(encoding => encoding.getIds());
  const vectors = await vectorsOf(join(folder, file), ids);
  const answers = texts.map((text, i) => JSON.stringify(
    { text, role: 'document', vector: [...vectors[i]].map(value => Number(value.toPrecision(6))) }));
  const versions = ['tokenizers', 'onnxruntime-node'].map(name => `${name} ${require_(`${name}/package.json`).version}`);
  writeFileSync(join(folder, 'pgembed-answers.json'),
    `{\n"made_by": "${versions.join(' and ')} of npm, from ${file}",\n"least_cosine": 0.9999,\n"answers": [\n${answers.join(',\n')}\n]\n}\n`);
}

main();
