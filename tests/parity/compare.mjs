// compare.mjs PROGRAM DATA…: ids of PgEmbed.Parity against the references. The tokenizers library in Rust is the
// authority: every id of every text must be the same, on the nasty strings for each of cases.mjs, and on these and all
// data for the trained tokenizers. The JavaScript library may differ from both only where a class below says why.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { cases } from './cases.mjs';
import { rustIds, rustSet, scriptIds } from './reference.mjs';

const [program, ...data] = process.argv.slice(2);
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

function ourIds(folder, input) {
  const run = spawnSync('dotnet', [program, folder], { input, maxBuffer: 2 ** 32, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`PgEmbed.Parity failed on ${folder}: ${run.stderr}`);
  return { ids: lines(run.stdout), speed: run.stderr.trim() };
}

function differences(ours, theirs, texts) {
  return texts.flatMap((text, i) => ours[i] === JSON.stringify(theirs[i]) ? [] : [i]);
}

function show(indexes, ours, theirs, texts) {
  for (const i of indexes.slice(0, 5))
    console.log(`         ${JSON.stringify(texts[i]).slice(0, 120)}\n           ours   ${ours[i].slice(0, 120)}\n`
      + `           theirs ${JSON.stringify(theirs[i]).slice(0, 120)}`);
}

async function compareTrained(name, folder, texts) {
  const json = JSON.parse(readFileSync(join(folder, 'tokenizer.json')));
  const config = JSON.parse(readFileSync(join(folder, 'tokenizer_config.json')));
  const { ids: ours, speed } = ourIds(folder, texts.map(text => JSON.stringify(text)).join('\n'));
  const rust = await rustIds(json, texts);
  const fromRust = differences(ours, rust, texts);
  report(fromRust.length === 0, `${name}, Rust: ${texts.length} texts, ${fromRust.length} differ; ours ${speed}`);
  show(fromRust, ours, rust, texts);

  const script = scriptIds({ ...json, truncation: null, padding: null }, config, texts);
  const explained = {};
  const unexplained = differences(ours, script, texts).filter(i => {
    const reason = Object.entries(classes[json.model.type]).find(([, holds]) => [...texts[i]].some(holds))?.[0];
    if (reason) explained[reason] = (explained[reason] ?? 0) + 1;
    return !reason;
  });
  report(unexplained.length === 0, `${name}, JavaScript: ${texts.length} texts, ${unexplained.length} differ for no known reason`);
  for (const [reason, count] of Object.entries(explained)) console.log(`         ${count} with ${reason}`);
  show(unexplained, ours, script, texts);
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
const folder = mkdtempSync(join(tmpdir(), 'pgembed-parity-'));
try {
  for (const [name, json] of Object.entries(cases)) {
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(json));
    const { ids: ours } = ourIds(folder, nastyLines);
    const theirs = await rustIds(json, nasty);
    const differing = differences(ours, theirs, nasty);
    report(differing.length === 0, `${name}: ${nasty.length} nasty strings, ${differing.length} differ`);
    show(differing, ours, theirs, nasty);
  }
} finally {
  rmSync(folder, { recursive: true });
}

// A million characters without a space, too many to keep in a file.
const long = ['a', 'abc', '中', '😀', '=', '1', 'é', 'Ünïcode'].map(unit => unit.repeat(1e6 / unit.length));
const texts = [...nasty, ...long, ...data.flatMap(dataTexts)];
await compareTrained('byte-level BPE', join(fixtures, 'bytebpe'), texts);
await compareTrained('WordPiece', join(root, 'src/PgEmbed.Onnx/BuiltIn/pgembed-mini-v1'), texts);
process.exitCode = failures === 0 ? 0 : 1;
