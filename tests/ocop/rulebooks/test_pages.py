"""The pages of rulebooks and rubrics."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.people.models import User
from ocop.rulebooks.models import Criterion, Option, Rubric, Rulebook
from ocop.rulebooks.queries import rubric_by_id, rubric_gaps, set_lines
from ocop.rulebooks.reference import load_rulebooks


@pytest.fixture
def client(phuong: User) -> Client:
    made = Client()
    made.force_login(phuong)
    return made


def page(client: Client, path: str, **query: object) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def test_weights_by_rulebook_and_only_what_is_known_of_rubric_one(db: None) -> None:
    load_rulebooks()
    assert list(Rulebook.objects.order_by("valid_from").values_list("decision", "part_a", "part_b", "part_c")) == [
        ("1048/QĐ-TTg", 35, 25, 40),
        ("148/QĐ-TTg", 40, 25, 35),
        ("26/2026/QĐ-TTg", 40, 25, 35),
    ]
    rubric = Rubric.objects.get(is_sample=False)
    assert (rubric.product_set.number, rubric.criteria.count()) == (1, 29)
    assert not Option.objects.filter(criterion__rubric=rubric).exists()
    whole = rubric_by_id(rubric.pk)
    assert whole and rubric_gaps(whole) == ["Chưa nhập lựa chọn của 29 tiêu chí."]
    lines = set_lines(Rulebook.objects.get(decision="26/2026/QĐ-TTg"))
    assert [line.product_set.number for line in lines if line.rubric] == [1] and len(lines) == 26
    assert set_lines(Rulebook.objects.get(decision="148/QĐ-TTg")) == []


def test_what_nobody_entered_says_so(client: Client) -> None:
    text = page(client, "/bang/bo-tieu-chi/")
    assert text.count("chưa nhập</td>") == 25
    assert "Danh mục bộ sản phẩm và bộ tiêu chí của quyết định này: chưa nhập." in text
    assert "Phần A 35 điểm, phần B 25 điểm, phần C 40 điểm." in text
    assert "Văn phòng" not in text and "257/2025/QH15" in text and "Ngày chưa nhập" in text
    rubric = Rubric.objects.get(is_sample=False)
    text = page(client, f"/bang/bo-tieu-chi/{rubric.pk}/")
    assert "4.1 Khu vực phân phối" in text and text.count('<p class="soft">chưa nhập</p>') == 30
    assert client.get(f"/bang/bo-tieu-chi/{rubric.pk}/thu/").status_code == 404


def test_trying_says_that_it_is_a_trial_and_keeps_nothing(client: Client) -> None:
    sample = Rubric.objects.get(is_sample=True)
    places = {"1": 2, "2": 1, "3": 1, "4": 1, "5": 2}
    answers = {f"c{each.pk}": places[each.number] for each in Criterion.objects.filter(rubric=sample)}
    before = Rubric.objects.count(), Option.objects.count()
    page(client, f"/bang/bo-tieu-chi/{sample.pk}/thu/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        text = page(client, f"/bang/bo-tieu-chi/{sample.pk}/thu/", **answers)
    assert not [each["sql"] for each in queries if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert "95 điểm, 4 sao." in text
    assert "Thiếu điều kiện tối thiểu của 5 sao: 3 Nơi bán (bịa để thử)." in text
    assert "không được lưu" in text and "bịa ra để thử" in text
    assert (Rubric.objects.count(), Option.objects.count()) == before
    out = page(client, f"/bang/bo-tieu-chi/{sample.pk}/thu/", **answers, out="0")
    assert (
        "Hồ sơ bị loại, không xếp hạng." in out and "4 sao." not in out.split("</section>")[0].split("Kết quả thử")[1]
    )


def test_a_criterion_without_an_answer_is_asked_for_and_the_others_stay(client: Client) -> None:
    sample = Rubric.objects.get(is_sample=True)
    first, *_ = Criterion.objects.filter(rubric=sample).order_by("position")
    text = page(client, f"/bang/bo-tieu-chi/{sample.pk}/thu/", **{f"c{first.pk}": 2})
    assert "Hãy xem lại các chỗ sau" in text and "Kết quả thử" not in text
    assert text.count("checked") == 1


def test_the_list_costs_the_same_whatever_was_entered(client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, "/bang/bo-tieu-chi/")
        return len(queries)

    page(client, "/bang/bo-tieu-chi/")
    before = cost()
    rubric = Rubric.objects.get(is_sample=False)
    for version in range(2, 27):
        other = Rubric.objects.create(
            rulebook=rubric.rulebook,
            product_set=rubric.product_set,
            version=version,
            name="x",
            entered_at=rubric.entered_at,
        )
        Criterion.objects.create(rubric=other, position=1, part="A", number="1", name="x", most=1)
    assert (before, cost()) == (16, 16)
