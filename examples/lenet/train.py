#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Train LeNet-5 on digits drawn by this very script and write the example.

Every epoch draws fresh digits (see skeletons.py, fonts.py, draw.py); there is
no other training data.  Writes lenet.onnx, ten pictures, the calibration
pictures and the small text files the example needs.
"""
import argparse
import copy
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from draw import draw_glyphs, draw_strokes
from export import export_onnx, write_pictures, write_texts
from fonts import load_glyphs

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 20240229
FONT_SHARE = 0.15   # of the digits of an epoch; the rest is pen strokes
SLOPPY = 1.35       # worse hands than most real ones, so that those are covered
BATCH = 100


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def logits(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(torch.flatten(x, 1)))
        return self.fc3(F.relu(self.fc2(x)))

    def forward(self, x):
        return F.softmax(self.logits(x), dim=1)


def disturb(rng, pictures):
    """What scanners and rounding do: shifts by a pixel, specks, breaks, grey."""
    n = len(pictures)
    for axis in (1, 2):
        for step in (-1, 1):
            chosen = rng.random(n) < 0.12
            pictures[chosen] = np.roll(pictures[chosen], step, axis=axis)
    for value, share in ((0.0, 0.06), (0.8, 0.03)):     # breaks, specks
        for k in np.flatnonzero(rng.random(n) < share):
            y, x = rng.integers(5, 22, 2)
            h, w = rng.integers(1, 4, 2)
            pictures[k, y:y + h, x:x + w] = value
    gain = rng.uniform(0.85, 1.15, (n, 1, 1)).astype(np.float32)
    grain = rng.normal(0, 0.03, pictures.shape).astype(np.float32)
    return np.clip(pictures * gain + grain * (pictures > 0), 0, 1)


def draw_epoch(rng, glyphs, count):
    """count fresh digits in random order: tensors [count,1,28,28] and [count]."""
    from_fonts = int(count * FONT_SHARE) // 10
    pictures = []
    for digit in range(10):
        pictures.append(draw_strokes(rng, digit, count // 10 - from_fonts,
                                     SLOPPY))
        pictures.append(draw_glyphs(rng, glyphs[digit], from_fonts))
    pictures = disturb(rng, np.concatenate(pictures))
    labels = np.repeat(np.arange(10), count // 10)
    order = rng.permutation(len(labels))
    return torch.from_numpy(pictures[order])[:, None], torch.from_numpy(labels[order])


def train(epochs, count):
    """The trained net; its weights are a running mean over the last steps,
    which does better on other people's digits than the last step alone."""
    glyphs, missing = load_glyphs()
    if missing:
        print("fonts missing, the result will differ; get them with\n"
              "  apt-get install " + " ".join(missing))
    rng = np.random.default_rng(SEED)
    net = LeNet5()
    mean = copy.deepcopy(net)
    steps = epochs * (count // BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, steps)
    begin = time.time()
    for epoch in range(epochs):
        pictures, labels = draw_epoch(rng, glyphs, count)
        total, right = 0.0, 0
        for k in range(0, len(labels), BATCH):
            x, y = pictures[k:k + BATCH], labels[k:k + BATCH]
            logits = net.logits(x)
            loss = F.cross_entropy(logits, y, label_smoothing=0.02)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(y)
            right += (logits.argmax(1) == y).sum().item()
            with torch.no_grad():
                for a, b in zip(mean.parameters(), net.parameters()):
                    a.lerp_(b, 0.005)
        print("epoch %2d: loss %.4f, %.2f %% right, %4.0f s" % (
            epoch + 1, total / len(labels), 100 * right / len(labels),
            time.time() - begin), flush=True)
    return mean.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--count", type=int, default=60000, help="digits per epoch")
    parser.add_argument("--out", default=HERE, help="folder to write to")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(True)
    net = train(options.epochs, options.count)
    model = os.path.join(options.out, "lenet.onnx")
    export_onnx(net, model)
    write_pictures(model, options.out)
    write_texts(options.out)


if __name__ == "__main__":
    main()
