from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select
from store_clock import Clock

from nlp.errors import InputError
from nlp.store import Store
from nlp.store.tables import KeyRow


def test_a_key_is_let_in_by_its_secret_until_it_is_revoked(store: Store, clock: Clock) -> None:
    key, secret = store.keys.create("상담 CRM", "reader", actor="cli:kim")
    assert store.keys.verify(secret) == key
    assert store.keys.any_active()
    clock.pass_by(days=1)
    revoked = store.keys.revoke(key.id, actor="cli:lee")
    assert revoked.revoked_at == clock.now
    assert store.keys.verify(secret) is None
    assert not store.keys.any_active()
    clock.pass_by(days=1)
    assert store.keys.revoke(key.id, actor="cli:lee") == revoked
    assert store.keys.list() == [revoked]


def test_the_secret_is_not_in_the_store_only_its_digest(store: Store) -> None:
    _, secret = store.keys.create("CRM", "admin", actor="cli:kim")
    with store._database.reading() as session:
        row = session.scalars(select(KeyRow)).one()
        assert row.digest == hashlib.sha256(secret.encode()).hexdigest()
        kept = repr(vars(row))
    assert secret.split("_", 2)[2] not in kept


@pytest.mark.parametrize(
    "wrong",
    ["", "dgl_", "x" * 5000, "dgl_000000000000_" + "A" * 43, "dgl_' OR 1=1 --_" + "A" * 43, "한글", "\0", "\ud800"],
)
def test_what_is_no_secret_of_ours_is_refused(store: Store, wrong: str) -> None:
    store.keys.create("CRM", "reader", actor="cli:kim")
    assert store.keys.verify(wrong) is None


def test_a_secret_with_one_other_character_is_refused(store: Store) -> None:
    _, secret = store.keys.create("CRM", "reader", actor="cli:kim")
    for at in range(len(secret)):
        other = secret[:at] + ("B" if secret[at] != "B" else "C") + secret[at + 1 :]
        assert store.keys.verify(other) is None


def test_secrets_and_digests_are_compared_in_constant_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[str, str]] = []
    monkeypatch.setattr("nlp.store.keys.hmac.compare_digest", lambda a, b: compared.append((a, b)) or a == b)
    key, secret = store.keys.create("CRM", "reader", actor="cli:kim")
    assert store.keys.verify(secret) == key
    assert store.keys.verify("dgl_000000000000_" + "A" * 43) is None
    assert store.keys.verify("nonsense") is None
    assert [len(side) for pair in compared for side in pair] == [64] * 6


def test_creating_and_revoking_a_key_leaves_a_trail(store: Store, clock: Clock) -> None:
    key, secret = store.keys.create("CRM", "analyst", actor="cli:kim")
    clock.pass_by(hours=1)
    store.keys.revoke(key.id, actor="cli:lee")
    trail = [(entry.actor, entry.action, entry.subject, entry.at.hour) for entry in store.audit.list()]
    assert trail == [("cli:lee", "key.revoke", key.id, 10), ("cli:kim", "key.create", key.id, 9)]
    assert secret not in repr(store.audit.list())


@pytest.mark.parametrize(
    ("name", "role", "message"),
    [("", "reader", "1 to 200"), ("이" * 201, "reader", "201 characters"), ("CRM", "root", "reader, analyst, admin")],
)
def test_a_key_needs_a_name_and_a_role(store: Store, name: str, role: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        store.keys.create(name, role, actor="cli:kim")  # type: ignore[arg-type]


def test_revoking_a_key_that_is_not_there_says_so(store: Store) -> None:
    with pytest.raises(InputError, match="keys list"):
        store.keys.revoke("nothing", actor="cli:kim")
