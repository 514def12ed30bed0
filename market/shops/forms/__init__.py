"""The forms of a shop."""

from market.shops.forms.bank import BankForm
from market.shops.forms.fields import DongField, written
from market.shops.forms.photos import AddPhotosForm, placed_in
from market.shops.forms.steps import DeliveryForm, GoodsForm, PayForm, PlaceForm, WordsForm

__all__ = [
    "AddPhotosForm", "BankForm", "DeliveryForm", "DongField", "GoodsForm", "PayForm", "PlaceForm", "WordsForm", "placed_in", "written",
]  # fmt: skip
