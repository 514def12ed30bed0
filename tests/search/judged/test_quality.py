"""How well the engines answer the judged questions."""

from __future__ import annotations

import pytest

from benchmarks.judged import Quality, differing, judged, make_world, quality
from search.engines.elastic.connecting import client_of
from search.engines.elastic.engine import ElasticEngine
from search.engines.elastic.indices import rebuild_index
from search.engines.embedded.engine import EmbeddedEngine
from tests.search.servers import OUTSIDE, WHEEL, WHY_NOT, an_alias


def _is_good(found: Quality) -> None:
    worst = [(each.judged.query, round(each.ndcg, 2)) for each in sorted(found.outcomes, key=lambda each: each.ndcg)]
    assert found.ndcg >= 0.90, worst[:20]
    assert found.empty <= 0.02, [each.judged.query for each in found.outcomes if each.is_empty]


@pytest.mark.django_db
def test_answers_are_good_and_hardly_ever_empty() -> None:
    assert make_world() == 245
    _is_good(quality(EmbeddedEngine(), judged()))


@pytest.mark.skipif(not (WHEEL or OUTSIDE), reason=WHY_NOT)
@pytest.mark.django_db
def test_the_engine_beside_the_database_is_as_good_and_gives_the_same_ten() -> None:
    """Every sixth question, for the time it takes; `manage.py bench search` asks all."""
    make_world()
    questions = judged()[::6]
    with an_alias() as address:
        engine = ElasticEngine(address)
        rebuild_index(engine.place)
        client_of(engine.place).indices.refresh(index=f"{engine.place.alias}-*")
        found = quality(engine, questions)
    _is_good(found)
    different = differing(quality(EmbeddedEngine(), questions), found)
    assert len(different) <= 0.10 * len(found.outcomes), different
