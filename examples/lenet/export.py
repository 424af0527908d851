# SPDX-License-Identifier: Apache-2.0
"""Write the files of the example: the ONNX model, pictures and text files."""
import os

import numpy as np
import onnx
import torch
from PIL import Image

from draw import draw_strokes
from onnx_run import OnnxNet

PICTURE_SEED = 777001       # apart from the seed of the training data
PER_CLASS = 10              # calibration pictures
SLOPPY = 0.6                # the ten pictures are written with some care
NODE_NAMES = ["conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten",
              "fc1", "relu3", "fc2", "relu4", "fc3", "softmax"]
TEXTS = {
    "channel_mean_value.txt": "0 0 0 0.00392157\n",
    "inputs_outputs.txt":
        "--inputs input --outputs output --input-size-list '1,28,28'\n",
    "labels.txt": "".join("%d\n" % d for d in range(10)),
}


def export_onnx(net, path):
    """Export, give nodes and tensors short names, drop what varies by machine."""
    example = torch.zeros(1, 1, 28, 28)
    torch.onnx.export(net, example, path, opset_version=13,
                      do_constant_folding=True, input_names=["input"],
                      output_names=["output"])
    model = onnx.load(path)
    nodes = model.graph.node
    if len(nodes) != len(NODE_NAMES):
        raise SystemExit("unexpected graph: " + " ".join(n.op_type for n in nodes))
    renamed = {}
    for node, name in zip(nodes, NODE_NAMES):
        node.name = name
        node.doc_string = ""
        node.input[:] = [renamed.get(i, i) for i in node.input]
        if node is not nodes[-1]:
            renamed[node.output[0]] = name
            node.output[:] = [name]
    model.doc_string = model.graph.doc_string = ""
    model.graph.name = "lenet5"
    model.producer_name, model.producer_version = "train.py", ""
    del model.graph.value_info[:]
    model = onnx.shape_inference.infer_shapes(model)
    onnx.checker.check_model(model, full_check=True)
    with open(path, "wb") as file:
        file.write(model.SerializeToString(deterministic=True))
    x = torch.rand(4, 1, 28, 28)
    with torch.no_grad():
        difference = (OnnxNet(path)(x) - net(x)).abs().max().item()
    if difference > 1e-5:
        raise SystemExit("lenet.onnx differs from the network by %g" % difference)


def read_picture(path):
    image = np.asarray(Image.open(path), np.float32) / 255
    return torch.from_numpy(image)[None, None]


def save(picture, path):
    pixels = np.rint(picture * 255).astype(np.uint8)
    Image.fromarray(pixels).save(path, quality=95)


def answer(net, path, digit):
    """Lowest probability of the right digit for a picture file, read as it is
    and with the errors a coarse 8-bit quantisation might add."""
    picture = read_picture(path)
    generator = torch.Generator().manual_seed(PICTURE_SEED)
    noise = torch.rand((8, 1, 28, 28), generator=generator) - 0.5
    noise[0] = 0
    with torch.no_grad():
        return net(picture + 6 / 255 * noise)[:, digit].min().item()


def write_pictures(model, folder):
    """0.jpg ... 9.jpg, calibration/*.jpg and dataset.txt; checks the ten."""
    net = OnnxNet(model)
    rng = np.random.default_rng(PICTURE_SEED)
    lines = ["./%d.jpg %d\n" % (d, d) for d in range(10)]
    for digit in range(10):
        path = os.path.join(folder, "%d.jpg" % digit)
        for picture in draw_strokes(rng, digit, 20, SLOPPY):
            save(picture, path)
            sure = answer(net, path, digit)
            if sure > 0.95:
                break
        else:
            raise SystemExit("no picture of %d is recognised well" % digit)
        print("%d.jpg: probability %.3f" % (digit, sure))
    os.makedirs(os.path.join(folder, "calibration"), exist_ok=True)
    right = 0
    pictures = [draw_strokes(rng, digit, PER_CLASS) for digit in range(10)]
    for k in range(10 * PER_CLASS):     # all digits in turn
        name = "calibration/calib_%03d.jpg" % k
        digit = k % 10
        save(pictures[digit][k // 10], os.path.join(folder, name))
        right += answer(net, os.path.join(folder, name), digit) > 0.5
        lines.append("./%s %d\n" % (name, digit))
    print("calibration pictures: %d of %d right" % (right, 10 * PER_CLASS))
    with open(os.path.join(folder, "dataset.txt"), "w") as file:
        file.writelines(lines)


def write_texts(folder):
    for name, text in TEXTS.items():
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
