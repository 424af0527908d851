#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measure lenet.onnx on real handwritten digits.  Nothing here is trained on.

    evaluate.py                 known Debian packages (opencv-doc, python3-sklearn)
    evaluate.py FOLDER ...      pictures; the label is the number or the English
                                word at the end of the file name, and ONNX
                                *_input_N.pb tensors with their *_output_N.pb
"""
import argparse
import csv
import glob
import gzip
import os
import re

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from PIL import Image

from draw import centre, fit_box
from onnx_run import OnnxNet

HERE = os.path.dirname(os.path.abspath(__file__))
OPENCV = "/usr/share/doc/opencv-doc/examples/data/digits.png"
SKLEARN = "/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz"
WORDS = "zero one two three four five six seven eight nine".split()


def resize(picture, size):
    """Float picture 0..1 -> size x size, bicubic."""
    image = Image.fromarray((picture * 255).astype(np.uint8))
    image = image.resize((size, size), Image.BICUBIC)
    return np.asarray(image, np.float32) / 255


def load_opencv():
    """5000 cells of 20x20: MNIST pictures shrunk as a whole, blown up again."""
    sheet = np.asarray(Image.open(OPENCV).convert("L"), np.float32) / 255
    cells = sheet.reshape(50, 20, 100, 20).transpose(0, 2, 1, 3).reshape(-1, 20, 20)
    pictures = np.stack([resize(c, 28) for c in cells])
    return pictures, np.repeat(np.arange(10), 500)


def load_sklearn():
    """1797 digits of 8x8 (counts 0..16 of ink in 4x4 fields), blown up."""
    with gzip.open(SKLEARN, "rt") as file:
        table = np.array([[float(v) for v in row] for row in csv.reader(file)])
    cells = np.pad(table[:, :64].reshape(-1, 8, 8) / 16, ((0, 0), (1, 1), (1, 1)))
    pictures = np.stack([resize(c, 80) for c in cells])
    return centre(fit_box(pictures)), table[:, 64].astype(int)


def label_of(name):
    """The digit a file name ends in (sample7, mnist_nine), or None."""
    stem = os.path.splitext(os.path.basename(name))[0].lower()
    number = re.search(r"(?:^|\D)(\d)$", stem)
    word = re.search("(%s)$" % "|".join(WORDS), stem)
    return int(number[1]) if number else WORDS.index(word[1]) if word else None


def load_tensor(path):
    tensor = onnx.TensorProto()
    with open(path, "rb") as file:
        tensor.ParseFromString(file.read())
    return numpy_helper.to_array(tensor).astype(np.float32)


def load_folder(folder):
    pictures, labels = [], []
    for path in sorted(glob.glob(os.path.join(folder, "*"))):
        if re.search(r"\.(png|bmp|jpe?g|pgm)$", path) and label_of(path) is not None:
            image = Image.open(path).convert("L").resize((28, 28), Image.BICUBIC)
            pictures.append(np.asarray(image, np.float32) / 255)
            labels.append(label_of(path))
        answer = path.replace("_input_", "_output_")
        if path.endswith(".pb") and answer != path and os.path.exists(answer):
            data = load_tensor(path).reshape(28, 28)
            pictures.append(data / (255 if data.max() > 1.5 else 1))
            labels.append(int(load_tensor(answer).argmax()))
    return np.array(pictures, np.float32), np.array(labels, int)


def report(net, title, pictures, labels):
    """Print the accuracy per class; returns the indices of the misses."""
    with torch.no_grad():
        answer = net(torch.from_numpy(pictures)[:, None]).argmax(1).numpy()
    right = answer == labels
    print("%s: %d of %d right, %.2f %%"
          % (title, right.sum(), len(right), 100 * right.mean()))
    for digit in range(10):
        mine = labels == digit
        if mine.any():
            wrong = ", ".join("%dx %d" % (c, d) for d, c in enumerate(
                np.bincount(answer[mine & ~right], minlength=10)) if c)
            print("  %d: %4d/%4d  %6.2f %%  %s" % (
                digit, right[mine].sum(), mine.sum(), 100 * right[mine].mean(),
                wrong and "taken for " + wrong))
    return np.flatnonzero(~right)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--model", default=os.path.join(HERE, "lenet.onnx"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    net = OnnxNet(options.model)
    for folder in options.folders:
        pictures, labels = load_folder(folder)
        if len(labels):
            report(net, os.path.basename(folder.rstrip("/")), pictures, labels)
        else:
            print("skipped: no labelled pictures in " + folder)
    if options.folders:
        return
    if os.path.exists(OPENCV):
        pictures, labels = load_opencv()
        dev = np.arange(len(labels)) % 100 < 50
        report(net, "opencv-doc, left half (looked at)", pictures[dev], labels[dev])
        report(net, "opencv-doc, right half (held out)", pictures[~dev], labels[~dev])
    else:
        print("skipped: opencv-doc is not installed (%s)" % OPENCV)
    if os.path.exists(SKLEARN):
        report(net, "sklearn 8x8 digits, blown up", *load_sklearn())
    else:
        print("skipped: python3-sklearn is not installed (%s)" % SKLEARN)


if __name__ == "__main__":
    main()
