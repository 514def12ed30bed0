"""Everything that is written into the catalogue."""

from ocop.catalogue.actions.figures import Found, correct_figure, enter_figure
from ocop.catalogue.actions.held import CatalogueRefused
from ocop.catalogue.actions.lines import add_indicator, write_target, write_terms

__all__ = [
    "CatalogueRefused",
    "Found",
    "add_indicator",
    "correct_figure",
    "enter_figure",
    "write_target",
    "write_terms",
]
