"""Makes form.ttf.gz, the type that this package puts into PDF files.

Usage: make.py NotoSerifSC_400Regular.ttf Unihan_OtherMappings.txt

The README beside this file names where both come from, and their digests.
Kept are the characters of GBK, of the table of 8,105 standard characters
(Unihan's kTGH), and every letter, digit and mark of the source that isn't a
Chinese character or a Korean syllable. Hints, layout rules and vertical
measures go: a form is set from left to right without them.
"""

import gzip
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

HAN = [(0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)]
HANGUL = [(0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7FF)]


def within(code, blocks):
    return any(first <= code <= last for first, last in blocks)


def in_gbk(code):
    try:
        chr(code).encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def standard(unihan):
    """The characters of the table of 2013, among them 196 beyond GBK."""
    with open(unihan, encoding="utf-8") as lines:
        fields = [line.split("\t") for line in lines if "\tkTGH\t" in line and line.startswith("U+")]
    return {int(f[0][2:], 16) for f in fields}


def main(source, unihan):
    font = TTFont(source, recalcTimestamp=False)
    there = set(font.getBestCmap())
    table = standard(unihan)
    if len(table) != 8105 or table - there:
        sys.exit(f"{len(table)} standard characters, {len(table - there)} of them not in the source")
    kept = {c for c in there if c in table or in_gbk(c) or not within(c, HAN + HANGUL)}
    options = subset.Options(
        hinting=False,
        layout_features=[],
        notdef_outline=True,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 7, 13, 14],
        drop_tables=["vhea", "vmtx", "GPOS", "GSUB", "GDEF", "BASE", "STAT", "gasp", "prep"],
    )
    worker = subset.Subsetter(options)
    worker.populate(unicodes=kept)
    worker.subset(font)
    font["cmap"].tables = [t for t in font["cmap"].tables if t.format == 12 and t.platformID == 3]
    font.save("form.ttf")
    with open("form.ttf", "rb") as plain, open("form.ttf.gz", "wb") as packed:
        with gzip.GzipFile("", "wb", 9, packed, mtime=0) as out:
            out.write(plain.read())
    print(len(kept), "characters")


main(*sys.argv[1:])
