# SPDX-License-Identifier: Apache-2.0
"""One-operator cases, and a sheet of many of them side by side as one .tflite file (written by flatc)."""
import json
import pathlib
import subprocess

import numpy as np

ENUM_TYPE = {"float32": 0, "int32": 2, "uint8": 3, "int64": 4, "bool": 6, "int16": 7, "int8": 9}
RELU, RELU_N1_TO_1, RELU6 = 1, 2, 3


class Codes:
    """Scales and zero points; one of each, or one a channel of `axis`."""

    def __init__(self, scale, zero_point=0, axis=0):
        self.scale = [float(np.float32(s)) for s in np.atleast_1d(scale)]
        self.zero_point = [int(z) for z in np.atleast_1d(zero_point)]
        self.axis = axis

    def json(self):
        return {"scale": self.scale, "zero_point": self.zero_point, "quantized_dimension": self.axis}


class Case:
    def __init__(self, op, kind, options=None, fields=None, version=1):
        self.op, self.kind, self.options, self.fields, self.version = op, kind, options, fields or {}, version
        self.tensors, self.arrays, self.inputs, self.outputs, self.graph_inputs = [], {}, [], [], []

    def _tensor(self, dtype, shape, codes):
        self.tensors.append((dtype, list(shape), codes))
        return len(self.tensors) - 1

    def data(self, array, codes=None):
        """An input of the graph, fed with this array."""
        index = self._tensor(str(array.dtype), array.shape, codes)
        self.arrays[index] = array
        self.graph_inputs.append(index)
        self.inputs.append(index)
        return self

    def const(self, array, codes=None):
        index = self._tensor(str(array.dtype), array.shape, codes)
        self.arrays[index] = array
        self.inputs.append(index)
        return self

    def ints(self, *numbers):
        return self.const(np.array(numbers, np.int32))

    def again(self, position):
        """The tensor of an earlier input once more."""
        self.inputs.append(self.inputs[position])
        return self

    def missing(self):
        self.inputs.append(-1)
        return self

    def out(self, dtype, codes=None, shape=()):
        """Shapes of outputs follow from the operator, except SELECT's, which must be declared."""
        self.outputs.append(self._tensor(dtype, shape, codes))
        return self


def write_sheet(cases, op_codes, schema, path):
    """The model with every case in it; returns the input arrays in the order of the graph's inputs."""
    tensors, buffers, operators, codes, inputs, outputs, arrays = [], [{}], [], [], [], [], []
    for number, case in enumerate(cases):
        base = len(tensors)
        for index, (dtype, shape, quantization) in enumerate(case.tensors):
            tensor = {"shape": shape, "type": ENUM_TYPE[dtype], "name": f"c{number}_{index}"}
            if quantization:
                tensor["quantization"] = quantization.json()
            if index in case.arrays and index not in case.graph_inputs:
                tensor["buffer"] = len(buffers)
                buffers.append({"data": list(case.arrays[index].tobytes())})
            tensors.append(tensor)
        code = op_codes[case.op]
        codes.append({"deprecated_builtin_code": min(code, 127), "builtin_code": code, "version": case.version})
        operator = {
            "opcode_index": number,
            "inputs": [i if i < 0 else base + i for i in case.inputs],
            "outputs": [base + i for i in case.outputs],
        }
        if case.options:
            operator["builtin_options_type"] = case.options
            operator["builtin_options"] = case.fields
        operators.append(operator)
        inputs += [base + i for i in case.graph_inputs]
        outputs += [base + i for i in case.outputs]
        arrays += [case.arrays[i] for i in case.graph_inputs]
    model = {
        "version": 3,
        "operator_codes": codes,
        "subgraphs": [{"tensors": tensors, "inputs": inputs, "outputs": outputs, "operators": operators}],
        "buffers": buffers,
    }
    path = pathlib.Path(path)
    text = path.with_suffix(".json")
    text.write_text(json.dumps(model))
    subprocess.run(["flatc", "--binary", "-o", str(path.parent), str(schema), str(text)], check=True)
    return arrays
