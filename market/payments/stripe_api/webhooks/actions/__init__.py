"""Every change of endpoints and of what is sent to them."""

from market.payments.stripe_api.webhooks.actions.endpoints import (
    EndpointFacts,
    EndpointRefused,
    change_endpoint,
    make_endpoint,
    remove_endpoint,
    rotate_secret,
)
from market.payments.stripe_api.webhooks.actions.forgetting import forget_events, forget_old_secrets
from market.payments.stripe_api.webhooks.actions.sending import (
    Claimed,
    NotSentAgain,
    claim_delivery,
    note_reply,
    send_again,
    skip_due,
)

__all__ = [
    "Claimed",
    "EndpointFacts",
    "EndpointRefused",
    "NotSentAgain",
    "change_endpoint",
    "claim_delivery",
    "forget_events",
    "forget_old_secrets",
    "make_endpoint",
    "note_reply",
    "remove_endpoint",
    "rotate_secret",
    "send_again",
    "skip_due",
]
