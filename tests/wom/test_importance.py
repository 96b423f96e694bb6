import numpy as np
from wom_tables import table

from nlp.wom.importance import importance_performance, robust_slopes


def _complaints(switching):
    return table(
        [
            {
                "severity": "1",
                "cause": ["price"] if number % 2 else ["inconvenience"],
                "response": ["switching"] if number in switching else [],
            }
            for number in range(60)
        ]
    )


def test_importance_is_how_much_more_often_complaints_about_it_speak_of_leaving():
    found = {item.id: item for item in importance_performance(_complaints(range(1, 60, 2)), group="cause").items}
    assert found["price"].importance.low > 0 > found["inconvenience"].importance.high
    assert found["price"].performance.value == 0.5


def test_chance_alone_ties_hardly_any_of_many_items_to_leaving():
    rng, causes = np.random.default_rng(3), ("price", "inconvenience", "core_service_failure", "ethics")
    above = tied = 0
    for _ in range(200):
        made = [
            {
                "severity": "1",
                "cause": [cause for cause in causes if rng.random() < 0.4],
                "response": ["switching"] if rng.random() < 0.4 else [],
            }
            for _ in range(60)
        ]
        items = importance_performance(table(made), group="cause").items
        above += any(item.importance.low > 0 for item in items)
        tied += any(item.tied for item in items)
    assert above / 200 > 0.06
    assert tied / 200 <= 0.04


def test_what_no_complaint_names_has_no_place_in_the_chart():
    found = importance_performance(_complaints(range(1, 60, 2)), group="cause")
    assert [item.id for item in found.items] == ["price", "inconvenience"]
    assert found.mean_performance == 0.5


def test_where_nobody_or_everybody_leaves_no_importance_is_told():
    for switching in ((), range(60)):
        found = importance_performance(_complaints(switching), group="cause")
        assert found.items == ()
        assert found.notes[0].missing == "text"


def test_the_interval_of_a_slope_holds_the_truth_as_often_as_it_says():
    rng, held, runs = np.random.default_rng(6), 0, 400
    for _ in range(runs):
        x = (rng.random((50, 7)) < 0.3).astype(float)
        y = 0.5 * x[:, 0] + rng.normal(0, 0.3, 50) * (1 + x[:, 0])
        slopes, errors = robust_slopes(x, y, ridge=1e-3)
        held += abs(slopes[0] - 0.5) <= 1.645 * errors[0]
    assert 0.85 <= held / runs <= 0.95


def test_complaints_that_name_no_item_give_no_chart():
    chart = importance_performance(_complaints(range(1, 60, 2)), group="servqual")
    assert chart.items == ()
    assert [one.missing for one in chart.notes] == ["text"]
