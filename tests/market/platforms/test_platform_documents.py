"""Hashes, drift, pauses and the registry: plain data, no network."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.platforms.contract import (
    ConnectionSettings,
    RemoteIds,
    RemoteSnapshot,
    ReviewResult,
    ReviewState,
    Unsupported,
    ValidationFailed,
    adapter_for,
    changed_fields,
    pause_seconds,
    payload_hash,
    register_adapter,
    registered_adapters,
)
from market.platforms.santhu.adapter import SanThuAdapter
from tests.market.platforms.samples import badge, document, photo

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20) | st.integers() | st.none(), max_size=5))
def test_payload_hash_ignores_order_and_composition_of_letters(payload: dict[str, str | int | None]) -> None:
    other = {
        unicodedata.normalize("NFD", key): unicodedata.normalize("NFD", value) if isinstance(value, str) else value
        for key, value in reversed(payload.items())
    }
    keys = [unicodedata.normalize("NFC", key).strip() for key in payload]
    if len(set(keys)) == len(keys):
        assert payload_hash(payload) == payload_hash(other)


def test_payload_hash_refuses_floats() -> None:
    with pytest.raises(TypeError):
        payload_hash({"price": 1.5})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Nước mắm cốt"},
        {"description": ""},
        {"category_code": "khac"},
        {"unit": "thùng"},
        {"net_weight_grams": None},
        {"photos": (photo(20), photo(10))},
        {"badges": ()},
        {"badges": (badge(valid_until=date(2026, 1, 1)),)},
        {"origin_province": "Tỉnh Đồng Nai"},
        {"producer_name": "HTX Bình"},
    ],
)
def test_content_hash_sees_everything_a_reviewer_sees(changes: dict[str, object]) -> None:
    assert document(**changes).content_hash != document().content_hash


def test_content_hash_does_not_see_price_stock_revision_or_spelling() -> None:
    same = document(
        price=1,
        stock=0,
        revision=99,
        title=unicodedata.normalize("NFD", document().title) + " ",
        photos=(photo(10, file_name="khac.jpg"), photo(20)),
    )
    assert same.content_hash == document().content_hash


def test_offer_hash_sees_price_and_stock_only() -> None:
    offer = document().offer(RemoteIds("1"))
    assert offer.offer_hash == replace(offer, remote=RemoteIds("2")).offer_hash
    assert len({offer.offer_hash, replace(offer, price=1).offer_hash, replace(offer, stock=0).offer_hash}) == 3


def _snapshot() -> RemoteSnapshot:
    ours = document()
    return RemoteSnapshot(
        remote=RemoteIds("1"),
        sku=ours.reference.sku,
        title=unicodedata.normalize("NFD", ours.title),
        description=ours.description.replace("\n", "\r\n"),
        category_code=ours.category_code,
        price=ours.price,
        unit=ours.unit,
        net_weight_grams=ours.net_weight_grams,
        stock=ours.stock,
        photo_digests=tuple(each.sha256 for each in ours.photos),
        origin_commune=ours.origin_commune,
        origin_province=ours.origin_province,
        producer_name=ours.producer_name,
        badge_codes=("K7PQ2M",),
        is_visible=True,
        review=ReviewResult(ReviewState.LIVE),
    )


def test_spelling_alone_is_no_drift() -> None:
    assert changed_fields(document(), _snapshot()) == ()


def test_drift_names_the_fields() -> None:
    theirs = replace(_snapshot(), title="Khác", price=8_500_000, photo_digests=(), badge_codes=())
    assert changed_fields(document(), theirs) == ("title", "price", "photos", "badges")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 120 ", 120.0),
        ("99999999999999", 3600.0),
        ("Sun, 22 Nov 2026 12:00:40 GMT", 40.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2099 12:00:00 GMT", 3600.0),
        (None, 30.0),
        ("", 30.0),
        ("-5", 30.0),
        ("soon", 30.0),
        ("٣", 30.0),
    ],
)
def test_pause_seconds(header: str | None, seconds: float) -> None:
    assert pause_seconds(header, now=NOON) == seconds


def test_registry() -> None:
    assert {"postmart", "santhu", "voso"} <= set(registered_adapters())
    with pytest.raises(Unsupported):
        adapter_for("khong-co")
    with pytest.raises(ValueError, match="santhu"):
        register_adapter("santhu", lambda: adapter_for("voso"))
    register_adapter("santhu", SanThuAdapter)  # the same again changes nothing
    assert adapter_for("santhu").key == "santhu"


def test_a_connection_never_shows_its_credentials() -> None:
    assert "bi-mat" not in repr(ConnectionSettings(base_url="https://a.example", credentials={"key": "bi-mat"}))


def test_validation_failure_keeps_the_issues_and_is_permanent() -> None:
    adapter = SanThuAdapter()
    with pytest.raises(ValidationFailed) as caught:
        adapter.put_content(ConnectionSettings(), document(title="", price=0), None, "op-1")
    assert caught.value.permanent
    assert [(issue.field, issue.code) for issue in caught.value.issues] == [
        ("title", "title_missing"),
        ("price", "price_too_low"),
    ]
