# SPDX-License-Identifier: Apache-2.0
"""One case: a model of one operator, its inputs, and how both become files."""
import dataclasses
import os

import numpy as np
from onnx import TensorProto, helper, numpy_helper

INT4, UINT4 = TensorProto.DataType.Value("BFLOAT16") + 6, TensorProto.DataType.Value("BFLOAT16") + 5  # 22, 21
_TYPES = {np.dtype(k): v for k, v in {
    "float32": 1, "uint8": 2, "int8": 3, "uint16": 4, "int16": 5, "int32": 6, "int64": 7, "bool": 9,
    "float16": 10, "float64": 11, "uint32": 12, "uint64": 13}.items()}


@dataclasses.dataclass
class FourBit:
    """An initializer of 4-bit integers, which numpy has no type for."""
    values: np.ndarray
    signed: bool = True

    def proto(self, name):
        flat = [int(v) & 15 for v in self.values.flatten()] + [0]
        tensor = TensorProto(name=name, dims=self.values.shape, data_type=INT4 if self.signed else UINT4)
        tensor.raw_data = bytes(flat[i] | flat[i + 1] << 4 for i in range(0, self.values.size, 2))
        return tensor


@dataclasses.dataclass
class Case:
    op: str
    inputs: list  # arrays; None: omitted
    attributes: dict
    opset: int
    outputs: int = 1
    used: tuple = ()  # the outputs that have a name; empty: all
    constants: tuple = ()  # inputs that are initializers
    quantized: bool = False  # its integers are codes: run as a quantized network, not in float32
    note: str = ""
    domain: str = ""

    def name(self):
        def text(value):
            if isinstance(value, np.ndarray) or not hasattr(value, "__iter__") or isinstance(value, str):
                return str(value)
            return "x".join(str(v) for v in value)
        words = [self.op, str(self.opset)]
        words += [f"{k}={text(v)}" for k, v in self.attributes.items()
                  if not isinstance(v, TensorProto)]
        words += ["+".join("none" if x is None else "i4" if isinstance(x, FourBit) else
                           x.dtype.name + "x".join(map(str, ("",) + x.shape)) for x in self.inputs)]
        return "_".join(words) + (f"_{self.note}" if self.note else "")

    def given(self):
        """The inputs that are inputs of the model: (name, array)."""
        return [(f"x{i}", x) for i, x in enumerate(self.inputs)
                if x is not None and not isinstance(x, FourBit) and i not in self.constants]

    def model(self):
        names = ["" if x is None else f"x{i}" for i, x in enumerate(self.inputs)]
        outputs = [f"y{i}" if not self.used or i in self.used else "" for i in range(self.outputs)]
        node = helper.make_node(self.op, names, outputs, name="node", domain=self.domain, **self.attributes)
        constants = [x.proto(f"x{i}") if isinstance(x, FourBit) else numpy_helper.from_array(x, f"x{i}")
                     for i, x in enumerate(self.inputs)
                     if isinstance(x, FourBit) or (x is not None and i in self.constants)]
        infos = [helper.make_tensor_value_info(n, _TYPES[x.dtype], x.shape) for n, x in self.given()]
        graph = helper.make_graph([node], "case", infos, [helper.make_empty_tensor_value_info(o)
                                                         for o in outputs if o], constants)
        opsets = [helper.make_opsetid("", self.opset)]
        if self.domain:
            opsets.append(helper.make_opsetid(self.domain, 1))
        model = helper.make_model(graph, opset_imports=opsets)
        model.ir_version = 10 if self.opset >= 21 else 8
        return model

    def write(self, folder):
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/model.onnx", "wb") as file:
            file.write(self.model().SerializeToString())
        for name, array in self.given():
            np.save(f"{folder}/{name}.npy", array)
