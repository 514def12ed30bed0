"""Putting producers into the register, and recording who acts for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock, phones
from core.messages.actions import send_message
from core.people.models import User
from core.people.queries import Viewer
from core.places.events import MapTurned
from core.places.models import Unit, in_force
from onboarding.households.models import Household
from onboarding.producers.events import ProducersChanged
from onboarding.producers.kinds import MEMBER_ADDED
from onboarding.producers.models import READINESS, Application, Membership, Producer
from onboarding.producers.queries import on_behalf_of
from onboarding.producers.rules import LONGEST_PERIOD, RECORDED, can_end_member, can_note_readiness, can_record_member


@transaction.atomic
def register_producer(
    *,
    kind: str,
    name: str,
    commune: Unit,
    phone: str,
    by: Viewer,
    household: Household | None = None,
    tax_code: str = "",
    is_demo: bool = False,
) -> Producer:
    """Store a producer; `phone` is E.164 or "", `tax_code` as `normalise_tax_code` writes it or ""."""
    producer = Producer.objects.create(
        kind=kind,
        name=name,
        household=household,
        commune=commune,
        phone=phone,
        tax_code=tax_code,
        registered_by_id=by.user_id,
        registered_at=clock.now(),
        is_demo=is_demo,
    )
    record("producer.registered", actor_id=by.user_id, object_label=f"producer:{producer.pk}", unit_code=commune.code)
    emit(ProducersChanged((producer.pk,)))
    return producer


@transaction.atomic
def note_readiness(*, producer: Producer, answers: Mapping[str, bool | None], by: Viewer) -> Producer:
    """Write what a producer has for selling online (fields of READINESS; None: not asked). Raises PermissionError; nothing
    different, nothing written."""
    producer = Producer.objects.select_for_update(of=("self",)).select_related("commune").get(pk=producer.pk)
    if not can_note_readiness(by, producer):
        raise PermissionError
    different = {
        name: answers[name] for name in READINESS if name in answers and answers[name] != getattr(producer, name)
    }
    if not different:
        return producer
    words = {None: "chưa hỏi", True: "có", False: "không"}
    changes = {READINESS[name]: (words[getattr(producer, name)], words[value]) for name, value in different.items()}
    for name, value in different.items():
        setattr(producer, name, value)
    producer.save(update_fields=list(different))
    record(
        "producer.readiness_noted",
        actor_id=by.user_id,
        object_label=f"producer:{producer.pk}",
        unit_code=producer.commune.code,
        changes=changes,
        **on_behalf_of(by, producer.pk),
    )
    return producer


@transaction.atomic
def change_producer(*, producer: Producer, by: Viewer, name: str = "", phone: str | None = None) -> Producer:
    """Write another name ("": stays) or phone (E.164; None: stays); the caller has asked whether this person may. Nothing
    different, nothing written."""
    producer = Producer.objects.select_for_update(of=("self",)).select_related("commune").get(pk=producer.pk)
    changes: dict[str, tuple[str, str]] = {}
    if name and name != producer.name:
        changes["tên chủ thể"] = (producer.name, name)
        producer.name = name
    if phone is not None and phone != producer.phone:
        changes["điện thoại"] = (phones.masked(producer.phone), phones.masked(phone))
        producer.phone = phone
    if changes:
        producer.save()
        record(
            "producer.changed",
            actor_id=by.user_id,
            object_label=f"producer:{producer.pk}",
            unit_code=producer.commune.code,
            changes=changes,
            **on_behalf_of(by, producer.pk),
        )
        emit(ProducersChanged((producer.pk,)))
    return producer


class MemberRefused(ValueError):
    """The membership makes no sense as asked; the message is a Vietnamese sentence with what to do."""


@transaction.atomic
def add_member(
    *, user: User, producer: Producer, right: str, by: Viewer, how: str, valid_to: date | None = None
) -> Membership:
    """Record that a person may act for a producer from today on, and how that was established. The caller has asked
    the rule. `valid_to` is the first day without; owners and helpers of old may have none."""
    membership = Membership.objects.create(
        user=user,
        producer=producer,
        right=right,
        valid_from=clock.today(),
        valid_to=valid_to,
        recorded_by_id=by.user_id,
        recorded_how=how,
        recorded_at=clock.now(),
    )
    _note("membership.recorded", membership, by, f"{membership.get_right_display()}: {user.full_name} ({how})")
    return membership


@transaction.atomic
def let_act(*, user: User, producer: Producer, right: str, by: Viewer, how: str, valid_to: date) -> Membership:
    """An owner or an officer lets a person help (helper) or act for (acting) a producer, until `valid_to`, the first
    day without. They are told. Raises PermissionError, MemberRefused."""
    # The row lock makes two clicks, or two officers, one after the other.
    producer = Producer.objects.select_for_update(of=("self",)).select_related("commune").get(pk=producer.pk)
    if not can_record_member(by, producer, user.pk) or right not in RECORDED:
        raise PermissionError
    today = clock.today()
    if not today < valid_to <= today + LONGEST_PERIOD:
        raise MemberRefused("Ngày kết thúc phải sau hôm nay và trong vòng hai năm. Hãy chọn lại.")
    if not user.is_active:
        raise MemberRefused("Tài khoản của người này đang bị khóa. Hãy mở khóa trước.")
    open_now = Membership.objects.filter(in_force(today), user=user, producer=producer)
    if open_now.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today)).exists():
        raise MemberRefused("Người này đang được làm cho chủ thể rồi. Muốn đổi, hãy kết thúc trước.")
    membership = add_member(user=user, producer=producer, right=right, by=by, how=how, valid_to=valid_to)
    giver = "" if by.user_id is None else User.objects.get(pk=by.user_id).full_name
    send_message(
        MEMBER_ADDED.code,
        user=user,
        context={
            "name": producer.name,
            "acting": int(right == Membership.Right.ACTING),
            "giver": giver,
            "until": f"{valid_to:%d/%m/%Y}",
        },
        key=f"membership:{membership.pk}",
        link=reverse("work_for"),
        by=by,
    )
    return membership


@transaction.atomic
def end_member(*, membership: Membership, by: Viewer) -> Membership:
    """From now on the person acts for the producer no more. Raises PermissionError; twice is harmless."""
    rows = Membership.objects.select_for_update(of=("self",)).select_related("producer__commune", "user")
    membership = rows.get(pk=membership.pk)
    if not can_end_member(by, membership):
        raise PermissionError
    today = clock.today()
    if membership.valid_to is None or membership.valid_to > today:
        membership.valid_to = max(today, membership.valid_from)
        membership.save(update_fields=["valid_to"])
        _note("membership.ended", membership, by, f"{membership.get_right_display()}: {membership.user.full_name}")
    return membership


def _note(word: str, membership: Membership, by: Viewer, words: str) -> None:
    record(
        word,
        actor_id=by.user_id,
        object_label=f"producer:{membership.producer_id}",
        unit_code=membership.producer.commune.code,
        changes={"người được làm": ("", words)},
    )


def follow_map(event: MapTurned) -> None:
    """Producers (and who asks to become one) of an ended commune belong to what it became: their household's commune, else the default part."""
    for old_id, new_id in event.new_unit_ids().items():
        ended = Producer.objects.filter(commune_id=old_id)
        ids = tuple(ended.order_by("pk").values_list("pk", flat=True))
        moved = ended.filter(household__isnull=False).exclude(household__commune_id=old_id)
        for pk, commune_id in moved.values_list("pk", "household__commune_id"):
            Producer.objects.filter(pk=pk).update(commune_id=commune_id)
        Producer.objects.filter(commune_id=old_id).update(commune_id=new_id)
        Application.objects.filter(commune_id=old_id).update(commune_id=new_id)
        if ids:
            emit(ProducersChanged(ids))
