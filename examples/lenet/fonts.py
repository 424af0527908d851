# SPDX-License-Identifier: Apache-2.0
"""Digits from Debian's font packages, as bitmaps."""
import os

import numpy as np
from PIL import Image, ImageDraw, ImageFont

ROOT = "/usr/share/fonts"
GLYPH = 72      # side of a bitmap; the ink takes up to two thirds of it

# package -> folder below ROOT, files used.  Fonts with old-style, hollow or
# unreadable figures are left out on purpose.
PACKAGES = {
    "fonts-dejavu-core": ("truetype/dejavu", [
        "DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSerif",
        "DejaVuSerif-Bold"]),
    "fonts-liberation2": ("truetype/liberation2", [
        "LiberationSans-Regular", "LiberationSans-Italic", "LiberationMono-Regular",
        "LiberationSerif-Regular", "LiberationSerif-Italic"]),
    "fonts-freefont-ttf": ("truetype/freefont", [
        "FreeSans", "FreeSansOblique", "FreeMono", "FreeSerif", "FreeSerifItalic"]),
    "fonts-breip": ("truetype/breip", ["Breip"]),
    "fonts-dkg-handwriting": ("truetype/fifthhorseman", [
        "dkg", "dkgBI", "dkgBd", "dkgIt"]),
    "fonts-comic-neue": ("opentype/comic-neue", [
        "ComicNeue-Regular", "ComicNeue-Bold", "ComicNeue-Italic",
        "ComicNeue-Light"]),
    "fonts-sjfonts": ("truetype/sjfonts", ["Delphine", "SteveHand"]),
    "fonts-bwht": ("opentype/bwht", [
        "BecauseWeBuild-Regular", "BecauseWeConnect-Regular",
        "BecauseWeCreate-Regular", "BecauseWeLearn-Regular",
        "BecauseWeMentor-Regular", "BecauseWeOrganize-Regular"]),
    "fonts-rufscript": ("truetype/rufscript", ["Rufscript010"]),
    "fonts-humor-sans": ("truetype/humor-sans", ["Humor-Sans"]),
    "fonts-kristi": ("truetype/kristi", ["Kristi"]),
    "fonts-kaushanscript": ("opentype/kaushanscript", ["KaushanScript-Regular"]),
    "fonts-dancingscript": ("opentype/dancingscript", [
        "DancingScript-Regular", "DancingScript-Bold"]),
    "fonts-klee": ("truetype/klee", ["KleeOne-Regular", "KleeOne-SemiBold"]),
    "fonts-kiloji": ("truetype/kiloji", ["kiloji", "kiloji_b", "kiloji_d", "kiloji_p"]),
    "fonts-havana": ("opentype/havana", ["Havana-Regular"]),
}


def find_fonts():
    """(paths of the fonts found, names of the packages that are missing)."""
    found, missing = [], []
    for package, (folder, names) in PACKAGES.items():
        paths = [os.path.join(ROOT, folder, name + ext) for name in names
                 for ext in (".ttf", ".otf")]
        paths = [p for p in paths if os.path.exists(p)]
        found += paths
        if len(paths) < len(names):
            missing.append(package)
    return found, missing


def glyph(font, digit):
    """One digit of a font as a float bitmap, its ink box in the middle."""
    left, top, right, bottom = font.getbbox(str(digit))
    picture = Image.new("L", (right - left, bottom - top), 0)
    ImageDraw.Draw(picture).text((-left, -top), str(digit), font=font, fill=255)
    picture = picture.crop(picture.getbbox())
    scale = GLYPH * 2 / 3 / max(picture.size)
    size = [max(1, round(s * scale)) for s in picture.size]
    picture = picture.resize(size, Image.BOX)
    out = Image.new("L", (GLYPH, GLYPH), 0)
    out.paste(picture, ((GLYPH - size[0]) // 2, (GLYPH - size[1]) // 2))
    return np.asarray(out, np.float32) / 255


def load_glyphs():
    """([10 arrays of [fonts, GLYPH, GLYPH]], missing packages)."""
    found, missing = find_fonts()
    if not found:
        raise SystemExit("no fonts found; apt-get install " + " ".join(missing))
    fonts = [ImageFont.truetype(path, 160) for path in found]
    return [np.stack([glyph(f, d) for f in fonts]) for d in range(10)], missing
