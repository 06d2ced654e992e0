// Writes parity.json: token ids as Hugging Face's tokenizers library (the Rust library itself, in the npm package
// `tokenizers`) gives them. Run with node beside that package, given the built-in model's tokenizer.json and a package index as one
// JSON object a line with synopsis and description:
//   npm install tokenizers@0.23.2 && node make-parity.cjs tokenizer.json packages.jsonl > parity.json
const { Tokenizer, bertNormalizer, bertPreTokenizer } = require('tokenizers');
const fs = require('fs');
const crypto = require('crypto');

const builtIn = fs.readFileSync(process.argv[2], 'utf8');
const packages = fs.readFileSync(process.argv[3], 'utf8').trim().split('\n').map(JSON.parse);

let seed = 20240601;
const random = n => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0, (seed >>> 8) % n);
const pick = list => list[random(list.length)];
const between = (low, high) => () => String.fromCodePoint(low + random(high - low + 1));

const nasty = [
  '', ' ', '\n', '\0', '\ufffd', '\ufeff', 'a', 'A', '.', '...', '\u0301', '[CLS]', '[SEP][SEP]', '[MASK]x',
  'x[MASK]', '[cls]', '[CLS', 'CLS]', '[ CLS ]', '[[CLS]]', '[UNK] [PAD]', 'Hello, World!', '  two  spaces  ',
  'tab\tnew\nline\r\n', 'caf\u00e9', 'cafe\u0301', 'CAF\u00c9', '\u00c5ngstr\u00f6m', '\u212bngstrom',
  '\u0130stanbul', '\u0131', '\u00df', '\u1e9e', '\ufb01ne', '\u01c5', '\u0391\u03a3', '\u03a3\u03a3', '\u0345',
  '\u1fb3', 'nai\u0308ve', 'Zu\u0308rich', 'Z\u00fcrich', '\u4e2d\u6587', '\u4e2dabc\u6587',
  '\u3053\u3093\u306b\u3061\u306f', '\u30ac\u30ae', '\uff76\uff9e', '\ud55c\uad6d\uc5b4', '\u1112\u1161\u11ab',
  '\uac00\u0301', '\uf900\ufa0e', '\u{20000}\u{2a6d6}', '\u{2f800}', '\u{2b820}\u{2b920}',
  '\u0639\u0631\u0628\u064a\u0651', '\u05e9\u05c1\u05dc\u05d5\u05dd', '\u0939\u093f\u0928\u094d\u0926\u0940',
  '\u0e44\u0e17\u0e22', '\u09cb\u09cc', '\u0b94\u0bca', '\u1b06\u1b35', '\u{1d15e}', '\u{11938}', '\u0f73\u0f75',
  '\u1e69\u0323', '\ud83d\ude00', '\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67', '\ud83c\udde9\ud83c\uddea',
  '\u2764\ufe0f', '1\ufe0f\u20e3', '\u200b\u200d\u2060', 'soft\u00adhyphen', 'a\u200bb', 'a\u00a0b',
  'a\u2028b\u2029c', 'a\u0085b', 'a\u000bb\u000cc', '\u180e', '\u202eabc\u202c', '\ue000private\uf8ff', '\u{f0000}',
  '\u{10ffff}', '\ufffe\uffff', '\u0378\u0379', '\ud800', 'a\udc00b', '\ud800\ud800\udc00', '\udc00\ud800', 'x\ud83d',
  '#hashtag', '##a', '# # ##', 'a_b', 'a-b', "don't", '\u201cquotes\u201d', '\u00bfqu\u00e9?', '$5.00', 'a+b=c',
  '<tag/>', '~`^|', '\u00a9\u00ae\u2122', '\u20ac\u00a3', '\u00bd\u00b2', '\u2460', '\u216b', '\u2e43\u061d\u0c77',
  '\u166d', '\u1c89', '\ua7cb\u0264', '\u{16ea0}', '\u{1e900}', '\u{10400}', '\u{1f130}', 'x'.repeat(100),
  'x'.repeat(101), 'e\u0301'.repeat(100), '\u00e9'.repeat(101), '\ud83d\ude00'.repeat(101), 'a'.repeat(2000),
  'ab '.repeat(200), '.'.repeat(200), 'http://example.org/a?b=c&d=e#f', 'user@example.org',
  '/usr/lib/x86_64-linux-gnu', 'libfoo-dev (>= 1.2.3~rc1)', 'C++', '.NET', 'x86_64', '3.14159',
  '2024-06-01T12:00:00Z', 'camelCaseAndSnake_case', 'ALLCAPS', '\\n\\t', '"\'`',
];

const scripts = [
  between(0x20, 0x7e), between(0x61, 0x7a), between(0x41, 0x5a), between(0x00, 0x1f), between(0x80, 0xff),
  between(0x100, 0x24f), between(0x300, 0x36f), between(0x370, 0x3ff), between(0x400, 0x4ff), between(0x530, 0x5ff),
  between(0x600, 0x6ff), between(0x900, 0x97f), between(0xb80, 0xbff), between(0xe00, 0xe7f), between(0xf00, 0xfff),
  between(0x1100, 0x11ff), between(0x1e00, 0x1fff), between(0x2000, 0x206f), between(0x2070, 0x2bff),
  between(0x3000, 0x30ff), between(0x4e00, 0x9fff), between(0xac00, 0xd7a3), between(0xf900, 0xfaff),
  between(0xfb00, 0xffff), between(0x10000, 0x1ffff), between(0x20000, 0x2ffff),
  () => String.fromCharCode(0xd800 + random(0x800)), () => ' ',
  () => pick(['[CLS]', '[MASK]', '[', ']', '##', '.', '-', 'linux']),
];
const randomText = () => {
  const few = [pick(scripts), pick(scripts), pick(scripts)];
  return Array.from({ length: 1 + random(20) }, () => pick(few)()).join('');
};

const texts = [...nasty];
for (let i = 0; i < 200; i++) texts.push(randomText());
for (let i = 0; i < 60; i++) texts.push(pick(packages).synopsis);
for (let i = 0; i < 20; i++) texts.push(pick(packages).description.slice(0, 600));

// Beside the built-in tokenizer: others whose vocabulary is the characters of the texts themselves, so that the ids
// show what became of each, and whose settings are all set otherwise once.
const letters = new Set();
for (const text of nasty.filter(t => t.length < 60).concat(texts.slice(nasty.length, nasty.length + 60)))
  for (const form of [text, text.toLowerCase(), text.normalize('NFD'), text.toLowerCase().normalize('NFD')])
    for (const letter of form.toWellFormed()) letters.add(letter);
const tokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'ab', '##ab', 'linux', '##\u00e9e\u0301'];
for (const letter of [...letters].sort()) tokens.push(letter, '##' + letter);
const vocab = Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]));

const special = (id, content) =>
  ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true });
const variant = changes => ({
  version: '1.0', truncation: null, padding: null,
  added_tokens: [...['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].map((c, i) => special(i, c)),
    ...(changes.added ?? [])],
  normalizer: changes.normalizer === null ? null : {
    type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true,
    ...changes.normalizer },
  pre_tokenizer: changes.pre_tokenizer === null ? null : { type: 'BertPreTokenizer' },
  post_processor: changes.post_processor === undefined
    ? { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] } : changes.post_processor,
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab,
    ...changes.model },
});
const next = Object.keys(vocab).length;
const variants = {
  'lower case': variant({}),
  'cased': variant({ normalizer: { lowercase: false } }),
  'lower case, accents kept': variant({ normalizer: { strip_accents: false } }),
  'cased, accents stripped': variant({ normalizer: { lowercase: false, strip_accents: true } }),
  'not cleaned': variant({ normalizer: { clean_text: false } }),
  'ideographs not set apart': variant({ normalizer: { handle_chinese_chars: false } }),
  'not normalized': variant({ normalizer: null }),
  'not split': variant({ pre_tokenizer: null }),
  'no special tokens around': variant({ post_processor: null }),
  'short words': variant({ model: { max_input_chars_per_word: 4 } }),
  'added tokens': variant({ added: [
    { ...special(next, 'ell'), special: false }, { ...special(next + 1, 'Hello'), special: false },
    { ...special(next + 2, 'World'), special: false, single_word: true },
    { ...special(next + 3, '[L]'), lstrip: true }, { ...special(next + 4, '[R]'), rstrip: true },
    { ...special(next + 5, 'CAF\u00c9'), special: false, normalized: true },
    { ...special(next + 6, 'xy'), special: false, normalized: true, single_word: true },
    { ...special(next + 7, 'orl'), special: false } ] }),
};
const added = [
  'Hello, World!', 'Helloo World', 'ell hello Hello', 'World1 World_ World- aWorld World', 'a [L] b', 'a  [L][L]  b',
  'a [R]  b', '[R] [L] [R]', 'a\u00a0[L]\u2003b', 'CAF\u00c9 cafe caf\u00e9s Cafe\u0301',
  'xy xxy xy1 xy. .xy \u00e9xy XY x\u00fd', 'World\u200d World\u0301 \u24b6World', 'aWorld World orl worl',
];

// A text with an unpaired surrogate is no valid JSON text: its code units are written instead.
const asCase = (text, ids) => text.isWellFormed()
  ? { text, ids } : { units: Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)), ids };
const encode = async (tokenizer, list) => {
  const encoded = await tokenizer.encodeBatch(list);
  return list.map((text, i) => asCase(text, encoded[i].getIds()));
};

const everyCodePoint = () => [
  [true, true, true, true], [true, true, false, false], [false, false, true, false], [false, false, false, true],
].map(([cleanText, handleChineseChars, stripAccents, lowercase]) => {
  const normalizer = bertNormalizer({ cleanText, handleChineseChars, stripAccents, lowercase });
  const words = bertPreTokenizer();
  const hash = crypto.createHash('sha256');
  for (let c = 0; c < 0x110000; c++) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    const text = normalizer.normalizeString(`a${String.fromCodePoint(c)}b`);
    hash.update(text + '\n');
    for (const [word] of words.preTokenizeString(text)) hash.update(word + '\n');
  }
  return { cleanText, handleChineseChars, stripAccents, lowercase, sha256: hash.digest('hex') };
});

(async () => {
  const tokenizer = Tokenizer.fromString(builtIn);
  const result = {
    about: 'Token ids by the npm package tokenizers 0.23.2 (Hugging Face\'s Rust library), written by make-parity.cjs: '
      + 'texts by hand, random ones of every script, and synopses and descriptions of Debian 13 packages. "builtIn" is '
      + 'the built-in model\'s tokenizer; "variants" share the vocabulary "vocab". "everyCodePoint" is SHA-256 over '
      + '"a<c>b" for every code point c in order, as the normalizer of these settings gives it and the words that the '
      + 'pre-tokenizer then makes of it, each of them followed by a line feed.',
    builtIn: await encode(tokenizer, texts),
    everyCodePoint: everyCodePoint(),
    vocab,
    variants: [],
  };
  for (const [name, file] of Object.entries(variants)) {
    const own = Tokenizer.fromString(JSON.stringify(file));
    const list = name === 'added tokens' ? [...added, ...nasty.slice(0, 40)]
      : [...nasty.filter(t => t.length < 60), ...texts.slice(nasty.length, nasty.length + 60)];
    const { vocab: _, ...model } = file.model;
    result.variants.push({ name, file: { ...file, model }, cases: await encode(own, list) });
  }
  const compact = JSON.stringify(result, null, 1).replace(/\[\s*((?:\d+,?\s*)+)\]/g, (_, ids) =>
    `[${ids.replace(/\s+/g, '')}]`);
  // Nothing but ASCII, so that no editor or tool changes a character.
  console.log(compact.replace(/[\u007f-\uffff]/g, c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')));
})();
