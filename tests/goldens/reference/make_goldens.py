# SPDX-License-Identifier: Apache-2.0
"""Writes the goldens of the float path: small random models, their inputs, and what ONNX Runtime makes of them.

usage: make_goldens.py --runner "node path/to/ort_run.js" [--lenet MODEL.onnx]

The runner is called as `RUNNER MODEL.onnx IN.npy --opt disabled --out FOLDER` and leaves FOLDER/OUTPUT.npy.
Needs python3-onnx and, for the digits of LeNet, python3-pil. Seeds are fixed: a second run gives the same files.
"""
import argparse
import pathlib
import shlex
import subprocess
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


class Model:
    """Collects the nodes of one model; every operator has one output, named after its place."""

    def __init__(self, name, *shape):
        self.name, self.shape = name, shape
        self.random = np.random.RandomState(sum(name.encode()))
        self.nodes, self.constants = [], []
        self.last = "input"

    def constant(self, *shape, low=-1.0, high=1.0):
        name = f"c{len(self.constants)}"
        data = self.random.uniform(low, high, shape).astype(np.float32)
        self.constants.append(numpy_helper.from_array(data, name))
        return name

    def add(self, op, *others, first=None, **attributes):
        output = f"v{len(self.nodes)}"
        inputs = [first or self.last, *others]
        self.nodes.append(helper.make_node(op, inputs, [output], name=f"{op}_{len(self.nodes)}", **attributes))
        self.last = output
        return self

    def integers(self, *values):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(values, np.int64), name))
        return name

    def scalar(self, value):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(value, np.float32), name))
        return name

    def resize(self, *scales, **attributes):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(scales, np.float32), name))
        return self.add("Resize", "", name, **attributes)

    def build(self):
        self.nodes[-1].output[0] = "output"
        graph = helper.make_graph(
            self.nodes, self.name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="trireme")
        model.ir_version = 7
        return onnx.shape_inference.infer_shapes(model, strict_mode=True)

    def input(self):
        return self.random.uniform(-3, 3, self.shape).astype(np.float32)


def models():
    m = Model("conv", 1, 3, 9, 8)
    yield m.add("Conv", m.constant(5, 3, 3, 3), m.constant(5), kernel_shape=[3, 3])
    m = Model("conv_uneven", 2, 4, 11, 10)
    yield m.add("Conv", m.constant(6, 4, 3, 2), m.constant(6), kernel_shape=[3, 2], strides=[2, 3], pads=[1, 0, 2, 1])
    m = Model("conv_dilated", 1, 2, 13, 12)
    yield m.add("Conv", m.constant(3, 2, 3, 3), kernel_shape=[3, 3], dilations=[2, 3], pads=[2, 3, 2, 3])
    m = Model("conv_groups", 1, 6, 7, 7)
    yield m.add("Conv", m.constant(4, 3, 3, 3), m.constant(4), kernel_shape=[3, 3], group=2, pads=[1, 1, 1, 1])
    m = Model("conv_depthwise", 1, 8, 9, 9)
    yield m.add("Conv", m.constant(8, 1, 3, 3), m.constant(8), kernel_shape=[3, 3], group=8, strides=[2, 2], pads=[1, 1, 1, 1])
    m = Model("conv_pointwise", 1, 64, 5, 5)
    yield m.add("Conv", m.constant(32, 64, 1, 1), m.constant(32), kernel_shape=[1, 1])
    m = Model("gemm", 3, 20)
    yield m.add("Gemm", m.constant(7, 20), m.constant(7), transB=1)
    m = Model("flatten_gemm", 1, 4, 3, 3)
    yield m.add("Flatten", axis=1).add("Gemm", m.constant(10, 36), m.constant(10), transB=1)
    m = Model("maxpool", 1, 3, 8, 9)
    yield m.add("MaxPool", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1])
    m = Model("maxpool_ceil", 1, 2, 8, 8)
    yield m.add("MaxPool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    m = Model("maxpool_dilated", 1, 2, 9, 9)
    yield m.add("MaxPool", kernel_shape=[2, 3], strides=[1, 2], dilations=[3, 2])
    m = Model("avgpool", 1, 3, 8, 9)
    yield m.add("AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    m = Model("avgpool_padded", 1, 3, 8, 9)
    yield m.add("AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
    m = Model("avgpool_global", 2, 5, 6, 7)
    yield m.add("GlobalAveragePool")
    m = Model("relu", 1, 40)
    yield m.add("Relu")
    m = Model("clip", 1, 40)
    yield m.add("Clip", m.scalar(-0.5), m.scalar(2))
    m = Model("leakyrelu", 1, 40)
    yield m.add("LeakyRelu", alpha=0.1)
    m = Model("sigmoid", 1, 40)
    yield m.add("Sigmoid")
    m = Model("tanh", 1, 40)
    yield m.add("Tanh")
    m = Model("softmax", 3, 17)
    yield m.add("Softmax", axis=-1)
    m = Model("softmax_channels", 1, 5, 3, 2)
    yield m.add("Softmax", axis=1)
    m = Model("batchnorm", 2, 6, 4, 3)
    yield m.add("BatchNormalization", m.constant(6), m.constant(6), m.constant(6), m.constant(6, low=0.1, high=2))
    m = Model("add_multiply", 1, 4, 3, 5)
    yield m.add("Add", m.constant(4, 1, 1)).add("Mul", m.constant(1, 4, 3, 5))
    m = Model("concat", 1, 3, 4, 4)
    yield m.add("Relu").add("Concat", "input", axis=1)
    m = Model("transpose_reshape", 1, 3, 4, 5)
    yield m.add("Transpose", perm=[0, 2, 3, 1]).add("Reshape", m.integers(4, -1))
    # All but resize_cubic_inside are compared to the last bit: ties of a QDQ group depend on the order of its sums.
    m = Model("resize_linear", 1, 2, 3, 4)
    yield m.resize(1, 1, 1.7, 2.3, mode="linear")
    m = Model("resize_linear_one_axis", 1, 2, 3, 4)
    yield m.resize(1, 1, 3, 1, mode="linear", coordinate_transformation_mode="asymmetric")
    m = Model("resize_linear_channels_last", 1, 3, 4, 2)
    yield m.resize(1, 1.5, 1.7, 1, mode="linear", coordinate_transformation_mode="pytorch_half_pixel")
    m = Model("resize_linear_volume", 2, 3, 4)
    yield m.resize(1, 1.5, 1.7, mode="linear")
    m = Model("resize_cubic", 1, 2, 3, 4)
    yield m.resize(1, 1, 1.3, 1.6, mode="cubic")
    m = Model("resize_cubic_inside", 1, 2, 5, 4)
    yield m.resize(1, 1, 1.6, 0.8, mode="cubic", exclude_outside=1, cubic_coeff_a=-0.5)


def run(runner, model, data):
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/in.npy", data)
        subprocess.run([*shlex.split(runner), str(model), f"{folder}/in.npy", "--opt", "disabled", "--out", f"{folder}/out"],
                       check=True, stdout=subprocess.DEVNULL)
        files = sorted(pathlib.Path(folder, "out").glob("*.npy"))
        assert len(files) == 1, files
        return np.load(files[0])


def digits(runner, lenet):
    from PIL import Image
    rows = []
    for digit in range(10):
        pixels = np.asarray(Image.open(ROOT / f"examples/lenet/{digit}.jpg"))
        assert pixels.shape == (28, 28), pixels.shape
        rows.append(run(runner, lenet, (pixels.astype(np.float32) * np.float32(1 / 255))[None, None]).reshape(-1))
    np.save(HERE / "lenet_digits.npy", np.stack(rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runner", required=True)
    parser.add_argument("--lenet", default=str(ROOT / "examples/lenet/lenet.onnx"))
    options = parser.parse_args()
    for model in models():
        path = HERE / f"{model.name}.onnx"
        onnx.save(model.build(), path)
        data = model.input()
        np.save(HERE / f"{model.name}_in.npy", data)
        np.save(HERE / f"{model.name}_out.npy", run(options.runner, path, data))
    digits(options.runner, options.lenet)


if __name__ == "__main__":
    main()
