"""Made-up texts with known personal data, for the tests and for ``benchmarks/pii.py``.

A template is a sentence with slots, ``{phone}``; a slot is filled with a value drawn in one of the many ways
people and speech recognisers write it. Everything is random from a seed and belongs to nobody. The templates
and the ways of writing were set down before the detector's results on them were looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

KINDS = {
    "phone": "전화번호",
    "rrn": "주민등록번호",
    "frn": "외국인등록번호",
    "card": "카드번호",
    "account": "계좌번호",
    "email": "이메일",
    "address": "주소",
    "name": "이름",
    "plate": "차량번호",
    "passport": "여권번호",
    "license": "운전면허번호",
    "birth": "생년월일",
    "id": "아이디",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A text and the personal data in it, as ``(kind, start, end)``."""

    text: str
    spans: tuple[tuple[str, int, int], ...]


def generate(
    *,
    seed: int = 20261121,
    repeats: int = 8,
    templates: tuple[str, ...] = (),
    slots: Mapping[str, Callable[[Random], str]] = MappingProxyType({}),
) -> list[Case]:
    """Every template filled ``repeats`` times (texts without slots once), in a fixed order.

    There are three sets of templates, written one after the other, each before the rules met it. On first
    sight recall and precision were 0.92/0.94 (``TEMPLATES``), 0.89/1.00 (``SECOND``) and 0.87/0.98
    (``HELD_OUT``), nearly all misses being names without a cue; the rules were mended after each. ``slots``
    adds ways to fill a template, see ``pii_fresh``.
    """
    random = Random(seed)
    cases: list[Case] = []
    for template in templates or TEMPLATES:
        cases += (_fill(template, random, {**SLOTS, **slots}) for _ in range(repeats if "{" in template else 1))
    return cases


def _fill(template: str, random: Random, slots: Mapping[str, Callable[[Random], str]]) -> Case:
    parts: list[str] = []
    spans: list[tuple[str, int, int]] = []
    length = 0
    for part in re.split(r"(\{\w+\})", template):
        slot = part[1:-1] if part.startswith("{") else ""
        text = slots[slot](random) if slot else part
        if slot.rstrip("0123456789_") in KINDS:
            spans.append((KINDS[slot.rstrip("0123456789_")], length, length + len(text)))
        elif slot in SUBKINDS:
            spans.append((KINDS[SUBKINDS[slot]], length, length + len(text)))
        parts.append(text)
        length += len(text)
    return Case(text="".join(parts), spans=tuple(spans))


_SPOKEN = "공일이삼사오육칠팔구"


def _digits(random: Random, count: int) -> str:
    return "".join(str(random.randrange(10)) for _ in range(count))


def _speak(number: str) -> str:
    return "".join(_SPOKEN[int(c)] if c.isdigit() else c for c in number)


def _wide(number: str) -> str:
    return number.translate(str.maketrans("0123456789-", "０１２３４５６７８９－"))


def _pick(random: Random, *ways: Callable[[], str]) -> str:
    return random.choice(ways)()


def _mobile(random: Random) -> tuple[str, str, str]:
    if random.random() < 0.1:
        return (
            random.choice(["011", "016", "017", "019"]),
            str(random.randrange(200, 999)),
            _digits(random, 4),
        )
    return "010", str(random.randrange(2000, 9999)), _digits(random, 4)


def phone(random: Random) -> str:
    """A mobile, landline or internet number as typed."""
    a, b, c = _mobile(random)
    area = random.choice(["02", "031", "032", "051", "053", "062", "042", "064", "070"])
    d, e = (
        random.choice([str(random.randrange(200, 999)), str(random.randrange(2000, 9999))]),
        _digits(random, 4),
    )
    return _pick(
        random,
        lambda: f"{a}-{b}-{c}",
        lambda: f"{a}-{b}-{c}",
        lambda: f"{a}{b}{c}",
        lambda: f"{a} {b} {c}",
        lambda: f"{a}.{b}.{c}",
        lambda: f"{a} - {b} - {c}",
        lambda: f"{a}-{b}{c}",
        lambda: f"{a} {b}{c}",
        lambda: f"{a}--{b}-{c}",
        lambda: f"{a}ㅡ{b}ㅡ{c}",
        lambda: f"{a}/{b}/{c}",
        lambda: f"({a}) {b}-{c}",
        lambda: f"+82 {a[1:]}-{b}-{c}",
        lambda: f"+82-{a[1:]}-{b}-{c}",
        lambda: _wide(f"{a}-{b}-{c}"),
        lambda: " ".join(f"{a}{b}{c}"),
        lambda: f"{area}-{d}-{e}",
        lambda: f"{area}){d}-{e}",
        lambda: f"{area} {d} {e}",
        lambda: f"{area}{d}{e}",
        lambda: f"0507-{random.randrange(1300, 1499)}-{c}",
    )


def phone_spoken(random: Random) -> str:
    """A phone number as a speech recogniser writes it."""
    a, b, c = _mobile(random)
    x, y, z = _speak(a), _speak(b), _speak(c)
    return _pick(
        random,
        lambda: f"{x} {y} {z}",
        lambda: f"{x}에 {y}에 {z}",
        lambda: f"{x}{y}{z}",
        lambda: f"{x} {y}에 {z}",
        lambda: f"{x}, {y}, {z}",
        lambda: f"{x} 다시 {y} 다시 {z}",
        lambda: f"{x}-{y}-{z}",
        lambda: " ".join(x + y + z),
        lambda: f"{x} {b} {c}",
        lambda: f"{a}에 {y}에 {z}",
        lambda: f"{x}의 {y}의 {z}",
        lambda: f"{x.replace('공', '영')} {y} {z}",
        lambda: f"{a} {b}에 {c}",
        lambda: f"{a} 다시 {b} 다시 {c}",
        lambda: f"공이 {_speak(str(random.randrange(200, 999)))} {z}",
    )


def _registration(random: Random, genders: str) -> tuple[str, str]:
    gender = random.choice(genders)
    year = random.randrange(0, 25) if gender in "3478" else random.randrange(40, 99)
    front = f"{year:02d}{random.randrange(1, 13):02d}{random.randrange(1, 29):02d}"
    # Since October 2020 the last six digits are random: a valid check digit is not to be expected.
    back = gender + _digits(random, 6)
    if random.random() < 0.4:
        weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
        total = sum(int(d) * w for d, w in zip(front + back[:6], weights, strict=True))
        back = back[:6] + str((11 - total % 11) % 10)
    return front, back


def _written_registration(random: Random, genders: str) -> str:
    front, back = _registration(random, genders)
    return _pick(
        random,
        lambda: f"{front}-{back}",
        lambda: f"{front}-{back}",
        lambda: f"{front} - {back}",
        lambda: f"{front} {back}",
        lambda: f"{front}{back}",
        lambda: f"{front}ㅡ{back}",
        lambda: f"{front}.{back}",
        lambda: _wide(f"{front}-{back}"),
    )


def rrn(random: Random) -> str:
    """A resident number as typed."""
    return _written_registration(random, "1234")


def frn(random: Random) -> str:
    """A foreigner's registration number as typed."""
    return _written_registration(random, "5678")


def rrn_spoken(random: Random) -> str:
    """A resident number as a speech recogniser writes it; for a context that says what it is."""
    front, back = _registration(random, "1234")
    x, y = _speak(front), _speak(back)
    return _pick(
        random,
        lambda: f"{x} {y}",
        lambda: f"{x} 다시 {y}",
        lambda: f"{x}에 {y}",
        lambda: f"{front} 다시 {back}",
        lambda: f"{x}-{y}",
        lambda: f"{' '.join(x)} {' '.join(y)}",
        lambda: f"{front} 뒷자리는 {back}",
        lambda: f"{front}-{back[0]}******",
    )


def card(random: Random) -> str:
    """A card number with a valid check digit."""
    number = random.choice("4559") + _digits(random, 14)
    total = sum((2 * int(d) - 9 * (int(d) > 4)) if i % 2 == 0 else int(d) for i, d in enumerate(number))
    number += str(-total % 10)
    groups = [number[i : i + 4] for i in range(0, 16, 4)]
    return _pick(
        random,
        lambda: "-".join(groups),
        lambda: " ".join(groups),
        lambda: ".".join(groups),
        lambda: " - ".join(groups),
        lambda: "-".join(groups),
        lambda: number,
    )


def card_loose(random: Random) -> str:
    """A card number misheard or mistyped (no valid check digit) or spoken; for a context that says so."""
    groups = [random.choice("4559") + _digits(random, 3)] + [_digits(random, 4) for _ in range(3)]
    spoken = [_speak(group) for group in groups]
    return _pick(
        random,
        lambda: "-".join(groups),
        lambda: "".join(groups),
        lambda: " ".join(spoken),
        lambda: "에 ".join(spoken),
        lambda: "".join(spoken),
        lambda: ", ".join(groups),
    )


def account(random: Random) -> str:
    """A bank account as typed or spaced; for a context that names a bank or the word 계좌."""
    shape = random.choice([(3, 3, 6), (6, 2, 6), (4, 2, 7), (3, 4, 4, 2), (4, 3, 6), (3, 6, 2, 3), (4, 4, 4)])
    groups = [str(random.randrange(1, 10)) + _digits(random, size - 1) for size in shape]
    return _pick(
        random,
        lambda: "-".join(groups),
        lambda: "-".join(groups),
        lambda: " ".join(groups),
        lambda: "".join(groups),
        lambda: " - ".join(groups),
    )


def account_spoken(random: Random) -> str:
    """A bank account as a speech recogniser writes it."""
    groups = [_digits(random, size) for size in random.choice([(3, 3, 6), (6, 2, 6), (4, 2, 7)])]
    return _pick(
        random,
        lambda: " ".join(map(_speak, groups)),
        lambda: " 다시 ".join(map(_speak, groups)),
        lambda: " 다시 ".join(groups),
        lambda: "에 ".join(map(_speak, groups)),
    )


def email(random: Random) -> str:
    """An e-mail address, sometimes written around."""
    user = random.choice(["hong.gd", "minsu91", "lee_sy", "kkk-0412", "sunny2day", "j.park", "a1b2c3", "blue_sky7"])
    domain = random.choice(["naver.com", "gmail.com", "daum.net", "hanmail.net", "yeoul.co.kr", "kakao.com"])
    return _pick(
        random,
        lambda: f"{user}@{domain}",
        lambda: f"{user}@{domain}",
        lambda: f"{user}@{domain}",
        lambda: f"{user.upper()}@{domain}",
        lambda: f"{user} @ {domain}",
        lambda: f"{user}[at]{domain}",
        lambda: f"{user}＠{domain}",
    )


def email_spoken(random: Random) -> str:
    """An e-mail address read aloud."""
    user = random.choice(["minsu91", "sunnyday", "blue7", "jpark"])
    return user + random.choice(
        [" 골뱅이 네이버 닷컴", " 골뱅이 naver.com", "골뱅이 지메일 점 컴", " 골뱅이 네이버 점 컴"]
    )


def address(random: Random) -> str:
    """A home address down to the house number."""
    n, m = random.randrange(1, 300), random.randrange(1, 60)
    dong, ho = random.randrange(101, 130), random.randrange(101, 2500)
    city = random.choice(
        [
            "서울 강남구",
            "서울시 마포구",
            "서울특별시 송파구",
            "부산 해운대구",
            "경기도 성남시 분당구",
            "경기 수원시 영통구",
            "인천 남동구",
            "대전광역시 유성구",
            "광주 북구",
            "전주시 완산구",
            "충남 천안시 서북구",
            "강원 춘천시",
        ]
    )
    road = random.choice(
        ["테헤란로", "월드컵북로", "판교역로", "중앙대로", "백석로", "은행나무길", "한밭대로", "정자일로"]
    )
    jibun = random.choice(["역삼동", "망원동", "정자동", "우동", "구월동", "봉명동", "효자동", "쌍용동"])
    apartment = random.choice(["행복아파트", "래미안", "푸른마을아파트", "한빛빌라", "자이", "주공5단지"])
    return _pick(
        random,
        lambda: f"{city} {road} {n}",
        lambda: f"{city} {road} {n}번길 {m}",
        lambda: f"{city} {road}{n}번길 {m}",
        lambda: f"{city} {road} {n}-{m}",
        lambda: f"{city} {jibun} {n}-{m}",
        lambda: f"{city} {jibun} {n}번지",
        lambda: f"{city} {road} {n} {apartment} {dong}동 {ho}호",
        lambda: f"{city} {jibun} {n} {apartment} {dong}동{ho}호",
        lambda: f"{city} {road} {n}, {dong}동 {ho}호",
        lambda: f"{city} {jibun} {apartment} {dong}동 {ho}호",
        lambda: f"{city} {road} {n} ({jibun})",
    )


def home(random: Random) -> str:
    """The part of an address that finds the door."""
    dong, ho = random.randrange(101, 130), random.randrange(101, 2500)
    name = random.choice(["행복아파트 ", "래미안 ", "푸른마을 ", "", "힐스테이트 ", "은하수빌라 "])
    return name + random.choice([f"{dong}동 {ho}호", f"{dong}동{ho}호", f"{dong}동 {ho} 호"])


_FAMILY = "김김김이이박박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄원천방공"
_GIVEN = re.findall(
    r"\w+",
    """
민수 서연 지훈 하은 도윤 예준 시우 주원 지우 서준 수아 지아 은우 건우 현우 민재 유진 수빈
지민 예은 다은 채원 소율 영숙 순자 병철 경희 미경 정숙 상철 태식 덕수 종현 말순 춘자 영호
광수 성훈 동현 재석 명수 준하 형돈 미란 혜진 은정 선영 지현 보람 슬기 아름 빛나 한별 가온
다솜 새롬 이든 라온 나래 하늘 초롱 규리 태희 지원 정원 해인 승기 종국 효리 창민 윤호 재중
유천 준수 원빈 우성 정재 민식 강호 해일 성웅 남길 아인 보검 중기 혜교 지은 영애 복순 필립
근영 옥자 기태 상범 용식 철민 학수 호철 대근 두식 만복 점례 금자 끝순 분이 화자 명희 진욱
세훈 찬열 백현 경수 종인 루미 리나
""",
)


def name(random: Random) -> str:
    """A full name of three syllables, now and then with a double family name."""
    if random.random() < 0.05:
        return random.choice(["남궁", "황보", "제갈", "선우"]) + random.choice(_GIVEN)
    return random.choice(_FAMILY) + random.choice(_GIVEN)


def plate(random: Random) -> str:
    """A number plate."""
    letter = random.choice("가나다라마거너더러머고노도로모구누두루무허하호바사아자")
    front, back = random.choice([_digits(random, 1), "1" + _digits(random, 1)]), _digits(random, 4)
    back = "1" + back[1:]
    front = str(random.randrange(10, 99)) if len(front) == 1 else front + str(random.randrange(10))
    return _pick(
        random,
        lambda: f"{front}{letter}{back}",
        lambda: f"{front}{letter} {back}",
        lambda: f"{front} {letter} {back}",
    )


def passport(random: Random) -> str:
    """A passport number, old and new."""
    return random.choice(
        ["M" + _digits(random, 8), f"M{_digits(random, 3)}A{_digits(random, 4)}", "S1" + _digits(random, 7)]
    )


def license_(random: Random) -> str:
    """A driver's licence number; for a context that says what it is."""
    groups = [f"{random.randrange(11, 27)}", _digits(random, 2), _digits(random, 6), _digits(random, 2)]
    return _pick(random, lambda: "-".join(groups), lambda: " ".join(groups), lambda: "".join(groups))


def birth(random: Random) -> str:
    """A date of birth; for a context that says so."""
    y, m, d = random.randrange(1940, 2006), random.randrange(1, 13), random.randrange(1, 29)
    return _pick(
        random,
        lambda: f"{y}년 {m}월 {d}일",
        lambda: f"{y % 100:02d}{m:02d}{d:02d}",
        lambda: f"{y}{m:02d}{d:02d}",
        lambda: f"{y}.{m:02d}.{d:02d}",
        lambda: f"{y % 100:02d}년 {m}월 {d}일",
        lambda: f"{y}-{m:02d}-{d:02d}",
    )


def _order(random: Random) -> str:
    return _pick(
        random,
        lambda: f"2024{random.randrange(1, 13):02d}{random.randrange(1, 29):02d}-{_digits(random, 7)}",
        lambda: (
            f"24{random.randrange(1, 13):02d}{random.randrange(1, 29):02d}-{random.randrange(1, 5)}{_digits(random, 6)}"
        ),
        lambda: f"ORD-{_digits(random, 8)}",
        lambda: _digits(random, 12),
        lambda: f"{_digits(random, 13)}",
        lambda: f"A{_digits(random, 9)}",
    )


def _tracking(random: Random) -> str:
    return _pick(
        random,
        lambda: f"{random.randrange(3000, 7000)}-{_digits(random, 4)}-{_digits(random, 4)}",
        lambda: f"{random.randrange(3000, 7000)} {_digits(random, 4)} {_digits(random, 4)}",
        lambda: "6" + _digits(random, 11),
        lambda: "5" + _digits(random, 12),
    )


def _price(random: Random) -> str:
    n = random.randrange(1, 3000) * 100
    return random.choice([f"{n:,}원", f"{n}원", f"{n // 10000 + 1}만원", f"{n // 10000 + 1}만 {n % 10000 // 1000}천원"])


def _date(random: Random) -> str:
    m, d = random.randrange(1, 13), random.randrange(1, 29)
    return random.choice(
        [
            f"2024년 {m}월 {d}일",
            f"2024-{m:02d}-{d:02d}",
            f"{m}월 {d}일",
            f"24.{m:02d}.{d:02d}",
            f"2024{m:02d}{d:02d}",
            f"{m}/{d}",
        ]
    )


def _company(random: Random) -> str:
    prefix = random.choice(["1588", "1577", "1644", "1544", "1899", "1688", "1566"])
    return prefix + random.choice(["-", " ", ""]) + _digits(random, 4)


def _model(random: Random) -> str:
    return random.choice(
        [
            "SM-S928N",
            "RF85C9001AP",
            "AF17B6474GZRS",
            "갤럭시 S24 울트라",
            "WD-40",
            "KQ75QNC90AFXKR",
            "DW60A8355BG",
            "아이폰 15 프로 256GB",
        ]
    )


def _business(random: Random) -> str:
    return f"{random.randrange(100, 899)}-{random.randrange(10, 99)}-{_digits(random, 5)}"


SLOTS: dict[str, Callable[[Random], str]] = {
    "phone": phone, "phone_spoken": phone_spoken, "rrn": rrn, "frn": frn, "rrn_spoken": rrn_spoken, "card": card,
    "card_loose": card_loose, "account": account, "account_spoken": account_spoken, "email": email,
    "email_spoken": email_spoken, "address": address, "home": home, "name": name, "name2": name, "plate": plate,
    "passport": passport, "license": license_, "birth": birth,
    "ORDER": _order, "TRACKING": _tracking, "PRICE": _price, "DATE": _date, "COMPANY": _company, "MODEL": _model,
    "BUSINESS": _business,
    "FRONT": lambda random: random.choice([str, _speak])(_registration(random, "1")[0]),
    "LAST4": lambda random: _pick(random, lambda: _digits(random, 4), lambda: _speak(_digits(random, 4))),
}  # fmt: skip

SUBKINDS = {
    "phone_spoken": "phone", "rrn_spoken": "rrn", "card_loose": "card", "account_spoken": "account",
    "email_spoken": "email", "home": "address", "FRONT": "rrn", "LAST4": "phone", "person": "name", "person2": "name",
    "phone_broken": "phone", "account_broken": "account", "email_aloud": "email", "address_spoken": "address",
}  # fmt: skip

TEMPLATES = (
    # phone numbers
    "{phone}로 전화 주세요 제발",
    "연락처는 {phone} 입니다. 언제 오시는지 알려주세요",
    "기사님이 {phone}번으로 전화했다는데 부재중 없었어요",
    "제 핸드폰이 {phone}인데요 인증문자가 안 와요",
    "전화 왜 안 받으세요? {phone} 여기로 다시 연락바람",
    "해지했는데 {phone} 번호로 요금 {PRICE}이 또 나왔네요",
    "연락처:{phone}\n내용:배송지연 {DATE}까지 안 오면 취소",
    "네 제 번호는 {phone_spoken}이에요 그걸로 연락 주시면 돼요",
    "전화번호가요 {phone_spoken} 입니다",
    "아 그 {phone_spoken}이요 그 번호로 문자 보내주세요",
    "저희 남편 번호로 바꿔주세요 {phone_spoken}인데요",
    "집전화는 {phone}이고 핸드폰은 {phone}이에요",
    # resident and foreigner numbers
    "주민번호 {rrn} 이렇게 다 불러줬는데 또 물어봐요",
    "주민등록번호는 {rrn}입니다",
    "채팅으로 {rrn} 보냈는데 지워주세요 불안해요",
    "본인확인한다고 {rrn} 적어 냈어요",
    "제 주민번호요 {rrn_spoken}이요",
    "주민등록번호 {rrn_spoken} 맞으시죠",
    "주민번호 {rrn_spoken}로 조회해 주세요",
    "외국인등록번호 {frn} 인데 인증이 안 됩니다",
    "남편이 외국인이라 {frn} 넣었더니 오류나요",
    # cards and accounts
    "카드번호 {card}로 {PRICE} 결제됐는데 취소해 주세요",
    "{card} 이 카드 분실신고 할게요",
    "제 카드가 {card}인데 한도가 왜 줄었죠",
    "카드번호는 {card_loose}입니다 확인해 주세요",
    "카드 번호 불러드릴게요 {card_loose}이요",
    "계좌 {account} 으로 환불해 주세요",
    "계좌번호는 {account}이고 예금주는 {name}입니다",
    "국민은행 {account} 여기로 {PRICE} 입금해 주세요",
    "신한 {account} 로 보내주시면 됩니다",
    "환불은 농협 {account}로 부탁드려요",
    "카카오뱅크 {account} {name} 앞으로 환불 바랍니다",
    "우리은행 계좌가 {account_spoken}이거든요",
    "계좌번호 {account_spoken} 입니다",
    "하나은행이고요 {account_spoken}으로 넣어주세요",
    # e-mail
    "답변은 {email} 로 주세요",
    "{email}로 영수증 보내달라고 세 번 말했습니다",
    "이메일 주소({email}) 변경이 안 돼요",
    "메일은 {email_spoken}이에요",
    # addresses
    "{address}로 보내달라고 했는데 엉뚱한 데로 갔어요",
    "배송지는 {address} 입니다",
    "주소 {address}인데 설치 가능한가요",
    "이사해서 {address}로 인터넷 이전 신청했는데 안 와요",
    "{home} 앞에 두고 가라고 했는데 경비실에 맡기셨네요",
    "택배가 {home}로 가야 하는데 옆집에 갔어요",
    # names
    "{name} 고객님 맞으시죠?",
    "저는 {name}이라고 합니다 환불 문의드려요",
    "제 이름은 {name}이에요",
    "이름: {name}\n문의: 환불이 {DATE}까지 안 됐어요",
    "상담원 {name}입니다 무엇을 도와드릴까요",
    "감사합니다 여울텔레콤 상담사 {name}입니다",
    "상담사 {name}님 정말 친절하셨어요",
    "{name} 기사님이 약속시간을 안 지키셨어요",
    "{name} 매니저가 반말을 하더라고요",
    "담당자 {name}씨가 책임진다더니 연락이 없네요",
    "예금주 {name} 맞습니다",
    "수령인 {name} 연락처 {phone} 부재시 문앞",
    "고객 {name}({phone}) 해지 요청, 위약금 {PRICE} 안내",
    "{name} {phone} 오늘 중 연락 요망",
    "그 {name} 상담사가 {name2} 팀장한테 물어본다고 하고 끊었어요",
    "예약자 {name}이고요 {DATE} 저녁 7시요",
    # plates, passports, licences, births
    "차량번호 {plate} 주차등록이 안 돼요",
    "제 차 {plate}인데 주차비 {PRICE}이 청구됐어요",
    "{plate} 차주인데요 견인됐다고 문자가 왔어요",
    "여권번호 {passport}로 예약했는데 이름이 틀렸대요",
    "여권 {passport} 이고 영문이름 수정해 주세요",
    "운전면허번호 {license} 로 인증했어요",
    "면허번호 {license}인데 렌트가 안 된대요",
    "생년월일은 {birth}이에요",
    "생년월일 {birth}, 여자, 연락처 {phone}",
    # asked for in a dialogue
    "상담원: 주민번호 앞자리 말씀해 주시겠어요?\n고객: {FRONT}이요\n상담원: 네 확인되셨습니다",
    "상담원: 연락처 뒷번호 네 자리 불러주시겠어요\n고객: 네 {LAST4}요",
    "상담원: 성함이 어떻게 되세요?\n고객: {name}이요\n상담원: 네 {name2} 고객님 아니신가요",
    "상담원: 본인 확인을 위해 성함과 연락처 말씀 부탁드립니다\n고객: {name}이고요 {phone_spoken}이에요",
    "A: 감사합니다 고객센터입니다\nB: 카드 정지해 주세요\nA: 카드번호 불러주시겠어요\nB: {card_loose}이요",
    "상담원: 배송지 주소 불러주시겠어요\n고객: {address}요",
    "상담원: 환불 계좌 말씀해 주세요\n고객: 국민은행 {account_spoken}이요",
    # what must stay
    "주문번호 {ORDER} 아직도 배송 준비중이네요",
    "주문번호는 {ORDER}이고 {PRICE} 결제했어요",
    "운송장번호 {TRACKING} 조회해도 안 나와요",
    "송장 {TRACKING} 사흘째 옥천허브에 멈춰 있음",
    "접수번호 {ORDER} 건 진행상황 알려주세요",
    "{COMPANY} 전화했더니 30분 대기하라네요",
    "고객센터 {COMPANY}는 맨날 통화중",
    "{DATE}에 주문한 거 {DATE}에 왔어요",
    "{PRICE} 주고 샀는데 {PRICE}에 팔고 있네요",
    "모델명 {MODEL} 인데 {DATE}부터 고장이에요",
    "{MODEL} 배터리가 85%에서 3시간만에 20%로 떨어짐",
    "사업자등록번호 {BUSINESS} 로 세금계산서 발행해 주세요",
    "예약번호 {ORDER} {DATE} 2박 3일 객실 1203호 예약했는데 없대요",
    "103호 객실 2층 카페 3번 출구 앞 5분 거리",
    "이 상품 2개 사면 1개 더 준다더니 3개에 {PRICE}이에요",
    "인터넷 속도가 500메가인데 32메가 나와요 010 번호로 인증도 안 되고",
    "총 1234567원 청구됐는데 7654321원이 맞나요",
    "리뷰 1234개 평점 4.8 믿고 샀는데 별 1개도 아까움",
    "강남역 2번 출구 스타벅스 옆 매장 직원이 불친절해요",
    "홍대 지점 2호점 3층 화장실이 더러워요",
    "쿠폰번호 {ORDER} 적용이 안 됩니다",
    "제품 시리얼 {ORDER} 등록이 안 돼요",
    "바코드 880{TRACKING} 찍어도 안 나옴",
    "신규 고객만 우대하고 기존 고객은 호갱 취급하네요",
    "배송 기사님이 던지고 가셨어요 고객님 소리도 듣기 싫네요",
    "정수기 기사님이 이번주 오신다더니 안 오셨어요",
    "유치원 선생님이랑 통화했는데 전문의 선생님 말씀이 다르네요",
    "담당자 연결해 달라니까 담당자 부재중이라고만 함",
    "제 이름은 왜 물어보는지 모르겠고 성함도 안 밝히시네요",
    "상담사 교육 좀 시키세요 상담원 태도가 이게 뭔가요",
    "사장님이 직접 사과하셨고 이모님도 친절하셨어요",
    "이번 고객센터 응대는 최악 진상 손님 취급을 하네요",
    "이용자님 문의 감사합니다라는 매크로 답변만 와요",
    "버전 12.3.4567 업데이트 후 오류코드 500-1234 뜸",
    "2023-2024 시즌권 구매했는데 23/24 표기가 다릅니다",
    "통화시간 00:12:34 대기 10:20~10:52 총 32분",
    "비행기 KE1234편 3시간 지연 보상 없음",
    "가입한 지 3년 2개월 15일 됐고 매달 55000원씩 냈어요",
    "사이즈 240 250 255 260 다 작아요",
    "일 이 주면 온다더니 삼사일 더 걸린대요 이 일로 오구 가구 힘들어요",
    "오만 이천 원 환불이요 칠팔월에 쓴 거예요",
    "하나 둘 셋 우리 넷이 갔는데 국민 간식이라더니 별로",
    "친구가 이사 가서 새로 산 침대가 구리고 삐걱거려요",
    "환불 계좌가 아니라 포인트로 {PRICE} 돌려준대요",
    "카드 끝자리 1234로 결제된 {PRICE} 취소해 주세요",
    "주차장 지하 3층 B구역 1234번 자리",
    "와이파이 2.4GHz 5GHz 둘 다 안 잡혀요",
    "1번 누르고 2번 누르고 0번 눌러도 상담원 연결이 안 돼요",
    "오픈시간 10:00-22:00 이라더니 21:00에 문 닫음",
    "서울 강남구 매장은 친절한데 부산 해운대 매장은 별로",
    "신길동 사는데 배달이 안 온대요",
)

SECOND = (
    "문자로 {phone} 이 번호 남겼는데 콜백이 없네요",
    "보호자 번호 {phone}, 본인 번호 {phone} 둘 다 등록해 주세요",
    "아니 제 폰이 {phone}인데 왜 딴 사람 요금이 나오냐고요",
    "어 저희 집 번호가요 {phone} 이거든요",
    "그 {phone_spoken}으로 기사님이 전화 좀 주셨으면 해요",
    "명의가 저희 어머니 {phone_spoken} 그 번호예요",
    "가족결합 하려고 동생 {name} {phone} 도 넣어달랬는데 누락됐어요",
    "신분증에 {rrn} 이 번호가 다 보이게 올라가 있어요",
    "상담원이 주민번호 전체를 {rrn_spoken} 이렇게 크게 따라 읽었어요",
    "제 주민번호 뒷자리까지 {rrn} 전부 화면에 떠요",
    "등록번호 {frn} 외국인이라고 가입을 거절당했습니다",
    "결제카드 {card} 유효기간 바뀌었는데 수정이 안 돼요",
    "삼성카드 {card}로 두 번 승인됐어요 하나는 취소요",
    "카드번호가 {card_loose} 이거 맞는지 봐주세요",
    "환불받을 통장은 기업은행 {account} 입니다",
    "{account} 국민은행 {name} 이쪽으로 입금 부탁",
    "자동이체 계좌를 {account}로 바꿨는데 옛날 계좌에서 빠졌어요",
    "토스뱅크 {account}에서 {PRICE} 빠져나갔어요",
    "계좌는 신한이고 {account_spoken} 이에요",
    "제 메일 {email} 로는 왜 광고만 오나요",
    "아이디가 {email}인데 비밀번호 재설정 메일이 안 와요",
    "{email_spoken} 으로 보내주세요",
    "저희 집은 {address} 이고 벨 누르지 말아 달랬는데요",
    "{address} 로 재발송 부탁드립니다",
    "반품 수거지 {address}, 경비실 앞",
    "옆동 {home} 택배가 자꾸 저희 집으로 와요",
    "전화받은 분이 {name} 상담원이었는데 말끝마다 한숨이에요",
    "{name} 팀장님께 칭찬 전해주세요",
    "기사 {name}님이 신발 신고 들어오셨어요",
    "안녕하세요 {name}입니다라고 인사도 안 하고 끊네요 상담원이",
    "본인은 {name}이며 {DATE} 계약을 해지하고자 합니다",
    "성명 {name} 생년월일 {birth} 해지 신청합니다",
    "입금자명 {name}으로 {PRICE} 보냈는데 확인이 안 된대요",
    "받는 분 {name} 보내는 분 {name2} 운송장 {TRACKING}",
    "환자 {name} 예약이 누락됐다고 합니다",
    "설치하신 {name} 기사님 번호가 {phone} 맞나요",
    "{name} 교수님 진료 대기가 3시간이에요",
    "렌터카 {plate} 긁힌 자국을 제 탓이라고 하네요",
    "차량 {plate} 하이패스 요금이 두 번 나갔어요",
    "여권번호는 {passport}이고 영문명은 HONG GILDONG입니다",
    "운전면허 {license} 갱신이 안 됐대요",
    "생일은 {birth}인데 생일쿠폰이 안 왔어요",
    "화자1: 반갑습니다 여울보험 {name}입니다\n화자2: 네 저 {name2}인데요 보험금이 안 들어와서요",
    "상담사: 고객님 휴대폰 번호가 어떻게 되실까요\n고객: {phone_spoken}요\n상담사: 성함은요?\n고객: {name}입니다",
    "[상담원] 등록하실 계좌번호 말씀해 주시겠어요 [고객] {account_spoken}이고요 농협이에요",
    "상담원: 생년월일 확인할게요\n고객: {birth}이요\n상담원: 감사합니다 {name} 고객님",
    "상담원: 어느 주소로 보내드릴까요\n고객: {address}로요",
    "상담원: 주민번호 앞 여섯 자리 부탁드릴게요\n고객: {FRONT} 입니다",
    # what must stay
    "반품번호 {ORDER} 회수 기사님이 사흘째 안 오세요",
    "교환 접수 {ORDER} 처리상태가 그대로예요",
    "택배 {TRACKING} 분실이래요 보상은요",
    "{COMPANY}로 세 번 걸었는데 ARS만 돌아요",
    "대표번호 {COMPANY} 통화료 {PRICE} 왜 제가 내죠",
    "{MODEL} 샀는데 {DATE} 업데이트하고 먹통",
    "{DATE}부터 {DATE}까지 정지였는데 {PRICE} 청구",
    "요금이 {PRICE}에서 {PRICE}으로 올랐는데 안내가 없었어요",
    "세금계산서 사업자 {BUSINESS} 로 다시 끊어주세요",
    "오류코드 0x80070057 뜨고 버전 2024.11.0301 설치가 안 됨",
    "우편번호 06236 입력하면 다른 동네가 나와요",
    "좌석 12A 12B 인데 34C로 바뀜 항공권 {ORDER}",
    "혈압 120에 80 나왔는데 140이라고 적혀 있었어요",
    "키 165 몸무게 55인데 M 사이즈가 작아요",
    "대기번호 0123번 받고 2시간 45분 기다림",
    "층간소음 때문에 502호 옆방으로 옮겨달랬더니 만실",
    "1+1이라더니 2+1이고 3+1은 품절 10% 쿠폰도 안 됨",
    "구매한 지 이 년 삼 개월 됐고 일주일에 두 번 써요",
    "천이백 원 이천오백 원 삼만 칠천 원 다 따로 청구",
    "이용 고객 누구나 된다더니 장기 고객은 안 된대요",
    "신규 회원님만 된다는 안내를 기존 고객에게 왜 하죠",
    "방문 기사님 이전 기사님 둘 다 말이 달라요",
    "담당자가 누군지 상담사 이름도 모르고 책임자 바꿔달라니 없대요",
    "점장님 실장님 원장님 다 불러도 아무도 안 나와요",
    "주소 변경하려고 3번 전화 이름 확인만 5분",
    "계좌 등록이 안 되고 카드 등록은 2번 실패",
    "강남대로 매장 2호점 앞 3번 버스 정류장",
    "비번 5회 오류로 잠겼는데 풀어주지도 않네요",
    "전화 20통 문자 15통 카톡 30개 보냈는데 답이 없음",
    "이 일이 벌써 사오 일 전 일인데 구구절절 변명뿐",
)

HELD_OUT = (
    "어제 통화한 {name} 대리는 환불된다더니 오늘 {name2} 과장은 안 된대요",
    "네 {name}요 핸드폰은 {phone_spoken}입니다 조회해 보세요",
    "원장 {name} 선생님 진료는 좋은데 접수가 느려요",
    "매장에서 {name} 점장이 영수증 없으면 안 된다고 소리를 질렀습니다",
    "고객명 {name} / 연락처 {phone} / 요청사항: {DATE} 이전 취소",
    "저 {name}이라고 하는데요 {phone} 로 문자 좀요",
    "신청인은 {name}이고 주민번호는 {rrn} 주소는 {address}입니다",
    "{name}님 앞으로 {PRICE} 청구서가 왔는데 전 {name2}인데요",
    "상담원 {name}이 제 카드 {card} 번호를 소리내서 읽음",
    "환불계좌 농협 {account} 예금주 {name}",
    "입금은 {account} 기업은행으로 해주시고 {phone} 문자 주세요",
    "저희 아이 {name} 학원비가 두 번 결제됐어요",
    "가입자 본인 {name} 생일 {birth} 확인 부탁드려요",
    "외국인 등록증 {frn} 사진 올렸는데 심사중이라네요",
    "비회원 주문 {ORDER} 이메일 {email} 로 조회가 안 됩니다",
    "{address}에서 배달 시켰는데 {home} 아닌 데로 감",
    "대리운전 불렀더니 {plate} 차를 긁어놨어요 {phone} 연락두절",
    "여권({passport}) 사본이랑 면허증 {license} 둘 다 보냈는데요",
    "운전면허번호가요 {license} 이에요",
    "카드사에서 {card_loose} 카드 맞냐고 전화 옴",
    "집전화 {phone} 해지하고 인터넷만 쓸게요",
    "계좌이체로 {account_spoken} 여기 맞죠 하고 물어봤어요",
    "주민번호 뒤까지 {rrn_spoken} 다 말하라니 기분 나쁘네요",
    "B: 네 안녕하세요 {name}입니다\nA: 무엇을 도와드릴까요 고객님\nB: {phone_spoken} 이 번호 해지요",
    "상담원: 예금주 성함이랑 계좌번호 불러주세요\n고객: {name}이고 {account_spoken}이에요",
    "상담원: 카드번호 열여섯 자리 말씀해 주세요\n고객: 네 {card_loose}입니다\n상담원: {name} 고객님 맞으신가요",
    "상담원: 지금 계신 주소 알려주시겠어요\n고객: 여기가 {address}예요",
    # what must stay
    "수리번호 {ORDER} 기사 배정이 {DATE}에 된다더니 감감무소식",
    "정기 점검 기사님이 방문 전 연락도 없이 오심",
    "국민 대표 간식이라더니 우리 아이는 안 먹네요",
    "하나 남은 객실이라고 재촉하더니 {PRICE} 더 받음",
    "{MODEL} 시리얼 {ORDER} 보증기간 {DATE}까지래요",
    "문의 {COMPANY} 적혀있는데 없는 번호래요",
    "결제금액 {PRICE} 포인트 1234점 사용 {PRICE} 할인",
    "고객 응대 매뉴얼 좀 보세요 손님 없을 때도 인사 안 함",
    "정상 가격 {PRICE}인데 {DATE} 행사 끝났다고 안 해줌",
    "이런 대표 번호는 왜 있나요 전화 기사 다 불친절",
    "유리 조각이 나왔는데 사장은 나 몰라라",
    "서울 노선 3400번 버스 배차 40분 실화냐",
)
