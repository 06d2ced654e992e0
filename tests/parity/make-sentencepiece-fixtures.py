#!/usr/bin/env python3
"""Trains the small SentencePiece models of the tests and writes down what SentencePiece makes of the nasty strings.

    make-sentencepiece-fixtures.py

Needs the Python package sentencepiece (Debian: python3-sentencepiece 0.1.97). Texts are the sample packages; output
goes to tests/PgEmbed.Onnx.Tests/Fixtures/SentencePiece, for each model NAME:
  NAME/….model        the model
  NAME/expected.json  the ids of each nasty string, by sentencepiece, under a header that says how they were made
The two models with a tokenizer.json get it from the .model beside it, written as the transformers library converts one.
"""
import base64
import gzip
import io
import json
import pathlib
import struct
import tempfile
import unicodedata

import sentencepiece as spm

root = pathlib.Path(__file__).resolve().parents[2]
fixtures = root / "tests/PgEmbed.Onnx.Tests/Fixtures"
out = fixtures / "SentencePiece"


def texts():
    with gzip.open(root / "tools/PgEmbed.Cli/Samples/packages.jsonl.gz", "rt") as lines:
        for line in lines:
            package = json.loads(line)
            yield package["synopsis"]
            yield from (p for p in package["description"].split("\n") if len(p) < 4000)


def read_text(line):
    """A JSON string, in which half a surrogate pair becomes U+FFFD."""
    return json.loads(line).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def rules():
    """A few hundred normalization rules: one to one, to several, to none, and of several characters."""
    for code in [*range(0xA0, 0x250), *range(0x1E00, 0x1F00), *range(0x2000, 0x2100), *range(0x3000, 0x3100),
                 *range(0xAC00, 0xAC40), *range(0xFB00, 0xFB10), *range(0xFF00, 0xFFF0), *range(0x1D400, 0x1D440)]:
        character = chr(code)
        composed = unicodedata.normalize("NFKC", character)
        if composed != character and "\u2581" not in composed:
            yield character, composed
        decomposed = unicodedata.normalize("NFD", character)
        if len(decomposed) > 1 and unicodedata.normalize("NFC", decomposed) == character:
            yield decomposed, composed
    for code in (1, 2, 0x7F, 0xAD, 0x200B, 0x2060, 0xFEFF):
        yield chr(code), ""
    for character in "\t\n\v\f\r\u0085\u1680\u2028\u2029":
        yield character, " "


def train(name, **options):
    model = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(list(texts())), model_writer=model, num_threads=1, minloglevel=2, **options)
    return model.getvalue()


def fields(message):
    """The fields of a protocol buffers message: number and value."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
        elif tag & 7 == 2:
            length = varint()
            yield tag >> 3, message[at:at + length]
            at += length
        else:
            yield tag >> 3, struct.unpack("<f", message[at:at + 4])[0]
            at += 4


def pieces(model):
    for number, value in fields(model):
        if number == 1:
            piece = dict(fields(value))
            yield piece[1].decode(), piece[2]


def charsmap(model):
    return next(dict(fields(value))[2] for number, value in fields(model) if number == 3)


def added(*contents):
    return [
        {"id": i, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
         "special": True} for i, content in contents]


def unigram_json(model):
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": added((0, "<unk>"), (1, "<s>"), (2, "</s>")),
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(charsmap(model)).decode()},
            {"type": "Strip", "strip_left": False, "strip_right": True},
            {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}]},
        "pre_tokenizer": metaspace, "post_processor": None, "decoder": metaspace,
        "model": {"type": "Unigram", "unk_id": 0, "vocab": list(pieces(model)), "byte_fallback": False},
    }


def bpe_json(model):
    vocabulary = list(pieces(model))
    scores = dict(vocabulary)
    ids = {piece: i for i, (piece, _) in enumerate(vocabulary)}
    merges = [
        (scores[piece], ids[piece[:cut]], ids[piece[cut:]], [piece[:cut], piece[cut:]])
        for piece, _ in vocabulary if not piece.startswith("<")
        for cut in range(1, len(piece)) if piece[:cut] in ids and piece[cut:] in ids]
    merges.sort(key=lambda m: (-m[0], m[1], m[2]))
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": added((0, "<unk>"), (1, "<s>"), (2, "</s>")),
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
        "pre_tokenizer": None, "post_processor": None, "decoder": None,
        "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": True, "ignore_merges": False,
                  "vocab": ids, "merges": [" ".join(m[3]) for m in merges]},
    }


def write(name, model, tokenizer=None):
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spiece.model").write_bytes(model)
    if tokenizer:
        (out / f"{name}-json").mkdir(exist_ok=True)
        with open(out / f"{name}-json/tokenizer.json", "w") as file:
            json.dump(tokenizer, file, ensure_ascii=False, separators=(",", ":"))
    processor = spm.SentencePieceProcessor(model_proto=model)
    with open(fixtures / "nasty-strings.jsonl") as lines:
        ids = [processor.encode(read_text(line)) for line in lines]
    with open(folder / "expected.json", "w") as file:
        file.write("{\n" + f'"made_by": "make-sentencepiece-fixtures.py with sentencepiece {spm.__version__}: '
                   'SentencePieceProcessor.encode of each line of nasty-strings.jsonl",\n"ids": [\n')
        file.write(",\n".join(json.dumps(i, separators=(",", ":")) for i in ids))
        file.write("\n]\n}\n")
    print(name, len(model), processor.get_piece_size(), sum(map(len, ids)))


def main():
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as tsv:
        for rule in dict(rules()).items():
            print("\t".join(" ".join(f"{ord(c):X}" for c in side) for side in rule), file=tsv)
        tsv.flush()
        write_all(tsv.name)


def write_all(tsv):
    write("unigram", train("unigram", model_type="unigram", vocab_size=900, normalization_rule_name="nmt_nfkc"))
    rule = train("rules", model_type="unigram", vocab_size=600, normalization_rule_tsv=tsv)
    write("unigram-rules", rule, unigram_json(rule))
    write("unigram-bytes", train(
        "unigram-bytes", model_type="unigram", vocab_size=900, normalization_rule_name="identity", byte_fallback=True,
        add_dummy_prefix=False, remove_extra_whitespaces=False,
        user_defined_symbols=["<sep>", "ab", "abc", "  ", "\u200d"]))
    write("unigram-suffix", train(
        "unigram-suffix", model_type="unigram", vocab_size=500, normalization_rule_name="identity",
        treat_whitespace_as_suffix=True))
    bpe = train(
        "bpe-bytes", model_type="bpe", vocab_size=1000, normalization_rule_name="identity", byte_fallback=True,
        remove_extra_whitespaces=False, split_digits=True)
    write("bpe-bytes", bpe, bpe_json(bpe))
    write("bpe", train(
        "bpe", model_type="bpe", vocab_size=700, normalization_rule_tsv=tsv,
        user_defined_symbols=["<sep>", "ab", "abc", "1 2"]))


main()
