// compare.mjs PROGRAM DATA… FOLDER…: ids of PgEmbed.Parity against the references. The tokenizers library in Rust is the
// authority: every id of every text must be the same, on the nasty strings for each of cases.mjs, and on these and all
// data for the trained tokenizers: those of the tests and, in each FOLDER, a tokenizer.json of WordPiece or BPE. The
// JavaScript library may differ from both only where a class below says why, and not without that class's characters.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { cases } from './cases.mjs';
import { largeCases } from './large.mjs';
import { rustIds, rustSet, scriptTokenizer } from './reference.mjs';

const [program, ...given] = process.argv.slice(2);
const folders = given.filter(path => statSync(path).isDirectory());
const data = given.filter(path => !folders.includes(path));
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const fixtures = join(root, 'tests/PgEmbed.Onnx.Tests/Fixtures');
const lines = text => text.split('\n').filter(Boolean);

// Where the JavaScript library is wrong, by the Rust one's source and results: a text with such a character may differ.
// Both look at a character's Unicode properties, the Rust one in tables of its own, the other in those of the engine.
const minus = (pattern, set) => character => pattern.test(character) && !set().has(character);
const bertSets = {
  punctuation: lazy(() => rustSet({ pre_tokenizer: { type: 'BertPreTokenizer' } }, 'split')),
  accents: lazy(() => rustSet({ normalizer: { type: 'BertNormalizer', clean_text: false, handle_chinese_chars: false,
    strip_accents: true, lowercase: false } }, 'removed')),
  controls: lazy(() => rustSet({ normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: false,
    strip_accents: false, lowercase: false } }, 'removed')),
};
const classes = {
  WordPiece: {
    'ideographs beyond U+FFFF, which its search for Chinese characters, by UTF-16 units, never finds':
      c => /[\u{20000}-\u{2FA1F}]/u.test(c),
    'punctuation that came after Unicode 8, which the Rust library does not know': minus(/\p{P}/u, bertSets.punctuation),
    'what was punctuation in Unicode 8, which is now a symbol':
      c => c > '\x7f' && bertSets.punctuation().has(c) && !/\p{P}/u.test(c),
    'non-spacing marks that came after Unicode 8': minus(/\p{Mn}/u, bertSets.accents),
    'format characters that came after Unicode 8': minus(/\p{Cf}/u, bertSets.controls),
  },
  BPE: {
    'U+0085 and U+FEFF: \\s of JavaScript leaves the first out and takes the second in': c => /[\x85\ufeff]/.test(c),
    'letters that came after Unicode 15.1': minus(/\p{L}/u, lazy(() => rustSet({ pre_tokenizer: matching('\\p{L}') }, 'split'))),
    'numbers that came after Unicode 15.1': minus(/\p{N}/u, lazy(() => rustSet({ pre_tokenizer: matching('\\p{N}') }, 'split'))),
  },
};
function matching(source) {
  return { type: 'Split', pattern: { Regex: source }, behavior: 'Isolated', invert: false };
}
function lazy(make) {
  let value;
  return () => value ??= make();
}

let failures = 0;
const report = (ok, what) => {
  failures += ok ? 0 : 1;
  console.log(`${ok ? 'same  ' : 'DIFFER'} ${what}`);
};

function ourIds(files, input) {
  const folder = mkdtempSync(join(tmpdir(), 'pgembed-parity-'));
  try {
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    const run = spawnSync('dotnet', [program, folder], { input, maxBuffer: 2 ** 32, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`PgEmbed.Parity failed: ${run.stderr}`);
    return { ids: lines(run.stdout), speed: run.stderr.trim() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function differences(ours, theirs, texts) {
  return texts.flatMap((text, i) => ours[i] === JSON.stringify(theirs[i]) ? [] : [i]);
}

function show(indexes, ours, theirs, texts) {
  for (const i of indexes.slice(0, 5))
    console.log(`         ${JSON.stringify(texts[i]).slice(0, 120)}\n           ours   ${ours[i].slice(0, 120)}\n`
      + `           theirs ${JSON.stringify(theirs[i]).slice(0, 120)}`);
}

async function compareCase(name, json) {
  const { ids: ours, speed } = ourIds({ 'tokenizer.json': json }, nastyLines);
  const theirs = await rustIds(json, nasty);
  const differing = differences(ours, theirs, nasty);
  report(differing.length === 0, `${name}: ${nasty.length} nasty strings, ${differing.length} differ`);
  show(differing, ours, theirs, nasty);
  return speed;
}

async function compareTrained(name, folder, texts) {
  const json = { ...readJson(folder, 'tokenizer.json'), truncation: null, padding: null };
  const rust = await rustIds(json, texts);
  const ours = compareWithRust(name, { 'tokenizer.json': json }, texts, rust);
  const script = scriptTokenizer(json, readJson(folder, 'tokenizer_config.json'));
  await compareWithScript(name, json, script, ours, texts);
  if (json.model.type === 'WordPiece')
    compareWithRust(`${name} from vocab.txt alone`, vocabularyFiles(json), texts, rust);
}

function readJson(folder, file) {
  return existsSync(join(folder, file)) ? JSON.parse(readFileSync(join(folder, file))) : {};
}

function compareWithRust(name, files, texts, rust) {
  const { ids: ours, speed } = ourIds(files, texts.map(text => JSON.stringify(text)).join('\n'));
  const differing = differences(ours, rust, texts);
  report(differing.length === 0, `${name}, Rust: ${texts.length} texts, ${differing.length} differ; ours ${speed}`);
  show(differing, ours, rust, texts);
  return ours;
}

async function compareWithScript(name, json, tokenizer, ours, texts) {
  const script = texts.map(tokenizer);
  const known = Object.entries(classes[json.model.type]);
  const holds = character => known.some(([, has]) => has(character));
  const differing = differences(ours, script, texts);
  const without = differing.map(i => [...texts[i]].filter(character => !holds(character)).join(''));
  const stillDiffering = differences((await rustIds(json, without)).map(ids => JSON.stringify(ids)), without.map(tokenizer), without);
  const unexplained = differing.filter((_, at) => stillDiffering.includes(at));
  report(unexplained.length === 0,
    `${name}, JavaScript: ${texts.length} texts, ${differing.length} differ, ${unexplained.length} for no known reason`);
  for (const [reason, has] of known) {
    const count = differing.filter(i => [...texts[i]].some(has)).length;
    if (count > 0) console.log(`         ${count} with ${reason}`);
  }
  show(unexplained, ours, script, texts);
}

// A vocabulary file of the same tokens, and BERT's settings as they are in a tokenizer.json.
function vocabularyFiles({ model, normalizer }) {
  const tokens = Object.entries(model.vocab).sort(([, a], [, b]) => a - b).map(([token]) => token);
  return {
    'vocab.txt': tokens.join('\n') + '\n',
    'tokenizer_config.json': {
      tokenizer_class: 'BertTokenizer', do_lower_case: normalizer.lowercase, strip_accents: normalizer.strip_accents,
      tokenize_chinese_chars: normalizer.handle_chinese_chars },
  };
}

function dataTexts(file) {
  const wanted = ['synopsis', 'description', 'query', 'passage'];
  return lines(gunzipSync(readFileSync(file)).toString()).flatMap(line => {
    const row = JSON.parse(line);
    return wanted.filter(name => typeof row[name] === 'string').map(name => row[name]);
  });
}

const nastyLines = readFileSync(join(fixtures, 'nasty-strings.jsonl'), 'utf8');
const nasty = lines(nastyLines).map(line => JSON.parse(line));
for (const [name, json] of Object.entries(cases)) await compareCase(name, json);
for (const [name, make] of Object.entries(largeCases)) {
  const json = make();
  console.log(`         ${await compareCase(name, json)}; the file has ${JSON.stringify(json).length / 1e6 | 0} MB`);
}

// A million characters without a space, too many to keep in a file.
const long = ['a', 'abc', '中', '😀', '=', '1', 'é', 'Ünïcode'].map(unit => unit.repeat(1e6 / unit.length));
const texts = [...nasty, ...long, ...data.flatMap(dataTexts)];
await compareTrained('byte-level BPE', join(fixtures, 'bytebpe'), texts);
await compareTrained('WordPiece', join(root, 'src/PgEmbed.Onnx/BuiltIn/pgembed-mini-v1'), texts);
for (const folder of folders)
  if (readJson(folder, 'tokenizer.json').model?.type in classes) await compareTrained(folder, folder, texts);
console.log(failures === 0 ? 'identical' : `${failures} comparisons failed`);
process.exitCode = failures === 0 ? 0 : 1;
