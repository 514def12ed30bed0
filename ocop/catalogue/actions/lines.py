"""Lines of the catalogue: adding one, who answers for it and how it is worked out, what it is to reach."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from core.kit import clock
from core.kit.text import squeeze
from core.people.queries import Viewer
from core.places.models import Unit
from ocop.catalogue.actions.held import CatalogueRefused, held, note, within
from ocop.catalogue.decimals import written_decimal
from ocop.catalogue.models import Group, HandIndicator, HandTarget, HandTerms, Measure
from ocop.catalogue.rules import FIRST_YEAR, can_write

MAX_NAME, MAX_WORDS, MAX_OWNER, MAX_FORMULA, MAX_DOCUMENT = 160, 30, 160, 1000, 200


@transaction.atomic
def add_indicator(
    *, unit: Unit, group: str, name: str, measure: str, measure_words: str = "", by: Viewer
) -> HandIndicator:
    """A line that a province has for itself. Raises PermissionError, CatalogueRefused."""
    unit = Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)
    if not can_write(by, unit):
        raise PermissionError
    name = squeeze(name)[:MAX_NAME]
    if group not in Group.values or measure not in Measure.values or not name:
        raise CatalogueRefused("Hãy chọn nhóm, ghi tên chỉ số và chọn đơn vị tính.")
    there = HandIndicator.objects.filter(unit__isnull=True) | HandIndicator.objects.filter(unit=unit)
    if any(each.name.casefold() == name.casefold() for each in there):
        raise CatalogueRefused("Danh mục đã có chỉ số tên này. Hãy ghi số liệu vào dòng ấy.")
    made = HandIndicator.objects.create(
        code=f"tinh-{unit.pk}-{HandIndicator.objects.filter(unit=unit).count() + 1}",
        name=name,
        group=group,
        measure=measure,
        measure_words=squeeze(measure_words)[:MAX_WORDS] if measure == Measure.NUMBER else "",
        unit=unit,
        added_by_id=by.user_id,
        added_at=clock.now(),
    )
    note("hand_indicator.added", made, unit, by, {made.get_group_display(): ("", name)})
    return made


@transaction.atomic
def write_terms(*, indicator: HandIndicator, unit: Unit, owner: str, formula: str, by: Viewer) -> HandTerms | None:
    """Who answers for the indicator in a province and how it is worked out: the next version, or the one of before where nothing is
    different (None where nothing was ever written). Raises PermissionError, CatalogueRefused."""
    indicator = held(indicator, unit, by)
    owner, formula = squeeze(owner)[:MAX_OWNER], squeeze(formula)[:MAX_FORMULA]
    before = indicator.terms.filter(unit=unit).order_by("-version").first()
    if (owner, formula) == ((before.owner, before.formula) if before else ("", "")):
        return before
    written = HandTerms(
        indicator=indicator,
        unit=unit,
        version=before.version + 1 if before else 1,
        owner=owner,
        formula=formula,
        entered_by_id=by.user_id,
        entered_at=clock.now(),
    )
    written.save()
    changes = {
        "cơ quan phụ trách": (before.owner if before else "", owner),
        "cách tính": (before.formula if before else "", formula),
    }
    differing = {what: pair for what, pair in changes.items() if pair[0] != pair[1]}
    note("hand_indicator.terms_written", indicator, unit, by, differing)
    return written


@transaction.atomic
def write_target(
    *,
    indicator: HandIndicator,
    unit: Unit | None,
    year: int | None,
    value: Decimal | None,
    document: str,
    is_above: bool = False,
    by: Viewer,
) -> HandTarget:
    """What the indicator is to reach in a year, by which document; `value` None takes the target of that year back, and `document`
    then says why. `unit` None: in the whole country. Raises PermissionError, CatalogueRefused."""
    indicator = held(indicator, unit, by)
    document = squeeze(document)[:MAX_DOCUMENT]
    if not document:
        raise CatalogueRefused("Hãy ghi văn bản giao mục tiêu. Mục tiêu không có văn bản thì không ai đối chiếu được.")
    if year is not None and not FIRST_YEAR <= year <= clock.today().year + 30:
        raise CatalogueRefused(f"Năm phải từ {FIRST_YEAR} đến ba mươi năm tới.")
    if value is not None:
        within(indicator, value)
    of_place = indicator.targets.filter(unit=unit) if unit else indicator.targets.filter(unit__isnull=True)
    of_year = of_place.filter(year=year) if year else of_place.filter(year__isnull=True)
    before = of_year.order_by("-pk").first()
    if value is None and (before is None or before.value is None):
        raise CatalogueRefused("Năm này không có mục tiêu nào để bỏ.")
    written = HandTarget(
        indicator=indicator,
        unit=unit,
        year=year,
        value=value,
        is_above=is_above and value is not None,
        document=document,
        entered_by_id=by.user_id,
        entered_at=clock.now(),
    )
    written.save()
    word = "hand_indicator.target_set" if value is not None else "hand_indicator.target_removed"
    when = f"năm {year}" if year else "không rõ năm"
    note(word, indicator, unit, by, {when: (_aim(before) if before else "", f"{_aim(written)} {document}".strip())})
    return written


def _aim(target: HandTarget) -> str:
    if target.value is None:
        return ""
    return ("> " if target.is_above else "") + written_decimal(target.value)
