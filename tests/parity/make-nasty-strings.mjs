// Writes tests/PgEmbed.Onnx.Tests/Fixtures/nasty-strings.jsonl: texts that tokenizers get wrong, one JSON string a line,
// everything but printable ASCII escaped. Always the same ones. Run with:
//   node make-nasty-strings.mjs > nasty-strings.jsonl
let state = 20240607;
const random = below => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor(state / 2 ** 32 * below);
};
const pick = list => list[random(list.length)];
const isSurrogate = code => code >= 0xD800 && code < 0xE000;
const chars = (first, last, count) => {
  let text = '';
  while (count-- > 0) {
    const code = first + random(last - first + 1);
    text += isSurrogate(code) ? 'x' : String.fromCodePoint(code);
  }
  return text;
};
const texts = [];
const add = (...list) => texts.push(...list);

// Empty, white space of every kind alone, doubled, inside, around.
const spaces = [' ', '\t', '\n', '\r', '\r\n', '\v', '\f', '\x1c', '\x1d', '\x1e', '\x1f', '\x85', '\xa0', '\u1680',
  '\u180e', '\u2000', '\u2003', '\u2009', '\u200a', '\u200b', '\u2028', '\u2029', '\u202f', '\u205f', '\u2060', '\u3000',
  '\ufeff'];
add('');
for (const s of spaces) add(s, s + s, s.repeat(7), `a${s}b`, `a ${s}b`, `a${s} b`, `${s}word${s}`, `end${s}${s}${s}.`, `1${s}2`);
// Controls and NUL, alone and in a word.
for (let c = 0; c < 0xA1; c = c === 0x1F ? 0x7F : c + 1) add(String.fromCharCode(c), `wo${String.fromCharCode(c)}rd x`);
// Surrogates without their other half.
for (const s of ['\ud800', '\udbff', '\udc00', '\udfff', '\ud83d', '\ude00'])
  add(s, `a${s}`, `${s}a`, `a${s}b`, ` ${s} `, `${s}${s}`, `\ude00${s}\ud83d`, `\u{1F600}${s}`, `${s}\u{1F600}`, `é${s}\u0301`);
// A few characters of every block of 128 below U+3400, and of many later ones; within ASCII words and alone.
for (let block = 0x80; block < 0x3400; block += 0x80)
  for (let i = 0; i < 5; i++)
    add([chars(block, block + 0x7F, 6), ` ${chars(block, block + 0x7F, 3)} ${chars(block, block + 0x7F, 4)}.`,
      `ab${chars(block, block + 0x7F, 2)}1${chars(block, block + 0x7F, 1)}`, `${chars(block, block + 0x7F, 1)}'s`,
      chars(block, block + 0x7F, 30)][i]);
for (const [first, last] of [[0x3400, 0x4DBF], [0x4E00, 0x9FFF], [0xA000, 0xA4CF], [0xA4D0, 0xABFF], [0xAC00, 0xD7FF],
  [0xE000, 0xF8FF], [0xF900, 0xFAFF], [0xFB00, 0xFDFF], [0xFE00, 0xFEFF], [0xFF00, 0xFFFF], [0x10000, 0x107FF],
  [0x10800, 0x10FFF], [0x11000, 0x117FF], [0x11800, 0x11FFF], [0x12000, 0x143FF], [0x16000, 0x18AFF], [0x1B000, 0x1BCFF],
  [0x1CC00, 0x1D0FF], [0x1D100, 0x1D3FF], [0x1D400, 0x1D7FF], [0x1D800, 0x1DFFF], [0x1E000, 0x1EFFF], [0x1F000, 0x1F2FF],
  [0x1F300, 0x1F6FF], [0x1F700, 0x1FAFF], [0x1FB00, 0x1FFFF], [0x20000, 0x2A6DF], [0x2A700, 0x2EE5F], [0x2F800, 0x2FA1F],
  [0x30000, 0x323AF], [0xE0000, 0xE01EF], [0xF0000, 0x10FFFF]])
  for (let i = 0; i < 8; i++)
    add(i % 2 ? `${chars(first, last, 3)} a${chars(first, last, 2)}b ${chars(first, last, 1)}` : chars(first, last, 8));
// Emoji: joined, with skin tones, flags, keycaps, tags, presentation selectors.
const emoji = ['👩‍👩‍👧‍👦', '🏳️‍🌈', '🧑🏿‍🚀', '🇩🇪🇫🇷', '🇩', '1️⃣', '#⃣', '❤️', '❤︎', '🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}',
  '🤷🏽‍♀️', '👍🏻👍🏿', '☺', '™', 'ℹ️', '⌨', '\u{1FAE8}', '\u{1FAEA}', '‍', '️', '🏻'];
for (const e of emoji) add(e, `${e}${e}`, `so ${e} good`, `a${e}b`, `${e}'s ${e}1`, ` ${e}`);
// Marks: in every order, stacked, without a base, and composed forms beside decomposed ones.
const marks = ['\u0301', '\u0323', '\u0308', '\u0327', '\u0345', '\u0334', '\u20dd', '\u093c', '\u3099', '\u05b0', '\u064b', '\u0e38', '\u{1D165}', '\u0f71', '\u031b'];
for (let i = 0; i < 120; i++)
  add(pick(['a', 'e', 'ё', 'か', 'क', '가', ' ', '', 'Å', 'ﬁ', 'ο', 'ש', 'ا', '1', '.']) + Array.from({ length: 1 + random(5) }, () => pick(marks)).join('') + pick(['', 'z', ' z', '\u1100\u1161\u11a8']));
add('Z' + marks.join('').repeat(6), 'é e\u0301 \u00c5 A\u030a \u212b', '\u1100\u1161 가 \u1100\u1161\u11a8 각 가\u11a8', 'ệ ê\u0323 e\u0302\u0323 ẹ\u0302', 'ཀྵ \u0f40\u0fb5 \u0f73', '\ufb2c \u05e9\u05bc\u05c1', '\u0958 \u0915\u093c', '\u{1D15E} \u{1D157}\u{1D165}', '\u2126 \u03a9 \u1fbb \u0386', '\u0344 \u0308\u0301 \u0390');
// Case and compatibility.
for (const w of ['İstanbul', 'ISTANBUL ı', 'ſtraße', 'STRASSE ẞ', 'ﬁnance ﬀ ﬃ ﬆ', 'ΌΣΟΣ ὈΔΥΣΣΕΎΣ', 'ǅ Ǆ ǆ', '½ ⅓ ² ₂ ① ⑽ Ⅷ ⅷ', 'Ｆｕｌｌ　ｗｉｄｔｈ', 'ﾊﾝｶｸ ｶﾞ', '㍿ ㌔ ㋿ ℡ №', 'ﷺ ﷽', '𝒜𝓫𝔠 𝟘𝟙', 'Ⓐⓑ 🄰 🅱', 'K Å Ω', 'ŉ ĳ Ŀ', '…‥․', '¼kg 5µm 10℃', 'ꟲ ꭩ 𐞀', '\u1e9e\u0130\u0131'])
  add(w, w.toLowerCase(), w.toUpperCase(), `x${w}`, `${w}'S`);
// Right to left, with and without the controls that say so.
for (const w of ['שלום עולם', 'مرحبا بالعالم', 'שָׁלוֹם', 'السَّلامُ عَلَيْكُمْ', 'ܫܠܡܐ', 'ދިވެހި', '۱۲۳ ٤٥٦', 'پنجره‌ها', 'אב\u200eab\u200fגד'])
  add(w, `\u202b${w}\u202c abc`, `abc ${w} 123`, `${w}, ${w}!`, `\u2067${w}\u2069`);
// Contractions, apostrophes, quotes.
for (const q of ["'", '’', 'ʼ', '＇', "''", '`'])
  for (const e of ['s', 'S', 'll', 'LL', 'lL', 're', 've', 'm', 'd', 't', 'ſ', 'x', 'sab', 'st', ' s', '1']) add(`it${q}${e} I${q}${e}`, ` ${q}${e}`);
// Numbers.
for (const n of ['0', '12', '123', '1234', '12345678901234567890', '1,234.56', '1e-9', '0x1F', '٣٤٥', '१२३४', '１２３４', '𝟏𝟐𝟑𝟒', '十二', 'Ⅻ', '²³¹', '½¾', '1½', '𞥐𞥑', '1a2b3c', '3.14.15', '-273.15', '+1 (555) 010-9999', '2024-02-30T25:61:61Z', '৳৴৵', '〇'])
  add(n, ` ${n}`, `v${n}x`, `${n}${n}`, `${n}\n${n}`);
// What looks like special tokens, and what they take or leave around them.
for (const t of ['<s>', '</s>', '<pad>', '<unk>', '<mask>', '[CLS]', '[SEP]', '[PAD]', '[UNK]', '[MASK]', '<|endoftext|>', '<|im_start|>', '[mask]', '<MASK>'])
  add(t, ` ${t} `, `a${t}b`, `a ${t} b`, `${t}${t}`, `  ${t}\t\n${t}\u3000x`, t.slice(1), t.slice(0, -1), `${t}s`, `é${t}́`);
// Code, markup, addresses, paths.
add('for (int i = 0; i < n; i++) { x[i] += "a\\tb"; }', '<p class="x">&amp;&#8217;</p>', 'https://user:pw@[::1]:8080/a%20b?q=1&r=%C3%A9#z', 'C:\\Users\\x\\_y_.TXT', '/usr/lib/x86_64-linux-gnu/libc.so.6', 'SELECT * FROM "t" WHERE a<>\'b\'; --', '#!/bin/sh\n\techo $((1+2))\n\n\n', 'foo_bar-baz.qux', '__init__ ___', 'a@b.c, <d@e.f>', '```\n    indented\n```', '$\\alpha_{i}^{2}$', '::ffff:1.2.3.4', '\\u00e9 \\x00 \\n', 'ﾟ･✿ヾ╲(｡◕‿◕｡)╱✿･ﾟ', '(╯°□°）╯︵ ┻━┻)', '¯\\_(ツ)_/¯');
for (const p of '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~¡¿«»§¶·–—―‘’‚“”„†‡•‰′″‹›‽⁂⸮、。〈〉《》「」・！？｡･؟،؛।॥׃׀')
  add(p, `a${p}b`, ` ${p}${p}${p} `, `${p}word ${p}`);
// Long: without a space, of one character, of one mark.
add('a'.repeat(99), 'a'.repeat(100), 'a'.repeat(101), 'ab'.repeat(300), 'x '.repeat(200), ' '.repeat(500), '\n'.repeat(300), '😀'.repeat(100), '𝒜'.repeat(101), '中'.repeat(200), 'a' + '\u0301'.repeat(200), '='.repeat(257), '0'.repeat(256), 'é'.repeat(100), "'".repeat(99), 'ÿ'.repeat(128), 'internationalization'.repeat(20));
// Anything beside anything.
const anything = () => random(3) ? String.fromCharCode(32 + random(95)) : random(2) ? chars(0, 0x2FFF, 1) : pick([...spaces, ...marks, ...emoji, chars(0x10000, 0x1FFFF, 1), chars(0x3000, 0xFFFF, 1)]);
for (let i = 0; i < 300; i++) add(Array.from({ length: 1 + random(24) }, anything).join(''));

const escape = text => JSON.stringify(text).replace(/[^\x20-\x7e]/g, c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
for (const text of new Set(texts)) console.log(escape(text));
