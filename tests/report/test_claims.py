"""The report says nothing that its figures do not bear out, and its parts agree."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from synthetic import COLUMNS, complaint_table

from nlp.classified import ClassifiedTable
from nlp.report.analysis import Analysis, Phrases, analyze_table
from nlp.report.blocks import Deck, Lines
from nlp.report.charts.causes import MOST_SLICES, heat_chart
from nlp.report.charts.graph import FEWEST_EDGES, graph_chart
from nlp.report.charts.voices import advocacy_chart
from nlp.report.headlines import headlines
from nlp.report.html import render_report
from nlp.report.page import build_page
from nlp.report.selection import shown_id, until
from nlp.report.tables import lever_table, queue_tables
from nlp.report.words import texts_of
from nlp.wom.audit import Audit
from nlp.wom.keyphrases import Edge, EmergingPhrases, Graph, Node

NOW = datetime(2026, 11, 21)  # noqa: DTZ001 - clock times as written
PRAISE = {"sentiment": "positive", "severity": "0"}
CALM: dict[str, Any] = {
    "cause": [],
    "response": [],
    "stage": [],
    "servqual": [],
    "sentiment": "negative",
    "severity": "1",
    "recovery": "none",
}


def told(*rows: dict[str, Any]) -> ClassifiedTable:
    """Texts with these labels and columns; what a row leaves out is that of a mild complaint about nothing."""
    bare = complaint_table(len(rows), without=COLUMNS)
    decided = np.stack([bare.taxonomy.encode({g: row.get(g, CALM[g]) for g in CALM}) for row in rows]) > 0
    channels = np.array([row.get("channel") for row in rows], dtype=object)
    times = [np.datetime64(NOW, "s") - np.timedelta64(row.get("days_ago", 1), "D") for row in rows]
    return replace(
        bare,
        texts=np.array([f"{row.get('text', '')} {at}번 글 {at * 7919}" for at, row in enumerate(rows)], dtype=object),
        decided=decided,
        probabilities=np.where(decided, 0.95, 0.02).astype(np.float32),
        abstained=np.zeros_like(bare.abstained),
        channels=channels,
        times=np.array(times),
        fields={"월매출": np.array([row.get("monthly", "") for row in rows], dtype=object)},
    )


def read(*rows: dict[str, Any], **options: Any) -> Analysis:
    return analyze_table(told(*rows), now=NOW, draws=20, **options)


def codes(analysis: Analysis) -> dict[str, str]:
    return {line.code: line.en for line in headlines(analysis)}


def titles(analysis: Analysis) -> dict[str, str]:
    return {chart.id: chart.title.en for chart in build_page(analysis).charts}


def test_headline_and_chart_name_the_same_gain_where_urgent_cases_cost_more_than_they_bring() -> None:
    urgent = {"cause": ["ethics"], "monthly": "3000", "days_ago": 40}
    other = {"cause": ["core_service_failure"], "response": ["switching"], "severity": "2", "monthly": "60000"}
    analysis = read(*[urgent] * 10, *[other] * 10, capacity=15)
    assert analysis.ranking.gain[:10].max() < 0
    gain = titles(analysis)["gain"].split("worth ")[1].split(" in")[0]
    assert f"worth {gain} in expectation" in codes(analysis)["queue_texts"]


def test_where_urgent_cases_fill_the_queue_the_largest_gains_behind_them_are_shown_too() -> None:
    urgent = {"cause": ["ethics"], "monthly": "3000"}
    other = {"cause": ["core_service_failure"], "response": ["switching"], "severity": "2", "monthly": "60000"}

    def shown(urgents: int, others: int) -> list[tuple[str, list[object]]]:
        tables = queue_tables(read(*[urgent] * urgents, *[other] * others), first=10)
        return [(table.title.en, [row[0] for row in table.table.rows]) for table in tables if table.table]

    assert shown(60, 15) == [
        ("The next 40 texts", [str(rank) for rank in range(11, 51)]),
        (
            "Behind ethics, safety and third parties, the 10 texts with the largest gain",
            [str(rank) for rank in range(61, 71)],
        ),
    ]
    (next_ones, _), (_, behind) = shown(45, 15)
    assert next_ones == "The next 35 texts"
    assert behind == [str(rank) for rank in range(46, 56)]
    assert [title for title, _ in shown(30, 30)] == ["The next 40 texts"]
    assert [title for title, _ in shown(12, 4)] == ["The next 6 texts"]


def test_urgent_and_doubtful_cases_are_counted_as_what_they_are() -> None:
    for without, unit in ((), "명"), (("customer",), "건"):
        analysis = analyze_table(complaint_table(120, without=without), now=NOW, draws=20)
        found = {line.code: line.ko for line in headlines(analysis)}
        assert re.search(rf"걸린 \d+{unit}은", found["urgent"])
        assert re.search(rf"못한 \d+{unit}은", found["person"])


def test_headline_and_chart_sum_up_the_same_customers_though_the_chart_shows_more() -> None:
    other = {"cause": ["core_service_failure"], "response": ["switching"], "severity": "2", "monthly": "60000"}
    analysis = read(*[other] * 20)
    assert "the first 2 " in codes(analysis)["queue_texts"]
    chart = next(chart for chart in build_page(analysis).charts if chart.id == "gain")
    assert chart.title.en.startswith("Recovering the first 2 ")
    assert chart.note is not None
    assert "shows the first 15" in chart.note.en


def test_channels_that_are_neither_public_nor_private_are_named_and_one_channel_has_no_spread() -> None:
    rows = [{"cause": ["price"], "channel": channel} for channel in ["앱리뷰"] * 60 + ["가나다"] * 3]
    analysis = read(*rows, {"cause": ["price"], "channel": None})
    note = next(note for note in analysis.notes if note.code == "unknown_channels")
    assert "글 4건" in note.ko
    assert "가나다" in note.ko
    assert "–(" not in render_report(analysis)
    assert "unknown_channels" not in {note.code for note in read(*rows[:60]).notes}


def test_a_deadline_of_another_year_says_its_year() -> None:
    made = [read({"cause": ["ethics"], "severity": "2", "days_ago": days}) for days in (10, 400)]
    decks = [block for one in made for block in build_page(one).sections[0].blocks if isinstance(block, Deck)]
    assert [deck.cards[0].deadline.ko[:7] for deck in decks] == ["11-14 0", "2025-10"]


def test_a_file_without_a_complaint_says_so_first() -> None:
    assert next(iter(codes(read(*[PRAISE] * 30)))) == "no_complaints"
    assert "no_complaints" not in codes(read(*[PRAISE] * 30, {"cause": ["price"]}))


def test_a_customer_who_wrote_much_of_what_is_counted_is_named() -> None:
    made = told(*[{"cause": ["price"]}] * 60)
    customers = np.array([f"C{max(row, 12)}" for row in range(60)], dtype=object)
    noted = analyze_table(replace(made, customer_ids=customers), now=NOW, draws=20).notes
    assert "C12" in next(note.ko for note in noted if note.code == "one_customer")
    alike = analyze_table(replace(made, customer_ids=np.array([*"abcdef"] * 10, dtype=object)), now=NOW, draws=20)
    assert alike.distinct.dropped == 0
    assert "one_customer" in {note.code for note in alike.notes}
    assert "one_customer" not in {note.code for note in read(*[{"cause": ["price"]}] * 60).notes}


def test_only_doubtful_cases_worth_a_recovery_are_counted_for_a_person() -> None:
    rich = {"cause": ["core_service_failure"], "severity": "2", "monthly": "60000"}
    poor = {"cause": ["price"], "monthly": "100", "days_ago": 300}
    made = told(*[rich] * 5, *[poor] * 5)
    abstained = np.zeros_like(made.abstained)
    abstained[2:8, [group.id for group in made.taxonomy.groups].index("cause")] = True
    analysis = analyze_table(replace(made, abstained=abstained), now=NOW, draws=20)
    assert codes(analysis)["person"].startswith("3 texts of those")
    tile = build_page(analysis).tiles[-1]
    assert (tile.figure, tile.note.en) == ("5", "First of all 0 · person decides 3")


def test_a_recovery_that_costs_more_than_it_brings_is_not_sold_as_a_gain() -> None:
    analysis = read(*[{"cause": ["ethics"], "monthly": "3000", "days_ago": 40}] * 10, capacity=5)
    assert analysis.ranking.gain.max() < 0
    assert {code for code in codes(analysis) if code.startswith("queue")} == {"queue_texts_cost"}
    assert "costs" in titles(analysis)["gain"]
    assert "−" not in titles(analysis)["gain"]


def test_a_handful_of_texts_is_counted_and_nothing_of_it_comes_first() -> None:
    rows = [
        {"cause": [cause], "stage": ["order"], "channel": "앱리뷰"} for cause in ("price", "inconvenience", "ethics")
    ]
    analysis = read(*rows, {"response": ["switching"], "channel": "앱리뷰"})
    said = codes(analysis)
    assert said["top_cause_few"].startswith("1 of 4 texts")
    assert said["switching_few"].startswith("In 1 of 4 texts")
    assert "few" in said
    assert not said.keys() & {"top_cause", "second_cause", "top_cell", "advocacy_public"}
    assert titles(analysis)["causes"] == "Share of each cause"
    assert titles(analysis)["heat"] == "Where causes and stages meet"


def test_nobody_who_leaves_warns_or_recommends_is_told_as_a_share() -> None:
    said = codes(read(*[{"cause": ["price"], "channel": "앱리뷰"}] * 30))
    assert "switching_none" in said
    assert not said.keys() & {"switching", "advocacy_public", "advocacy_all"}


def test_advocacy_is_titled_by_the_private_side_where_nothing_is_public() -> None:
    warning = {"response": ["negative_wom"], "channel": "전화상담"}
    chart = advocacy_chart(read(*[warning] * 30))

    assert chart is not None
    assert chart.title.code == "advocacy_negative"


def test_every_branch_is_compared_and_the_one_that_stands_out_is_shown() -> None:
    first = "아주 길고 긴 이름을 가진 본점"
    names = [f"{number}호점" if number else first for number in range(30) for _ in range(12)] + ["외딴점"] * 11
    rows = [{"cause": ["price"] if name == "외딴점" else ["inconvenience"]} for name in names]
    analysis = analyze_table(replace(told(*rows), branches=np.array(names, dtype=object)), now=NOW, draws=20)
    chart = next(chart for chart in build_page(analysis).charts if chart.id == "slices_branch")
    assert "“외딴점”" in chart.title.en
    assert [row.ko for row in chart.data[0]["y"]][-1] == "외딴점 (11)"
    assert next(iter(chart.data[0]["y"])).ko == "아주 길고 긴 이름을<br>가진 본점 (12)"
    assert len(chart.data[0]["y"]) == MOST_SLICES
    assert chart.note.code == "slices_note_part"
    assert "All 31 rows" in chart.note.en


def test_an_id_is_cut_only_where_it_is_a_place() -> None:
    assert shown_id("C:\\자료\\8월.xlsx[외래]:58") == "8월.xlsx[외래]:58"
    assert shown_id("/a/b/c.csv:3") == "c.csv:3"
    assert shown_id("2026/00123") == "2026/00123"


def test_time_left_is_told_without_hours_that_are_none() -> None:
    left = {hours: until(NOW + timedelta(hours=hours), NOW).en for hours in (0, 5, 48, 50)}
    assert left == {0: "Less than 1 h left", 5: "5 h left", 48: "2 d left", 50: "2 d 2 h left"}


def test_without_a_stage_nothing_is_said_to_pile_up_at_one() -> None:
    assert not {"heat", "journey"} & titles(read(*[{"cause": ["price"]}] * 5)).keys()
    staged = titles(read({"cause": ["price"], "stage": ["order"]}, {"cause": ["price"]}))
    assert "“Order”" in staged["heat"]
    assert "“Order”" in staged["journey"]


def test_praise_alone_names_nobody_to_win_back() -> None:
    analysis = read(*[PRAISE] * 10)
    page = build_page(analysis)
    assert {code for code in codes(analysis) if code.startswith("queue")} == {"queue_none"}
    assert next(tile.figure for tile in page.tiles if tile.name == texts_of("tile")["cases_texts"]) == "0"
    assert "queue" not in {section.id for section in page.sections}
    assert "<html" in render_report(analysis)


def test_cases_without_a_gain_are_not_counted_among_those_to_win_back() -> None:
    analysis = read({"cause": ["price"], "response": ["switching"], "severity": "2"}, *[PRAISE] * 5)
    assert (
        next(tile.figure for tile in build_page(analysis).tiles if tile.name == texts_of("tile")["cases_texts"]) == "1"
    )


def test_nothing_is_called_steady_that_was_not_compared() -> None:
    steady = [{"cause": ["price"], "days_ago": day} for day in range(60)]
    assert "steady" in codes(read(*steady))
    silent = [{"cause": ["price"], "days_ago": day} for day in (0, *range(200, 220))]
    assert "steady" not in codes(read(*silent))
    weeks_alone = steady[:20]
    assert "steady" not in codes(read(*weeks_alone))


def test_headline_and_tile_name_the_same_share_of_an_audited_file_without_channels() -> None:
    table = told(*[{"cause": ["price"], "response": ["negative_wom"] if at % 5 == 0 else []} for at in range(59)])
    truth = table.decided.astype(np.float32)
    truth[::2, table.taxonomy.column("response", "negative_wom")] = 0
    analysis = analyze_table(table, now=NOW, draws=20, audit=Audit.at_random(table.ids, truth))
    share = next(tile.figure for tile in build_page(analysis).tiles if tile.name == texts_of("tile")["negative_wom"])
    assert analysis.shares.get("response", "negative_wom").corrected
    assert f"{share} warn other consumers" in codes(analysis)["advocacy_all"]


def test_audited_rows_of_other_files_are_told() -> None:
    table = told(*[{"cause": ["price"]}] * 59)
    truth = table.decided.astype(np.float32)
    ids = table.ids.copy()
    ids[:2] = ["다른파일.csv:3", "다른파일.csv:9"]
    notes = {
        note.code: note.en for note in analyze_table(table, now=NOW, draws=20, audit=Audit.at_random(ids, truth)).notes
    }
    assert notes["elsewhere"].startswith("2 audited rows are of no text counted here")
    own = analyze_table(table, now=NOW, draws=20, audit=Audit.at_random(table.ids, truth))
    assert "elsewhere" not in {note.code for note in own.notes}


def test_an_audit_that_does_not_say_how_it_was_drawn_is_told() -> None:
    table = told(*[{"cause": ["price"]}] * 59)
    random = Audit.at_random(table.ids, table.decided.astype(np.float32))
    drawn = replace(random, strata=np.array(["price"] * 59, dtype=object))
    for audit, told_of in ((random, True), (drawn, False), (None, False)):
        notes = {note.code for note in analyze_table(table, now=NOW, draws=20, audit=audit).notes}
        assert ("audited_at_random" in notes) is told_of


def test_the_texts_of_the_top_cell_are_those_that_an_audit_leaves() -> None:
    table = told(*[{"cause": ["price"], "stage": ["order"]}] * 59)
    truth = table.decided.astype(np.float32)
    truth[::2, table.taxonomy.column("cause", "price")] = 0
    analysis = analyze_table(table, now=NOW, draws=20, audit=Audit.at_random(table.ids, truth))
    cell = analysis.shares.get("cause", "price", "order")
    levers = lever_table(analysis)
    assert (cell.count, cell.best_count) == (59, 29)
    assert codes(analysis)["top_cell"].endswith(": 29 texts.")
    assert levers is not None
    assert levers.table is not None
    assert levers.table.rows[0][2] == "29"


def test_headlines_and_charts_name_what_only_the_audit_found() -> None:
    table = told(*[{"cause": ["price"] if at % 9 == 0 else [], "stage": ["order"]} for at in range(59)])
    truth = table.decided.astype(np.float32)
    truth[:, table.taxonomy.column("cause", "price")] = 0
    truth[:, table.taxonomy.column("cause", "ethics")] = 1
    analysis = analyze_table(table, now=NOW, draws=20, audit=Audit.at_random(table.ids, truth))
    heat = heat_chart(analysis)
    assert heat is not None
    assert (analysis.shares.get("cause", "ethics").count, heat.title.code) == (0, "heat")
    for sentence in (heat.title.en, codes(analysis)["top_cause"], codes(analysis)["top_cell"]):
        assert "ethical problem" in sentence.lower()
    assert "second_cause" not in codes(analysis)


def test_the_spread_of_a_few_public_texts_is_not_told() -> None:
    def spread(n: int) -> bool:
        found = read(*[{"channel": ("앱리뷰", "네이버 카페")[at % 2]} for at in range(n)])
        title = texts_of("table")["spread"]
        blocks = [block for section in build_page(found).sections for block in section.blocks]
        return any(isinstance(block, Lines) and block.title == title for block in blocks)

    assert not spread(2)
    assert spread(59)


def test_the_top_is_called_a_group_only_where_first_place_is_in_doubt() -> None:
    clear = read({"cause": ["ethics"]}, *[{"cause": ["price"]}] * 9)
    assert clear.ranking.rank_high[0] == 1
    assert titles(clear)["ranks"] == "First place stays first over the draws"
    assert "read the top as a group" in titles(read(*[{"cause": ["price"]}] * 10))["ranks"]


def test_a_handful_of_phrases_makes_no_graph() -> None:
    analysis = read({"cause": ["price"]})

    def drawn(n: int) -> bool:
        causes = [f"cause:{label}" for label in analysis.taxonomy.group("cause").ids]
        edges = [Edge(left=causes[at % 7], right=f"말{at}", documents=5, pmi=1.0, weight=0.5) for at in range(n)]
        ends = dict.fromkeys(end for edge in edges for end in (edge.left, edge.right))
        nodes = [Node(id=end, kind="cause" if end in causes else "phrase", shown=end, documents=5) for end in ends]
        none = EmergingPhrases(monday=None, rate=0.05, phrases=(), watched=0, notes=())
        graph = Graph(nodes=tuple(nodes), edges=tuple(edges))
        phrases = Phrases(typical=(), graph=graph, emerging=none, read=1, population=1)
        return graph_chart(replace(analysis, phrases=phrases)) is not None

    assert drawn(FEWEST_EDGES)
    assert not drawn(FEWEST_EDGES - 1)
