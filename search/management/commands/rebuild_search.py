"""`manage.py rebuild_search`: write every search document again."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.kit import clock
from search.documents.actions import rebuild_documents
from search.engines.actions import rebuild_engine, sweep_engine
from search.engines.contract import EngineUnavailable, RebuildUnderWay


class Command(BaseCommand):
    help = "Writes every search document again. Searching goes on meanwhile; running it twice is harmless."

    def handle(self, *args: Any, **options: Any) -> None:
        rebuilt = rebuild_documents()
        try:
            sent = rebuild_engine()
            swept = sweep_engine()
        except RebuildUnderWay as other:
            raise CommandError(_sentence(other)) from other
        except EngineUnavailable as problem:
            raise CommandError(f"The documents are rebuilt, but the search server is away: {problem}") from problem
        counts = {
            "products": rebuilt.products,
            "shops": rebuilt.shops,
            "ocop": rebuilt.ocop,
            "producers": rebuilt.producers,
            "removed": rebuilt.removed + swept,
        }
        if sent is not None:
            counts["sent"] = sent
        self.stdout.write(json.dumps(counts))


def _sentence(other: RebuildUnderWay) -> str:
    since = f" từ {other.since.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}" if other.since else ""
    return (
        f"Chỉ mục tìm kiếm đang được dựng lại{since}, đã gửi {other.done} mục. Các mục trong cơ sở dữ liệu đã khớp sổ gốc. Hãy đợi lần "
        "ấy xong; nếu nó đã bị tắt giữa chừng thì sau 5 phút chạy lại được."
    )
