// Writes src/PgEmbed.Onnx/Tokenization/Characters/bert-characters.txt: what Hugging Face's tokenizers library does with every
// code point in its BERT parts. Run with node, beside the npm package `tokenizers` (the Rust library itself):
//   npm install tokenizers@0.23.2 && node make-characters.cjs > bert-characters.txt
const { bertNormalizer, bertPreTokenizer } = require('tokenizers');

const off = { cleanText: false, handleChineseChars: false, stripAccents: false, lowercase: false };
const clean = bertNormalizer({ ...off, cleanText: true });
const strip = bertNormalizer({ ...off, stripAccents: true });
const lower = bertNormalizer({ ...off, lowercase: true });
const words = bertPreTokenizer();

const hex = code => code.toString(16).toUpperCase().padStart(4, '0');
const codes = text => [...text].map(c => c.codePointAt(0));
const isHangul = code => code >= 0xAC00 && code <= 0xD7A3; // decomposed by arithmetic
const sets = { removed: [], accent: [], punctuation: [] };
const maps = { unaccented: [], lower: [] };

for (let code = 0; code < 0x110000; code++) {
  if (code >= 0xD800 && code < 0xE000) continue;
  const text = String.fromCodePoint(code);
  if (clean.normalizeString(text) === '') sets.removed.push(code);
  if (words.preTokenizeString(`a${text}a`).length === 3) sets.punctuation.push(code);
  const stripped = strip.normalizeString(text);
  if (stripped === '') sets.accent.push(code);
  else if (stripped !== text && !isHangul(code)) maps.unaccented.push([code, codes(stripped)]);
  const lowered = lower.normalizeString(text);
  if (lowered !== text) maps.lower.push([code, codes(lowered)]);
}

// 0041-005A: a set's run. 0041-005A:0061: a run of code points that map to a run. 0130:0069+0307: to more than one.
const set = list => {
  const out = [];
  for (let i = 0, j; i < list.length; i = j) {
    for (j = i + 1; j < list.length && list[j] === list[j - 1] + 1; j++);
    out.push(j - i === 1 ? hex(list[i]) : `${hex(list[i])}-${hex(list[j - 1])}`);
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

console.log(`# What Hugging Face's tokenizers library (0.23.2) does with each code point in its BERT parts: it uses the general
# categories of Unicode 8, so the runtime's newer ones would give other tokens. Written by make-characters.cjs.
# removed: taken away as control characters. accent: taken away with the accents. unaccented: what a character is
# without its accents, Hangul syllables aside, which decompose by arithmetic. lower: its lower case. punctuation: a
# word of its own. Code points are hexadecimal; a range maps to the range that starts at the code point behind ':'.`);
for (const [name, list] of Object.entries(sets)) console.log(`[${name}]\n${wrap(set(list))}`);
for (const [name, list] of Object.entries(maps)) console.log(`[${name}]\n${wrap(map(list))}`);
