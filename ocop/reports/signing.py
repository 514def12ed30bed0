"""A digital signature on a report's PDF, by a certificate file (PKCS#12) of the issuing body. Optional: the library comes with the extra
`signing`, the file and its password from the settings.

The form is PAdES baseline B (ETSI EN 319 142-1). No time server is asked: the moment in it is this machine's.
"""

from __future__ import annotations

import importlib.util
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID
from django.conf import settings

from core.kit import clock

if importlib.util.find_spec("pyhanko") is not None:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter

    HAS_LIBRARY = True
else:  # an installation without the extra
    HAS_LIBRARY = False

FIELD = "ChuKySo"


class SigningRefused(ValueError):
    """It cannot be signed so; the message is a Vietnamese sentence for the people of the province."""


@dataclass(frozen=True)
class Signed:
    """A signed file and whose certificate is in it."""

    pdf: bytes
    holder: str
    serial: str
    certificate_until: date


def is_wanted() -> bool:
    """Whether reports of this installation are signed."""
    return bool(settings.REPORT_SIGNING["file"])


def certificate() -> Certificate:
    """The certificate that signs. Raises SigningRefused where the file is missing, or the password is not its own."""
    path, password = Path(settings.REPORT_SIGNING["file"]), settings.REPORT_SIGNING["password"]
    try:
        key, found, _chain = pkcs12.load_key_and_certificates(path.read_bytes(), password.encode())
    except OSError as error:
        raise SigningRefused("Không mở được tệp chứng thư số. Hãy báo người quản trị máy chủ.") from error
    except ValueError as error:
        raise SigningRefused("Mật khẩu của tệp chứng thư số không đúng. Hãy báo người quản trị máy chủ.") from error
    if key is None or found is None:
        raise SigningRefused("Tệp chứng thư số thiếu khóa ký. Hãy báo người quản trị máy chủ.")
    return found


def is_in_force(found: Certificate) -> bool:
    """Whether the certificate is valid at this moment."""
    return found.not_valid_before_utc <= clock.now() <= found.not_valid_after_utc


def signed(pdf: bytes, *, number: str, place: str) -> Signed:
    """The PDF with a signature added behind what was there. Raises SigningRefused."""
    if not HAS_LIBRARY:
        raise SigningRefused("Máy chủ chưa cài phần ký số. Hãy báo người quản trị máy chủ.")
    found = certificate()
    until = clock.day_of(found.not_valid_after_utc)
    if not is_in_force(found):
        raise SigningRefused(f"Chứng thư số không còn hiệu lực (đến {until:%d/%m/%Y}). Hãy thay chứng thư rồi ký lại.")
    signer = signers.SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]
        settings.REPORT_SIGNING["file"], passphrase=settings.REPORT_SIGNING["password"].encode()
    )
    if signer is None:
        raise SigningRefused("Tệp chứng thư số này không dùng để ký được. Hãy báo người quản trị máy chủ.")
    about = signers.PdfSignatureMetadata(
        field_name=FIELD,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        reason=f"Báo cáo số {number}",
        location=place,
    )
    out = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), about, signer=signer)
    return Signed(out.getvalue(), _holder(found), f"{found.serial_number:x}"[:80], until)


def _holder(found: Certificate) -> str:
    names = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value)[:200] if names else found.subject.rfc4514_string()[:200]
