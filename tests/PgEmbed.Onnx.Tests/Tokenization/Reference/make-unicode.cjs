// Writes src/PgEmbed.Onnx/Tokenization/Characters/unicode-characters.txt: what Hugging Face's tokenizers library knows of each
// code point outside its BERT parts. Run with node, beside the npm package `tokenizers` (the Rust library itself):
//   npm install tokenizers@0.23.2 && node make-unicode.cjs > unicode-characters.txt
const { Tokenizer } = require('tokenizers');

const part = parts => Tokenizer.fromString(JSON.stringify({
  version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null,
  post_processor: null, decoder: null, model: { type: 'BPE', vocab: {}, merges: [] }, ...parts }));
const preTokenizer = pre => part({ pre_tokenizer: pre }).getPreTokenizer();
const normalizer = type => part({ normalizer: { type } }).getNormalizer();

const codePoints = [];
for (let code = 0; code < 0x110000; code++)
  if (code < 0xD800 || code >= 0xE000) codePoints.push(code);
const hex = code => code.toString(16).toUpperCase().padStart(4, '0');
const codes = text => [...text].map(c => c.codePointAt(0));

// The code points that are (part of) a piece of which `keep` holds, when all of them stand in one text.
function members(pre, keep = () => true) {
  const splitter = preTokenizer(pre);
  const found = [];
  for (let i = 0; i < codePoints.length; i += 4096)
    for (const [piece] of splitter.preTokenizeString(String.fromCodePoint(...codePoints.slice(i, i + 4096))))
      if (keep(piece)) found.push(...codes(piece));
  return found;
}
const matches = pattern => members({ type: 'Split', pattern: { Regex: pattern }, behavior: 'Removed', invert: true });

const sets = {};
for (const category of ['Lu', 'Ll', 'Lt', 'Lm', 'Lo', 'Mn', 'Mc', 'Me', 'Nd', 'Nl', 'No', 'Pc', 'Pd', 'Ps', 'Pe', 'Pi',
  'Pf', 'Po', 'Sm', 'Sc', 'Sk', 'So', 'Zs', 'Zl', 'Zp', 'Cc', 'Cf', 'Co'])
  sets[category] = matches(`\\p{${category}}`);
sets.Word = matches('\\w');
for (const script of ['Arabic', 'Armenian', 'Bengali', 'Bopomofo', 'Cyrillic', 'Devanagari', 'Georgian', 'Greek',
  'Gujarati', 'Gurmukhi', 'Han', 'Hangul', 'Hebrew', 'Hiragana', 'Kannada', 'Katakana', 'Khmer', 'Lao', 'Latin',
  'Malayalam', 'Mongolian', 'Myanmar', 'Sinhala', 'Tamil', 'Telugu', 'Thai', 'Tibetan'])
  sets[script] = matches(`\\p{${script}}`);

// The parts that don't use the regular expressions have Unicode data of their own, of another version.
const isolated = (pre, around) => {
  const splitter = preTokenizer(pre);
  return codePoints.filter(code => splitter.preTokenizeString(
    around + String.fromCodePoint(code) + around).length === 3);
};
sets.Numeric = isolated({ type: 'Digits', individual_digits: true }, 'a');
const words = preTokenizer({ type: 'Whitespace' });
sets.WhitespaceWord = codePoints.filter(code => {
  const pieces = words.preTokenizeString(`a${String.fromCodePoint(code)}a`);
  return pieces.length === 1;
});
const strip = normalizer('StripAccents');
sets.Mark = codePoints.filter(code => strip.normalizeString(String.fromCodePoint(code)) === '');

// Normalization forms: one step of canonical decomposition, what does not compose again, full compatibility
// decomposition where it differs from the canonical one, and combining classes found by how marks change places.
const [nfc, nfd, nfkd] = ['NFC', 'NFD', 'NFKD'].map(normalizer);
const maps = { Canonical: [], Compatibility: [] };
sets.Excluded = [];
for (const code of codePoints) {
  if (code >= 0xAC00 && code <= 0xD7A3) continue;
  const text = String.fromCodePoint(code);
  const full = nfd.normalizeString(text);
  const compatible = nfkd.normalizeString(text);
  if (compatible !== full) maps.Compatibility.push([code, codes(compatible)]);
  if (full === text) continue;
  const targets = codes(full);
  if (nfc.normalizeString(full) !== text) {
    sets.Excluded.push(code);
    maps.Canonical.push([code, targets]);
    continue;
  }
  const first = codes(nfc.normalizeString(String.fromCodePoint(...targets.slice(0, -1))));
  if (first.length !== 1) throw new Error(`${hex(code)} does not compose of two`);
  maps.Canonical.push([code, [first[0], targets.at(-1)]]);
}
const classes = { 1: 0x0334, 7: 0x093C, 8: 0x3099, 9: 0x094D, 36: 0x0711, 84: 0x0C55, 91: 0x0C56, 103: 0x0E38,
  107: 0x0E48, 118: 0x0EB8, 122: 0x0EC8, 129: 0x0F71, 130: 0x0F72, 132: 0x0F74, 202: 0x0327, 214: 0x1DCE, 216: 0x031B,
  218: 0x302A, 220: 0x0323, 222: 0x059A, 224: 0x302E, 226: 0x1D16D, 228: 0x05AE, 230: 0x0301, 232: 0x0315, 233: 0x035C,
  234: 0x035D, 240: 0x0345, 10: 0x05B0, 11: 0x05B1, 12: 0x05B2, 13: 0x05B3, 14: 0x05B4, 15: 0x05B5, 16: 0x05B6,
  17: 0x05B7, 18: 0x05B8, 19: 0x05B9, 20: 0x05BB, 21: 0x05BC, 22: 0x05BD, 23: 0x05BF, 24: 0x05C1, 25: 0x05C2,
  26: 0xFB1E, 27: 0x064B, 28: 0x064C, 29: 0x064D, 30: 0x064E, 31: 0x064F, 32: 0x0650, 33: 0x0651, 34: 0x0652,
  35: 0x0670 };
const swaps = (a, b) => nfd.normalizeString(String.fromCodePoint(a, b)) === String.fromCodePoint(b, a) && a !== b;
for (const value of Object.keys(classes)) sets[`Class ${value}`] = [];
for (const code of codePoints) {
  const text = String.fromCodePoint(code);
  if (!/\p{M}/u.test(text) || nfd.normalizeString(text) !== text) continue;
  if (!swaps(code, 0x0334) && !swaps(0x0345, code)) continue;
  const same = Object.entries(classes).filter(([, mark]) => !swaps(code, mark) && !swaps(mark, code));
  if (same.length !== 1) throw new Error(`${hex(code)} is of ${same.length} classes`);
  sets[`Class ${same[0][0]}`].push(code);
}

// 0041-005A: a set's run. 0041-005A:0061: a run of code points that map to a run. 0130:0069+0307: to more than one.
const set = list => {
  const sorted = [...new Set(list)].sort((a, b) => a - b);
  const out = [];
  for (let i = 0, j; i < sorted.length; i = j) {
    for (j = i + 1; j < sorted.length && sorted[j] === sorted[j - 1] + 1; j++);
    out.push(j - i === 1 ? hex(sorted[i]) : `${hex(sorted[i])}-${hex(sorted[j - 1])}`);
  }
  return out;
};
const map = list => {
  const follows = ([c, t], [d, u]) => d === c + 1 && t.length === 1 && u.length === 1 && u[0] === t[0] + 1;
  const out = [];
  for (let i = 0, j; i < list.length; i = j) {
    for (j = i + 1; j < list.length && follows(list[j - 1], list[j]); j++);
    const from = j - i === 1 ? hex(list[i][0]) : `${hex(list[i][0])}-${hex(list[j - 1][0])}`;
    out.push(`${from}:${list[i][1].map(hex).join('+')}`);
  }
  return out;
};
const wrap = items => {
  const lines = [''];
  for (const item of items) {
    if (lines.at(-1).length + item.length >= 118) lines.push('');
    lines[lines.length - 1] += ' ' + item;
  }
  return lines.join('\n');
};

console.log(`# What Hugging Face's tokenizers library (0.23.2) knows of each code point outside its BERT parts. Written by
# make-unicode.cjs. The general categories, Word (\\w) and the scripts are those of its regular expressions; Numeric is
# what Digits takes, WhitespaceWord a letter of Whitespace's words, Mark what StripAccents takes away. For the
# normalization forms: one step of canonical decomposition, what is Excluded from composing again, the full compatibility
# decomposition where it differs from the canonical one (Hangul syllables aside, which are made by arithmetic), and the
# canonical combining classes. Code points are hexadecimal; a range maps to the range that starts behind ':'.`);
for (const [name, list] of Object.entries(sets)) console.log(`[${name}]\n${wrap(set(list))}`);
for (const [name, list] of Object.entries(maps)) console.log(`[${name}]\n${wrap(map(list))}`);
