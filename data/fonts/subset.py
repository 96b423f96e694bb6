"""Make the fonts that reports embed: Pretendard cut down to what Korean reports write.

    npm pack pretendard@1.3.9 && tar xzf pretendard-1.3.9.tgz
    pip install fonttools brotli
    python data/fonts/subset.py package/dist/public/static/alternative

Kept are Latin, punctuation, arrows, the jamo, the 2,350 syllables of KS X 1001, and the syllables outside it that
our own corpus writes. A syllable that is missing falls back to a font of the reader's machine. The result is named
Dangol Sans: the licence reserves the name Pretendard for the font that is not modified.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fontTools import subset

FAMILY = "Dangol Sans"
WEIGHTS = {"Regular": 400, "SemiBold": 600}
SYMBOLS = "←↑→↓↔▲▼△▽■□●○◆◇★☆✓✔✕−×÷±≤≥≠≈∞∑√₩€「」『』《》〈〉【】、。　％＋－＝～①②③④⑤⑥⑦⑧⑨⑩㎡㎏㎞℃ρβσ"
HERE = Path(__file__).resolve().parent


def characters() -> set[int]:
    """Code points to keep."""
    hangul = {bytes([lead, trail]).decode("euc-kr") for lead in range(0xB0, 0xC9) for trail in range(0xA1, 0xFF)}
    corpus = {
        character
        for folder in ("complaints", "held_out")
        for path in (HERE.parent / folder).glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
        for character in json.loads(line)["text"]
    }
    kept = {ord(character) for character in hangul | corpus}
    for first, last in ((0x20, 0x7E), (0xA0, 0xFF), (0x2010, 0x2027), (0x2030, 0x2044), (0x3131, 0x318E)):
        kept |= set(range(first, last + 1))
    return kept | {ord(character) for character in SYMBOLS}


def main(folder: Path) -> None:
    """Write one woff2 per weight beside this script."""
    for weight, number in WEIGHTS.items():
        options = subset.Options()
        options.flavor = "woff2"
        options.layout_features = ["kern", "tnum", "ccmp", "locl"]
        options.name_IDs = [0, 1, 2, 4, 6, 13, 14]
        options.hinting = False
        font = subset.load_font(folder / f"Pretendard-{weight}.ttf", options)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=characters())
        cutter.subset(font)
        for record in font["name"].names:
            if record.nameID in (1, 4, 6):
                record.string = FAMILY if record.nameID == 1 else f"{FAMILY} {weight}".replace(" ", "-")
        subset.save_font(font, HERE / f"dangol-sans-{number}.woff2", options)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
