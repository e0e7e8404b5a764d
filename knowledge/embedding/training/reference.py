#!/usr/bin/env python3
"""Reference vectors of a model in 32 bits, for the test that compares the encoder in Go with it.

    reference.py MODEL TUNED.onnx OUT

Format: OUT/reference.jsonl holds 500 texts, one JSON string a line; OUT/reference.f16 their vectors in the same order,
500 x 512 little-endian float16 numbers, row-major, no header (512,000 bytes); each row has length one but for its rounding.

MODEL is the folder with the tokenizer (see train.py). TUNED.onnx is the model that the weights file was made from; where that
was not kept, what `make -unpack` gives back: the vectors then hold what 8 bits cost already, and the test measures the encoder
alone (../testdata/vectors.jsonl holds a few of the model before). The files here are of the second kind. The texts:
160 articles of articles.jsonl with their titles and 315 questions of questions.jsonl, everyday.jsonl and misses.jsonl, taken
at even distances, and 25 of odd input. A text is cut at 512 tokens, the last one kept.
"""
import json, os, sys

import numpy as np

from train import FILES, HERE, Reader, lines, read_model

ODD = ["", "书", "𬭎", "𬭎𬭎𬭎", "A", "7", " ", "\n", "hello world", "GPT PPP ABC", "2026-12-01 08:30", "１２３ＡＢＣ，（）", "😀", "容错😀免责👍🏽",
       "café naïve", "“”‘’", "……——", "a\u0000b\u200bc", "https://example.org/a?b=1&c=2", "supercalifragilisticexpialidocious" * 4,
       "错" * 510, "错" * 511, "容错纠错实施办法" * 625, "mixed 中文 and English 第12条", "\ufffd\ue000"]


def evenly(rows, n):
    return [rows[i * len(rows) // n] for i in range(n)]


def main(folder, tuned, out):
    texts = [a["title"] + "\n" + a["text"] for a in evenly(lines(HERE, "articles.jsonl"), 160)]
    texts += evenly([q["question"] for name in FILES for q in lines(HERE, name)], 315) + ODD
    assert len(texts) == 500
    vectors = Reader(folder).vectors(read_model(tuned), texts, 512).astype("<f2")
    with open(os.path.join(out, "reference.jsonl"), "w") as f:
        f.writelines(json.dumps(text, ensure_ascii=False) + "\n" for text in texts)
    vectors.tofile(os.path.join(out, "reference.f16"))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
