import pytest
from wom_tables import table

from nlp.errors import InputError
from nlp.wom.competitors import competitor_mentions, competitors, load_gazetteer

GAZETTEER = load_gazetteer()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("카뱅은 1분이면 되던데", ["카카오뱅크"]),
        ("쿠팡이 훨씬 빨라요", ["쿠팡"]),
        ("배민 대신 요기요 씁니다", ["배달의민족", "요기요"]),
        ("SKT에서 KT로 옮겼어요", ["SK텔레콤", "KT"]),
        ("ktx 요금이 올랐네요", ["KTX"]),
        ("단비모바일은 약정이 없던데요", ["단비모바일"]),
        ("바로 다온으로 갈아탔습니다", ["다온"]),
        ("풀잎상자가 더 싸고 양도 많아요", ["풀잎상자"]),
        ("다른 은행으로 옮길게요", []),
        ("딴 데로 갈아탈 거예요", []),
        ("옆집이 훨씬 맛있어요", []),
        ("생각보다 더 비싸요", []),
        ("예전보다 느리네요", []),
        ("음식값보다 더 나왔어요", []),
        ("다른 기사님이 더 친절했어요", []),
        ("차라리 모텔이 낫겠네요", []),
        ("길 건너 의원이 더 친절했어요", []),
        ("고객센터는 연결도 안 돼요", []),
        ("저가항공이라 그런가", []),
        ("오배송이 또 왔네요, 재배송보다 환불이 빨라요", []),
        ("정기배송은 그나마 낫고 오배달은 늘었어요", []),
        ("나래배송은 하루면 와요", ["나래배송"]),
        ("직수정수기랑 냉온정수기 둘 다 해지하고 옮길래요", []),
        ("가온정수기로 옮길래요", ["가온정수기"]),
        ("오백메가 상품인데 느려요", []),
        ("SKT로 옮겼는데 SKT가 더 싸요", ["SK텔레콤"]),
        ("엘지유플러스 쓰다가 다시 엘지유플러스로 옮김", ["LG유플러스"]),
        ("KB국민은행은 되는데, KB국민은행이 나아요", ["국민은행"]),
    ],
)
def test_names_are_found_and_everyday_words_are_not(text, names):
    assert [mention.name for mention in competitor_mentions(text, GAZETTEER)] == names


def test_a_mention_says_which_rule_found_it_and_where():
    text = "결국 단비모바일로 왔어요"
    [mention] = competitor_mentions(text, GAZETTEER)
    assert text[mention.start : mention.end] == "단비모바일"
    assert mention.rule == "suffix"


@pytest.mark.parametrize(
    ("own", "text", "names"),
    [
        ("여울", "여울텔레콤 쓰다가 단비모바일로 옮겼어요", ["단비모바일"]),
        ("KT", "케이티에서 SKT로 옮겼어요", ["SK텔레콤"]),
        ("SKT", "SK텔레콤 말고 KT가 나아요", ["KT"]),
        ("KT", "KT엠모바일도 KT도 아니고 KTX가 더 낫네요", ["KTX"]),
        ("LGU+", "유플러스보다 KT가 싸요", ["KT"]),
        (" ", "KT가 싸요", ["KT"]),
    ],
)
def test_the_own_brand_is_left_out(own, text, names):
    assert [mention.name for mention in competitor_mentions(text, GAZETTEER, own=(own,))] == names


def test_names_of_the_user_are_added(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(
        '[[sector]]\nid = "gym"\nnames = ["강변박스"]\naliases = { "강박" = "강변박스" }\n', encoding="utf-8"
    )
    found = competitor_mentions("강박은 코치가 둘이에요", load_gazetteer(path))
    assert [mention.name for mention in found] == ["강변박스"]


def test_a_file_that_is_no_gazetteer_is_refused_by_name(tmp_path):
    path = tmp_path / "names.toml"
    path.write_text("sector = 3", encoding="utf-8")
    with pytest.raises(InputError, match=r"names\.toml"):
        load_gazetteer(path)


def test_competitors_win_on_the_other_causes_of_their_documents():
    pull = {"text": "쿠팡은 당일에 와요", "cause": ["competitor_pull", "inconvenience"]}
    rows = [pull, pull, {"text": "쿠팡이 더 싸요", "cause": ["competitor_pull", "price"]}]
    rows += [{"text": "딴 데가 나아요", "cause": ["competitor_pull"]}, {"text": "쿠팡 얘기", "cause": ["price"]}]
    found = competitors(table(rows))
    assert (found.pulled, found.named) == (4, 3)
    [rival] = found.competitors
    assert (rival.name, rival.sector, rival.documents, rival.share.value) == ("쿠팡", "commerce", 3, 0.75)
    assert [(cause, count) for cause, count, _ in rival.wins_on[:2]] == [("inconvenience", 2), ("price", 1)]


def test_a_name_said_by_the_agent_is_not_the_customers():
    text = "고객: 거기가 더 낫네요\n상담원: 쿠팡과는 다릅니다"
    assert competitors(table([{"text": text, "cause": ["competitor_pull"]}])).competitors == ()


def test_no_document_about_competitors_gives_a_note():
    assert competitors(table([{}])).notes[0].missing == "text"
