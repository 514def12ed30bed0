"""Officers find the producers of their area; nobody else ever sees one."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from core.people.actions import give_grant, make_api_token
from core.people.models import Role, User
from core.people.queries import SYSTEM
from core.places.models import Level, Unit
from market.shops.models import Shop
from onboarding.producers.models import Producer
from search.documents.actions import rebuild_documents
from search.documents.models import SearchDocument
from search.engines.contract import PUBLIC_KINDS, Scope
from search.pages.rules import PUBLIC, scope_of
from tests.people import People
from tests.search.goods import put_on_sale
from tests.search.pages.test_views import page, words_of_page

pytestmark = pytest.mark.django_db

ADDRESSES = (
    "/tim-kiem?q=mat+danh", "/tim-kiem?q=mat+danh&kind=producer", "/tim-kiem", "/tim-kiem?kind=producer&sort=near&gan=10.9,108.1",
    "/tim-kiem?q=mat+danhh", "/tim-kiem?q=mat+danh+vang", "/tim-kiem/goi-y?q=mat+danh",
    "/api/v1/search?q=mat+danh", "/api/v1/search?kind=producer", "/api/v1/search", "/api/v1/search?q=mat+danhh",
)  # fmt: skip


@pytest.fixture
def hidden(people: People) -> Producer:
    """A producer of Chi's commune, known to the officers of its area only."""
    people.producer.name = "Hộ Mật Danh"
    people.producer.save()
    rebuild_documents()
    assert SearchDocument.objects.filter(kind="producer", name="Hộ Mật Danh").exists()
    return people.producer


def officer_elsewhere(people: People) -> User:
    """An officer of another commune in the same province."""
    user = User.objects.create_user(username="xakhac", full_name="Xã khác")
    others = Unit.objects.filter(level=Level.COMMUNE, parent=people.commune.parent, valid_to=None)
    give_grant(user=user, role=Role.COMMUNE, unit=others.exclude(pk=people.commune.pk)[0], given_by=SYSTEM)
    return user


def seen_by(user: User | None, address: str, key: str = "") -> str:
    client = Client()
    if user:
        client.force_login(user)
    answer = client.get(address, headers={"authorization": f"Bearer {key}"} if key else {})
    assert answer.status_code == 200, address
    if answer.headers["Content-Type"].startswith("application/json"):
        return json.dumps(answer.json(), ensure_ascii=False)
    return words_of_page(answer.content.decode())


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_else_sees_producers_or_their_number(people: People, hidden: Producer, shop: Shop, address: str) -> None:
    put_on_sale(shop, "Mắm nêm")
    with_it = {name: seen_by(people.users.get(name), address) for name in ("", "an", "binh", "dung", "hanh", "buu")}
    with_it["elsewhere"] = seen_by(officer_elsewhere(people), address)
    for name, said in with_it.items():
        assert "Mật Danh" not in said, name
    SearchDocument.objects.filter(kind="producer").delete()
    # The same answer to the last letter as if there were none: no count, no facet, no nearest word tells of it.
    assert {name: seen_by(people.users.get(name), address) for name in ("", "an", "binh", "dung", "hanh", "buu")} == {
        name: said for name, said in with_it.items() if name != "elsewhere"
    }


def test_a_key_of_an_officer_finds_nothing_more_in_the_public_search(people: People, hidden: Producer) -> None:
    key = make_api_token(user=people.users["chi"], name="thử", by=SYSTEM)
    for address in (each for each in ADDRESSES if "api" in each):
        assert "Mật Danh" not in seen_by(None, address, key)
        assert '"count": 0' in seen_by(None, address, key)


@pytest.mark.parametrize("name", ["chi", "phuong"])
def test_officers_of_the_place_find_it_and_its_page(people: People, hidden: Producer, name: str) -> None:
    client = Client()
    client.force_login(people.users[name])
    html = page(client, "/tim-kiem?q=mat+danh&kind=producer")
    assert f'<a href="/lam-thay/{hidden.pk}/nguoi/">Hộ <mark>Mật Danh</mark></a>' in html
    assert 'name="kind" value="producer" checked' in html
    assert "Người mua không thấy phần này." in html
    assert client.get(f"/lam-thay/{hidden.pk}/nguoi/").status_code == 200
    assert "Mật Danh" not in client.get("/tim-kiem/goi-y?q=mat").content.decode()


def test_who_reads_the_whole_country_sees_it_without_a_door_that_is_shut(people: People, hidden: Producer) -> None:
    auditor = User.objects.create_user(username="kiem", full_name="Kiểm")
    give_grant(user=auditor, role=Role.AUDITOR, unit=None, given_by=SYSTEM)
    client = Client()
    client.force_login(auditor)
    html = page(client, "/tim-kiem?q=mat+danh")
    assert "Hộ <mark>Mật Danh</mark>" in html
    assert "/lam-thay/" not in html


def test_a_document_that_says_another_place_opens_nothing(people: People, hidden: Producer) -> None:
    """The register decides: a document left over from before a move shows the producer to nobody of its old place."""
    elsewhere = officer_elsewhere(people)
    code = elsewhere.grants.get().unit.code
    SearchDocument.objects.filter(kind="producer").update(commune_code=code)
    assert "Mật Danh" not in seen_by(elsewhere, "/tim-kiem?q=mat+danh&kind=producer")


def test_scopes(people: People) -> None:
    assert [scope_of(people.viewer(name)) for name in ("an", "binh", "dung", "hanh", "buu")] == [PUBLIC] * 5
    assert scope_of(people.viewer("chi")) == Scope((*PUBLIC_KINDS, "producer"), (people.commune.code,))
    of_province = scope_of(people.viewer("phuong")).communes
    assert of_province is not None
    assert people.commune.code in of_province
    assert len(of_province) == people.commune.parent.children.filter(valid_to=None).count()  # type: ignore[union-attr]
    assert scope_of(SYSTEM) == PUBLIC
