"""A platform's own tree is read and kept; codes that vanish are shown; a new code sends the goods again."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from core.jobs.models import Job
from core.kit import clock
from core.people.queries import SYSTEM
from market.goods.models import Category
from market.listings.models import Listing
from market.platforms.categories.actions import READ_TREE, SEND_AGAIN, keep_tree, name_category
from market.platforms.categories.jobs import read_tree, read_trees, send_again
from market.platforms.categories.queries import named_categories
from market.platforms.contract import RemoteCategory
from market.platforms.engine.push import push_due
from market.platforms.models import Connection, PlatformListing, PlatformTreeNode
from market.platforms.sandbox.process import Double
from onboarding.accounts.models import Platform
from tests.market.conftest import Browser
from tests.market.platforms.engine_tools import Engine
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def santhu(double: Double, settings: Any) -> Platform:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    return Connection.objects.select_related("platform").get(adapter="santhu").platform


def name(platform: Platform, people: People, category: str, code: str) -> None:
    category_row = Category.objects.get(code=category)
    name_category(platform=platform, category=category_row, code=code, name="", by=people.viewer("buu"))


def run_jobs(name: str) -> int:
    """Do what was asked for in the background; returns how many jobs."""
    jobs = list(Job.objects.filter(name=name))
    for job in jobs:
        {SEND_AGAIN: send_again, READ_TREE: read_tree}[name](job.arguments)
        job.delete()
    return len(jobs)


def tree() -> dict[str, tuple[str, bool, bool]]:
    return {node.code: (node.parent, node.is_leaf, node.gone_at is None) for node in PlatformTreeNode.objects.all()}


def test_the_tree_is_read_kept_and_what_vanishes_is_marked(santhu: Platform, double: Double) -> None:
    assert read_trees() == 1, "sheets tell none"
    assert tree()["TP-GV-NM"] == ("TP-GV", True, True) and len(tree()) == 10
    double.catalogue([{"code": "TP", "name": "Thực phẩm"}, {"code": "TP-MOI", "name": "Mới", "parent": "TP"}])
    read_trees()
    there = {code for code, (_, _, is_there) in tree().items() if is_there}
    assert there == {"TP", "TP-MOI"} and len(tree()) == 11
    gone = PlatformTreeNode.objects.get(code="TC").gone_at
    read_trees()
    assert PlatformTreeNode.objects.get(code="TC").gone_at == gone
    double.catalogue([{"code": "TC", "name": "Thủ công"}])
    read_trees()
    assert tree()["TC"] == ("", True, True) and not tree()["TP"][2]


def test_an_answer_that_breaks_off_or_is_empty_takes_nothing_away(santhu: Platform, double: Double) -> None:
    read_trees()
    before = list(PlatformTreeNode.objects.order_by("pk").values())
    double.plan({"path": "/api/categories", "kind": "server_error", "calls": [2]})
    read_trees()
    double.plan({"path": "/api/categories", "kind": "answer", "status": 200, "body": {"items": [], "next_page": None}})
    read_trees()
    assert list(PlatformTreeNode.objects.order_by("pk").values()) == before


def test_only_the_system_writes_the_tree(santhu: Platform, people: People) -> None:
    with pytest.raises(PermissionError):
        keep_tree(platform=santhu, nodes=[RemoteCategory("A", "Á")], by=people.viewer("buu"))
    assert not PlatformTreeNode.objects.exists()


def test_a_code_that_is_gone_unknown_or_no_leaf_is_shown_beside_ours(
    santhu: Platform, double: Double, people: People, browser: Browser
) -> None:
    for category, code in (("dua-thom", "TP-RC"), ("hoa", "TC"), ("hoa-lan", "XX"), ("rau-cu-qua", "TP")):
        name(santhu, people, category, code)
    assert {row.problem for row in named_categories(santhu)} == {""}, "nothing is known of its tree yet"
    read_trees()
    nodes = [{"code": "TP", "name": "Thực phẩm"}, {"code": "TP-RC", "name": "Rau củ", "parent": "TP"}]
    double.catalogue(nodes)
    read_trees()
    found = {row.category_code: row.problem for row in named_categories(santhu) if row.problem}
    offered = {row.category_code for row in named_categories(santhu)}
    expected = {"hoa": "gone", "hoa-lan": "unknown", "rau-cu-qua": "inner"}
    assert found == {code: problem for code, problem in expected.items() if code in offered} and len(found) >= 1
    page = browser("buu").get(reverse("platform_categories", args=["santhu"]), {"q": "hoa lan"}).content.decode()
    assert "Sàn không có mã này. Hãy chọn mã khác." in page and '<option value="TP-RC">' in page


def test_an_operator_has_the_tree_read_now(santhu: Platform, browser: Browser) -> None:
    address = reverse("platform_categories_read", args=["santhu"])
    for who, status in (("an", 404), ("chi", 404), ("buu", 302)):
        assert browser(who).post(address).status_code == status
        assert Job.objects.filter(name=READ_TREE).count() == (who == "buu")
    assert run_jobs(READ_TREE) == 1 and len(tree()) == 10
    assert browser("buu").post(reverse("platform_categories_read", args=["voso"])).status_code == 404


def test_a_new_code_sends_what_is_below_it_again_and_nothing_else(
    santhu: Platform, double: Double, listing: Listing, people: People
) -> None:
    engine = Engine(listing, double)
    engine.go_live()
    assert listing.category is not None
    own = listing.category.code
    name(santhu, people, "hoa", "TC")
    assert run_jobs(SEND_AGAIN) == 1
    assert engine.state == ("live", "idle"), "not its category"
    writes = engine.writes()
    name(santhu, people, own, "TP-HK")
    assert run_jobs(SEND_AGAIN) == 1 and engine.state == ("live", "queued")
    engine.push()
    assert [call.split()[0] for call in engine.writes()[len(writes) :]] == ["PUT"]
    assert engine.remote()["category"] == "TP-HK"
    engine.double.approve(engine.row.remote_id)
    engine.look()
    # Another name for the same code is nothing that the platform has to hear.
    writes = engine.writes()
    category = Category.objects.get(code=own)
    name_category(platform=santhu, category=category, code="TP-HK", name="Hạt khô", by=people.viewer("buu"))
    run_jobs(SEND_AGAIN)
    engine.push()
    assert engine.writes() == writes and engine.state == ("live", "idle")


def test_a_refused_category_is_mended_by_a_code_and_has_the_tree_read_anew(
    santhu: Platform, double: Double, listing: Listing, people: People
) -> None:
    double.habits(strict_categories=True)
    engine = Engine(listing, double)
    engine.push()
    assert engine.state == ("absent", "blocked") and engine.row.reasons[0]["field"] == "category_code"
    assert run_jobs(READ_TREE) == 1 and "TP-HK" in tree()
    assert listing.category is not None
    name(santhu, people, listing.category.code, "TP-HK")
    run_jobs(SEND_AGAIN)
    push_due()
    assert engine.state == ("pending", "idle") and engine.remote()["category"] == "TP-HK"
    assert not Job.objects.filter(name=READ_TREE).exists()


def test_other_refusals_do_not_have_the_tree_read(santhu: Platform, double: Double, listing: Listing) -> None:
    engine = Engine(listing, double)
    double.plan({"method": "POST", "path": "/api/listings", "kind": "field_required", "required": "composition"})
    engine.edit(ingredients="")
    engine.push()
    assert engine.row.work == PlatformListing.Work.BLOCKED and not Job.objects.filter(name=READ_TREE).exists()


def test_a_tree_of_many_pages_costs_few_statements(santhu: Platform, django_assert_max_num_queries: Any) -> None:
    nodes = [RemoteCategory(f"C{number}", "x") for number in range(800)]
    for _ in range(2):
        with django_assert_max_num_queries(14):
            keep_tree(platform=santhu, nodes=nodes, by=SYSTEM)
    assert PlatformTreeNode.objects.filter(gone_at=None, seen_at__lte=clock.now()).count() == 800
