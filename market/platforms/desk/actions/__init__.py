"""Every write of the platform desk."""

from market.platforms.actions import NotAllowed
from market.platforms.desk.actions.answering import import_result
from market.platforms.desk.actions.arranging import ColumnsRefused, choose_columns, save_columns
from market.platforms.desk.actions.batches import BatchEnded, cancel_batch, mark_sent
from market.platforms.desk.actions.confirming import confirm_link, refuse_link
from market.platforms.desk.actions.exporting import AnotherExported, NothingToExport, export_sheet, export_sheets
from market.platforms.desk.actions.reporting import ImportReport

__all__ = [
    "AnotherExported",
    "BatchEnded",
    "ColumnsRefused",
    "ImportReport",
    "NotAllowed",
    "NothingToExport",
    "cancel_batch",
    "choose_columns",
    "confirm_link",
    "export_sheet",
    "export_sheets",
    "import_result",
    "mark_sent",
    "refuse_link",
    "save_columns",
]
