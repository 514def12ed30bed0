"""Every request that is answered."""

from market.payments.stripe_api.resources import (
    customers,
    events,
    payment_intents,
    refunds,
    sessions,
    webhook_endpoints,
)
from market.payments.stripe_api.transport.routes import Route

ROUTES: list[Route] = [
    *payment_intents.ROUTES,
    *customers.ROUTES,
    *refunds.ROUTES,
    *sessions.ROUTES,
    *events.ROUTES,
    *webhook_endpoints.ROUTES,
]
