"""Production does not start on demo values, doubles, or half a configuration."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError

from config import checks, env
from core.people.models import User

ROOT = Path(__file__).resolve().parents[2]
SAFE: dict[str, Any] = {
    "PRODUCTION": True,
    "DEBUG": False,
    "SECRET_KEY": "k" * 64,
    "FIELD_KEYS": ["f" * 40],
    "PERSONAL_ID_KEY": "p" * 40,
    "ALLOWED_HOSTS": ["lensan.example.vn"],
    "BASE_URL": "https://lensan.example.vn",
    "SELLING": "direct",
    "DATABASE_URL": "postgres://lensan@db/lensan",
    "SANDBOX_MARKET_KEY": "",
    "TRUSTED_PROXIES": ["10.0.0.5"],
    "SMS_ADAPTER": "http",
    "SMS_URL": "https://sms.example.vn/send",
    "SMS_KEY": "khoa-sms",
    "SMS_SENDER": "LENSAN",
    "SMS_INBOUND_KEY": "i" * 32,
    "EMAIL_URL": "smtp://mail.example.vn",
    "VNPAY_TMN_CODE": "LENSAN01",
    "VNPAY_HASH_SECRET": "H" * 32,
    "VNPAY_DOUBLE": "http://127.0.0.1:8002",
    "VNPAY_IPN_ADDRESSES": ["113.52.45.78", "116.97.245.130"],
    "VNPAY_TEST_TMN_CODE": "LENSANT1",
    "VNPAY_TEST_HASH_SECRET": "T" * 32,
    "VNPAY_TEST_PAY_URL": "https://sandbox.vnpayment.vn/paymentv2/vpcpay.html",
    "VNPAY_TEST_API_URL": "https://sandbox.vnpayment.vn/merchant_webapi/api/transaction",
    "VNPAY_PAY_URL": "https://pay.vnpay.vn/vpcpay.html",
    "VNPAY_API_URL": "https://merchant.vnpay.vn/merchant_webapi/api/transaction",
}
DEMO_VNPAY_SECRET = "DEMOSECRETDEMOSECRETDEMOSECRET01"


def problems(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> list[str]:
    """What is wrong with the safe values once these are changed."""
    for name, value in (SAFE | changes).items():
        monkeypatch.setattr(env, name, value)
    return [message.msg for message in checks.production_is_safe(None)]


def test_safe_values_are_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems(monkeypatch) == []
    assert problems(monkeypatch, VNPAY_TEST_TMN_CODE="", VNPAY_TEST_HASH_SECRET="") == [], "trials may be left out"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": env.DEMO_SECRET}, "SECRET_KEY"),
        ({"FIELD_KEYS": []}, "FIELD_KEYS"),
        ({"PERSONAL_ID_KEY": ""}, "PERSONAL_ID_KEY"),
        ({"PERSONAL_ID_KEY": env.DEMO_PERSONAL_ID_KEY}, "PERSONAL_ID_KEY"),
        ({"FIELD_KEYS": ["short"]}, "FIELD_KEYS"),
        ({"FIELD_KEYS": ["f" * 40, env.DEMO_FIELD_KEY]}, "FIELD_KEYS"),
        ({"DEBUG": True}, "DEBUG"),
        ({"ALLOWED_HOSTS": []}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ["lensan.example.vn", "*"]}, "ALLOWED_HOSTS"),
        ({"BASE_URL": "http://lensan.example.vn"}, "BASE_URL"),
        ({"SELLING": ""}, "SELLING"),
        ({"SELLING": "both"}, "SELLING"),
        ({"DATABASE_URL": "sqlite:////var/lensan.sqlite3"}, "DATABASE_URL"),
        ({"SANDBOX_MARKET_KEY": "demo-market-key"}, "SANDBOX_MARKET_KEY"),
        ({"VNPAY_IPN_ADDRESSES": ["113.52.45.78", "sandbox.vnpayment.vn"]}, "VNPAY_IPN_ADDRESSES"),
        ({"VNPAY_IPN_ADDRESSES": ["0.0.0.0/0"]}, "VNPAY_IPN_ADDRESSES"),
        ({"TRUSTED_PROXIES": []}, "TRUSTED_PROXIES"),
        ({"TRUSTED_PROXIES": ["0.0.0.0/0"]}, "TRUSTED_PROXIES"),
        ({"TRUSTED_PROXIES": ["10.0.0.5", "::/0"]}, "TRUSTED_PROXIES"),
        ({"TRUSTED_PROXIES": ["nginx"]}, "TRUSTED_PROXIES"),
        ({"VNPAY_PAY_URL": "https://sandbox.vnpayment.vn/paymentv2/vpcpay.html"}, "VNPAY_PAY_URL"),
        ({"SMS_ADAPTER": ""}, "SMS_ADAPTER"),
        ({"SMS_ADAPTER": "log"}, "SMS_ADAPTER"),
        ({"SMS_URL": "http://127.0.0.1:8003"}, "SMS_URL"),
        ({"SMS_KEY": ""}, "SMS_KEY"),
        ({"SMS_INBOUND_KEY": "short"}, "SMS_INBOUND_KEY"),
        ({"EMAIL_URL": "console://"}, "EMAIL_URL"),
        ({"VNPAY_TMN_CODE": ""}, "VNPAY_TMN_CODE"),
        ({"VNPAY_TEST_TMN_CODE": "LENSAN01"}, "VNPAY_TEST_TMN_CODE"),
        ({"VNPAY_TEST_TMN_CODE": "DEMO0001"}, "VNPAY_TEST_TMN_CODE"),
        ({"VNPAY_TEST_HASH_SECRET": "H" * 32}, "VNPAY_TEST_HASH_SECRET"),
        ({"VNPAY_TEST_HASH_SECRET": ""}, "VNPAY_TEST_HASH_SECRET"),
        ({"VNPAY_TEST_PAY_URL": "http://127.0.0.1:8002/paymentv2/vpcpay.html"}, "VNPAY_TEST_PAY_URL"),
        (
            {"VNPAY_DOUBLE": "https://thu.example.vn", "VNPAY_TEST_PAY_URL": "https://thu.example.vn/x"},
            "VNPAY_TEST_PAY_URL",
        ),
        ({"VNPAY_TEST_API_URL": "http://127.0.0.1:8002/x"}, "VNPAY_TEST_API_URL"),
        ({"VNPAY_TMN_CODE": "DEMO0001"}, "VNPAY_TMN_CODE"),
        ({"VNPAY_HASH_SECRET": ""}, "VNPAY_HASH_SECRET"),
        ({"VNPAY_HASH_SECRET": DEMO_VNPAY_SECRET}, "VNPAY_HASH_SECRET"),
        ({"VNPAY_PAY_URL": "http://127.0.0.1:8002/paymentv2/vpcpay.html"}, "VNPAY_PAY_URL"),
        ({"VNPAY_API_URL": "http://merchant.vnpay.vn/x"}, "VNPAY_API_URL"),
    ],
)
def test_each_unsafe_value_is_named(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], named: str) -> None:
    found = problems(monkeypatch, **changes)
    assert len(found) == 1 and named in found[0]


def test_the_demo_values_of_the_list_are_the_ones_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.SECRET_KEY == env.DEMO_SECRET and env.FIELD_KEYS == [env.DEMO_FIELD_KEY]
    assert env.VNPAY_HASH_SECRET == DEMO_VNPAY_SECRET


def test_without_selling_no_terminal_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = {"VNPAY_TMN_CODE": "", "VNPAY_HASH_SECRET": "", "VNPAY_PAY_URL": "", "VNPAY_API_URL": ""}
    assert problems(monkeypatch, SELLING="showcase", **nothing) == []


def test_outside_production_everything_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems(monkeypatch, PRODUCTION=False, SECRET_KEY="", DEBUG=True) == []


@pytest.mark.parametrize("started", [["-c", "import config.wsgi"], ["manage.py", "check"]])
def test_a_server_and_a_command_do_not_start(started: list[str], tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}}
    unsafe = {"MODE": "production", "SECRET_KEY": env.DEMO_SECRET, "STATE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, *started], cwd=ROOT, env=kept | unsafe, capture_output=True, timeout=60)
    said = done.stderr.decode()
    assert done.returncode != 0
    for name in ("SECRET_KEY", "FIELD_KEYS", "ALLOWED_HOSTS", "SELLING", "DATABASE_URL"):
        assert name in said, said
    assert env.DEMO_SECRET not in said


def production_environment(tmp_path: Path, **changes: str) -> dict[str, str]:
    """An environment in which production starts; everything else of this process is left out."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}}
    lists = {
        "TRUSTED_PROXIES": "10.0.0.5",
        "FIELD_KEYS": "f" * 40,
        "ALLOWED_HOSTS": "lensan.example.vn",
        "SECRET_KEY": "k3" * 32 + "-_xyzabcdef",
    }
    safe = {name: value for name, value in SAFE.items() if isinstance(value, str)}
    return kept | safe | lists | {"MODE": "production", "STATE_DIR": str(tmp_path)} | changes


def test_djangos_own_deployment_check_is_clean(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env=production_environment(tmp_path), capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert b"no issues" in done.stdout


def test_the_deployment_check_sees_an_unsafe_value(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env=production_environment(tmp_path, SECRET_KEY="a" * 60), capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode != 0 and b"SECRET_KEY" in done.stderr


@pytest.mark.django_db
def test_the_demo_world_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.people.models import User

    monkeypatch.setattr(env, "PRODUCTION", True)
    with pytest.raises(CommandError):
        call_command("demo")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_production_serves_no_database_with_demo_people(monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user(username="tinh", full_name="Phương", is_demo=True)
    assert checks.no_demo_people(None, ["default"]) == []
    monkeypatch.setattr(env, "PRODUCTION", True)
    assert [each.id for each in checks.no_demo_people(None, ["default"])] == ["lensan.E002"]
    assert checks.no_demo_people(None, None) == []  # a command that asks for no database
    User.objects.all().delete()
    assert checks.no_demo_people(None, ["default"]) == []
    monkeypatch.setattr(User.objects, "filter", raising(ProgrammingError))
    assert checks.no_demo_people(None, ["default"]) == []  # nothing is migrated yet


def raising(error: type[Exception]) -> Any:
    """Something that cannot be called."""

    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


def test_another_spelling_of_the_mode_is_no_demo(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=production_environment(tmp_path, MODE="prod"),
        capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode != 0 and b"MODE" in done.stderr
