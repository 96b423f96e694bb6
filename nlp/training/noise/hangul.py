"""Syllables as letters, and letters as the two-set keyboard composes them."""

from __future__ import annotations

from collections.abc import Iterable

LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
TAILS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

PARTICLES = (
    *(("이에요", "예요"), ("이라", "라"), ("이랑", "랑"), ("으로", "로"), ("은", "는"), ("이", "가"), ("을", "를")),
    ("과", "와"),
)
"""Particles after a consonant, and their like after a vowel."""

_TWO_KEYS = {
    **dict(zip("ㅘㅙㅚㅝㅞㅟㅢ", ("ㅗㅏ", "ㅗㅐ", "ㅗㅣ", "ㅜㅓ", "ㅜㅔ", "ㅜㅣ", "ㅡㅣ"), strict=True)),
    **dict(
        zip(
            "ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ",
            ("".join(pair) for pair in zip("ㄱㄴㄴㄹㄹㄹㄹㄹㄹㄹㅂ", "ㅅㅈㅎㄱㅁㅂㅅㅌㅍㅎㅅ", strict=True)),
            strict=True,
        )
    ),
}
_COMPOUND = {keys: letter for letter, keys in _TWO_KEYS.items()}


def split(syllable: str) -> tuple[str, str, str]:
    """The lead, vowel and tail of a Hangul syllable; the tail is "" where there is none."""
    index = ord(syllable) - 0xAC00
    return LEADS[index // 588], VOWELS[index % 588 // 28], TAILS[index % 28]


def join(lead: str, vowel: str, tail: str = "") -> str:
    """The syllable of a lead, a vowel and a tail."""
    return chr(0xAC00 + (LEADS.index(lead) * 21 + VOWELS.index(vowel)) * 28 + TAILS.index(tail))


def is_syllable(character: str) -> bool:
    """Whether a character is a composed Hangul syllable."""
    return "가" <= character <= "힣"


def keys(syllable: str) -> str:
    """The keys that type a syllable, a shifted one counting as one: ㄱㅜㅣㄴㅎ for "귆"."""
    return "".join(_TWO_KEYS.get(letter, letter) for letter in split(syllable))


def typed(pressed: Iterable[str]) -> str:
    """What appears when keys are pressed one after the other, as an input method composes them.

    ``typed`` of the keys of composed syllables gives those syllables; a vowel takes over the tail before it.
    """
    shown: list[str] = []
    lead = vowel = tail = ""

    def finished() -> str:
        return join(lead, vowel, tail) if vowel else lead

    for key in pressed:
        if key in VOWELS:
            if tail:
                kept, moved = ("", tail) if tail not in _TWO_KEYS else (_TWO_KEYS[tail][0], _TWO_KEYS[tail][1])
                shown.append(join(lead, vowel, kept))
                lead, vowel, tail = moved, key, ""
            elif lead and not vowel:
                vowel = key
            elif vowel + key in _COMPOUND and vowel:
                vowel = _COMPOUND[vowel + key]
            else:
                shown += (finished(), key)
                lead = vowel = ""
        elif vowel and not tail and key in TAILS:
            tail = key
        elif tail and tail + key in _COMPOUND:
            tail = _COMPOUND[tail + key]
        else:
            shown.append(finished())
            lead, vowel, tail = key, "", ""
    shown.append(finished())
    return "".join(shown)
