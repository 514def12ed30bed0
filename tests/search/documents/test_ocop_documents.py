"""What the search tells of certified products and producers, and to whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from core.kit import clock
from core.people.queries import SYSTEM
from core.places.models import Unit
from ocop.certificates.events import CertificatesChanged
from ocop.presence.models import PresenceLink
from ocop.register.models import OcopProduct
from onboarding.accounts.actions import observe
from onboarding.accounts.models import Observation
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Purpose
from onboarding.producers.models import Producer, ProducerKind
from search.documents.actions import index_ocop_products, paper_changed, rebuild_documents, refresh_documents
from search.documents.models import SearchDocument
from search.engines.contract import Question, Scope
from search.engines.registry import search
from tests.ocop.conftest import Land, land, linked, listing, paper, product, put_on  # noqa: F401  (the fixture)

pytestmark = pytest.mark.django_db


def told(made: OcopProduct) -> SearchDocument | None:
    index_ocop_products([made.pk])
    return SearchDocument.objects.filter(kind="ocop", object_id=made.pk).first()


def found(text: str, **more: object) -> list[tuple[str, str]]:
    return [(hit.kind, hit.name) for hit in search(Question(text, **more)).hits]  # type: ignore[arg-type]


def household_of(name: str, commune: Unit) -> Producer:
    return Producer.objects.create(
        name=name, kind=ProducerKind.FARM_HOUSEHOLD, commune=commune, registered_at=clock.now()
    )


def test_a_certified_product_is_found_by_name_maker_place_and_former_place(land: Land) -> None:  # noqa: F811
    made = product("Nước mắm nhĩ", (4, "7/5/2024"), unit=land.phu_thuy, former=land.old_binh_thuan)
    document = told(made)
    assert document is not None
    assert (document.stars, document.slug) == (4, made.certificates.get().check_code)
    assert (document.province_code, document.former_code, document.commune_code) == ("68", "60", "22924")
    for text in ("nuoc mam nhi", "htx phú hài", "nước mắm phú thuỷ", "nuoc mam binh thuan", "ocop 4 sao nước mắm"):
        assert found(text) == [("ocop", "Nước mắm nhĩ")], text


def test_without_a_paper_to_show_there_is_no_document(land: Land) -> None:  # noqa: F811
    assert told(product("Chưa có giấy")) is None
    made = product("Nước mắm nhĩ", (4, "7/5/2024"))
    assert told(made) is not None
    made.certificates.update(revoked_on=clock.today() - timedelta(days=1), revoked_reason="Bán hàng giả")
    paper_changed(CertificatesChanged(made.pk))
    assert not SearchDocument.objects.filter(kind="ocop").exists()


def test_the_day_after_its_end_a_paper_is_no_longer_valid_and_the_product_is_still_found(land: Land) -> None:  # noqa: F811
    document = told(product("Nước mắm nhĩ", (4, "7/5/2024")))
    assert document is not None and document.stars_until is not None
    with time_machine.travel(f"{document.stars_until}T12:00+07:00", tick=False):
        assert found("nuoc mam", chosen={"certificate": ["yes"]}) == [("ocop", "Nước mắm nhĩ")]
    with time_machine.travel(f"{document.stars_until + timedelta(days=1)}T00:01+07:00", tick=False):
        assert found("nuoc mam", chosen={"certificate": ["yes"]}) == []
        assert [hit.stars for hit in search(Question("nuoc mam")).hits] == [None]


def test_a_maker_who_may_be_a_person_is_named_only_after_a_yes(land: Land) -> None:  # noqa: F811
    made = product("Muối ớt", (3, "7/5/2025"), maker="Hộ kinh doanh Trần Thị Ngọt 079188001234", unit=land.phu_thuy)
    document = told(made)
    assert document is not None and document.producer == "" and "ngọt" not in document.raw_body
    assert found("tran thi ngot") == []
    assert found("muoi ot") == [("ocop", "Muối ớt")]

    maker = household_of("Hộ Trần Thị Ngọt", land.phu_thuy)
    OcopProduct.objects.filter(pk=made.pk).update(producer=maker)
    record_consents(producer=maker, answers={Purpose.PUBLICATION: True}, by=SYSTEM, means="online")
    assert found("tran thi ngot")[0] == ("ocop", "Muối ớt")
    assert not SearchDocument.objects.filter(raw_body__contains="079188001234").exists()
    record_consents(producer=maker, answers={Purpose.PUBLICATION: False}, by=SYSTEM, means="online")
    assert ("ocop", "Muối ớt") not in found("tran thi ngot")


@pytest.mark.parametrize("through", ["listing", "page"])
def test_where_a_product_is_sold_follows_what_was_seen(land: Land, through: str) -> None:  # noqa: F811
    made = product("Nước mắm nhĩ", (4, "7/5/2024"), unit=land.phu_thuy)
    good = listing("Nước mắm nhĩ", land.phu_thuy)
    link = put_on(good, "voso")
    if through == "listing":
        linked(made, good)
    else:
        PresenceLink.objects.create(product=made, outside_link=link, linked_at=clock.now())
    rebuild_documents()

    def on_voso() -> list[tuple[str, str]]:
        return found("nước mắm nhĩ", chosen={"platform": ["voso"]}, scope=Scope(kinds=("ocop",)))

    assert on_voso() == []
    observe(link=link, result=Observation.Result.LIVE, observer="adapter", by=SYSTEM)
    assert on_voso() == [("ocop", "Nước mắm nhĩ")]
    observe(link=link, result=Observation.Result.GONE, observer="adapter", by=SYSTEM)
    assert on_voso() == []
    observe(link=link, result=Observation.Result.LIVE, observer="adapter", by=SYSTEM)
    assert rebuild_documents().out_of_step == 0
    with time_machine.travel(clock.now() + timedelta(days=32), tick=False):
        assert refresh_documents() > 0
        assert on_voso() == []
        assert rebuild_documents().out_of_step == 0


def test_producers_are_found_only_in_their_scope(land: Land) -> None:  # noqa: F811
    household_of("Hộ Trần Thị Ngọt", land.phu_thuy)
    household_of("Hộ Trần Thị Mặn", land.con_dao)
    rebuild_documents()
    assert found("ho tran thi") == []
    assert search(Question("ho tran thi")).facets["kind"] == []
    officer = Scope(("product", "producer"), (land.phu_thuy.code,))
    assert found("ho tran thi", scope=officer) == [("producer", "Hộ Trần Thị Ngọt")]
    nobody = Scope(("product", "producer"), ())
    assert found("ho tran thi", scope=nobody) == []
    everywhere = Scope(("producer",), None)
    assert len(found("ho tran thi", scope=everywhere)) == 2


@pytest.mark.parametrize("quality", ["B2", "C"])
def test_stars_that_nobody_vouches_for_are_not_told(land: Land, quality: str) -> None:  # noqa: F811
    made = product("Mật ong", unit=land.phu_thuy)
    paper(made, 5, "2026-01-10", "9/DX")
    made.certificates.update(quality=quality)
    assert told(made) is None
    counted = paper(made, 3, "2025-03-01", "1/QĐ-UBND")
    document = told(made)
    assert document is not None and (document.stars, document.slug) == (3, counted.check_code)
