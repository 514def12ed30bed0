"""What a payer's page shows."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from market.payments.stripe_api.models import CheckoutSession, PaymentIntent
from market.payments.stripe_api.shapes.basics import Shape

Status = PaymentIntent.Status


def session_by_id(public_id: str) -> CheckoutSession | None:
    """Whose address somebody holds."""
    rows = CheckoutSession.objects.select_related("intent__payment", "application__producer")
    return rows.filter(public_id=public_id).first()


def intent_by_secret(secret: str) -> PaymentIntent | None:
    """Whose payer has come back."""
    rows = PaymentIntent.objects.select_related("payment", "session", "application__producer")
    return rows.filter(public_id=secret.partition("_secret_")[0], client_secret=secret).first()


@dataclass(frozen=True)
class Line:
    """One thing to pay for; đồng."""

    name: str
    description: str
    quantity: int
    unit_amount: int

    @property
    def amount(self) -> int:
        """Of all pieces."""
        return self.quantity * self.unit_amount


def lines_of(session: CheckoutSession) -> list[Line]:
    """As the program wrote them."""
    return [_line(line) for line in session.lines]


def _line(line: Shape) -> Line:
    return Line(line["name"], line["description"], line["quantity"], line["unit_amount"])


def success_address(session: CheckoutSession) -> str:
    """Where the payer goes when it is paid."""
    return session.success_url.replace("{CHECKOUT_SESSION_ID}", session.public_id)


def return_address(intent: PaymentIntent) -> str:
    """Where the program wanted its payer back, with what Stripe adds; the result is told by the API, never by an address."""
    told = {Status.SUCCEEDED: "succeeded", Status.PROCESSING: "pending", Status.REQUIRES_ACTION: "pending"}
    added = {
        "payment_intent": intent.public_id,
        "payment_intent_client_secret": intent.client_secret,
        "redirect_status": told.get(Status(intent.status), "failed"),
    }
    parts = urlsplit(intent.return_url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in added]
    return urlunsplit(parts._replace(query=urlencode([*query, *added.items()])))
