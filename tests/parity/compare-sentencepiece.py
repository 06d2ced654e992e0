#!/usr/bin/env python3
"""Compares the ids of Unigram and SentencePiece tokenizers with those of SentencePiece itself.

    compare-sentencepiece.py PROGRAM DATA… FOLDER…

DATA are *.jsonl.gz, whose texts are all compared, besides the tests' nasty strings and texts of a megabyte without a
space. A FOLDER is a tokenizer's, compared besides those of the tests if it has a sentencepiece.bpe.model of XLM-R's
kind: that alone, and the tokenizer.json that was made of it. PROGRAM is PgEmbed.Parity. Needs the Python package
sentencepiece (Debian: python3-sentencepiece). Ends with 1 where an id differs.
"""
import gzip
import json
import os
import pathlib
import random
import re
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
    for path in data:
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
        self.around = ([0], [2]) if kind in ("special", "fairseq") else ([], [])
        self.shifted = kind == "fairseq"
        self.special = {
            "plain": {}, "added": {"<unk>": 0, "<s>": 1, "</s>": 2}, "special": {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3},
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


def cases(folders):
    """Name, model, kind of ids, and the files of the folder that ours reads."""
    for path in sorted(fixtures.glob("SentencePiece/*/spiece.model")):
        yield path.parent.name, path, "plain", {path.name: path.read_bytes()}
        tokenizer = path.parent.parent / f"{path.parent.name}-json" / "tokenizer.json"
        if tokenizer.exists():
            yield f"{path.parent.name} as tokenizer.json", path, "added", {tokenizer.name: tokenizer.read_bytes()}
    path = fixtures / "SentencePiece/unigram/spiece.model"
    config = b'{"tokenizer_class": "XLMRobertaTokenizer"}'
    yield "unigram with XLM-R's ids", path, "fairseq", {path.name: path.read_bytes(), "tokenizer_config.json": config}
    for folder in folders:
        model = folder / "sentencepiece.bpe.model"
        if not model.exists():
            continue
        config = {"tokenizer_config.json": (folder / "tokenizer_config.json").read_bytes()}
        yield f"{folder}: .model alone", model, "special", {model.name: model.read_bytes(), **config}
        tokenizer = folder / "tokenizer.json"
        if tokenizer.exists():
            yield f"{folder}: tokenizer.json", model, "special", {tokenizer.name: tokenizer.read_bytes(), **config}


def ours(program, files, texts):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            pathlib.Path(folder, name).write_bytes(content)
        run = subprocess.run(["dotnet", program, folder], input="\n".join(texts) + "\n", capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"PgEmbed.Parity failed: {run.stderr}")
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
    program, *given = sys.argv[1:]
    folders = [pathlib.Path(path) for path in given if os.path.isdir(path)]
    texts = read_texts([path for path in given if os.path.isfile(path)])
    failed = 0
    for case in cases(folders):
        differ, report = compare(*case, texts, program)
        print(report, flush=True)
        failed += differ
    print(f"sentencepiece {spm.__version__}: {'identical' if not failed else f'{failed} texts differ'}")
    return 1 if failed else 0


sys.exit(main())
