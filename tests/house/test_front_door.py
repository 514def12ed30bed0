"""The headers of every answer, and that no page needs what they forbid."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from config.content_policy import for_pages, origin

ROOT = Path(__file__).resolve().parents[2]


def policy(response: Any) -> dict[str, list[str]]:
    """The directives of an answer's policy."""
    return {
        name: values
        for name, *values in (part.split() for part in response["Content-Security-Policy"].split(";") if part.strip())
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/dang-nhap/", "/tim-kiem", "/khong-co-trang-nay", "/api/docs/", "/health/live"]
)
def test_nothing_inline_and_nothing_from_elsewhere(client: Client, address: str) -> None:
    answer = client.get(address)
    found = policy(answer)
    assert found["default-src"] == ["'none'"]
    assert found["script-src"] == found["style-src"] == found["connect-src"] == ["'self'"]
    assert found["object-src"] == found["base-uri"] == ["'none'"]
    assert found["frame-ancestors"] == ["'none'"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_the_editor_has_its_own_policy(client: Client) -> None:
    found = policy(client.get("/cms/"))
    assert found["script-src"] == found["style-src"] == ["'self'", "'unsafe-inline'"] and found["frame-ancestors"] == [
        "'self'"
    ]
    assert found["default-src"] == ["'self'"]


def test_a_form_may_lead_to_the_pay_page_and_nowhere_else() -> None:
    assert for_pages("https://pay.vnpay.vn/vpcpay.html")["form-action"] == ["'self'", "https://pay.vnpay.vn"]
    assert for_pages("")["form-action"] == ["'self'"]
    assert origin("http://127.0.0.1:8002/paymentv2/vpcpay.html") == "http://127.0.0.1:8002"


def test_no_template_has_inline_code() -> None:
    inline = re.compile(
        r"""<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)|<style\b|\sstyle=|\son[a-z]+=["']|javascript:""",
        re.I,
    )
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in (ROOT / "templates").rglob("*.html")
        for match in inline.finditer(path.read_text())
    ]
    assert found == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/_util/login/?next=/cms/", "/dang-nhap/?next=/cms/"),
        ("/admin/login/", "/dang-nhap/"),
        ("/cms/login/", "/dang-nhap/"),
        ("/admin/password_change/", "/tai-khoan/mat-khau/"),
        ("/cms/account/", "/tai-khoan/"),
        ("/cms/users/edit/1/", "/ban-viec/quyen/"),
        ("/cms/groups/", "/ban-viec/quyen/"),
        ("/cms/bulk/core/user/delete/", "/ban-viec/quyen/"),
    ],
)
def test_the_libraries_own_doors_lead_to_ours(client: Client, address: str, target: str) -> None:
    for answer in (client.get(address), client.post(address, {"username": "quantri", "password": "x"})):
        assert (answer.status_code, answer["location"]) == (302, target)


def test_the_admin_shows_no_secrets_of_libraries() -> None:
    shown = {model._meta.label for model in admin.site._registry}
    assert not shown & {"mfa.Authenticator", "usersessions.UserSession", "auth.Group", "account.EmailAddress"}
    assert "core.AuditEntry" in shown
