"""The kind of import: a shop's list of goods, the same sheet that it takes out."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cached_property
from typing import IO, Self

from django.db.models import QuerySet

from core.events.registry import gathered
from core.imports.contract import Effect, ImportKind, RowVerdict, Source
from core.imports.sheet.columns import Values
from core.people.queries import Viewer
from core.places.models import Unit
from market.lists import archive
from market.lists.actions import rows as writing
from market.lists.actions.pictures import make_photos
from market.lists.comparing import verdict_of
from market.lists.desk import GoodsDesk, open_goods_desk
from market.lists.fields import COLUMNS
from market.lists.queries import shop_of_owner
from market.shops.models import Shop
from onboarding.producers.queries import may_act_for


class GoodsKind(ImportKind[GoodsDesk]):
    """Adds goods to a shop and changes those it has. Nothing is taken away."""

    code = "tin"
    label = "Bảng sản phẩm"
    lead = "Thêm sản phẩm mới và sửa nhiều sản phẩm một lần. Ô trống không xóa điều gì; ghi «-» để bỏ một mục không bắt buộc."
    columns = COLUMNS
    # Pictures of so many rows are made before their transaction; more would stand still for too long.
    rows_at_once = 20
    said_twice = "Cùng mã, hoặc cùng tên sản phẩm mới, với dòng {line} nhưng nội dung khác. Hãy giữ lại một dòng, hoặc ghi tên khác."
    goes_both_ways = True
    into = "gian hàng"
    added_back = "thành bản nháp không còn hàng"
    attachment_label = "Ảnh đi kèm (tệp zip)"
    attachment_hint = (
        "Nén các ảnh có tên trong cột «Ảnh» thành một tệp .zip, nhiều nhất 300 MB. Không có ảnh mới thì bỏ qua."
    )
    attachment_bytes = archive.ARCHIVE_BYTES_MAXIMUM

    def __init__(self, source: Source | None = None) -> None:
        self._source = source or Source()

    def bound_to(self, source: Source) -> Self:
        """The kind as it is for one import of one shop."""
        bound = copy.copy(self)
        bound.__dict__.clear()  # what was read for another import
        bound._source = source
        return bound

    @cached_property
    def _shop(self) -> Shop:
        return shop_of_owner(self._source.owner)

    @cached_property
    def _archive(self) -> archive.Index:
        return archive.revived(self._source.attachment.facts) if self._source.attachment else {}

    def units_for(self, viewer: Viewer) -> QuerySet[Unit]:
        """None: a list of goods is a shop's, not a commune's."""
        return Unit.objects.none()

    def may_import(self, viewer: Viewer, unit: Unit, owner: str = "") -> bool:
        """Whoever may act for the producer of the shop."""
        try:
            shop = shop_of_owner(owner)
        except LookupError:
            return False
        return not viewer.is_system and may_act_for(viewer, shop.producer_id)

    def check_attachment(self, file: IO[bytes]) -> str:
        """The index of the pictures. Raises AttachmentRefused."""
        return archive.told(archive.index_of(file))

    def prepare_rows(self, rows: Sequence[Values], *, viewer: Viewer) -> None:
        """Photos of the pictures that these rows name."""
        attachment = self._source.attachment
        if attachment is not None:
            with attachment.file.open() as file:
                make_photos(shop=self._shop, rows=rows, archive=self._archive, file=file, by=viewer)

    def open_desk(self, *, unit: Unit, viewer: Viewer, rows: Sequence[Values], locked: bool) -> GoodsDesk:
        """See `open_goods_desk`."""
        return open_goods_desk(shop=self._shop, viewer=viewer, archive=self._archive, rows=rows, locked=locked)

    def preview_row(self, values: Values, desk: GoodsDesk) -> RowVerdict:
        """See `verdict_of`."""
        return verdict_of(values, desk)

    def write_row(self, verdict: RowVerdict, desk: GoodsDesk) -> Effect:
        """Through the actions of listings."""
        return writing.write_plan(shop=desk.shop, plan=verdict.data, by=desk.viewer)

    def write_rows(self, verdicts: Sequence[RowVerdict], desk: GoodsDesk) -> list[Effect]:
        """Goods that are written and put on sale are one piece of news, and platforms and search hear of all at once."""
        with gathered():
            return super().write_rows(verdicts, desk)

    def undo_obstacle(self, effect: Effect) -> str:
        """Somebody has changed or bought it since."""
        return self.undo_obstacles([effect])[0]

    def undo_obstacles(self, effects: Sequence[Effect]) -> list[str]:
        """The same of many, in one query."""
        return writing.obstacles_to(effects)

    def undo_row(self, effect: Effect, *, viewer: Viewer) -> None:
        """What was added is a draft again, what was changed is as before."""
        writing.take_back(effect=effect, shop=self._shop, by=viewer)
