"""Encrypted text: only with the key, only unchanged, findable only by its blind index."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core.kit.encryption import Undecipherable, blind_index, blind_index_candidates, decrypt, encrypt
from core.people.queries import SYSTEM
from onboarding.households.actions import register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import Household
from tests.people import People

OLD, NEW = "old-key-" * 5, "new-key-" * 5


@given(st.text(min_size=1))
def test_what_was_encrypted_comes_back(text: str) -> None:
    assert decrypt(encrypt(text)) == text
    assert encrypt(text) != encrypt(text)  # equal phones cannot be seen in the table


def test_empty_text_stays_empty() -> None:
    assert (encrypt(""), decrypt(""), blind_index("", "phone")) == ("", "", "")


def test_a_new_key_reads_old_values_and_writes_its_own(settings: Any) -> None:
    settings.FIELD_KEYS = [OLD]
    before, index = encrypt("0912345678"), blind_index("0912345678", "phone")
    settings.FIELD_KEYS = [NEW, OLD]
    after = encrypt("0912345678")
    assert (decrypt(before), decrypt(after)) == ("0912345678", "0912345678")
    assert before.split(".")[1] != after.split(".")[1]
    assert index in blind_index_candidates("0912345678", "phone")  # the indexes are not orphaned
    assert blind_index("0912345678", "phone") == blind_index_candidates("0912345678", "phone")[0] != index
    settings.FIELD_KEYS = [NEW]
    assert decrypt(after) == "0912345678"
    with pytest.raises(Undecipherable):
        decrypt(before)


def test_a_changed_token_is_refused_whichever_byte_changed() -> None:
    version, key_id, body = encrypt("0912345678").split(".")
    raw = base64.urlsafe_b64decode(body)
    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        with pytest.raises(Undecipherable):
            decrypt(f"{version}.{key_id}.{base64.urlsafe_b64encode(changed).decode()}")


@pytest.mark.parametrize("cut", ["v1.{key}.", "v1.{key}.AAAA", "v1.{key}.!", "v2.{key}.{body}", "v1.00000000.{body}"])
def test_what_is_no_token_is_refused(cut: str) -> None:
    _, key, body = encrypt("0912345678").split(".")
    with pytest.raises(Undecipherable):
        decrypt(cut.format(key=key, body=body))
    with pytest.raises(Undecipherable):
        decrypt("0912345678")


def test_the_blind_index_differs_by_purpose_and_key(settings: Any) -> None:
    phone, tax = blind_index("0912345678", "phone"), blind_index("0912345678", "tax code")
    assert phone != tax and len(phone) == 32
    assert blind_index("0912345678", "phone") == phone
    settings.FIELD_KEYS = [NEW]
    assert blind_index("0912345678", "phone") != phone


def test_the_row_in_the_database_does_not_hold_the_phone(people: People) -> None:
    household = register_household(
        record_id=uuid.uuid4(),
        facts=HouseholdFacts("Hồ Văn Lý", people.hamlet, phone="+84912345678", phone_owner="own"),
        by=SYSTEM,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM onboarding_household WHERE id = %s", [household.pk])
        row = " ".join(str(value) for value in cursor.fetchone())
    assert "Hồ Văn Lý" in row  # this is the right row
    assert "912345678" not in row and "912 345 678" not in row
    assert Household.objects.get(pk=household.pk).phone == "+84912345678"
    assert Household.objects.get(phone_index=blind_index("+84912345678", "phone")) == household


def test_nobody_can_filter_on_encrypted_text_by_mistake(people: People) -> None:
    with pytest.raises(NotImplementedError):
        Household.objects.filter(phone="+84912345678").exists()
