#!/usr/bin/env python3
"""The mean of the weights of several runs.

    mean.py OUT.onnx FILE.onnx [FILE.onnx …]

A file named twice counts twice, so that any share can be given. Needs the Python packages onnx and numpy.
"""
import sys

import numpy as np, onnx
from onnx import TensorProto, numpy_helper

models = [onnx.load(path) for path in sys.argv[2:]]
tensors = [{t.name: t for t in m.graph.initializer} for m in models]
for name, tensor in tensors[0].items():
    if tensor.data_type == TensorProto.FLOAT:
        mean = np.mean([numpy_helper.to_array(t[name]).astype(np.float64) for t in tensors], 0)
        tensor.CopyFrom(numpy_helper.from_array(mean.astype(np.float32), name))
onnx.save(models[0], sys.argv[1])
