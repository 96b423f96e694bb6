from __future__ import annotations

from nlp.training.split import fold_of, without_leaks

COPIES = [
    "배송이 너무 늦어서 주문을 취소했습니다 정말 실망입니다",
    "배송이 너무 늦어서 주문을 취소했습니다!! 정말 실망입니다ㅠㅠ",
]
OTHERS = [
    f"{number}번째 지점의 {number * 7}호 직원이 정말 불친절했어요 {'가나다라마바사'[number % 7]}"
    for number in range(60)
]


def test_near_duplicates_share_a_fold() -> None:
    for seed in range(20):
        folds = fold_of([*COPIES, *OTHERS], folds=5, seed=seed)
        assert folds[0] == folds[1]


def test_every_fold_gets_rows_and_the_same_seed_gives_the_same_folds() -> None:
    texts = [f"{'가나다라마바사아자차'[n % 10]}{n * 7919 % 10007}번 문의 {n * 104729 % 7907} 관련" for n in range(500)]
    folds = fold_of(texts, folds=5, seed=1)

    assert set(folds.tolist()) == set(range(5))
    assert (folds == fold_of(texts, folds=5, seed=1)).all()
    assert (folds != fold_of(texts, folds=5, seed=2)).any()


def test_a_copy_of_a_held_out_text_is_a_leak() -> None:
    assert without_leaks([COPIES[1], "전혀 다른 이야기입니다"], [COPIES[0]]).tolist() == [False, True]
