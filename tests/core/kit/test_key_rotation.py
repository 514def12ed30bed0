"""Changing keys: everything goes under the newest one, beside writers, and the old key can be taken away."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models.functions import Cast

from core.audit.actions import record
from core.audit.models import AuditDetail
from core.kit import rotation
from core.kit.encryption import (
    BlindIndexField,
    EncryptedTextField,
    Undecipherable,
    blind_index,
    blind_index_candidates,
    decrypt,
    encrypt,
    is_newest,
    reencrypt,
)
from core.kit.rotation import Outcome, encrypted_columns, register_token_store, rotate_keys
from core.people.queries import SYSTEM
from onboarding.households.actions import register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import Household
from tests.people import People

OLD, NEW = "old-key-" * 5, "new-key-" * 5
PHONES = [f"+849123456{number:02d}" for number in range(8)]


def make_household(people: People, phone: str) -> Household:
    return register_household(
        record_id=uuid.uuid4(),
        facts=HouseholdFacts("Hồ Văn Lý", people.hamlet, phone=phone, phone_owner="own"),
        by=SYSTEM,
    )


def rotate(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("rotate_field_keys", *arguments, stdout=out, stderr=out)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue()
    return 0, out.getvalue()


def tokens() -> list[tuple[str, str]]:
    """Token and index of every household, as the database has them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, phone_index FROM onboarding_household WHERE phone <> '' ORDER BY id")
        return list(cursor.fetchall())


@pytest.fixture(autouse=True)
def old_key(settings: Any) -> None:
    """Everything of these tests begins under the old key."""
    settings.FIELD_KEYS = [OLD]


@pytest.fixture
def old_rows(people: People, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[Household]:
    """Eight households under the old key, then the new key is put in front. Three rows are taken at once."""
    monkeypatch.setattr(rotation, "AT_ONCE", 3)
    made = [make_household(people, phone) for phone in PHONES]
    record("grant.given", actor_id=1, object_label="grant:0", changes={"tên": ("An", "Anh")})
    settings.FIELD_KEYS = [NEW, OLD]
    return made


def test_every_encrypted_column_is_in_the_rotation() -> None:
    """The migrations know the columns as well: nothing may be forgotten."""
    state = MigrationLoader(None).project_state()
    written = {
        f"{app}.{model}.{name}"
        for (app, model), facts in state.models.items()
        for name, column in facts.fields.items()
        if isinstance(column, EncryptedTextField)
    }
    assert {"onboarding.household.phone", "core.auditdetail.text", "market.purchase.receiver_phone"} <= written
    assert {column.name for column in encrypted_columns()} == written


def test_every_blind_index_belongs_to_an_encrypted_column() -> None:
    indexes = {
        (model, column.of)
        for model in apps.get_models()
        for column in model._meta.local_concrete_fields
        if isinstance(column, BlindIndexField)
    }
    assert indexes and indexes <= {(column.model, column.field.name) for column in encrypted_columns()}


@pytest.mark.django_db
def test_an_index_is_written_with_its_row_and_found_under_every_key(old_rows: list[Household]) -> None:
    first = old_rows[0]
    assert tokens()[0][1] == blind_index_candidates(PHONES[0], "phone")[1] != blind_index(PHONES[0], "phone")
    assert list(Household.objects.filter(phone_index__of=PHONES[0])) == [first]
    assert not Household.objects.filter(phone_index__of="+84999999999").exists()
    first.phone = PHONES[1]  # a writer under the new key, who says nothing of the index
    first.save()
    assert set(Household.objects.filter(phone_index__of=PHONES[1])) == {first, old_rows[1]}
    assert not Household.objects.filter(phone_index__of=PHONES[0]).exists()


@pytest.mark.django_db
def test_a_household_without_a_phone_is_found_as_such(people: People) -> None:
    assert Household.objects.filter(phone_index__of="").count() == Household.objects.count() == 1


@pytest.mark.django_db
def test_after_the_rotation_the_old_key_can_go(old_rows: list[Household], settings: Any) -> None:
    status, words = rotate()
    assert status == 0 and "onboarding.household.phone: 8 seen, 8 changed" in words, words
    assert words.endswith("everything is under the newest key\n")
    settings.FIELD_KEYS = [NEW]
    assert list(Household.objects.exclude(phone_index="").order_by("pk").values_list("phone", flat=True)) == PHONES
    for household, phone in zip(old_rows, PHONES, strict=True):
        assert Household.objects.get(phone_index=blind_index(phone, "phone")) == household
    assert AuditDetail.objects.filter(entry__object_label="grant:0").get().text == '{"tên":["An","Anh"]}'
    settings.FIELD_KEYS = [OLD]
    with pytest.raises(Undecipherable):
        Household.objects.get(pk=old_rows[0].pk)


@pytest.mark.django_db
def test_a_second_run_changes_nothing(old_rows: list[Household]) -> None:
    rotate()
    before = tokens()
    assert all(is_newest(token) for token, _ in before)
    said = "".join(f"{column.name}: {seen} seen, 0 changed\n" for column, seen in counted())
    assert rotate() == (
        0,
        f"{said}mfa.authenticator.data: 0 seen, 0 changed\n{DONE}",
    )  # and the store beside the columns
    assert tokens() == before


DONE = "everything is under the newest key\n"


def counted() -> list[tuple[Any, int]]:
    """Rows with a token in every column."""
    found = []
    for column in encrypted_columns():
        tokens_there = models.QuerySet(column.model).annotate(token=Cast(column.field.name, models.TextField()))
        found.append((column, tokens_there.exclude(token="").count()))
    assert ("onboarding.household.phone", 8) in [(column.name, count) for column, count in found]
    return found


@pytest.mark.django_db
def test_a_dry_run_only_counts(old_rows: list[Household]) -> None:
    before = tokens()
    status, words = rotate("--dry-run")
    assert status == 0 and "onboarding.household.phone: 8 seen, 8 to change" in words and "to be brought over" in words
    assert tokens() == before


@pytest.mark.django_db
def test_a_stale_index_beside_a_new_token_is_rebuilt(old_rows: list[Household]) -> None:
    rotate()
    models.QuerySet(Household).filter(pk=old_rows[2].pk).update(phone_index="0" * 32)
    assert not Household.objects.filter(phone_index__of=PHONES[2]).exists()
    rotate()
    assert Household.objects.get(phone_index__of=PHONES[2]) == old_rows[2]


@pytest.mark.django_db
def test_a_writer_in_the_middle_keeps_their_change(old_rows: list[Household], monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading a row and writing it back somebody gives the household another phone."""
    real, theirs = rotation._row, "+84987654321"

    def meanwhile(column: Any, row: dict[str, Any], outcome: Outcome, dry_run: bool) -> None:
        if column.model is Household and row["pk"] == old_rows[4].pk and not dry_run:
            Household.objects.filter(pk=row["pk"]).get()
            changed = Household.objects.get(pk=row["pk"])
            changed.phone = theirs
            changed.save()
        real(column, row, outcome, dry_run)

    monkeypatch.setattr(rotation, "_row", meanwhile)
    [outcome] = [each for each in rotate_keys() if each.column == "onboarding.household.phone"]
    assert (outcome.seen, outcome.stale, outcome.changed, outcome.refused) == (8, 8, 7, [])
    kept = Household.objects.get(pk=old_rows[4].pk)
    assert (kept.phone, Household.objects.get(phone_index=blind_index(theirs, "phone"))) == (theirs, kept)
    assert rotate()[0] == 0


@pytest.mark.django_db
def test_a_row_nobody_can_read_is_named_and_the_others_go_on(old_rows: list[Household]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE onboarding_household SET phone = 'v1.00000000.AAAA' WHERE id = %s", [old_rows[3].pk])
    status, words = rotate()
    assert status == 1 and f"NOT BROUGHT OVER onboarding.household.phone of row {old_rows[3].pk}: no key" in words
    assert [is_newest(token) for token, _ in tokens()] == [True, True, True, False, True, True, True, True]


@pytest.mark.django_db
def test_other_places_with_tokens_take_part(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.FIELD_KEYS = [OLD]
    kept = {"secret": encrypt("JBSWY3DP")}
    settings.FIELD_KEYS = [NEW, OLD]

    def rotate_secrets(dry_run: bool) -> Outcome:
        fresh = reencrypt(kept["secret"])
        stale = fresh != kept["secret"]
        if not dry_run:
            kept["secret"] = fresh
        return Outcome("somebody's secrets", 1, int(stale), int(stale and not dry_run))

    monkeypatch.setattr(rotation, "_stores", {})
    register_token_store("secrets", rotate_secrets)
    assert "somebody's secrets: 1 seen, 1 to change" in rotate("--dry-run")[1]
    assert rotate()[1].endswith("somebody's secrets: 1 seen, 1 changed\n" + DONE)
    settings.FIELD_KEYS = [NEW]
    assert decrypt(kept["secret"]) == "JBSWY3DP"


KILLED = """
import os, signal, django
django.setup()
from core.kit import rotation
rotation.AT_ONCE = 5
real, done = rotation._row, 0
def dying(column, row, outcome, dry_run):
    global done
    if column.name == "onboarding.household.phone":
        done += 1
        if done == 13:
            os.kill(os.getpid(), signal.SIGKILL)
    real(column, row, outcome, dry_run)
rotation._row = dying
rotation.rotate_keys()
"""


def test_a_killed_run_is_simply_started_again(committed_db: None, settings: Any) -> None:
    from tests.people import make_people

    settings.FIELD_KEYS = [OLD]
    people = make_people()
    with transaction.atomic():
        for number in range(20):
            make_household(people, f"+849123450{number:02d}")
    database = connection.settings_dict
    address = (
        f"sqlite:///{database['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=django_settings.BASE_DIR,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "MODE": "test",
            "DATABASE_URL": address,
            "FIELD_KEYS": f"{NEW},{OLD}",
        },
        timeout=60,
    )
    assert killed.returncode == -9
    settings.FIELD_KEYS = [NEW, OLD]
    assert [is_newest(token) for token, _ in tokens()] == [True] * 10 + [False] * 10  # two whole batches
    assert rotate()[0] == 0
    settings.FIELD_KEYS = [NEW]
    numbers = Household.objects.exclude(phone_index="").order_by("pk").values_list("phone", flat=True)
    assert list(numbers) == [f"+849123450{number:02d}" for number in range(20)]
