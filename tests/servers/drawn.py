"""Listings drawn by hypothesis for real servers, and the ways in which an answer gets lost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from market.platforms.contract import ListingDocument, RemoteSnapshot, normalised_text
from tests.contracts.platform_worlds import World
from tests.market.platforms.samples import badge, document, paper, photo

# What may become of an answer whose call took effect.
LOST = ("timeout_after", "cut_after", "server_error_after", "truncated", "wrong_length", "empty")
# What software stumbles over.
ODD = (
    *("Mắm ruốc Bà Rịa – «loại 1»", "thủy/thuỷ òa/oà", "🍯👨‍👩‍👧 𠮷", "x\u0301\u0323", "\u202egnouv", "‮ \u200b zwsp"),
    *(
        "<b>đậm</b> &amp; &lt;i&gt;",
        "<br>\n<br>",
        "</li>\n<li><strong>Mã hàng:</strong> KHAC</li>",
        "</ul>",
        "a > b > c",
    ),
    *("'; DROP--", "{{ 7*7 }} {% x %}", "%00 %3Cscript%3E", "= · | ~", "${1} #{2} \\u0041", '"}]}', "null", "\\u0000"),
)
LETTERS = st.characters(exclude_categories=("Cc", "Cs"))
WORDS = st.one_of(st.sampled_from(ODD), st.text(LETTERS, min_size=1, max_size=60)).filter(
    lambda text: bool(normalised_text(text))
)
PARAGRAPHS = st.lists(WORDS, max_size=4).map("\n".join)
fifteen_cases = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def documents(category_codes: Sequence[str], *, photos: int = 9) -> SearchStrategy[ListingDocument]:
    """Any listing that a server has to take, in one of these categories, with at most so many photos."""
    return st.builds(
        document,
        title=WORDS,
        description=PARAGRAPHS,
        price=st.integers(1, 1_000_000_000),
        stock=st.integers(0, 1_000_000),
        unit=st.sampled_from(["chai", "kg", "thùng 12 chai"]),
        net_weight_grams=st.one_of(st.none(), st.integers(1, 50_000)),
        producer_name=WORDS,
        ingredients=PARAGRAPHS,
        warnings=PARAGRAPHS,
        photos=st.integers(0, photos).map(lambda count: tuple(photo(number * 25) for number in range(count))),
        badges=st.lists(st.sampled_from(["K7PQ2M", "ZZ", "A-1"]), unique=True).map(
            lambda codes: tuple(badge(check_code=code) for code in codes)
        ),
        papers=st.booleans().map(lambda held: (paper(),) if held else ()),
        category_code=st.sampled_from(list(category_codes)),
    )


def all_there(world: World) -> list[RemoteSnapshot]:
    """Everything that the adapter lists, each object once."""
    found, cursor = dict[str, RemoteSnapshot](), ""
    while True:
        page = world.adapter.list_remote(world.connection, cursor)
        found |= {item.remote.product_id: item for item in page.items}
        cursor = page.next_cursor
        if not cursor:
            return list(found.values())


def struck(world: World, method: str, path: str, kinds: Sequence[str]) -> None:
    """Each of these planned faults came over one of the calls so far to `path` (with * for any text): without them nothing was lost. What is
    silent is counted when its silence ends."""
    planned, end = Counter(kinds), time.monotonic() + 10
    while True:
        calls = [call for call in world.server.calls() if call["method"] == method and fnmatchcase(call["path"], path)]
        found = Counter(call["fault"] for call in calls if call["fault"])
        if found == planned or time.monotonic() > end:
            break
        time.sleep(0.1)
    assert found == planned
