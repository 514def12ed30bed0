"""E-mail through Django's own backend (`EMAIL_URL`)."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email

from core.messages.contract import AdapterFlags, Outcome, SendResult

_BAD_ADDRESS = "Địa chỉ thư không đúng, hoặc máy chủ thư của người nhận không nhận."


class EmailAdapter:
    """Plain text, one recipient. A mail server drops no repeats: an answer lost after the text is unknown for good."""

    flags = AdapterFlags(drops_repeats=False)

    def send(self, to: str, text: str, reference: str, *, title: str = "") -> SendResult:
        """Hand over to the mail server; the reference becomes the Message-ID."""
        try:
            validate_email(to)
        except ValidationError:
            return SendResult(Outcome.REFUSED, _BAD_ADDRESS, code="not_an_address")
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
        subject = " ".join(title.split()) or "Lên Sàn"
        mail = EmailMessage(subject, text, to=[to], headers={"Message-ID": f"<{reference}@{domain}>"})
        try:
            mail.send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
            return _said_no(error)
        except (
            smtplib.SMTPConnectError,
            smtplib.SMTPHeloError,
            smtplib.SMTPAuthenticationError,
            ConnectionError,
        ) as error:
            return SendResult(Outcome.LATER, "Không nối được máy chủ thư.", code=type(error).__name__)
        except (smtplib.SMTPException, OSError) as error:
            return SendResult(Outcome.UNKNOWN, "Máy chủ thư ngắt giữa chừng.", code=type(error).__name__)
        return SendResult(Outcome.ACCEPTED, "Máy chủ thư đã nhận.", provider_id=reference)


def _said_no(error: smtplib.SMTPException) -> SendResult:
    """A 4xx code is a no for now, a 5xx code for ever (RFC 5321, 4.2.1)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    else:
        codes = [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []
    if any(400 <= code < 500 for code in codes):
        return SendResult(Outcome.LATER, "Máy chủ thư hẹn thử lại.", code=str(codes[0]))
    return SendResult(Outcome.REFUSED, _BAD_ADDRESS, code=str(codes[0]) if codes else "refused")
