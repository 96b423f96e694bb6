"""Recall and precision of masking per kind on made-up texts, and texts per second of processor time.

python benchmarks/pii.py [--misses]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "text"))

from pii_blind import LIKE_MENDED as BLIND_LIKE_MENDED
from pii_blind import LIKE_UNSEEN as BLIND_LIKE_UNSEEN
from pii_blind import MENDED as BLIND_MENDED
from pii_blind import UNSEEN as BLIND_UNSEEN
from pii_cases import HELD_OUT, SECOND, generate
from pii_fresh import MENDED, UNSEEN, fresh_cases
from pii_other import LIKE_MENDED as OTHER_LIKE_MENDED
from pii_other import LIKE_UNSEEN as OTHER_LIKE_UNSEEN
from pii_other import MENDED as OTHER_MENDED
from pii_other import UNSEEN as OTHER_UNSEEN
from pii_scores import score
from pii_talk import LIKE_MENDED, LIKE_UNSEEN, cases_of
from pii_talk import MENDED as TALK_MENDED
from pii_talk import UNSEEN as TALK_UNSEEN

from nlp.text.prepare import prepare

UNREAD = "fresh wording, the half whose misses stay unread"
TALK_UNREAD = "talk and look-alikes, the half whose misses stay unread"
OTHER_UNREAD = "another author's talk and look-alikes, the part whose misses stay unread"
BLIND_UNREAD = "a third author's talk and look-alikes, the half whose misses stay unread"

PLAIN = (
    "상담원 연결이 안 돼서 20분이나 기다렸는데 결국 끊겼어요 다시 전화해도 똑같고"
    " 환불은 3일 뒤에나 된다네요 정말 실망입니다"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="print every text that was masked wrongly")
    options = parser.parse_args()
    cases = generate()
    for title, texts in (
        ("templates", cases),
        ("second templates", generate(templates=SECOND)),
        ("held-out templates", generate(templates=HELD_OUT)),
        ("fresh wording, the half that was mended on", fresh_cases(MENDED)),
        (UNREAD, fresh_cases(UNSEEN)),
        ("talk and look-alikes, the half that was mended on", cases_of(TALK_MENDED + LIKE_MENDED)),
        (TALK_UNREAD, cases_of(TALK_UNSEEN + LIKE_UNSEEN)),
        (
            "another author's talk and look-alikes, the part that was mended on",
            cases_of(OTHER_MENDED + OTHER_LIKE_MENDED),
        ),
        (OTHER_UNREAD, cases_of(OTHER_UNSEEN + OTHER_LIKE_UNSEEN)),
        (
            "a third author's talk and look-alikes, the half that was mended on",
            cases_of(BLIND_MENDED + BLIND_LIKE_MENDED),
        ),
        (BLIND_UNREAD, cases_of(BLIND_UNSEEN + BLIND_LIKE_UNSEEN)),
    ):
        scores, wrong = score(texts)
        print(f"{title}: {len(texts)} texts")
        print(f"{'kind':<10} {'gold':>6} {'recall':>7} {'precision':>9} {'leaked':>7}")
        for kind, row in scores.items():
            print(f"{kind:<10} {row.gold:>6} {row.recall:>7.3f} {row.precision:>9.3f} {row.leaked:>7}")
        if options.misses and title not in (UNREAD, TALK_UNREAD, OTHER_UNREAD, BLIND_UNREAD):
            print(*wrong, sep="\n")
    for name, texts in (
        ("no personal data", [PLAIN] * 5000),
        ("benchmark texts", [case.text for case in cases]),
    ):
        start = time.process_time()
        for text in texts:
            prepare(text)
        print(f"{name}: {len(texts) / (time.process_time() - start):,.0f} texts/s")


if __name__ == "__main__":
    main()
