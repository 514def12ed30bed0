"""The JSON of «Sàn thử», as plain data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from market.platforms.contract import ContractBroken, RemoteIds, ReviewState
from market.platforms.santhu import refusals, wire
from tests.market.platforms.samples import document

SEEN = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def listing(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": 7,
        "seller_sku": "NM-001",
        "name": "Nước mắm",
        "detail": "",
        "category": "nuoc-mam",
        "unit": "chai",
        "weight_g": None,
        "maker": "HTX An",
        "origin": {"commune": "Phường Phan Thiết", "province": "Tỉnh Lâm Đồng"},
        "images": [{"id": "m-ab", "alt": "", "sha256": "ab"}],
        "certificates": [{"code": "K7PQ2M"}],
        "papers": [{"code": "vietgap", "number": "VG-1"}],
        "composition": "Cá cơm, muối",
        "caution": "",
        "keeps_for": "365 ngày",
        "price_vnd": 85_000,
        "quantity": 24,
        "visible": True,
        "state": "pending_review",
        "reasons": [],
        "path": "/p/7",
        "updated_at": "2026-11-22T11:00:00+07:00",
    }
    return {**values, **changes}


def parse(value: Any) -> Any:
    return wire.parse_listing(value, public_url="https://santhu.example/", seen_at=SEEN)


def test_a_listing_is_read_into_our_words() -> None:
    snapshot = parse(listing())
    assert snapshot.remote == RemoteIds("7", "https://santhu.example/p/7")
    assert (snapshot.price, snapshot.stock, snapshot.net_weight_grams) == (85_000, 24, None)
    assert (snapshot.photo_digests, snapshot.badge_codes) == (("ab",), ("K7PQ2M",))
    assert (snapshot.paper_numbers, snapshot.ingredients, snapshot.warnings, snapshot.shelf_life) == (
        ("VG-1",),
        "Cá cơm, muối",
        "",
        "365 ngày",
    )
    assert snapshot.updated_at == datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    assert (snapshot.review.state, snapshot.review.seen_at) == (ReviewState.PENDING, SEEN)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "archived"},
        {"state": None},
        {"id": "7"},
        {"price_vnd": 85000.5},
        {"price_vnd": True},
        {"path": "https://evil.example/p/7"},
        {"path": "/p/7/../../x"},
        {"papers": None},
        {"papers": [{"number": 7}]},
        {"composition": None},
        {"images": {}},
        {"images": [None]},
        {"origin": None},
        {"reasons": None},
        {"visible": 1},
        {"updated_at": "hôm qua"},
        {"updated_at": "2026-11-22T11:00:00"},
    ],
)
def test_whatever_is_not_documented_breaks_the_contract(changes: dict[str, Any]) -> None:
    with pytest.raises(ContractBroken):
        parse(listing(**changes))


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"a": ', b"\xff", b"<html>"])
def test_no_json_object_breaks_the_contract(body: bytes) -> None:
    with pytest.raises(ContractBroken):
        wire.parse_json(body)
    assert refusals.parse_refusal(body) is None


def test_reasons_name_our_fields_and_keep_a_bounded_text() -> None:
    reasons = [{"field": "name", "text": "Tên sai"}, {"field": "colour", "text": "<b>" + "x" * 10_000}]
    review = parse(listing(state="refused", reasons=reasons)).review
    assert review.state is ReviewState.REJECTED
    assert [(issue.field, len(issue.remote_text)) for issue in review.reasons] == [("title", 7), ("", 1000)]
    assert review.reasons[0].message_vi == ("Sàn chưa nhận mục tên sản phẩm. Hãy sửa theo lời sàn rồi gửi lại.")


def test_a_refusal_maps_every_field() -> None:
    body = {"error": {"code": "invalid", "message": "…", "fields": {"price_vnd": ["a", "b"], "images": ["c"]}}}
    refusal = refusals.parse_refusal(json.dumps(body).encode())
    assert refusal is not None
    assert [(issue.field, issue.remote_text) for issue in refusal.issues] == [
        ("price", "a"),
        ("price", "b"),
        ("photos", "c"),
    ]


def test_a_creation_carries_everything_and_an_update_no_offer() -> None:
    ours = document()
    media = {photo.sha256: f"m-{index}" for index, photo in enumerate(ours.photos)}
    body = wire.creation_body(ours, media)
    assert body == {
        "seller_sku": "NM-001",
        "name": ours.title,
        "detail": ours.description,
        "category": "nuoc-mam",
        "unit": "chai",
        "weight_g": 500,
        "maker": "HTX Nước mắm An",
        "origin": {"commune": "Phường Phan Thiết", "province": "Tỉnh Lâm Đồng"},
        "images": [
            {"id": "m-0", "alt": "Chai nước mắm nhìn từ trước"},
            {"id": "m-1", "alt": "Chai nước mắm nhìn từ trước"},
        ],
        "certificates": [
            {
                "code": "K7PQ2M",
                "number": "2503/QĐ-UBND",
                "stars": 4,
                "valid_until": "01/03/2028",
                "check_url": "https://lensan.example/ocop/K7PQ2M",
            }
        ],
        "papers": [
            {
                "code": "food_safety",
                "name": "Giấy đủ điều kiện an toàn thực phẩm",
                "number": "12/2025/ATTP-LĐ",
                "issuer": "Chi cục An toàn thực phẩm",
                "valid_until": "01/06/2028",
            }
        ],
        "composition": "Cá cơm 75%, muối 25%",
        "caution": "Người kiêng mặn nên dùng ít.",
        "keeps_for": "730 ngày",
        "price_vnd": 85_000,
        "quantity": 24,
    }
    assert body.keys() - wire.content_body(ours, media).keys() == {"seller_sku", "price_vnd", "quantity"}


def test_a_photo_is_only_taken_for_ours_when_the_digest_says_so() -> None:
    body = json.dumps({"items": [{"id": "m-1", "sha256": "other"}]}).encode()
    assert wire.parse_media_list(body, "ours") is None
    with pytest.raises(ContractBroken):
        wire.parse_media({"id": "m-1", "sha256": "other"}, "ours")


@pytest.mark.parametrize(
    ("headers", "notice"),
    [
        ({"X-RateLimit-Limit": "200", "X-RateLimit-Remaining": "7", "X-RateLimit-Window": "1"}, (200.0, 7, 1.0)),
        ({"X-RateLimit-Remaining": "0"}, (None, 0, None)),
        ({"X-RateLimit-Limit": "-5", "X-RateLimit-Window": "x"}, None),
        ({"X-RateLimit-Limit": "9" * 30}, None),
        ({"X-RateLimit-Limit": "10", "X-RateLimit-Window": "0"}, (None, None, None)),
        ({}, None),
    ],
)
def test_what_headers_say_about_the_pace(headers: dict[str, str], notice: tuple[object, ...] | None) -> None:
    found = refusals.parse_notice(headers)
    assert (found and (found.calls_per_second, found.calls_left, found.window_seconds)) == notice
