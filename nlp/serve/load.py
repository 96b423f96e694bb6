"""How much work waits, how fast it goes, and whether one more request may join it."""

from __future__ import annotations

from dataclasses import dataclass, field

from nlp.serve.refusals import OverloadedError, retry

_SMOOTHING = 0.1
_TELLING_CHARS = 20
"""Characters from which a text says something about tokens per character; in shorter ones special tokens weigh."""


@dataclass(kw_only=True)
class Load:
    """``owed`` are the waiting tokens by lane, ``rate`` tokens per second, ``per_char`` tokens per character.

    ``measured`` is the seconds that ``rate`` rests on, the older ones counted less.
    """

    queue_tokens: int
    max_wait: float
    rate: float = 1_000.0
    measured: float = 0.1
    per_char: float = 0.7
    owed: list[int] = field(default_factory=lambda: [0, 0])

    def guess(self, characters: int, texts: int) -> int:
        """Tokens that so many characters will be."""
        return int(characters * self.per_char) + 4 * texts

    def check(self, tokens: int, *, before: int, share: float = 1.0) -> None:
        """Raise OverloadedError when so many more tokens, and those scored before them, would wait too long.

        With ``share`` that part of the limits holds. Alone, every request is welcome.
        """
        wait = before / self.rate
        if before and (before + tokens > share * self.queue_tokens or wait > share * self.max_wait):
            raise retry(
                OverloadedError(
                    "{seconds} seconds of work wait already; send the request again after the time in Retry-After",
                    seconds=round(wait, 1),
                ),
                max(1.0, min(wait - self.max_wait / 2, 60.0)),
            )

    def learn_rate(self, tokens: int, seconds: float) -> None:
        """Take in how long a batch took. Long batches weigh more: they tell how fast a full queue goes."""
        kept = (1.0 - _SMOOTHING) * self.measured
        self.rate = (kept * self.rate + tokens) / (kept + seconds)
        self.measured = kept + seconds

    def learn_length(self, characters: int, tokens: int) -> None:
        """Take in how many tokens a text had."""
        if characters >= _TELLING_CHARS:
            self.per_char += _SMOOTHING * (min(2.0, tokens / characters) - self.per_char)
