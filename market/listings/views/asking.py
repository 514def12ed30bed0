"""Everything that is wrong with what was sent, in one round: what could not be read, and what keeps the goods from sale."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from core.files.models import Photo
from market.listings.actions import ListingFacts
from market.listings.actions.facts import as_written
from market.listings.completeness import Place
from market.listings.forms import ListingForm, VariantForm
from market.listings.models import Listing
from market.listings.rules import Missing, added_by, missing_for_sale

Form = ListingForm | VariantForm


def say_missing(form: Form, missing: Sequence[Missing], *, except_at: Collection[str] = ()) -> None:
    """Beside each field what keeps the goods from being sold, each sentence once; nothing more at fields that have said
    something else already (`except_at`)."""
    for item in dict.fromkeys(missing):
        if item.field not in except_at:
            form.add_error(item.field if item.field in form.fields else None, item.sentence)


def say_the_rest(form: Form, facts: ListingFacts, photos: Sequence[Photo], listing: Listing | None) -> None:
    """To a form that could not be read in every field, what else has to be mended before sale, so that nobody is told in
    two rounds. `listing` is what stands there now, whose papers count where the form does not ask for them."""
    papers = facts.papers if facts.papers is not None else list(listing.papers.all()) if listing else []
    would_be = as_written(facts, photos, papers)
    is_on_sale = listing is not None and listing.state == Listing.State.PUBLISHED
    missing = added_by(listing, would_be) if listing is not None and is_on_sale else missing_for_sale(would_be)
    say_missing(form, missing, except_at=set(form.errors))


def without_said(places: Sequence[Place], form: Form) -> list[Place]:
    """What is missing at each place, without the sentences that the form says itself; a place with nothing else is left
    out then."""
    said = {str(sentence) for sentences in form.errors.values() for sentence in sentences}
    left = [Place(place.name, tuple(need for need in place.needs if need.sentence not in said)) for place in places]
    return [now for now, before in zip(left, places, strict=True) if now.needs or not before.needs]
