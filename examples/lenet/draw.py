# SPDX-License-Identifier: Apache-2.0
"""Turn pen paths and glyph bitmaps into 28x28 digits normalised as in MNIST.

MNIST scales the ink box of a digit to fit 20x20 pixels, keeping the aspect and
smoothing the edges, then places it so that its centre of mass is in the middle
of 28x28 pixels.  Images are float32 in 0..1, white ink on black.
"""
import numpy as np
import torch
import torch.nn.functional as F

from skeletons import sample_digit

BOX, SIDE = 20, 28
CHUNK = 250     # pictures drawn at once; bounds the memory used


def centre(boxes):
    """[n,20,20] -> [n,28,28] with the centre of mass in the middle."""
    n = len(boxes)
    mass = boxes.sum(axis=(1, 2)) + 1e-6
    axis = np.arange(BOX)
    row = (boxes.sum(axis=2) * axis).sum(axis=1) / mass
    col = (boxes.sum(axis=1) * axis).sum(axis=1) / mass
    top = np.clip(np.rint(SIDE / 2 - row), 0, SIDE - BOX).astype(int)
    left = np.clip(np.rint(SIDE / 2 - col), 0, SIDE - BOX).astype(int)
    out = np.zeros((n, SIDE, SIDE), np.float32)
    out[np.arange(n)[:, None, None], (top[:, None] + axis)[:, :, None],
        (left[:, None] + axis)[:, None, :]] = boxes
    return out


def fit_box(bitmaps):
    """[n,h,w] bitmaps -> [n,20,20]: the ink box scaled to fit, antialiased."""
    n, height, width = bitmaps.shape
    ink = bitmaps > 0.35
    theta = np.zeros((n, 2, 3), np.float32)
    sides = []
    for axis, size in ((2, height), (1, width)):
        line = ink.any(axis=axis)
        first = line.argmax(axis=1)
        last = size - line[:, ::-1].argmax(axis=1)
        sides.append((first, last, size))
    longest = np.maximum(sides[0][1] - sides[0][0], sides[1][1] - sides[1][0])
    for k, (first, last, size) in enumerate(reversed(sides)):   # x first
        theta[:, k, k] = longest / size
        theta[:, k, 2] = (first + last) / size - 1
    grid = F.affine_grid(torch.from_numpy(theta), (n, 1, 3 * BOX, 3 * BOX),
                         align_corners=False)
    fine = F.grid_sample(torch.from_numpy(bitmaps)[:, None], grid,
                         align_corners=False)
    return F.avg_pool2d(fine, 3)[:, 0].numpy()


def random_affine(rng, n, slant, amount=1.0):
    """[n,2,2] matrices: aspect, slant and rotation of a hand."""
    aspect = np.exp(rng.normal(0, 0.18 * amount, n))
    shear = rng.normal(slant, 0.22 * amount, n)
    angle = rng.normal(0, 0.12 * amount, n)
    cos, sin = np.cos(angle), np.sin(angle)
    scale = np.zeros((n, 2, 2))
    scale[:, 0, 0], scale[:, 0, 1], scale[:, 1, 1] = aspect, -shear, 1
    turn = np.stack([np.stack([cos, -sin], 1), np.stack([sin, cos], 1)], 1)
    return np.einsum("nij,njk->nik", turn, scale)


def warp(rng, points, amount):
    """Bend [n,m,2] points by smooth waves and uneven proportions."""
    n = len(points)
    y = np.clip(points[..., 1], 0.001, None)
    power = np.exp(rng.normal(0, 0.14 * amount, (n, 1)))    # big head or big foot
    taper = 1 + rng.normal(0, 0.2 * amount, (n, 1)) * (y - 0.5)
    bent = np.stack([(points[..., 0] - 0.33) * taper, y**power - 0.5], axis=-1)
    moved = bent.copy()
    for _ in range(2):
        frequency = rng.normal(0, 4.0, (n, 2, 2))
        phase = rng.uniform(0, 2 * np.pi, (n, 1, 2))
        height = rng.normal(0, 0.022 * amount, (n, 1, 2))
        moved += height * np.sin(np.einsum("nmi,nij->nmj", bent, frequency) + phase)
    return moved


def pen_radius(rng, n, m):
    """[n,m] pen radius in pixels: pens differ, and pressure along a stroke."""
    base = np.clip(np.exp(rng.normal(np.log(1.25), 0.3, (n, 1))), 0.6, 2.4)
    along = np.linspace(0, 1, m)[None]
    wave = np.sin(2 * np.pi * (rng.uniform(0.3, 2.5, (n, 1)) * along
                               + rng.uniform(0, 1, (n, 1))))
    rough = rng.normal(0, 1, (n, m))
    rough = (rough + np.roll(rough, 1, 1) + np.roll(rough, 2, 1)) / 3
    swing = np.abs(rng.normal(0, 0.14, (n, 1)))
    return base, base * (1 + swing * wave + 0.06 * rough)


def ink(points, radius, edge):
    """Draw discs of `radius` along [n,m,2] pixel positions into [n,20,20]."""
    axis = torch.arange(BOX, dtype=torch.float32) + 0.5
    pixels = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1).view(1, -1, 2)
    out = []
    for k in range(0, len(points), CHUNK):
        place = torch.from_numpy(points[k:k + CHUNK].astype(np.float32))
        reach = torch.from_numpy(radius[k:k + CHUNK].astype(np.float32))
        soft = torch.from_numpy(edge[k:k + CHUNK].astype(np.float32))
        gap = torch.cdist(pixels.expand(len(place), -1, -1), place) - reach[:, None, :]
        out.append((0.5 - gap.amin(dim=2) / soft).clamp(0, 1).view(-1, BOX, BOX))
    return torch.cat(out).numpy()


def draw_strokes(rng, digit, n, sloppy=1.0):
    """n pictures [n,28,28] of one digit from its skeletons.

    sloppy scales how far the pen strays: below 1 for a neat hand.
    """
    slant = 0.25 if digit == 1 else 0.12
    points = warp(rng, sample_digit(rng, digit, n, sloppy), sloppy)
    matrix = random_affine(rng, n, slant, sloppy)
    if digit == 1:      # a bare line: leaning is all its variety
        matrix[:, 0, 1] -= rng.normal(0, 0.25 * min(sloppy, 1), n)
    points = np.einsum("nij,nmj->nmi", matrix, points)
    base, radius = pen_radius(rng, n, points.shape[1])
    if digit == 1:      # scaled up from a small box, a one may be very fat
        fat = np.where(rng.random((n, 1)) < 0.06, 1.6, 1.0)
        base, radius = base * fat, radius * fat
    low, high = points.min(axis=1), points.max(axis=1)
    room = BOX - 2 * base - 0.4
    scale = room / np.maximum((high - low).max(axis=1, keepdims=True), 1e-3)
    points = (points - (low + high)[:, None] / 2) * scale[:, None] + BOX / 2
    edge = rng.uniform(0.9, 1.5, (n, 1))
    return centre(ink(points, radius, edge))


def draw_glyphs(rng, glyphs, n):
    """n pictures [n,28,28] from [g,h,h] font bitmaps of one digit."""
    size = glyphs.shape[1]
    chosen = torch.from_numpy(glyphs[rng.integers(0, len(glyphs), n)])[:, None]
    matrix = np.linalg.inv(random_affine(rng, n, 0.06)) * 1.25
    theta = np.concatenate([matrix, np.zeros((n, 2, 1))], 2).astype(np.float32)
    grid = F.affine_grid(torch.from_numpy(theta), (n, 1, size, size),
                         align_corners=False)
    coarse = torch.from_numpy(rng.normal(0, 0.05, (n, 2, 5, 5)).astype(np.float32))
    bend = F.interpolate(coarse, size=(size, size), mode="bicubic", align_corners=True)
    pictures = F.grid_sample(chosen, grid + bend.permute(0, 2, 3, 1),
                             align_corners=False)
    # Blurring and cutting at a random level makes the lines fatter or thinner.
    blurred = F.avg_pool2d(F.avg_pool2d(pictures, 5, 1, 2), 5, 1, 2)
    level = torch.from_numpy(rng.uniform(0.15, 0.6, (n, 1, 1, 1)).astype(np.float32))
    level = level * blurred.amax(dim=(2, 3), keepdim=True)
    sharp = ((blurred - level) * 8 + 0.5).clamp(0, 1)[:, 0].numpy()
    return centre(fit_box(sharp))
