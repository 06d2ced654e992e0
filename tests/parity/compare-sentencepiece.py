#!/usr/bin/env python3
"""Compares the ids of Unigram and SentencePiece tokenizers with those of SentencePiece itself.

    compare-sentencepiece.py DATA UNIGRAM PROGRAM…

DATA is a folder of *.jsonl.gz, whose texts are all compared, besides the tests' nasty strings and texts of a megabyte
without a space. UNIGRAM is a model folder with a tokenizer.json and the sentencepiece.bpe.model that it was made from,
both of which are compared, and the models of the tests with it. PROGRAM… is the command that runs PgEmbed.Parity.
Needs the Python package sentencepiece (Debian: python3-sentencepiece). Ends with 1 where an id differs.
"""
import glob
import gzip
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

import sentencepiece as spm

root = pathlib.Path(__file__).resolve().parents[2]
fixtures = root / "tests/PgEmbed.Onnx.Tests/Fixtures"


def well_formed(text):
    """The text with U+FFFD for each half of a surrogate pair."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def read_texts(data):
    """Texts by where they are from, as JSON strings."""
    texts = {}
    for path in sorted(glob.glob(f"{data}/*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            distinct = dict.fromkeys(s for line in lines for s in strings(json.loads(line)))
            texts[os.path.basename(path)] = [json.dumps(s) for s in distinct]
    with open(fixtures / "nasty-strings.jsonl") as lines:
        texts["nasty-strings.jsonl"] = [line.strip() for line in lines]
    words = "".join(json.loads(t) for t in next(iter(texts.values()))[:50000])
    any_character = random.Random(1)
    texts["a megabyte"] = [json.dumps(t) for t in (
        "a" * 1000000, "".join(words.split())[:1000000], words[:1000000], "=" * 100000 + "-" * 100000,
        "".join(chr(any_character.choice((any_character.randrange(0x20, 0xD800), any_character.randrange(0xE000, 0x30000))))
                for _ in range(300000)))]
    return texts


class Reference:
    """SentencePiece with the ids, and the special tokens around and within texts, of a tokenizer class."""

    def __init__(self, model, kind):
        self.processor = spm.SentencePieceProcessor(model_file=str(model))
        last = self.processor.get_piece_size()
        self.around = ([0], [2]) if kind != "plain" else ([], [])
        self.shifted = kind == "fairseq"
        self.special = {
            "plain": {}, "special": {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3},
            "fairseq": {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": last + 1}}[kind]
        # Before <mask> white space belongs to it.
        self.pattern = self.special and re.compile(
            "(" + "|".join((r"\s*" if s == "<mask>" else "") + re.escape(s) for s in self.special) + ")")

    def ids(self, text):
        parts = self.pattern.split(text) if self.special else [text]
        ids = []
        for i, part in enumerate(parts):
            if i % 2:
                ids.append(self.special[part.strip()])
            elif part:
                ids += map(self.shift, self.processor.encode(part))
        return self.around[0] + ids + self.around[1]

    def shift(self, piece):
        return (3, 0, 2)[piece] if self.shifted and piece < 3 else piece + self.shifted


def cases(unigram):
    """Name, model, kind of ids, and the files of the folder that ours reads."""
    model = unigram / "sentencepiece.bpe.model"
    config = unigram / "tokenizer_config.json"
    yield "unigram: tokenizer.json", model, "special", {
        "tokenizer.json": unigram / "tokenizer.json", config.name: config}
    yield "unigram: .model alone", model, "special", {model.name: model, config.name: config}
    for path in sorted(fixtures.glob("SentencePiece/*/spiece.model")):
        yield f"tests: {path.parent.name}", path, "plain", {path.name: path}
    path = fixtures / "SentencePiece/unigram/spiece.model"
    yield "tests: unigram with XLM-R's ids", path, "fairseq", {path.name: path, config.name: config}


def ours(program, files, texts):
    with tempfile.TemporaryDirectory() as folder:
        for name, path in files.items():
            shutil.copy(path, os.path.join(folder, name))
        run = subprocess.run([*program, folder], input="\n".join(texts) + "\n", capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"{' '.join(program)} failed: {run.stderr}")
        return [json.loads(line) for line in run.stdout.splitlines()], run.stderr.strip()


def compare(name, model, kind, files, texts, program):
    reference = Reference(model, kind)
    differ = compared = tokens = 0
    speed = ""
    report = []
    for source, lines in texts.items():
        got, said = ours(program, files, lines)
        speed = speed or said
        if len(got) != len(lines):
            sys.exit(f"{name}: {len(lines)} texts of {source}, but {len(got)} lists of ids.")
        for line, ids in zip(lines, got):
            text = well_formed(json.loads(line))
            expected = reference.ids(text)
            compared += 1
            tokens += len(expected)
            if ids != expected:
                differ += 1
                if differ <= 5:
                    at = next((i for i, (a, b) in enumerate(zip(ids, expected)) if a != b), min(len(ids), len(expected)))
                    report.append(f"  {source}: {text[:100]!r} from token {at}: expected {expected[at:at + 8]}, "
                                  f"got {ids[at:at + 8]}")
    report.insert(0, f"{name}: {compared} texts, {tokens} ids, {differ} texts differ ({speed})")
    return differ, "\n".join(report)


def main():
    data, unigram, *program = sys.argv[1:]
    texts = read_texts(data)
    failed = 0
    for case in cases(pathlib.Path(unigram)):
        differ, report = compare(*case, texts, program)
        print(report, flush=True)
        failed += differ
    print(f"sentencepiece {spm.__version__}: {'identical' if not failed else f'{failed} texts differ'}")
    return 1 if failed else 0


sys.exit(main())
