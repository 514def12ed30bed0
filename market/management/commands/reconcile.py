"""`manage.py reconcile platforms`: compare what platforms hold with what we left there."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from market.platforms.models import Connection
from market.platforms.reconcile.finding import reconcile


class Command(BaseCommand):
    help = (
        "Finds what is not as we left it: edited, removed, unknown or doubled there. Changes nothing on a platform; people"
        " decide line by line at /san/lech/."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["platforms"])
        parser.add_argument("--only", metavar="CODE", help="the code of one platform")

    def handle(self, *args: Any, **options: Any) -> None:
        connections = Connection.objects.select_related("platform").order_by("platform__code")
        if options["only"]:
            connections = connections.filter(platform__code=options["only"])
        for connection in connections:
            report = reconcile(connection)
            line = {
                "platform": connection.platform.code,
                "looked_at": report.looked_at,
                **{kind: report.found[kind] for kind in sorted(report.found)},
                "settled": report.settled,
                "failure": report.failure,
            }
            self.stdout.write(json.dumps(line, ensure_ascii=False))
