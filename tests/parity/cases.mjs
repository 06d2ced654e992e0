// Small tokenizers, one for each kind of part of tokenizer.json that this project's BPE side reads. Their model has one
// token for every byte, and another for every byte that ends a word: the ids show the words and every character in them.
import { byteLevelAlphabet } from './reference.mjs';

const letters = byteLevelAlphabet();
const ends = '</w>';
const vocabulary = Object.fromEntries([...letters, ...letters.map(c => c + ends)].map((token, id) => [token, id]));
const bytes = { type: 'BPE', unk_token: null, end_of_word_suffix: ends, vocab: vocabulary, merges: [] };
const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };

export const cased = parts => ({
  version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: byteLevel,
  post_processor: null, decoder: null, model: bytes, ...parts });
const normalized = normalizer => cased({ normalizer });
const split = (...preTokenizers) =>
  cased({ pre_tokenizer: { type: 'Sequence', pretokenizers: [...preTokenizers, byteLevel] } });
const pattern = (source, behavior = 'Isolated', invert = false) =>
  split({ type: 'Split', pattern: { Regex: source }, behavior, invert });
const processed = post_processor => cased({ post_processor });
const addedToken = (id, content, flags) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false,
  special: true, ...flags });
const added = (...tokens) => cased({
  normalizer: { type: 'Lowercase' },
  added_tokens: tokens.map(([content, flags], i) => addedToken(letters.length * 2 + i, content, flags)) });

export const cases = {};
const behaviors = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];

for (const type of ['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents']) cases[type] = normalized({ type });
cases.NoNormalizer = normalized({ type: 'Sequence', normalizers: [] });
cases.Strip = normalized({ type: 'Strip', strip_left: true, strip_right: true });
cases.StripLeft = normalized({ type: 'Strip', strip_left: true, strip_right: false });
cases.StripRight = normalized({ type: 'Strip', strip_left: false, strip_right: true });
cases.NormalizerSequence = normalized({ type: 'Sequence',
  normalizers: ['NFKD', 'StripAccents', 'Lowercase', 'NFC'].map(type => ({ type })) });
cases.BertNormalizer = normalized({ type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true,
  strip_accents: null, lowercase: true });
cases.Prepend = normalized({ type: 'Prepend', prepend: '\u2581 ' });
cases.Nmt = normalized({ type: 'Nmt' });
cases.ReplacePattern = normalized({ type: 'Replace', pattern: { Regex: '\\s+|[^\\x00-\\u{7f}]'.replace('\\u{7f}', '\\x7f') }, content: '_' });

cases.ReplaceText = normalized({ type: 'Replace', pattern: { String: 'aa' }, content: ' b' });
cases.ReplaceDollar = normalized({ type: 'Replace', pattern: { Regex: '(a)\\w' }, content: '$1$0\\1' });

cases.ByteLevel = cased({ pre_tokenizer: { ...byteLevel, use_regex: true } });
cases.ByteLevelPrefix = cased({ pre_tokenizer: { ...byteLevel, use_regex: true, add_prefix_space: true } });
cases.ByteLevelPrefixAlone = cased({ pre_tokenizer: { ...byteLevel, add_prefix_space: true } });
cases.BertPreTokenizer = split({ type: 'BertPreTokenizer' });
cases.Whitespace = split({ type: 'Whitespace' });
cases.WhitespaceSplit = split({ type: 'WhitespaceSplit' });
cases.CharDelimiterSplit = split({ type: 'CharDelimiterSplit', delimiter: 'a' });
cases.Digits = split({ type: 'Digits', individual_digits: false });
cases.IndividualDigits = split({ type: 'Digits', individual_digits: true });
for (const behavior of behaviors) {
  cases[`Punctuation${behavior}`] = split({ type: 'Punctuation', behavior });
  cases[`SplitText${behavior}`] =
    split({ type: 'Split', pattern: { String: 'a' }, behavior, invert: false });
  cases[`SplitPattern${behavior}`] = pattern('\\d|[^\\w\\s]{2}', behavior);
  cases[`SplitInverted${behavior}`] = pattern('\\p{L}+|\\s', behavior, true);
}
for (const scheme of ['always', 'first', 'never']) {
  const metaspace = { type: 'Metaspace', replacement: '\u2581', prepend_scheme: scheme, split: true };
  cases[`Metaspace_${scheme}`] = split(metaspace);
  cases[`Metaspace_${scheme}Unsplit`] = split({ ...metaspace, replacement: '_', split: false });
  if (scheme !== 'first') cases[`Metaspace_${scheme}Words`] = split({ type: 'WhitespaceSplit' }, metaspace);
  cases[`Metaspace_${scheme}Added`] = added(['<s>'], ['[CLS]', { rstrip: true }], ['</s>', { lstrip: true }]);
  cases[`Metaspace_${scheme}Added`].pre_tokenizer = { type: 'Sequence', pretokenizers: [metaspace, byteLevel] };
}
cases.PreTokenizerSequence = split({ type: 'WhitespaceSplit' }, { type: 'Digits', individual_digits: true },
  { type: 'Punctuation', behavior: 'MergedWithPrevious' });
cases.SplitThenWords = split({ type: 'Split', pattern: { String: '\n' }, behavior: 'MergedWithPrevious', invert: false },
  { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true });

// Patterns of well-known tokenizers.
cases.PatternGpt2 = pattern("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");
cases.PatternLlama3 = pattern("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
  + '| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+');
cases.PatternQwen2 = pattern("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
  + '| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+', 'Isolated');
cases.PatternQwen2Removed = pattern("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
  + '| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+', 'Removed', true);
cases.PatternCl100k = pattern("'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}"
  + '| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+');
cases.PatternO200k = pattern([
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
  '\\p{N}{1,3}', ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*', '\\s*[\\r\\n]+', '\\s+(?!\\S)', '\\s+'].join('|'));
cases.PatternDeepSeek = split(
  { type: 'Split', pattern: { Regex: '[\r\n]' }, behavior: 'Isolated', invert: false },
  { type: 'Split', pattern: { Regex: '\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ϿЀ-ҁҊ-ԯԱ-ՖႠ-Ⴥꙁ-ꚛＡ-Ｚ𐐀-𐑏]+' }, behavior: 'Isolated', invert: false },
  { type: 'Split', pattern: { Regex: '\\s?[!-/:-~！-／：-～‘-‟　-。]+' }, behavior: 'Isolated', invert: false },
  { type: 'Split', pattern: { Regex: '\\s+$' }, behavior: 'Isolated', invert: false },
  { type: 'Split', pattern: { Regex: '[一-龥ࠀ-一가-퟿]+' }, behavior: 'Isolated', invert: false },
  { type: 'Digits', individual_digits: true });
cases.PatternKimi = pattern('[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]*'
  + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}|\\s+");
cases.PatternStarCoder = pattern('\\p{Nd}');

// What else the patterns' dialect has.
for (const [name, source] of Object.entries({
  Lazy: '\\w+?\\b|\\W{2,4}?', Possessive: '\\p{L}++|\\s*+\\S', Behind: '(?<=\\p{L})\\p{N}|(?<!\\s|^)\\p{P}|(?<=a[bc])\\w',
  Ahead: '\\w(?=\\w)|.(?!\\p{L})', Atomic: '(?>a+|\\w)\\w', Lines: '^.|.$|\\A\\s|\\s\\z|\\n\\Z',
  Words: '\\b\\w|\\B\\W', Classes: '[a-f&&[^c]]|[^\\p{L}\\d\\s-]|[[x-z]0-3]|\\h', Properties: '\\p{Lu}|\\p{^L}|\\P{Ll}',
  Names: '\\p{Letter}+|\\p{Uppercase_Letter}|\\p{greek}|\\p{Cn}|\\p{C}|\\p{Symbol}', Interval: '[a-z]{,2}\\d|\\w{3}|\\s{2,}|x{a}',
  Nested: '(?:(\\p{L})(?:\\p{N}|_)+)*?x|((ab|a)b?)+', IgnoreCase: "(?i)k|[s-u]+|(?-i:x)|'S|Ma", Dot: '(?m:a.)|b.',
  Empty: 'x*', EmptyAhead: '(?=[A-Z])', Escapes: '\\t|\\x41|\\x{1F600}|\\u00e9|\\.|\\-|\\/', OptionInside: 'a(?i)b|c',
}))
  for (const behavior of ['Isolated', 'MergedWithPrevious', 'MergedWithNext'])
    if (behavior === 'Isolated' || name.startsWith('Empty')) cases[`Dialect${name}${behavior}`] = pattern(source, behavior);

const special = { '<s>': { id: '<s>', ids: [512], tokens: ['<s>'] }, '</s>': { id: '</s>', ids: [513, 514], tokens: ['</s>', '.'] } };
cases.TemplateProcessing = processed({ type: 'TemplateProcessing', pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
  single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }], special_tokens: special });
cases.BertProcessing = processed({ type: 'BertProcessing', sep: ['a', 512], cls: ['b', 513] });
cases.RobertaProcessing = processed({ type: 'RobertaProcessing', sep: ['a', 512], cls: ['b', 513], trim_offsets: true, add_prefix_space: false });
cases.ByteLevelProcessing = processed({ type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true });
cases.ProcessorSequence = processed({ type: 'Sequence', processors: [
  { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true },
  { type: 'TemplateProcessing', pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }], special_tokens: special }] });

cases.AddedTokens = added(['<mask>', { lstrip: true }], ['<s>', { rstrip: true }], ['[CLS]', { lstrip: true, rstrip: true }],
  ['a b'], ['</s>', { single_word: true }], ['<|im_start|>']);
cases.NormalizedTokens = added(['<MASK>', { normalized: true, special: false }], ['word', { normalized: true, single_word: true, special: false }],
  ['Sx', { normalized: true, special: false }], ['SE', { special: false }], ['12', { single_word: true, rstrip: true, normalized: true }]);

// Models: merges in both forms, prefixes and suffixes, unknown characters.
const sub = { a: 0, b: 1, c: 2, '##a': 3, '##b': 4, '##c': 5, ab: 6, '##bc': 7, abc: 8, '<unk>': 9, '##ab': 10, 'e': 11, '##e': 12, 'aab': 13 };
const plain = { a: 0, b: 1, c: 2, ab: 3, abc: 4, bc: 5, aa: 6, '<unk>': 7, ' ': 8, aabc: 9, e: 10, abab: 11 };
const words = { type: 'Split', pattern: { String: ' ' }, behavior: 'Removed', invert: false };
const modelled = model => cased({ pre_tokenizer: words, model: { type: 'BPE', dropout: null, unk_token: null,
  continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ...model } });
const merges = ['b c', 'a a', 'a b', 'a bc', 'aa bc', 'ab ab'];
cases.BpePlain = modelled({ vocab: plain, merges });
cases.BpeListMerges = modelled({ vocab: plain, merges: merges.map(m => m.split(' ')) });
cases.BpeUnknown = modelled({ vocab: plain, merges, unk_token: '<unk>' });
cases.BpeFuseUnknown = modelled({ vocab: plain, merges, unk_token: '<unk>', fuse_unk: true });
cases.BpeIgnoreMerges = modelled({ vocab: { ...plain, bb: 12, cab: 13 }, merges, ignore_merges: true });
cases.BpePrefix = modelled({ vocab: sub, merges: ['##b ##c', 'a ##b', 'a ##bc', '##a ##b'], continuing_subword_prefix: '##', unk_token: '<unk>' });
cases.BpeSuffix = modelled({ vocab: { ...plain, 'a</w>': 12, 'b</w>': 13, 'c</w>': 14, 'bc</w>': 15, 'abc</w>': 16 },
  merges: [...merges, 'b c</w>', 'a bc</w>'], end_of_word_suffix: '</w>', unk_token: '<unk>' });
cases.WordPiece = cased({ pre_tokenizer: words, model: { type: 'WordPiece', unk_token: '<unk>', continuing_subword_prefix: '##',
  max_input_chars_per_word: 20, vocab: sub } });

cases.WordLevel = cased({ pre_tokenizer: { type: 'Whitespace' }, model: { type: 'WordLevel', unk_token: '<unk>',
  vocab: { '<unk>': 3, a: 0, b: 1, word: 2, x: 4, so: 5, good: 6, it: 7, I: 8, s: 9, abc: 10, '\u4e2d': 11, '.': 12, "'": 13 } } });

// SentencePiece models as they are written for this library: bytes for what is unknown.
export const bytePieces = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`);
const llama = ['<unk>', ...bytePieces, '\u2581', 'a', 'b', 's', 'e', '\u2581a', 'ab', '\u2581ab', '\u2581\u2581', '\u00e9', '\u4e2d', '\u4e2d\u4e2d', '\n', '\n\n', '1'];
export const fallback = model => ({ type: 'BPE', dropout: null, unk_token: '<unk>', continuing_subword_prefix: null, end_of_word_suffix: null,
  fuse_unk: true, byte_fallback: true, ignore_merges: false, vocab: Object.fromEntries(llama.map((token, id) => [token, id])),
  merges: ['\u2581 a', 'a b', '\u2581a b', '\u2581 ab', '\u2581 \u2581', '\u4e2d \u4e2d', '\n \n'], ...model });
export const escapeSpaces = { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' };
cases.Llama = cased({ pre_tokenizer: null, model: fallback(),
  normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '\u2581' }, escapeSpaces] } });
cases.Gemma = cased({ model: fallback({ merges: fallback().merges.map(m => m.split(' ')) }), normalizer: escapeSpaces,
  pre_tokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false } });
cases.LlamaMetaspace = cased({ model: fallback(),
  pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'first', split: false } });
cases.ByteFallbackUnfused = cased({ pre_tokenizer: null, model: fallback({ fuse_unk: false }) });

// Scores whose sums are exact, so that it does not matter in which arithmetic they are added up.
const unigramPieces = { '<unk>': 0, '\u2581': -2.5, a: -3, b: -3.5, '\u2581a': -4.25, ab: -6, '\u2581ab': -7.125, s: -3, e: -2.75, se: -5, '\u4e2d': -8,
  '\u4e2d\u6587': -9, '\u00e9': -6.25, '#': -4, '##': -7.75, '###': -12, '\ud83d\ude00': -10, or: -6, word: -11, o: -4, r: -4.5, d: -5, w: -6 };
const unigram = model => cased({ pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true },
  added_tokens: [addedToken(0, '<unk>')],
  model: { type: 'Unigram', unk_id: 0, vocab: Object.entries({ ...unigramPieces, ...model?.more }), byte_fallback: model?.byte_fallback ?? false } });
cases.Unigram = unigram();
cases.UnigramBytes = unigram({ byte_fallback: true, more: Object.fromEntries(bytePieces.map(piece => [piece, -20])) });

// Where texts are cut and filled up.
for (const direction of ['Left', 'Right'])
  for (const max_length of [5, 12, 100])
    cases[`Truncation${direction}${max_length}`] = { ...cases.TemplateProcessing,
      truncation: { direction, max_length, strategy: 'LongestFirst', stride: 0 } };
for (const direction of ['Left', 'Right'])
  cases[`Padding${direction}`] = { ...cases.TemplateProcessing, padding: { strategy: { Fixed: 40 }, direction,
    pad_to_multiple_of: null, pad_id: 7, pad_type_id: 0, pad_token: 'h' } };
