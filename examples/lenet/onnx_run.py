# SPDX-License-Identifier: Apache-2.0
"""Run the few ONNX operators of lenet.onnx with torch, straight from the file."""
import onnx
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper


def conv(x, weight, bias, pads=(0, 0, 0, 0), **_):
    return F.conv2d(x, weight, bias, padding=tuple(pads[:2]))


def gemm(x, weight, bias, transB=0, **_):
    return x @ (weight.t() if transB else weight) + bias


OPERATORS = {
    "Conv": conv,
    "Gemm": gemm,
    "Relu": lambda x: F.relu(x),
    "MaxPool": lambda x, kernel_shape, strides, **_: F.max_pool2d(
        x, tuple(kernel_shape), tuple(strides)),
    "Flatten": lambda x, axis=1: x.flatten(axis),
    "Softmax": lambda x, axis=-1: F.softmax(x, dim=axis),
}


class OnnxNet:
    """Callable: [n,1,28,28] tensor in, [n,10] tensor out."""

    def __init__(self, path):
        self.graph = onnx.load(path).graph
        self.weights = {t.name: torch.tensor(numpy_helper.to_array(t))
                        for t in self.graph.initializer}

    def __call__(self, x):
        values = dict(self.weights)
        values[self.graph.input[0].name] = x
        for node in self.graph.node:
            attributes = {a.name: helper.get_attribute_value(a)
                          for a in node.attribute}
            arguments = [values[name] for name in node.input]
            values[node.output[0]] = OPERATORS[node.op_type](*arguments, **attributes)
        return values[self.graph.output[0].name]
