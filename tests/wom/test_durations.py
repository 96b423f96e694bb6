import pytest

from nlp.wom.durations import minutes, of_day

DAY = 24 * 60


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("40분", 40),
        ("1시간", 60),
        ("1시간 30분", 90),
        ("한 시간 반", 90),
        ("두 시간", 120),
        ("이틀", 2 * DAY),
        ("사흘", 3 * DAY),
        ("보름", 15 * DAY),
        ("3영업일", 3 * DAY),
        ("3일", 3 * DAY),
        ("2주", 14 * DAY),
        ("일주일", 7 * DAY),
        ("두 달", 60 * DAY),
        ("십 년", 3650 * DAY),
        ("이십일", 20 * DAY),
        ("며칠", None),
        ("한참", None),
    ],
)
def test_a_span_has_so_many_minutes(written, expected):
    assert minutes(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("10시", 600),
        ("오후 2시", 840),
        ("두 시 반", 150),
        ("14:20", 860),
        ("저녁 9시", 1260),
        ("밤 12시", 1440),
        ("밤 11시", 1380),
        ("밤 1시", 1500),
        ("새벽 12시 반", 30),
        ("오전 12시", 0),
        ("낮 12시", 720),
        ("새벽 6시 15분", 375),
        ("내일", None),
        ("99시", None),
    ],
)
def test_a_clock_shows_so_many_minutes(written, expected):
    assert of_day(written) == expected
