from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import InputError
from nlp.recovery.priors import Constant, Priors


def write(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def constant(**changed: object) -> Constant:
    fields = {"key": "k", "value": 1.0, "low": 0.0, "high": 2.0, "unit": "won", "source": "s", "status": "assumed"}
    return Constant(**{**fields, **changed})  # type: ignore[arg-type]


def test_every_shipped_constant_has_a_source_and_every_contested_one_is_without_effect() -> None:
    priors = Priors.load()
    assert all(entry.source and entry.unit for entry in priors)
    contested = [entry for entry in priors if entry.status == "contested"]
    assert {entry.key for entry in contested} >= {"value.growth", "value.referral", "wom.negative_multiplier"}
    for entry in contested:
        assert entry.used == entry.neutral
        assert set(entry.sample(np.random.default_rng(0), 50)) == {entry.neutral}
    assert priors.switched_on == ()


def test_a_verified_constant_never_cites_the_missing_source() -> None:
    assert not [c.key for c in Priors.load() if c.status in ("verified", "secondary") and "no source" in c.source]


def test_an_own_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    own = Priors.load(write(tmp_path, "[cost.contact]\nvalue = 5_000\n[leave.intercept]\nlow = -3\n"))
    shipped = Priors.load()
    assert (own["cost.contact"].value, own["cost.contact"].source) == (5000.0, "your own file of priors")
    assert (own["leave.intercept"].value, own["leave.intercept"].low) == (shipped["leave.intercept"].value, -3.0)
    assert {c.key for c in shipped if own[c.key] != c} == {"cost.contact", "leave.intercept"}


def test_switching_a_contested_constant_on_gives_it_its_value_and_a_record(tmp_path: Path) -> None:
    own = Priors.load(write(tmp_path, "[value.growth]\nenabled = true\n"))
    assert own["value.growth"].used == own["value.growth"].value == 0.10
    assert [entry.key for entry in own.switched_on] == ["value.growth"]


def test_an_own_label_brings_its_own_coefficient(tmp_path: Path) -> None:
    text = '[leave.cause.parking]\nvalue=0.5\nlow=0\nhigh=1\nunit="log-odds"\nsource="ours"\nstatus="assumed"\n'
    assert Priors.load(write(tmp_path, text))["leave.cause.parking"].value == 0.5


@pytest.mark.parametrize(
    ("text", "key", "rule"),
    [
        ("[cost.contact]\nvalue = 90000\n", "cost.contact", "lies outside"),
        ("[cost.contact]\nvalue = true\n", "cost.contact", "a number is needed"),
        ("[cost.contact]\nvalue = '3만원'\n", "cost.contact", "a number is needed"),
        ("[cost.contact]\nvalu = 4000\n", "cost.contact", "no field"),
        ("[cost.contcat]\nvalue = 4000\n", "cost.contcat", "no such constant"),
        ("[leave.cause.parking]\nvalue = 0.5\n", "leave.cause.parking", "is missing"),
        ("[cost.contact]\nstatus = 'proven'\n", "cost.contact", "use one of"),
        ("[cost.contact]\nstatus = 'contested'\n", "cost.contact", "neutral"),
        ("[value.growth]\nvalue = 0.2\n", "value.growth", "enabled = true"),
        ("[value.growth]\nenabled = 'yes'\n", "value.growth", "true or false"),
        ("cost = 3\n", "cost", "outside a table"),
        ("[cost.contact]\nvalue = nan\n", "cost.contact", "finite"),
    ],
)
def test_a_wrong_entry_is_refused_with_file_and_key(tmp_path: Path, text: str, key: str, rule: str) -> None:
    with pytest.raises(InputError) as caught:
        Priors.load(write(tmp_path, text))
    assert all(part in str(caught.value) for part in ("own.toml", key, rule))


@pytest.mark.parametrize("text", ["[[[", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "absent.toml" if text is None else write(tmp_path, text)
    with pytest.raises(InputError, match=path.name):
        Priors.load(path)


def test_an_unknown_key_is_refused_when_it_is_read() -> None:
    with pytest.raises(InputError, match=r"leave\.luck"):
        Priors.load()["leave.luck"]


@given(low=st.floats(-50, 50), left=st.floats(0, 10), right=st.floats(0, 10), seed=st.integers(0, 2**16))
def test_draws_stay_within_the_range(low: float, left: float, right: float, seed: int) -> None:
    entry = constant(low=low, value=low + left, high=low + left + right)
    drawn = entry.sample(np.random.default_rng(seed), 20)
    assert ((drawn >= entry.low - 1e-9) & (drawn <= entry.high + 1e-9)).all()


def test_draws_have_the_mean_and_variance_of_a_pert_distribution() -> None:
    known = constant(low=0.0, value=1.0, high=6.0)
    drawn = known.sample(np.random.default_rng(1), 40_000)
    assert drawn.mean() == pytest.approx((0.0 + 4 * 1.0 + 6.0) / 6, abs=0.02)
    assert drawn.var() == pytest.approx(known.variance, rel=0.02)


def test_constants_that_are_known_exactly_do_not_vary() -> None:
    known = Priors.load().with_values({"cost.contact": 7.0, "value.growth": 0.2})
    assert set(known["cost.contact"].sample(np.random.default_rng(0), 5)) == {7.0}
    assert known.values()["value.growth"] == 0.2
