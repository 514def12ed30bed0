"""What a platform cannot take is refused before anything leaves the house, on the field where it is to be mended (10–12)."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import replace
from typing import Any

import pytest

from market.platforms.checks import document_issues, title_length
from market.platforms.contract import (
    AdapterKind,
    FileAdapter,
    Issue,
    ItemOutcome,
    ListingDocument,
    Severity,
    TextCount,
    ValidationFailed,
)
from tests.contracts.platform_worlds import ServerWorld, World, needs
from tests.market.platforms.samples import document, paper, photo


def refused(world: World, ours: ListingDocument) -> tuple[Issue, ...]:
    """What a push says of a listing that cannot go; nothing of it was written."""
    before = world.writes()
    with pytest.raises(ValidationFailed) as caught:
        world.push(ours)
    assert world.writes() == before
    return caught.value.issues


def unlike(number: int) -> Any:
    """A photo that is like no other: neighbouring shades come out of the JPEG alike."""
    return photo(number * 25)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"price": 0}, "price"),
        ({"price": 1_000_000_001}, "price"),
        ({"stock": -1}, "stock"),
        ({"photos": tuple(photo(shade) for shade in range(10))}, "photos"),
        ({"photos": (photo(1, content_type="image/svg+xml"),)}, "photos"),
        ({"description": "x" * 20_001}, "description"),
    ],
)
def test_a_blocked_listing_is_refused_before_anything_is_written(
    world: World, changes: dict[str, object], field: str
) -> None:
    issues = refused(world, document(**changes))
    assert {issue.field for issue in issues} == {field}
    assert all("Hãy" in issue.message_vi for issue in issues)


def test_a_title_at_the_limit_goes_and_one_more_letter_does_not(world: World) -> None:
    capabilities = world.adapter.capabilities(world.connection)
    limit, counts = capabilities.title_maximum, capabilities.title_counts
    letter = "ấ"
    at_limit = letter * (limit // title_length(counts, letter))
    typed = unicodedata.normalize("NFD", at_limit)
    assert world.adapter.validate(world.connection, document(title=typed)) == ()
    assert world.shown(document(title=typed)).title == at_limit
    (issue,) = refused(world, document(title=at_limit + letter))
    assert (issue.field, issue.code) == ("title", "title_too_long")


@pytest.mark.parametrize(
    ("counts", "title", "fits", "words"),
    [
        (TextCount.CHARACTERS, "ấ" * 10, True, ""),
        (TextCount.CHARACTERS, "ấ" * 11, False, "Tên dài 11 ký tự, sàn nhận tối đa 10."),
        (TextCount.BYTES, "a" * 10, True, ""),
        (TextCount.BYTES, "ấấấa", True, ""),
        (TextCount.BYTES, "ấấấấ", False, "Hãy bỏ bớt ít nhất 1 ký tự."),
        (TextCount.BYTES, "🍯🍯🍯🍯", False, "Hãy bỏ bớt ít nhất 2 ký tự."),
        (TextCount.WIDTH, "ấ" * 10, True, ""),
        (TextCount.WIDTH, "茶" * 5, True, ""),
        (TextCount.WIDTH, "茶" * 6, False, "Hãy bỏ bớt ít nhất 1 ký tự."),
        (TextCount.WIDTH, "ａ" * 6, False, "Hãy bỏ bớt ít nhất 1 ký tự."),
    ],
)
def test_titles_are_counted_in_the_platforms_own_measure(
    world: World, counts: TextCount, title: str, fits: bool, words: str
) -> None:
    narrow = replace(world.adapter.capabilities(world.connection), title_counts=counts, title_maximum=10)
    issues = document_issues(narrow, document(title=unicodedata.normalize("NFD", title)))
    assert [issue.field for issue in issues] == ([] if fits else ["title"])
    assert all(words in issue.message_vi for issue in issues)


def test_photos_up_to_the_maximum_go_and_none_is_only_advised_against(world: World) -> None:
    most = world.adapter.capabilities(world.connection).photo_maximum
    (advice,) = world.adapter.validate(world.connection, document(photos=()))
    assert (advice.severity, advice.field) == (Severity.WARN, "photos")
    for count in (0, 1, most):
        assert world.shown(document(photos=tuple(unlike(number) for number in range(count)))).photos == count
    too_many = tuple(unlike(number) for number in range(most + 1))
    assert {issue.code for issue in refused(world, document(photos=too_many))} == {"photos_too_many"}


def test_the_same_photo_twice_is_advised_against_and_goes(world: World) -> None:
    twice = document(photos=(photo(10), photo(10)))
    (advice,) = world.adapter.validate(world.connection, twice)
    assert (advice.severity, advice.field, advice.code) == (Severity.WARN, "photos", "photo_repeated")
    assert world.shown(twice).photos == 2


def _raises() -> bytes:
    raise OSError("the disk is gone")


BROKEN = b"<html>no photo</html>"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"read": _raises}, "photo_unreadable"),
        ({"read": lambda: b"\xff\xd8\xff other"}, "photo_changed"),
        ({"read": lambda: BROKEN, "sha256": hashlib.sha256(BROKEN).hexdigest()}, "photo_broken"),
    ],
)
def test_a_photo_that_cannot_be_sent_is_named(world: World, changes: dict[str, Any], code: str) -> None:
    """Where photos are packed beside a sheet the listing is left out of the pack, and named there."""
    ours, fine = document(photos=(photo(10, **changes),)), document("NM-2")
    if isinstance(world.adapter, FileAdapter):
        pack = world.adapter.export(world.connection, [ours, fine])
        (left_out,) = pack.left_out
        assert (pack.count, left_out.sku, left_out.outcome) == (1, "NM-001", ItemOutcome.FAILED)
        issues = left_out.issues
    else:
        issues = refused(world, ours)
    assert [(issue.field, issue.code) for issue in issues] == [("photos", code)]
    assert "«anh-10.jpg»" in issues[0].message_vi


def test_papers_that_a_platform_asks_for_are_missed_by_name(world: World) -> None:
    strict = replace(world.adapter.capabilities(world.connection), required_papers=("vietgap", "food_safety"))
    assert document_issues(strict, document(papers=(paper(), paper(kind="vietgap")))) == ()
    (issue,) = document_issues(strict, document())
    assert (issue.field, issue.severity) == ("papers", Severity.BLOCK)
    assert issue.message_vi == "Sàn cần giấy «VietGAP» còn hạn. Hãy thêm giấy này vào tin."


def test_a_category_that_the_platform_does_not_know_comes_back_on_our_field(world: World) -> None:
    needs(world, kind=AdapterKind.API)
    assert isinstance(world, ServerWorld)
    words = world.refuse_category("khong-co")
    with pytest.raises(ValidationFailed) as caught:
        world.push(document(category_code="khong-co"))
    assert [(issue.field, issue.remote_text) for issue in caught.value.issues] == [("category_code", words)]
    assert world.server.listings() == []
