// The two references, from the folder that npm installed them in (PARITY_MODULES): the tokenizers library itself, in
// Rust, and its JavaScript re-implementation.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const require = createRequire(resolve(process.env.PARITY_MODULES ?? '.', 'node_modules') + '/');
const rust = require('tokenizers');
const script = require('@huggingface/tokenizers');

export const versions = {
  tokenizers: require('tokenizers/package.json').version,
};

// GPT-2's characters for the 256 bytes, those of printable bytes first.
export const byteLevelAlphabet = () => rust.byteLevelAlphabet().sort();

// Ids of many texts by the Rust library, those aside that only fill a text up: the model does not see them.
export async function rustIds(json, texts) {
  const tokenizer = rust.Tokenizer.fromString(JSON.stringify(json));
  const ids = [];
  for (let i = 0; i < texts.length; i += 1000)
    for (const encoding of await tokenizer.encodeBatch(texts.slice(i, i + 1000))) {
      const seen = encoding.getAttentionMask();
      ids.push(encoding.getIds().filter((_, at) => seen[at] === 1));
    }
  return ids;
}

// A function that gives a text's ids by the JavaScript library.
export function scriptTokenizer(json, config) {
  const tokenizer = new script.Tokenizer(json, config);
  return text => Array.from(tokenizer.encode(text).ids);
}

// The characters that a part of the Rust library splits off ('split') or takes away ('removed').
export function rustSet(part, what) {
  const tokenizer = rust.Tokenizer.fromString(JSON.stringify({
    version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null,
    post_processor: null, decoder: null, model: { type: 'BPE', vocab: {}, merges: [] }, ...part }));
  const normalizer = tokenizer.getNormalizer();
  const preTokenizer = tokenizer.getPreTokenizer();
  const found = new Set();
  for (let code = 0; code < 0x110000; code++) {
    if (code >= 0xD800 && code < 0xE000) continue;
    const character = String.fromCodePoint(code);
    const holds = what === 'removed'
      ? normalizer.normalizeString(character) === ''
      : preTokenizer.preTokenizeString(`\u0001${character}\u0001`).length > 1;
    if (holds) found.add(character);
  }
  return found;
}
