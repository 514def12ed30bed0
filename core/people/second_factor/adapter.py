"""What the accounts library asks us: how secrets are kept, which steps a sign-in has, what is said."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from core.kit.addresses import client_address
from core.kit.encryption import decrypt, encrypt
from core.people.account.actions import end_oldest_sessions
from core.people.limits.known import remember_browser
from core.people.models import User

SESSIONS = 20  # open at the same time, for one person


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in has one step after the first proof; pages and sentences are ours."""

    def get_login_stages(self) -> list[str]:
        """Only the second factor."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """To where the person's day starts."""
        return reverse("onward")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Behind our proxies only; a Unix socket has none."""
        return client_address(request) or "0.0.0.0"  # noqa: S104 - no address to listen on

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Note the session, of which a person has so many at most, and the browser."""
        end_oldest_sessions(user=user, but=SESSIONS - 1)
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        remember_browser(request, answer, user)
        return answer

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nobody here has to have e-mail."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are kept under the field keys."""

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        return "Lên Sàn"

    def build_totp_svg(self, url: str) -> str:
        """The picture alone: in a page its XML head would be rubbish."""
        drawn: str = super().build_totp_svg(url)
        return drawn[drawn.index("<svg") :]

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nobody here has to have e-mail."""
