"""What every search engine must answer. The embedded one runs on the database of DATABASE_URL: SQLite by default, PostgreSQL too; the
one beside the database on a server in memory, or on that of SEARCH_TEST_URL (`make test-servers`)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.actions import pause_listing
from search.documents.models import SearchDocument
from search.engines.answering import answered
from search.engines.contract import PAGE_SIZE, Answer, Engine, Question, Sort
from search.engines.embedded.engine import EmbeddedEngine
from tests.search.goods import certify, make_category, make_places, make_shop, put_on_sale
from tests.search.servers import OUTSIDE, WHEEL, WHY_NOT, Followed, an_alias

pytestmark = pytest.mark.django_db

CASHEW, FISH_SAUCE = "Hạt điều rang muối", "Nước mắm cá cơm"


IN_MEMORY = pytest.param("in memory", marks=pytest.mark.skipif(not WHEEL, reason=WHY_NOT))


@pytest.fixture(params=["server"] if OUTSIDE else ["embedded", IN_MEMORY])
def engine(request: pytest.FixtureRequest, settings: Any, db: None) -> Iterator[Engine]:
    if request.param == "embedded":
        yield EmbeddedEngine()
        return
    with an_alias() as address:
        settings.SEARCH_URL = address
        yield Followed(address)


@pytest.fixture
def market(engine: Engine) -> None:
    """Two shops, four goods: the smallest market in which the answers below differ."""
    places = make_places()
    nuts, sauces = make_category("hat", "Hạt, quả khô"), make_category("mam", "Gia vị dùng liền")
    north = make_shop(places.loc_ninh, "HTX Lộc Phát")
    south = make_shop(places.phan_thiet, "Hộ Bà Hai")
    put_on_sale(north, CASHEW, category=nuts, price=180_000, stars=4)
    put_on_sale(north, "Tranh lá diêu bông", category=make_category("tranh", "Tranh"), price=90_000)
    put_on_sale(south, FISH_SAUCE, category=sauces, price=75_000, stars=4)
    put_on_sale(south, "Mắm nêm", category=sauces, price=40_000, stars=3)


def ask(
    engine: Engine, text: str = "", *, sort: Sort = Sort.RELEVANCE, page: int = 1, **chosen: Sequence[str]
) -> Answer:
    return answered(engine, Question(text, chosen, sort, page))


def names(engine: Engine, text: str, **more: Any) -> list[str]:
    return [hit.name for hit in ask(engine, text, **more).hits]


@pytest.mark.usefixtures("market")
class TestAccents:
    @pytest.mark.parametrize("text", ["hạt điều", "Hạt Điều", "HẠT ĐIỀU", "hat dieu", "hat điều", "điều hạt"])
    def test_any_way_of_writing_finds_it(self, engine: Engine, text: str) -> None:
        assert names(engine, text) == [CASHEW]

    def test_decomposed_input_is_the_same_question(self, engine: Engine) -> None:
        assert names(engine, unicodedata.normalize("NFD", "điều")) == names(engine, "điều")
        assert names(engine, "điều")[0] == CASHEW

    def test_without_marks_every_spelling_is_meant(self, engine: Engine) -> None:
        assert sorted(names(engine, "dieu")) == [CASHEW, "Tranh lá diêu bông"]

    def test_with_marks_that_spelling_comes_first_and_the_others_after_it(self, engine: Engine) -> None:
        assert names(engine, "Điều") == [CASHEW, "Tranh lá diêu bông"]
        assert names(engine, "diêu") == ["Tranh lá diêu bông", CASHEW]

    def test_mistyped_marks_still_find(self, engine: Engine) -> None:
        assert names(engine, "nươc mằm") == [FISH_SAUCE]

    def test_goods_written_without_marks_are_found_with_them_after_the_exact_ones(self, engine: Engine) -> None:
        put_on_sale(make_shop(make_places().loc_ninh), "Hat dieu song")
        assert names(engine, "hạt điều") == [CASHEW, "Hat dieu song"]

    def test_both_schools_of_placing_tones(self, engine: Engine) -> None:
        put_on_sale(make_shop(make_places().loc_ninh), "Bánh hỏi Thủy Hoà")
        assert names(engine, "thuỷ hòa") == ["Bánh hỏi Thủy Hoà"]


@pytest.mark.usefixtures("market")
class TestWords:
    def test_product_and_place_together(self, engine: Engine) -> None:
        assert names(engine, "nuoc mam phan thiet") == [FISH_SAUCE]

    def test_former_province_still_finds(self, engine: Engine) -> None:
        assert names(engine, "nước mắm Bình Thuận") == [FISH_SAUCE]

    def test_every_word_must_occur(self, engine: Engine) -> None:
        assert names(engine, "nuoc mam loc ninh") == []

    def test_last_word_may_be_a_beginning_the_others_not(self, engine: Engine) -> None:
        assert names(engine, "rang mu") == [CASHEW]
        assert names(engine, "mu rang") == []

    def test_shops_are_found_too(self, engine: Engine) -> None:
        found = ask(engine, "loc phat").hits
        assert [(hit.kind, hit.name) for hit in found][:1] == [("shop", "HTX Lộc Phát")]

    def test_whole_words_before_beginnings_and_names_before_texts(self, engine: Engine) -> None:
        shop = make_shop(make_places().loc_ninh)
        put_on_sale(shop, "Máy bơm nước")
        put_on_sale(shop, "Muối chấm", description="Chấm bơ, trộn bơ, ăn với bơ, bơ và bơ.")
        put_on_sale(shop, "Bơ sáp")
        assert names(engine, "bơ") == ["Bơ sáp", "Máy bơm nước", "Muối chấm"]

    @pytest.mark.parametrize(
        "text",
        ['"', "*", "(", ")", "-", ":", "AND", "NEAR", "OR NOT", '"dieu', "name:dieu", "dieu*", "(dieu", "^dieu", "'dieu'",
         "dieu)", "dieu -muoi", "{a b}: c", "dieu & !muoi", "a | b", "<->", "\\", "%s %%", ";--", "\x00", "½", "数", "🥜"],
    )  # fmt: skip
    def test_typed_text_is_never_syntax(self, engine: Engine, text: str) -> None:
        answer = ask(engine, text)
        assert len(answer.hits) == min(answer.count, PAGE_SIZE)

    def test_signs_between_words_are_spaces(self, engine: Engine) -> None:
        assert names(engine, '"hat" (dieu) -rang* muoi:') == [CASHEW]
        assert names(engine, "dieu AND rang") == []

    def test_long_question(self, engine: Engine) -> None:
        assert ask(engine, "hat dieu " * 34).count == 1
        assert ask(engine, "đ" * 300).count == 0

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text(max_size=40))
    def test_any_text_is_answered(self, engine: Engine, text: str) -> None:
        answer = ask(engine, text)
        assert len(answer.hits) == min(answer.count, PAGE_SIZE)


@pytest.mark.usefixtures("market")
class TestFacets:
    def counts(self, engine: Engine, **chosen: Any) -> dict[str, dict[str, int]]:
        facets = ask(engine, **chosen).facets
        return {name: {value.value: value.count for value in values} for name, values in facets.items()}

    def test_counts_of_everything(self, engine: Engine) -> None:
        assert self.counts(engine) == {
            "category": {"mam": 2, "hat": 1, "tranh": 1},
            "kind": {"product": 4, "shop": 2},
            "sector": {},
            "group": {},
            "province": {"68": 3, "75": 3},
            "former": {"60": 3, "70": 3},
            "commune": {"22945": 3, "25270": 3},
            "stars": {"4": 2, "3": 1},
            "certificate": {"yes": 3},
            "price": {"50": 1, "100": 2, "200": 1},
            "stock": {"yes": 4},
            "platform": {},
        }

    def test_a_facet_counts_under_the_other_facets_not_under_itself(self, engine: Engine) -> None:
        assert self.counts(engine, province=["68"], stars=["4"]) == {
            "kind": {"product": 1},
            "sector": {},
            "group": {},
            "category": {"mam": 1},
            "province": {"68": 1, "75": 1},
            "former": {"60": 1},
            "commune": {"22945": 1},
            "stars": {"4": 1, "3": 1},
            "certificate": {"yes": 1},
            "price": {"100": 1},
            "stock": {"yes": 1},
            "platform": {},
        }

    def test_values_of_one_facet_widen_and_facets_narrow(self, engine: Engine) -> None:
        assert ask(engine, category=["hat", "mam"]).count == 3
        assert names(engine, "", category=["hat", "mam"], stars=["3"]) == ["Mắm nêm"]

    def test_a_chosen_value_without_results_stays_to_be_taken_away(self, engine: Engine) -> None:
        answer = ask(engine, "mam", category=["mam"], stars=["3"], province=["75"])
        assert (answer.count, answer.matches, answer.hits) == (0, 2, [])
        assert [(value.value, value.selected, value.count) for value in answer.facets["stars"]] == [("3", True, 0)]

    def test_labels_are_words(self, engine: Engine) -> None:
        facets = ask(engine, "nuoc mam").facets
        labels = [value.label for values in facets.values() for value in values]
        assert labels == [
            "Hàng đang bán",
            "Gia vị dùng liền",
            "Lâm Đồng",
            "Bình Thuận",
            "Phan Thiết",
            "4 sao",
            "Giấy chứng nhận OCOP còn hạn",
            "Từ 50.000 đến dưới 100.000 đ",
            "Còn hàng",
        ]

    def test_stars_end_with_their_certificate_before_any_job_has_run(self, engine: Engine) -> None:
        shop = make_shop(make_places().loc_ninh)
        listing = put_on_sale(shop, "Trà túi lọc")
        certify(listing, 5, until=clock.today() + timedelta(days=2))
        assert [hit.stars for hit in ask(engine, "tra tui loc").hits] == [5]
        with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
            assert ask(engine, "tra tui loc", stars=["5"]).count == 1
        with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
            assert ask(engine, "tra tui loc", stars=["5"]).count == 0
            assert [hit.stars for hit in ask(engine, "tra tui loc").hits] == [None]
            assert "5" not in self.counts(engine)["stars"]


@pytest.mark.usefixtures("market")
class TestOrderAndPages:
    def test_sorts(self, engine: Engine) -> None:
        goods = {"stars": ["3", "4"]}
        up = ["Mắm nêm", FISH_SAUCE, CASHEW]
        assert names(engine, "", sort=Sort.PRICE_UP, **goods) == up
        assert names(engine, "", sort=Sort.PRICE_DOWN, **goods) == up[::-1]
        assert (
            names(engine, "", sort=Sort.NEWEST, **goods)
            == names(engine, "", **goods)
            == ["Mắm nêm", FISH_SAUCE, CASHEW]
        )

    @pytest.mark.parametrize("sort", [Sort.PRICE_UP, Sort.PRICE_DOWN])
    def test_shops_have_no_price_and_come_last(self, engine: Engine, sort: Sort) -> None:
        kinds = [hit.kind for hit in ask(engine, sort=sort).hits]
        assert kinds == ["product"] * 4 + ["shop"] * 2

    def test_pages_show_everything_once(self, engine: Engine) -> None:
        shop = make_shop(make_places().loc_ninh)
        for _ in range(PAGE_SIZE + 3):
            put_on_sale(shop, "Rượu cần", price=100_000)
        for text, sort in product(["", "ruou can"], Sort):
            pages = [ask(engine, text, sort=sort, page=page) for page in (1, 2, 3)]
            found = [hit.object_id for page in pages for hit in page.hits if hit.name == "Rượu cần"]
            assert (len(found), len(set(found))) == (PAGE_SIZE + 3, PAGE_SIZE + 3), (text, sort)
            assert len(pages[0].hits) == PAGE_SIZE
            assert pages[2].hits == []
            assert len({page.count for page in pages}) == 1


class TestNothingFound:
    def test_empty_market(self, engine: Engine) -> None:
        answer = ask(engine, "gì đó")
        assert (answer.count, answer.matches, answer.hits, answer.did_you_mean) == (0, 0, [], None)

    @pytest.mark.usefixtures("market")
    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("nuoc mamm", "nuoc mam"),
            ("nuco mam", "nuoc mam"),
            ("hatt dieeu", "hat dieu"),
            ("hạt điềuu", "hạt điều"),
            ("nuoc man phan thiet", "nuoc mam phan thiet"),
            ("zzzzzz", None),
            ("nuoc zzzzzz", None),
            ("42", None),
        ],
    )
    def test_did_you_mean(self, engine: Engine, text: str, meant: str | None) -> None:
        answer = ask(engine, text)
        assert (answer.count > 0, answer.did_you_mean) == (meant is not None, meant)
        assert meant is None or answer.hits == ask(engine, meant).hits

    @pytest.mark.usefixtures("market")
    def test_no_other_question_when_this_one_finds(self, engine: Engine) -> None:
        assert ask(engine, "mam").did_you_mean is None
        assert ask(engine, "mam", stars=["5"]).did_you_mean is None


class TestKeepingStep:
    def test_goods_off_sale_are_not_found_nor_counted_nor_guessed(self, engine: Engine) -> None:
        shop = make_shop(make_places().loc_ninh)
        listing = put_on_sale(shop, CASHEW)
        assert names(engine, "dieu") == [CASHEW]
        pause_listing(listing=listing, by=SYSTEM)
        answer = ask(engine, "dieu")
        assert (answer.count, answer.hits, answer.did_you_mean) == (0, [], None)
        assert ask(engine).count == 0
        assert ask(engine, "dieuu").did_you_mean is None

    def test_store_and_remove_may_be_repeated(self, engine: Engine) -> None:
        put_on_sale(make_shop(make_places().loc_ninh), CASHEW)
        document = SearchDocument.objects.get(name=CASHEW)
        engine.store(document.pk)
        engine.store(document.pk)
        assert ask(engine, "rang muoi").count == 1
        document_id = document.pk
        document.delete()
        engine.remove(document_id)
        engine.remove(document_id)
        assert ask(engine, "rang muoi").count == 0
        assert engine.sweep() == 0
