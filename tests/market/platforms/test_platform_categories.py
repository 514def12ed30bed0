"""Where our categories belong on a platform: entered by its operator, looked for upwards."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.audit.models import AuditEntry
from market.goods.models import Category
from market.platforms.categories.actions import name_category
from market.platforms.categories.queries import named_categories, platform_category_code
from market.platforms.models import PlatformCategory
from onboarding.accounts.models import Platform
from tests.market.conftest import Browser
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def voso(db: None) -> Platform:
    return Platform.objects.get(code="voso")


def name(platform: Platform, people: People, category: str, code: str, who: str = "buu") -> None:
    name_category(
        platform=platform, category=Category.objects.get(code=category), code=code, name="", by=people.viewer(who)
    )


def test_nothing_is_known_until_somebody_enters_it(voso: Platform) -> None:
    assert not PlatformCategory.objects.exists() and platform_category_code(voso, "dua-thom") == ""
    assert {row.code for row in named_categories(voso)} == {""}


def test_a_leaf_without_a_code_takes_the_nearest_one_above(voso: Platform, people: People) -> None:
    name(voso, people, "rau-cu-qua", "RC")
    assert platform_category_code(voso, "dua-thom") == "RC"
    name(voso, people, "dua-thom", "DUA")
    assert platform_category_code(voso, "dua-thom") == "DUA" and platform_category_code(voso, "ruou-can") == ""


def test_entered_mended_taken_away_and_noted(voso: Platform, people: People) -> None:
    for code in ("A", "A", "B", "", ""):
        name(voso, people, "hoa", code)
    assert not PlatformCategory.objects.exists()
    assert AuditEntry.objects.filter(action="platform.category_named").count() == 3


def test_only_by_the_platforms_people(voso: Platform, people: People, browser: Browser) -> None:
    for who in ("an", "chi", "phuong"):
        with pytest.raises(PermissionError):
            name(voso, people, "hoa", "A", who)
        address = reverse("platform_categories", args=["voso"])
        assert browser(who).post(address, {"category": "hoa", "code": "A"}).status_code == 404
    assert not PlatformCategory.objects.exists()


def test_the_page_saves_a_row_and_finds_by_words(voso: Platform, people: People, browser: Browser) -> None:
    client, address = browser("buu"), reverse("platform_categories", args=["voso"])
    assert client.post(address, {"category": "hoa-lan", "code": " 77 ", "name": "Hoa lan"}).status_code == 302
    assert platform_category_code(voso, "hoa-lan") == "77"
    page = client.get(address, {"q": "hoa lan"}).content.decode()
    assert 'value="77"' in page and "Măng cụt" not in page
    assert client.post(address, {"category": "nganh-du-lich", "code": "1"}).status_code == 404
