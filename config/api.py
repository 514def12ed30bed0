"""The REST API: gathers the routers of the storeys under /api/v1/; described at /api/schema/ and /api/docs/."""

from __future__ import annotations

from ninja import NinjaAPI

from core.desk.hamlets.api import router as hamlets
from core.people.api import TokenAuth
from core.places.api import router as units
from market.listings.api.access import KeyToOwnGoods
from market.listings.api.goods import router as listings
from market.listings.api.stock import router as stock
from market.orders.api.orders import router as orders
from market.orders.api.payments import router as payments
from market.platforms.running.api import router as platforms
from market.shops.api import router as shops
from ocop.certificates.api import router as certificates
from ocop.indicators.api import router as indicators
from ocop.snapshots.api import router as snapshots
from onboarding.accounts.api import router as accounts
from onboarding.fieldwork.api import router as field_bundle
from onboarding.households.api import router as households
from onboarding.intake.access import show_refusals
from onboarding.intake.api import router as field_intake
from onboarding.producers.api import router as producers
from search.pages.api import router as search

api = NinjaAPI(
    title="Lên Sàn",
    version="1",
    description="Search, indicators, administrative units, households and producers. Keys: `Authorization: Bearer <key>`.",
    docs_url="docs/",
    openapi_url="schema/",
)
api.add_router("v1", search)
api.add_router("v1", indicators, auth=TokenAuth())
api.add_router("v1", certificates, auth=TokenAuth())
api.add_router("v1", snapshots, auth=TokenAuth())
api.add_router("v1", units, auth=TokenAuth())
api.add_router("v1", hamlets, auth=TokenAuth())
api.add_router("v1", households, auth=TokenAuth())
api.add_router("v1", producers, auth=TokenAuth())
api.add_router("v1", shops)
api.add_router("v1/field", field_intake)
api.add_router("v1/field", field_bundle)
show_refusals(api)
api.add_router("v1", accounts, auth=TokenAuth())
api.add_router("v1", listings)
api.add_router("v1", stock, auth=KeyToOwnGoods())
api.add_router("v1", orders, auth=TokenAuth())
api.add_router("v1", payments, auth=TokenAuth())
api.add_router("v1", platforms)
