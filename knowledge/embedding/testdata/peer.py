#!/usr/bin/env python3
"""How long ONNX Runtime takes on one core over texts, for BenchmarkPeer.

    python3 peer.py DIR < texts.json

DIR holds the published model and its tokenizer (see ../../MODEL_CARD.md). The texts are a JSON array; each is embedded once
unmeasured, then 20 times. Writes the median of each text in milliseconds as a JSON array. Needs the Python packages
onnxruntime, tokenizers and numpy.
"""
import json, os, sys, time

import numpy as np, onnxruntime, tokenizers

folder = sys.argv[1]
tokenizer = tokenizers.Tokenizer.from_file(os.path.join(folder, "bge-small-zh-v1.5-tokenizer.json"))
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
model = onnxruntime.InferenceSession(os.path.join(folder, "bge-small-zh-v1.5.onnx"), options, providers=["CPUExecutionProvider"])


def took(text):
    start = time.perf_counter()
    ids = np.array([tokenizer.encode(text).ids[:512]], np.int64)
    model.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)})
    return 1e3 * (time.perf_counter() - start)


medians = []
for text in json.load(sys.stdin):
    took(text)
    medians.append(sorted(took(text) for _ in range(20))[10])
print(json.dumps(medians))
