"""Adding a household by hand, changing one, ending one and taking that back."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.people.models import Role
from core.people.queries import Viewer, viewer_of
from core.people.views import for_roles
from core.places.models import Unit
from onboarding.desk.forms.filters import hamlets_at_desk
from onboarding.desk.forms.household import HouseholdForm, ProductionLineSet, production_initial
from onboarding.desk.forms.steps import EndForm
from onboarding.desk.views.households import card_step, desk_page, household_of_desk
from onboarding.households.actions import (
    ChangedMeanwhile,
    change_household,
    different_facts,
    end_household,
    facts_of,
    register_household,
    reopen_household,
)
from onboarding.households.facts import HIDDEN_FACTS, HouseholdFacts
from onboarding.households.models import Household, Source
from onboarding.households.rules import can_end, can_write_numbers
from onboarding.households.wording import fact_label, fact_words
from onboarding.matching.queries import Alike, alike
from onboarding.matching.rules import reason_words

FORM = ["GET", "HEAD", "POST"]
NUMBERS_OF_FORM = sensitive_post_parameters("phone", "personal_id", "tax_code", "bank_account")


@NUMBERS_OF_FORM
@require_http_methods(FORM)
@never_cache
@for_roles(Role.COMMUNE)
def add(request: HttpRequest) -> HttpResponse:
    """Write down a household by hand. One that looks like another is written only after a second yes."""
    viewer = viewer_of(request)
    commune = _commune(viewer, request.GET.get("xa", ""))
    posted = request.POST if request.method == "POST" else None
    hamlets = hamlets_at_desk(viewer, commune) if commune else []
    form = HouseholdForm(posted, hamlets=hamlets, facts=None, with_numbers=True, initial={"phone_owner": ""})
    lines = ProductionLineSet(posted, prefix="line")
    looks_like: list[Alike] = []
    if posted is not None and form.is_valid() and lines.is_valid():
        facts = HouseholdFacts(**form.changes(lines.lines()))  # type: ignore[attr-defined]
        others = Q(commune=facts.hamlet.commune_id) & ~Q(record_id=_record_id(posted))
        looks_like = alike([facts], within=others)[0]
        if not looks_like or "another" in posted:
            made = _register(_record_id(posted), facts, viewer)
            messages.success(request, _("Đã ghi hộ. Người khác cần xác minh."))
            return redirect("commune_household", made.pk)
    context = {
        "form": form,
        "lines": lines,
        "alike": [{"found": each, "words": ", ".join(reason_words(each.reasons))} for each in looks_like],
        "record_id": _record_id(posted) if posted else uuid.uuid4(),
        "communes": [] if commune else _communes(viewer),
    }
    return render(request, "onboarding/desk/household_add.html", context)


@NUMBERS_OF_FORM
@require_http_methods(FORM)
@never_cache
@desk_page
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what the register says. When somebody else wrote it meanwhile, both are shown and the person chooses."""
    viewer = viewer_of(request)
    found = _living(viewer, pk)
    facts = facts_of(found)
    posted = request.POST if request.method == "POST" else None
    form = HouseholdForm(
        posted,
        hamlets=hamlets_at_desk(viewer, found.commune),
        facts=facts,
        with_numbers=can_write_numbers(viewer, found),
    )
    lines = ProductionLineSet(posted, prefix="line", initial=None if posted else production_initial(facts))
    if posted is not None and form.is_valid() and lines.is_valid():
        changes = form.changes(lines.lines())  # type: ignore[attr-defined]
        kept = {name for name in changes if posted.get(f"keep_{name}") == "now"}
        changes = {name: value for name, value in changes.items() if name not in kept}
        if "phone_owner" in kept:  # the two belong together
            changes.pop("phone", None)
        try:
            changed = change_household(household=found, changes=changes, by=viewer, seen_version=_version(posted))
        except ChangedMeanwhile:
            return _both(request, found.pk, posted, changes)
        _tell(request, found, changed)
        return redirect("commune_household", found.pk)
    context = {"household": found, "form": form, "lines": lines, "seen": json.dumps(_words(facts))}
    return render(request, "onboarding/desk/household_change.html", context)


@require_POST
@desk_page
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """From today the household is not counted; the card offers to take that back."""
    viewer = viewer_of(request)
    found = _living(viewer, pk)
    if not can_end(viewer, found):
        raise Http404
    done = _("Hộ này thôi tính từ hôm nay. Bạn có thể tính lại ở dưới.")
    return card_step(
        request, found, EndForm(request.POST), end_household, done=done, unclear=_("Hãy chọn vì sao thôi tính.")
    )


@require_POST
@desk_page
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the ending back."""
    viewer = viewer_of(request)
    found = household_of_desk(viewer, pk)
    if not can_end(viewer, found) or found.merged_into_id is not None:
        raise Http404
    reopen_household(household=found, by=viewer)
    messages.success(request, _("Hộ này được tính lại."))
    return redirect("commune_household", pk)


def _register(record_id: uuid.UUID, facts: HouseholdFacts, viewer: Viewer) -> Household:
    """The household, written once: a form sent twice finds the first."""
    try:
        with transaction.atomic():
            return register_household(record_id=record_id, facts=facts, by=viewer, source=Source.DESK)
    except IntegrityError:
        return get_object_or_404(Household, record_id=record_id, registered_by=viewer.user_id)


def _living(viewer: Viewer, pk: int) -> Household:
    found = household_of_desk(viewer, pk)
    if found.ended_on is not None:
        raise Http404
    return found


def _both(request: HttpRequest, pk: int, posted: QueryDict, mine: dict[str, Any]) -> HttpResponse:
    """What the person wrote beside what the register says by now, to choose fact by fact."""
    now = household_of_desk(viewer_of(request), pk)
    facts, seen = facts_of(now), _seen(posted)
    rows = [
        {
            "name": name,
            "label": fact_label(name),
            "mine": _("số bạn vừa gõ") if name in HIDDEN_FACTS else fact_words(name, mine[name]),
            "now": _("số đang có trong sổ") if name in HIDDEN_FACTS else fact_words(name, getattr(facts, name)),
            "mine_first": name in HIDDEN_FACTS or fact_words(name, mine[name]) != seen.get(name),
        }
        for name in different_facts(now, mine)
    ]
    kept = [(name, value) for name, values in posted.lists() for value in values if _is_fact_field(name)]
    context = {"household": now, "rows": rows, "kept": kept, "seen": json.dumps(_words(facts))}
    return render(request, "onboarding/desk/household_both.html", context, status=409)


def _is_fact_field(name: str) -> bool:
    return name not in {"csrfmiddlewaretoken", "version", "seen"} and not name.startswith("keep_")


def _words(facts: HouseholdFacts) -> dict[str, str]:
    """What the person sees before changing it, without the numbers: to tell later what was changed by whom."""
    return {name: fact_words(name, value) for name, value in vars(facts).items() if name not in HIDDEN_FACTS}


def _seen(posted: QueryDict) -> dict[str, Any]:
    """Only preselects a choice, so that what cannot be read is as good as nothing."""
    try:
        found = json.loads(posted.get("seen", ""))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _version(posted: QueryDict) -> int:
    written = posted.get("version", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


def _record_id(posted: QueryDict) -> uuid.UUID:
    """Made by the form, so that a form sent twice makes one household."""
    try:
        return uuid.UUID(posted.get("record_id", ""))
    except ValueError:
        return uuid.uuid4()


def _communes(viewer: Viewer) -> list[Unit]:
    found = Unit.objects.filter(viewer.units(Role.COMMUNE), level="commune", valid_to__isnull=True)
    return list(found.order_by("name", "pk")[:200])


def _commune(viewer: Viewer, code: str) -> Unit | None:
    """The commune to add in: the one asked for, or the only one of this person."""
    found = Unit.objects.filter(viewer.units(Role.COMMUNE), level="commune", valid_to__isnull=True)
    if code:
        return found.filter(code=code).first()
    mine = list(found[:2])
    return mine[0] if len(mine) == 1 else None


def _tell(request: HttpRequest, before: Household, after: Household) -> None:
    if after.version == before.version:
        messages.info(request, _("Không có gì khác trước nên không ghi gì."))
    elif before.verified_by_id and not after.verified_by_id:
        messages.success(request, _("Đã ghi. Thông tin đã đổi nên hộ này cần được người khác xác minh lại."))
    else:
        messages.success(request, _("Đã ghi."))
