"""The versions of the forms that devices fill in. A version is understood until 90 days after its retirement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core.kit import clock
from core.people.queries import Viewer
from onboarding.intake.refusals import Invalid, NotTaken

ACCEPTED_AFTER_RETIREMENT = timedelta(days=90)


@dataclass(frozen=True)
class FormVersion:
    """One version: its code ("household/1"), the kind of record it is about, and the function that reads the body of an
    envelope (raises Invalid). `retired_on` is the day from which new records are made with a later one."""

    code: str
    kind: str
    parse: Callable[[Mapping[str, Any]], Any]
    retired_on: date | None = None

    @property
    def accepted_until(self) -> date | None:
        """The last day on which records of it are taken; None: no end is known."""
        return self.retired_on + ACCEPTED_AFTER_RETIREMENT if self.retired_on else None


_forms: dict[str, FormVersion] = {}


def register_form(form: FormVersion) -> None:
    """Add a version; called from `ready()`."""
    _forms[form.code] = form


def forget_form(code: str) -> None:
    """Take a version out again."""
    _forms.pop(code, None)


def form_version(code: str) -> FormVersion:
    """The version with this code, retired or not: what was stored must always be readable. Raises Invalid."""
    found = _forms.get(code)
    if found is None:
        raise Invalid("Máy chủ không biết mẫu ghi này. Hãy mở lại ứng dụng khi có mạng để cập nhật.")
    return found


def check_still_accepted(form: FormVersion) -> None:
    """Raises NotTaken (form_too_old) when the version was retired more than 90 days ago."""
    if form.accepted_until is not None and clock.today() > form.accepted_until:
        raise NotTaken(
            426,
            "form_too_old",
            "Mẫu ghi này đã ngừng nhận. Hãy cập nhật ứng dụng; bản ghi cũ nộp bằng tệp cho cán bộ xã.",
        )


def current_forms() -> dict[str, str]:
    """The newest version in use of each kind: {"household": "household/1"}."""
    today = clock.today()
    found: dict[str, str] = {}
    for form in sorted(_forms.values(), key=lambda each: int(each.code.rpartition("/")[2])):
        if form.retired_on is None or form.retired_on > today:
            found[form.kind] = form.code
    return found


_stamps: list[Callable[[Viewer], str]] = []


def register_bundle_stamp(source: Callable[[Viewer], str]) -> None:
    """Say how the stamp of a person's bundle is made: devices fetch the bundle again when it has changed."""
    if source not in _stamps:
        _stamps.append(source)


def bundle_stamp(viewer: Viewer) -> str:
    """What a device compares with the stamp of the bundle it holds; "" when no bundle is served."""
    return "-".join(source(viewer) for source in _stamps)
