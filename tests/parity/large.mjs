// Tokenizers as large as those of multilingual models, made up: a Unigram one of XLM-R's size and form, and a BPE one of
// Gemma's with two merges a token. Always the same ones.
import { bytePieces, cased, escapeSpaces, fallback } from './cases.mjs';

let state = 20250301;
const random = below => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor(state / 2 ** 32 * below);
};
const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i));
const scripts = [range(0x61, 0x7a), range(0x61, 0x7a), range(0x41, 0x5a), range(0xe0, 0x17f), range(0x3b1, 0x3c9),
  range(0x430, 0x44f), range(0x430, 0x44f), range(0x5d0, 0x5ea), range(0x621, 0x64a), range(0x905, 0x939),
  range(0xe01, 0xe2e), range(0x10d0, 0x10f0), range(0x3041, 0x3096), range(0x30a1, 0x30fa), range(0x4e00, 0x7e00),
  range(0xac00, 0xb800), range(0x1f300, 0x1f5ff), range(0x21, 0x40)];
const characters = [...new Set(scripts.flat())];

function unigram(size) {
  const special = ['<s>', '<pad>', '</s>', '<unk>'];
  const pieces = new Set([...special, '\u2581', ...characters]);
  while (pieces.size < size) {
    const script = scripts[random(scripts.length)];
    const length = script.length > 100 ? 2 + random(2) : 2 + random(7);
    pieces.add((random(2) ? '\u2581' : '') + Array.from({ length }, () => script[random(script.length)]).join(''));
  }
  return cased({
    added_tokens: special.map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false,
      normalized: false, special: true })),
    normalizer: { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
    pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true },
    // Sixteenths, whose sums are exact whatever the arithmetic.
    model: { type: 'Unigram', unk_id: 3, byte_fallback: false,
      vocab: [...pieces].map((piece, id) => [piece, id < 4 ? 0 : -Math.round(16 * (4 + 12 * id / size)) / 16]) },
  });
}

function bpe(size) {
  const words = new Set();
  while (words.size < size) {
    const script = scripts[random(scripts.length)];
    const word = [...(random(2) ? ['\u2581'] : []), ...Array.from({ length: 5 }, () => script[random(script.length)])];
    for (let from = 0; from < word.length; from++)
      for (let to = from + 2; to <= word.length; to++) words.add(word.slice(from, to).join(''));
  }
  // The shorter come first, so that a token's parts are there before it; all of them are, and two cuts of it are merges.
  const ordered = [...words].sort((a, b) => a.length - b.length);
  const tokens = [...new Set(['<unk>', ...bytePieces, '\u2581', ...characters, ...ordered])].slice(0, size);
  const merges = tokens.filter(token => words.has(token)).flatMap(token => {
    const letters = [...token];
    const cuts = letters.length === 2 ? [1] : [1 + random(letters.length - 2), letters.length - 1];
    return [...new Set(cuts)].map(cut => [letters.slice(0, cut).join(''), letters.slice(cut).join('')]);
  });
  return cased({
    normalizer: escapeSpaces,
    pre_tokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false },
    model: fallback({ vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges }),
  });
}

export const largeCases = {
  'Unigram of 250,002 pieces': () => unigram(250_002),
  'BPE of 262,144 tokens': () => bpe(262_144),
};
