"""Digital signatures on reports: made with a certificate of our own making, and validated by another program's rules."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID
from django.test import Client
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from config.checks import reports_can_be_signed
from core.jobs.models import Job
from core.jobs.registry import GiveUp
from core.people.models import User
from ocop.reports import jobs, signing
from ocop.reports.files import PDF, file_of
from ocop.reports.models import OfficialReport, ReportSignature
from tests.ocop.conftest import Land
from tests.ocop.reports.papers import pages_of, report_of, signed_snapshot
from tests.ocop.snapshots.test_actions import goods

__all__ = ["goods"]
NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
HOLDER = "Sở Nông nghiệp và Môi trường"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def certificate(days: int = 365) -> tuple[bytes, bytes]:
    """A certificate for signing documents that its own key has signed, as PKCS#12 and alone."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOLDER)])
    usage = dict.fromkeys(
        ("data_encipherment", "key_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    raw = pkcs12.serialize_key_and_certificates(
        b"bao cao", key, made, None, BestAvailableEncryption("mật khẩu".encode())
    )
    return raw, made.public_bytes(Encoding.DER)


@pytest.fixture
def trusted(settings: Any, tmp_path: Path) -> bytes:
    """A certificate is set; returns it."""
    raw, alone = certificate()
    path = tmp_path / "so.p12"
    path.write_bytes(raw)
    settings.REPORT_SIGNING = {"file": str(path), "password": "mật khẩu"}
    return alone


@pytest.fixture
def report(land: Land, phuong: User, goods: None, trusted: bytes) -> OfficialReport:
    return report_of(signed_snapshot(land, phuong), phuong)


def test_a_report_is_signed_once_by_a_job(report: OfficialReport, phuong: User, trusted: bytes) -> None:
    (job,) = Job.objects.filter(name="reports.sign")
    assert job.arguments == {"report": report.pk} and not ReportSignature.objects.exists()
    client = Client()
    client.force_login(phuong)
    assert "đang chờ ký số" in client.get(f"/bang/bao-cao/{report.code}/").content.decode()
    jobs.sign(job.arguments)
    jobs.sign(job.arguments)  # a job may run twice
    signature = ReportSignature.objects.get()
    assert signature.holder == HOLDER
    plain, signed = file_of(report, PDF), client.get(f"/bang/bao-cao/{report.code}/tep.pdf").content
    assert signed.startswith(plain), "a signature adds to what was there"
    assert pages_of(signed) == pages_of(plain)
    assert client.get(f"/bang/bao-cao/{report.code}/tep.pdf?ban=goc").content == plain

    trust = ValidationContext(trust_roots=[Certificate.load(trusted)], moment=NOW, allow_fetching=False)
    (embedded,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    status = validate_pdf_signature(embedded, trust)
    assert status.bottom_line and status.coverage.name == "ENTIRE_FILE"
    place = signed.index(b"/Author")
    spoilt = signed[:place] + b"/Buthor" + signed[place + 7 :]
    (embedded,) = PdfFileReader(io.BytesIO(spoilt)).embedded_signatures
    assert not validate_pdf_signature(embedded, trust).intact

    page = f"/kiem-tra/bao-cao/{report.code}/"
    answer = Client().post(page, {"file": io.BytesIO(signed)})
    assert "Đúng. Tệp này là bản PDF đã ký số" in answer.content.decode()
    assert "Không đúng." in Client().post(page, {"file": io.BytesIO(spoilt)}).content.decode()


def test_a_lost_signed_file_is_signed_again(report: OfficialReport, phuong: User, tmp_path: Path) -> None:
    """A copy of the lost one stays true; while it is there nothing is signed twice."""
    (job,) = Job.objects.filter(name="reports.sign")
    jobs.sign(job.arguments)
    first = ReportSignature.objects.get()
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, finished_at=NOW)
    client = Client()
    client.force_login(phuong)
    page, file, again = (f"/bang/bao-cao/{report.code}/{name}" for name in ("", "tep.pdf", "ky-so/"))
    held = client.get(file).content
    client.post(again)
    assert Job.objects.count() == 1 and "Ký số tệp PDF" not in client.get(page).content.decode()
    (lost,) = (tmp_path / "private" / "reports").rglob(f"{first.sha256}.pdf")
    lost.unlink()
    said = client.get(file, follow=True).content.decode()
    assert "Tệp PDF đã ký số không còn trong kho." in said and "Ký số tệp PDF" in said
    client.post(again)
    assert "đang chờ ký số" in client.get(page).content.decode()
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        jobs.sign({"report": report.pk})
        jobs.sign({"report": report.pk})
    second = ReportSignature.objects.exclude(pk=first.pk).get()
    assert client.get(file).content != held and second.sha256 != first.sha256
    mended = client.get(page).content.decode()
    assert "12:05" in mended and "không còn trong kho" not in mended
    for copy in (held, client.get(file).content):
        answer = Client().post(f"/kiem-tra/bao-cao/{report.code}/", {"file": io.BytesIO(copy)})
        assert "Đúng. Tệp này là bản PDF đã ký số" in answer.content.decode()


def test_what_cannot_sign_is_said(report: OfficialReport, settings: Any, tmp_path: Path, phuong: User) -> None:
    """By the start-up check and by the job; the report itself is there all the same."""
    assert reports_can_be_signed(None) == []
    path = Path(settings.REPORT_SIGNING["file"])
    path.write_bytes(certificate(days=-1)[0])
    (warning,) = reports_can_be_signed(None)
    assert warning.id == "lensan.W003" and "reports stay unsigned" in warning.msg
    with pytest.raises(GiveUp, match="không còn hiệu lực"):
        jobs.sign({"report": report.pk})
    for wrong, words in (
        ({"password": "sai"}, "Mật khẩu"), ({"password": ""}, "REPORT_SIGNING_PASSWORD"), ({"file": str(tmp_path / "khong")}, "Không mở được"),
    ):  # fmt: skip
        settings.REPORT_SIGNING = {"file": str(path), "password": "mật khẩu"} | wrong
        (error,) = reports_can_be_signed(None)
        assert error.id == "lensan.E003" and words in error.msg
        with pytest.raises(GiveUp):
            jobs.sign({"report": report.pk})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing, "HAS_LIBRARY", False)
        assert "run python3 config/bootstrap.py tools" in reports_can_be_signed(None)[0].msg
        with pytest.raises(GiveUp, match="chưa cài phần ký số"):
            jobs.sign({"report": report.pk})
    assert not ReportSignature.objects.exists()
    settings.REPORT_SIGNING = {"file": "", "password": ""}
    assert reports_can_be_signed(None) == []
    client = Client()
    client.force_login(phuong)
    asked = client.post(f"/bang/bao-cao/{report.code}/ky-so/", follow=True)
    assert "Máy chủ chưa có chứng thư số." in asked.content.decode()
