#!/usr/bin/env python3
"""Reference tokens and vectors for the tests, from the model in 32 bits.

    go test ./knowledge/embedding -run TestTokensOfManyTexts -texts /tmp/texts.json
    python3 knowledge/embedding/testdata/reference.py DIR /tmp/texts.json

DIR holds the tokenizer of the package (see ../MODEL_CARD.md) and the model, as training/train.py writes it, under the name of the published one. Needs the Python packages onnxruntime, tokenizers
and numpy. Writes tokens.crc and characters.crc (CRC-32 of the numbers of the tokens, little-endian, one for each text) and
reference.f16: for each of some 500 texts 8 bytes of its SHA-256 and its vector, 512 numbers of 16-bit floating point,
little-endian. To be run again after each training; articles, questions and odd texts are chosen in ../reference_test.go.
"""
import hashlib, json, os, struct, sys, zlib

import numpy as np, onnxruntime, tokenizers

here, folder = os.path.dirname(os.path.abspath(__file__)), sys.argv[1]
tokenizer = tokenizers.Tokenizer.from_file(os.path.join(folder, "bge-small-zh-v1.5-tokenizer.json"))
model = onnxruntime.InferenceSession(os.path.join(folder, "bge-small-zh-v1.5.onnx"), providers=["CPUExecutionProvider"])


def crc(text):
    ids = tokenizer.encode(text).ids
    return struct.pack("<I", zlib.crc32(struct.pack("<%dI" % len(ids), *ids)))


def vector(text):
    ids = np.array([tokenizer.encode(text).ids], np.int64)
    hidden = model.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)})[0][0, 0]
    return (hidden / np.linalg.norm(hidden)).astype("<f2").tobytes()


texts = json.load(open(sys.argv[2]))
with open(os.path.join(here, "characters.crc"), "wb") as f:
    f.writelines(map(crc, texts["characters"]))
tokenizer.enable_truncation(512)
with open(os.path.join(here, "tokens.crc"), "wb") as f:
    f.writelines(map(crc, texts["texts"]))
with open(os.path.join(here, "reference.f16"), "wb") as f:
    for text in texts["references"]:
        f.write(hashlib.sha256(text.encode()).digest()[:8] + vector(text))
