"""`manage.py rebuild_search`: write every search document again."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from search.documents.actions import rebuild_documents
from search.engines.actions import sweep_engine


class Command(BaseCommand):
    help = "Writes every search document again. Searching goes on meanwhile; running it twice is harmless."

    def handle(self, *args: Any, **options: Any) -> None:
        rebuilt = rebuild_documents()
        counts = {
            "products": rebuilt.products,
            "shops": rebuilt.shops,
            "removed": rebuilt.removed + sweep_engine(),
        }
        self.stdout.write(json.dumps(counts))
