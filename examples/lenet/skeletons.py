# SPDX-License-Identifier: Apache-2.0
"""Pen paths of random digits: mixes of the templates, jittered, as splines."""
import numpy as np

from templates import FAMILIES

POINTS_PER_DIGIT = 112  # pen positions sampled along every skeleton


def parse(template):
    """Control points [K, 2] and the smooth pieces as lists of point numbers."""
    points, pieces = [], []
    for stroke in template.split("|"):
        piece = []
        for word in stroke.split():
            piece.append(len(points))
            points.append([float(v) for v in word.rstrip("*").split(",")])
            if word.endswith("*"):
                pieces.append(piece)
                piece = [piece[-1]]
        pieces.append(piece)
    return np.array(points, np.float64) / 100, [p for p in pieces if len(p) > 1]


# Weights of the four nearest control points as polynomials 1, u, u^2, u^3.
THROUGH = np.array([[0, -1, 2, -1], [2, 0, -5, 3],          # Catmull-Rom: runs
                    [0, 1, 4, -3], [0, 0, -1, 1]]) / 2      # through the points
ROUND = np.array([[1, -3, 3, -1], [4, 0, -6, 3],            # B-spline: cuts the
                  [1, 3, 3, -3], [0, 0, 0, 1]]) / 6         # bends, a fluent hand


def spline_matrix(count, samples, kind):
    """[samples, count]: weights of `count` control points along a spline."""
    matrix = np.zeros((samples, count))
    for row, t in enumerate(np.linspace(0, count - 1, samples)):
        i = min(int(t), count - 2)
        for k, w in enumerate(kind @ (t - i) ** np.arange(4)):
            j = i - 1 + k
            if 0 <= j < count:
                matrix[row, j] += w
            else:       # a point beyond the end mirrors the last but one
                end, inner = (0, 1) if j < 0 else (count - 1, count - 2)
                matrix[row, end] += 2 * w
                matrix[row, inner] -= w
    return matrix


class Family:
    """Templates that can be mixed, and the matrix from points to pen path."""

    def __init__(self, templates):
        parsed = [parse(t) for t in templates]
        self.pieces = parsed[0][1]
        if any(p[1] != self.pieces for p in parsed):
            raise ValueError("templates of one family differ: %r" % templates)
        self.templates = np.stack([p[0] for p in parsed])
        self.matrices = [self._matrix(kind) for kind in (THROUGH, ROUND)]

    def _matrix(self, kind):
        mean = self.templates.mean(axis=0)
        lengths = [np.linalg.norm(np.diff(mean[p], axis=0), axis=1).sum()
                   for p in self.pieces]
        counts = [max(4, int(POINTS_PER_DIGIT * n / sum(lengths))) for n in lengths]
        counts[int(np.argmax(counts))] += POINTS_PER_DIGIT - sum(counts)
        rows = []
        for piece, samples in zip(self.pieces, counts):
            block = np.zeros((samples, len(mean)))
            block[:, piece] = spline_matrix(len(piece), samples, kind)
            rows.append(block)
        return np.concatenate(rows)

    def sample(self, rng, n, jitter):
        """n pen paths [n, POINTS_PER_DIGIT, 2]; jitter scales the sloppiness."""
        t = len(self.templates)
        mix = rng.dirichlet(np.full(t, 0.6), n)
        mix = mix + rng.normal(0, 0.15, (n, t))      # a little beyond the mix
        mix /= mix.sum(axis=1, keepdims=True)
        points = np.einsum("nt,tkc->nkc", mix, self.templates)
        sloppy = jitter * rng.gamma(4, 0.25, (n, 1, 1))
        points = points + sloppy * rng.normal(0, 0.035, points.shape)
        crisp, fluent = (np.einsum("mk,nkc->nmc", m, points) for m in self.matrices)
        share = rng.uniform(0, 1, (n, 1, 1))
        return crisp + share * (fluent - crisp)


CATALOGUE = {digit: ([w for w, _ in families], [Family(t) for _, t in families])
             for digit, families in FAMILIES.items()}


def sample_digit(rng, digit, n, jitter=1.0):
    """n random pen paths of one digit, [n, POINTS_PER_DIGIT, 2], height about 1."""
    weights, families = CATALOGUE[digit]
    shares = rng.multinomial(n, np.array(weights) / sum(weights))
    paths = [f.sample(rng, k, jitter) for f, k in zip(families, shares) if k]
    return rng.permutation(np.concatenate(paths))
