// Makes pipelines.json: small tokenizers of every kind, and what Hugging Face's library makes of a few texts with them.
//   npm install @anush008/tokenizers@0.6.0        (it holds version 0.22.2 of the Rust library)
//   node make-pipelines.mjs FOLDER-WITH-node_modules > pipelines.json
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const { Tokenizer } = createRequire(process.argv[2] + '/x.js')('@anush008/tokenizers');

const texts = [
  '', ' ', 'The quick brown fox', "It's what they'd've said, isn't it?", '  two  blanks\tand\ttabs \n\n new lines\r\n', 'Ünïcödé naïve CAFÉ e\u0301a\u0327\u0301', 'ΣΊΣΥΦΟΣ İstanbul Straße',
  '中文字符和 English 混排', 'カタカナ ｶﾞ ひらがな 한국어 \u1112\u1161\u11ab', '12345 3.14 ½ Ⅷ ²', '😀👍🏽👨‍👩‍👧 🇩🇪', 'ﬁne ﬃ ① ㎏ Ａｂｃ', 'a\u00a0b\u2003c\u3000d\u200be', '\u0000\u0001ctrl\u007f\ufffd', 'x[SEP]y <mask>  z</s>',
  'New York new york NewYork', 'under_score camelCase snake-case http://example.org/a?b=c', '"quoted" (brackets) [square] {curly} <angle>', '...---!!! ?!', 'ＺＥＲＯ\u200dwidth', '\u{1d4b3}\u{1d4b4} \u{20bb7}野家', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '\u2018it\u2019s\u2026\u3000\u200bＡe\u0301x\u2019\u0301\u2026\u200d',
];
const pairs = [['one text', 'another one'], ['', 'only second'], ['中文', 'x[SEP]y'], [' a  b ', ' c  d ']];

const add = (id, content, more = {}) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...more });
const whole = (model, parts = {}) => ({ version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...parts, model });

// Byte-level vocabulary with merges learnt from the texts above.
const byteChars = [];
for (let b = 0, n = 0; b < 256; b++) byteChars[b] = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174 ? String.fromCharCode(b) : String.fromCharCode(256 + n++);
const toBytes = s => [...new TextEncoder().encode(s)].map(b => byteChars[b]);
function learn(words, count, join = '') {
  const merges = []; words = words.map(w => [...w]);
  while (merges.length < count) {
    const counts = new Map();
    for (const w of words) for (let i = 1; i < w.length; i++) { const k = w[i - 1] + ' ' + w[i]; counts.set(k, (counts.get(k) ?? 0) + 1); }
    const best = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0];
    if (!best || best[1] < 2) break;
    const [l, r] = best[0].split(' '); merges.push([l, r]);
    for (const w of words) for (let i = 1; i < w.length; i++) if (w[i - 1] === l && w[i] === r) w.splice(i - 1, 2, l + r);
  }
  return merges;
}
const byteMerges = learn(texts.flatMap(t => t.split(/(?= )/)).map(toBytes), 120);
const byteVocab = Object.fromEntries([...byteChars, ...new Set(byteMerges.map(m => m[0] + m[1]))].map((t, i) => [t, i]));
const byteSize = Object.keys(byteVocab).length;
const byteBpe = more => ({ type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab: byteVocab, merges: byteMerges, ...more });
const byteLevel = (more = {}) => ({ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true, ...more });

// Vocabulary over characters.
const letters = [...new Set([...'abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,-!?\'"éü中文字😀▁'])];
const charMerges = learn(['the', 'quick', 'brown', 'fox', 'other', 'then', 'york', 'new', 'newer', '中文', '中文', '▁the', '▁then', 'said', 'aid', 'aaaa', 'aaaa', 'aaaa'].map(w => [...w]), 60);
const charVocab = () => Object.fromEntries(['<unk>', ...letters, ...new Set(charMerges.map(m => m[0] + m[1]))].map((t, i) => [t, i]));
const charBpe = more => ({ type: 'BPE', dropout: null, unk_token: '<unk>', continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab: charVocab(), merges: charMerges, ...more });

const wordPieces = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'the', 'quick', 'brown', 'fox', '##s', '##es', 'it', "'", 'what', 'they', 'd', 've', 'said', ',', 'is', '##n', 't', '?', 'un', '##ico', '##de', 'naive', 'cafe', '中', '文', '字', '1', '##2', '##3', '##45', 'new', 'york', '##york', '.', '-', '!', 'a', '##a', 'b', 'c', 'x', 'y', 'z', 'one', 'text', 'another', 'only', 'second', '##SEP', 'SEP', '[', ']', 'café', 'É', 'Straße', 'strasse', '😀'];
const wordPiece = more => ({ type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 30, vocab: Object.fromEntries(wordPieces.map((t, i) => [t, i])), ...more });
const bertSpecial = [0, 1, 2, 3, 4].map(i => add(i, wordPieces[i]));
const bertTemplate = {
  type: 'TemplateProcessing', single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '[SEP]', type_id: 0 } }],
  pair: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '[SEP]', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }, { SpecialToken: { id: '[SEP]', type_id: 1 } }],
  special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] }, '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] } },
};

const pieces = [['<unk>', 0], ['<s>', 0], ['</s>', 0], ['▁', -2], ['▁the', -3], ['▁t', -5], ['he', -4.5], ['qu', -5], ['ick', -5], ['▁quick', -9], ['▁b', -5], ['rown', -6], ['▁new', -5], ['▁New', -5.5], ['york', -6], ['York', -6], ...[...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,-!?\'"中文'].map((c, i) => [c, -7 - i / 100]), ['aa', -7.3], ['aaa', -9], ['aaaa', -14.6]];
const bytePieces = Array.from({ length: 256 }, (_, b) => [`<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`, -20]);
const metaspace = (prepend_scheme = 'always', split = true) => ({ type: 'Metaspace', replacement: '▁', prepend_scheme, split });

// The compiled character rules of a small SentencePiece model (field 3, in it field 2).
function field(message, wanted) {
  let at = 0;
  const varint = () => { let v = 0, s = 0; for (; ;) { const b = message[at++]; v += (b & 127) * 2 ** s; s += 7; if (b < 128) return v; } };
  while (at < message.length) {
    const key = varint(), type = key & 7;
    if (type === 0) varint();
    else if (type === 5) at += 4;
    else { const n = varint(); if (key >> 3 === wanted) return message.subarray(at, at + n); at += n; }
  }
}
const charsMap = field(field(readFileSync(new URL('spm-unigram.model', import.meta.url)), 3), 2).toString('base64');

const split = (pattern, behavior, invert = false) => ({ type: 'Split', pattern, behavior, invert });
const behaviors = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];
const llama3 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const o200k = "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const splitBytes = pattern => ({ type: 'Sequence', pretokenizers: [split({ Regex: pattern }, 'Isolated'), byteLevel({ use_regex: false })] });

// Every word that a pre-tokenizer makes of the texts is an entry, so that ids tell the words apart.
function words(preTokenizer) {
  const probe = Tokenizer.fromString(JSON.stringify(whole({ type: 'WordLevel', vocab: { '?': 0 }, unk_token: '?' }, { pre_tokenizer: preTokenizer })));
  const found = new Set(['?']);
  for (const text of [...texts, ...pairs.flat()]) for (const [word] of probe.getPreTokenizer().preTokenizeString(text)) if (word.length < 12) found.add(word);
  return { type: 'WordLevel', vocab: Object.fromEntries([...found].map((t, i) => [t, i])), unk_token: '?' };
}
const wordLevel = preTokenizer => whole(words(preTokenizer), { pre_tokenizer: preTokenizer });

const tokenizers = {
  'byte-level': whole(byteBpe(), { pre_tokenizer: byteLevel(), decoder: byteLevel(), post_processor: byteLevel({ trim_offsets: false }), added_tokens: [add(byteSize, '</s>'), add(byteSize + 1, '<mask>', { lstrip: true })] }),
  'byte-level, blank in front, RoBERTa': whole(byteBpe(), { pre_tokenizer: byteLevel({ add_prefix_space: true }), decoder: byteLevel(), post_processor: { type: 'RobertaProcessing', sep: ['</s>', byteSize], cls: ['</s>', byteSize], trim_offsets: true, add_prefix_space: true },
    added_tokens: [add(byteSize, '</s>'), add(byteSize + 1, '<mask>', { lstrip: true }), add(byteSize + 2, 'isn', { special: false, single_word: true }), add(byteSize + 3, 'blanks', { special: false, rstrip: true, lstrip: true })] }),
  'Llama 3': whole(byteBpe({ ignore_merges: true }), { pre_tokenizer: splitBytes(llama3), decoder: byteLevel() }),
  'Qwen 2': whole(byteBpe(), { normalizer: { type: 'NFC' }, pre_tokenizer: splitBytes(llama3.replace('{1,3}', '')), decoder: byteLevel() }),
  'o200k': whole(byteBpe(), { pre_tokenizer: splitBytes(o200k), decoder: byteLevel() }),
  'byte-level normalizer': whole(byteBpe(), { normalizer: { type: 'ByteLevel' }, decoder: byteLevel() }),
  'BPE': whole(charBpe(), { pre_tokenizer: { type: 'Whitespace' } }),
  'BPE, unknown fused': whole(charBpe({ fuse_unk: true }), { decoder: { type: 'Fuse' } }),
  'BPE, end of word': whole(charBpe({ end_of_word_suffix: '</w>', vocab: { ...charVocab(), ...Object.fromEntries(letters.map((c, i) => [c + '</w>', Object.keys(charVocab()).length + i])) } }), { pre_tokenizer: { type: 'Whitespace' }, decoder: { type: 'BPEDecoder', suffix: '</w>' } }),
  'BPE, continuation': whole(charBpe({ continuing_subword_prefix: '@', merges: [], vocab: { ...charVocab(), ...Object.fromEntries(letters.map((c, i) => ['@' + c, Object.keys(charVocab()).length + i])) } }), { pre_tokenizer: { type: 'WhitespaceSplit' }, decoder: { type: 'Replace', pattern: { Regex: '@+' }, content: '' } }),
  'Llama 2': whole(charBpe({ byte_fallback: true, fuse_unk: true, vocab: { ...charVocab(), ...Object.fromEntries(bytePieces.map(([t], i) => [t, Object.keys(charVocab()).length + i])) } }), {
    normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }] },
    decoder: { type: 'Sequence', decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }] } }),
  'BERT, cased': whole(wordPiece(), { normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: false }, pre_tokenizer: { type: 'BertPreTokenizer' }, post_processor: bertTemplate, decoder: { type: 'WordPiece', prefix: '##', cleanup: true }, added_tokens: bertSpecial }),
  'BERT, added tokens': whole(wordPiece(), { normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: false, lowercase: true }, pre_tokenizer: { type: 'BertPreTokenizer' }, post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] }, decoder: { type: 'WordPiece', prefix: '##', cleanup: false }, added_tokens: [...bertSpecial, add(wordPieces.length, 'New York', { special: false, normalized: true })] }),
  'WordPiece': whole(wordPiece(), { normalizer: { type: 'Lowercase' }, pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'Punctuation', behavior: 'Isolated' }] } }),
  'unigram': whole({ type: 'Unigram', unk_id: 0, vocab: pieces, byte_fallback: false }, { normalizer: { type: 'Sequence', normalizers: [{ type: 'Nmt' }, { type: 'NFKC' }, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }] }, pre_tokenizer: metaspace(), decoder: metaspace(), added_tokens: [add(0, '<unk>'), add(1, '<s>'), add(2, '</s>')] }),
  'unigram, bytes, uncut': whole({ type: 'Unigram', unk_id: 0, vocab: [...pieces, ...bytePieces], byte_fallback: true }, { pre_tokenizer: metaspace('first', false), decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, metaspace()] } }),
  'NFC': whole(byteBpe(), { normalizer: { type: 'NFC' }, pre_tokenizer: byteLevel(), decoder: byteLevel() }),
  'NFD, no accents': whole(byteBpe(), { normalizer: { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'StripAccents' }, { type: 'Lowercase' }] }, pre_tokenizer: byteLevel(), decoder: byteLevel() }),
  'NFKC': whole(byteBpe(), { normalizer: { type: 'NFKC' }, pre_tokenizer: byteLevel(), decoder: byteLevel() }),
  'NFKD': whole(byteBpe(), { normalizer: { type: 'NFKD' }, pre_tokenizer: byteLevel(), decoder: byteLevel() }),
  'Precompiled': whole(byteBpe(), { normalizer: { type: 'Precompiled', precompiled_charsmap: charsMap }, pre_tokenizer: byteLevel(), decoder: byteLevel() }),
  'strip, prepend': whole(byteBpe(), { normalizer: { type: 'Sequence', normalizers: [{ type: 'Strip', strip_left: true, strip_right: true }, { type: 'Prepend', prepend: '>>' }] }, pre_tokenizer: byteLevel(), decoder: byteLevel() }),
  'replace': whole(byteBpe(), { normalizer: { type: 'Sequence', normalizers: [{ type: 'Replace', pattern: { String: 'o' }, content: '00' }, { type: 'Replace', pattern: { Regex: '\\d{2,3}|\\s+' }, content: '#' }] }, pre_tokenizer: byteLevel(), decoder: byteLevel() }),
  'Whitespace': wordLevel({ type: 'Whitespace' }),
  'WhitespaceSplit': wordLevel({ type: 'WhitespaceSplit' }),
  'BertPreTokenizer': wordLevel({ type: 'BertPreTokenizer' }),
  'Digits': wordLevel({ type: 'Digits', individual_digits: false }),
  'Digits, each': wordLevel({ type: 'Digits', individual_digits: true }),
  'CharDelimiterSplit': wordLevel({ type: 'CharDelimiterSplit', delimiter: 'e' }),
  'Metaspace, never': wordLevel(metaspace('never')),
  'Metaspace, first': wordLevel(metaspace('first')),
  ...Object.fromEntries(behaviors.map(b => [`Punctuation, ${b}`, wordLevel({ type: 'Punctuation', behavior: b })])),
  ...Object.fromEntries(behaviors.flatMap(b => [false, true].map(i => [`Split, ${b}${i ? ', inverted' : ''}`, wordLevel(split({ Regex: '[aeiou]|\\s' }, b, i))]))),
  'patterns': wordLevel({ type: 'Sequence', pretokenizers: ['\\b', '(?<=[a-m])[n-z]++', '[[:upper:]]+|\\p{^L}{2}', '(?i)K|\\h{3}'].map(p => split({ Regex: p }, 'Isolated')) }),
  'UnicodeScripts': wordLevel({ type: 'UnicodeScripts' }),
  'FixedLength': wordLevel({ type: 'FixedLength', length: 3 }),
  ...Object.fromEntries([['LongestFirst', 9, 0, 'Right'], ['LongestFirst', 10, 2, 'Left'], ['OnlyFirst', 14, 2, 'Right'], ['OnlyFirst', 14, 2, 'Left'], ['OnlySecond', 11, 1, 'Right'], ['OnlySecond', 13, 3, 'Left']].map(([strategy, max_length, stride, direction], i) =>
    [`cut: ${strategy}, ${direction}`, whole(byteBpe(), { pre_tokenizer: byteLevel(), decoder: byteLevel(), post_processor: { type: 'BertProcessing', sep: ['</s>', byteSize], cls: ['<s>', byteSize + 1] }, added_tokens: [add(byteSize, '</s>'), add(byteSize + 1, '<s>')],
      truncation: { strategy, max_length, stride, direction }, ...i % 3 === 0 && { padding: { strategy: 'BatchLongest', direction: 'Left', pad_to_multiple_of: 8, pad_id: 7, pad_type_id: 1, pad_token: '<pad>' } } })])),
  'filled': whole(byteBpe(), { pre_tokenizer: byteLevel(), decoder: byteLevel(), padding: { strategy: { Fixed: 12 }, direction: 'Right', pad_to_multiple_of: null, pad_id: 7, pad_type_id: 0, pad_token: '<pad>' } }),
  'CTC': whole(charBpe(), { decoder: { type: 'CTC', pad_token: 'a', word_delimiter_token: 'e', cleanup: true } }),
};

const result = [];
for (const [name, tokenizer] of Object.entries(tokenizers)) {
  const t = Tokenizer.fromString(JSON.stringify(tokenizer));
  // Where text is changed or a sign put in front, Attend's offsets are finer by intention.
  const sameOffsets = !tokenizer.normalizer && !JSON.stringify(tokenizer).match(/Metaspace|"add_prefix_space":true,"trim_offsets":true,"use_regex":true},"post_processor":{"type":"Roberta/);
  const cases = [];
  for (const input of [...texts, ...pairs]) {
    const [text, pair] = Array.isArray(input) ? input : [input];
    let e;
    try { e = await t.encode(text, pair); } catch { cases.push({ refused: true }); continue; }
    const ids = e.getIds();
    // Windows over both texts of a pair at once are not Attend's.
    const overflow = pair !== undefined && tokenizer.truncation?.strategy === 'LongestFirst' ? [] : e.getOverflowing().map(o => o.getIds());
    const filled = e.getAttentionMask().some(m => !m);
    const segments = e.getTypeIds();
    cases.push({ ids, ...overflow.length && { overflow }, ...filled && { mask: e.getAttentionMask() }, words: e.getWordIds().map(w => w ?? -1), ...segments.some(s => s) && { segments }, ...sameOffsets && { offsets: e.getOffsets().flat() }, decoded: await t.decode(ids, true) });
  }
  result.push({ name, tokenizer, cases });
}
console.log('{"texts":' + JSON.stringify([...texts, ...pairs]) + ',\n"tokenizers":[\n' + result.map(r => JSON.stringify(r)).join(',\n') + '\n]}');
