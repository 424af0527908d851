# SPDX-License-Identifier: Apache-2.0
"""Writes a small network in the files of other Acuity tools (formats.md, chapters 4 and 5), as NumPy pickles it.

    python3 make_goldens.py        writes beside itself; needs NumPy

tiny.json                          input, convolution, relu, reshape, fullconnect, output
tiny_p2.data … tiny_p4.data        numpy.save of the dict, by pickle protocol
tiny_p5.data                       the dict pickled by itself, protocol 5
tiny_names.data                    by layer name, convolution weights as height, width, input, output
tiny_v1.quantize, tiny_v2.quantize the same table in both versions
"""
import json
import pathlib
import pickle
from collections import OrderedDict

import numpy as np

HERE = pathlib.Path(__file__).parent

CONV = np.array([[[[1, 0], [0, 1]]], [[[0, 1], [-1, 0]]]], np.float32)
CONV_BIAS = np.array([1, 7], np.float32)
DENSE = np.zeros((18, 3), np.float32)  # inputs first, as tables with "channel_dim: -1" have it
DENSE[0] = [1, -1, -1]  # channel 0, upper left
DENSE[8, 1] = 1  # channel 0, lower right
DENSE[9, 0] = 1  # channel 1, upper left
DENSE_BIAS = np.array([0, 0, -1], np.float32)


def layers():
    return {
        "x_5": {"name": "x", "op": "input", "parameters": {"size": "", "channels": 1, "shape": [1, 1, 4, 4],
                "is_scalar": False, "type": "float32"}, "inputs": [], "outputs": ["out0"]},
        "conv_4": {"name": "conv", "op": "convolution", "parameters": {"weights": 2, "padding": "VALID",
                   "bias": True, "group_number": "1", "regularize": False, "ksize_h": 2, "ksize_w": "2",
                   "stride_h": 1, "stride_w": 1, "pad_h": 0, "pad_w": 0, "dilation": [1, 1, 1, 1],
                   "pad_method": "padding_const", "pad": "0 0 0 0"},
                   "inputs": ["@x_5:out0"], "outputs": ["out0"]},
        "relu_3": {"name": "relu", "op": "relu", "inputs": ["@conv_4:out0"], "outputs": ["out0"]},
        "flat_2": {"name": "flat", "op": "reshape", "parameters": {"shape": [1, 18]},
                   "inputs": ["@relu_3:out0"], "outputs": ["out0"]},
        "dense_1": {"name": "dense", "op": "fullconnect", "parameters": {"weights": 3, "bias": True, "axis": 1,
                    "regularize": False}, "inputs": ["@flat_2:out0"], "outputs": ["out0"]},
        "attach_dense/out0_0": {"name": "attach_dense/out0", "op": "output",
                                "inputs": ["@dense_1:out0"], "outputs": ["out0"]},
    }


def data(conv="conv_4", dense="dense_1", weight=CONV):
    return {conv: {"weight": weight, "bias": CONV_BIAS}, dense: OrderedDict(weight=DENSE, bias=DENSE_BIAS)}


def save(path, dictionary, protocol):
    """numpy.save, whose own protocol cannot be chosen."""
    array = np.array(dictionary, dtype=object)
    with open(path, "wb") as file:
        np.lib.format._write_array_header(file, np.lib.format.header_data_from_array_1_0(array), (1, 0))
        pickle.dump(array, file, protocol=protocol)


# tensor: qtype, scale, zero point, and the range they cover
TABLE = [
    ("@x_5:out0", "u8", 1.0, 0, 0.0, 255.0),
    ("@conv_4:out0", "u8", 1.0, 0, 0.0, 255.0),
    ("@conv_4:weight", "u8", 1.0, 128, -128.0, 127.0),
    ("@conv_4:bias", "i32", 1.0, 0, None, None),
    ("@relu_3:out0", "u8", 1.0, 0, 0.0, 255.0),
    ("@flat_2:out0", "u8", 1.0, 0, 0.0, 255.0),
    ("@dense_1:out0", "u8", 1.0, 128, -128.0, 127.0),
    ("@dense_1:weight", "u8", 1.0, 128, -128.0, 127.0),
    ("@dense_1:bias", "i32", 1.0, 0, None, None),
    ("@attach_dense/out0_0:out0", "u8", 1.0, 128, -128.0, 127.0),
]


def version_1():
    lines = ["%YAML 1.2", "---", "# !!!This file disallow TABs!!!", "quantize_parameters:"]
    for name, qtype, scale, zero, low, high in TABLE:
        ranges = ("", "") if low is None else (high, low) if name.endswith("out0") else ([high], [low])
        lines += [f"  '{name}':", "    dtype: asymmetric_affine", "    method: layer",
                  f"    max_value: {ranges[0]}".rstrip(), f"    min_value: {ranges[1]}".rstrip(),
                  f"    zero_point: [{zero}]", f"    scale: [{scale}]", f"    qtype: {qtype}"]
    return "\n".join(lines + ["customized_quantize_layers: {}", ""])


def version_2():
    lines = ["# !!!This file disallow TABs!!!", "version: 2", "quantize_parameters:"]
    for name, qtype, scale, zero, low, high in TABLE:
        low, high = (-(2.0**31), 2.0**31 - 1) if low is None else (low, high)
        lines += [f"  '{name}':", f"    qtype: {qtype}", "    quantizer: asymmetric_affine",
                  "    rounding: rtne", f"    max_value: {high}", f"    min_value: {low}",
                  f"    scale: {scale}", f"    zero_point: {zero}"]
    return "\n".join(lines + ["customized_quantize_layers: {}", ""])


def main():
    meta = {"Name": "tiny", "AcuityVersion": "6", "Platform": "onnx", "Org_Platform": "onnx"}
    document = {"MetaData": meta, "Layers": layers(), "quantize_info": {}}
    (HERE / "tiny.json").write_text(json.dumps(document, indent=1) + "\n")
    for protocol in (2, 3, 4):
        save(HERE / f"tiny_p{protocol}.data", data(), protocol)
    (HERE / "tiny_p5.data").write_bytes(pickle.dumps(data(), protocol=5))
    save(HERE / "tiny_names.data", data("conv", "dense", np.asfortranarray(CONV.transpose(2, 3, 1, 0))), 3)
    (HERE / "tiny_v1.quantize").write_text(version_1())
    (HERE / "tiny_v2.quantize").write_text(version_2())


main()
