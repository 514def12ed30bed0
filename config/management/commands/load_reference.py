"""`manage.py load_reference`: places, platforms, goods, notices, OCOP's sets and rulebooks, the catalogue of indicators."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from config import env
from core.places.reference import load_places
from market.goods.reference import load_categories, load_rules
from market.platforms.reference import load_connections
from ocop.catalogue.reference import load_catalogue
from ocop.register.reference import load_taxonomy
from ocop.rulebooks.reference import load_rulebooks
from onboarding.accounts.reference import load_platforms
from onboarding.consent.reference import load_notices


class Command(BaseCommand):
    help = "Brings the reference data to the state of the data files; running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        fresh = load_places()
        load_platforms()
        load_notices()
        load_categories()
        load_rules()
        load_taxonomy()
        load_rulebooks()
        load_catalogue()
        load_connections(with_simulation=not env.PRODUCTION)
        self.stdout.write("Đã nạp dữ liệu nền." if fresh else "Dữ liệu nền đã có sẵn.")
