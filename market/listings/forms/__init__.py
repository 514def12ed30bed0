"""The forms of a listing and of its sizes."""

from market.listings.forms.fields import say
from market.listings.forms.listing import ListingForm, VariantForm
from market.shops.forms import DongField

__all__ = ["DongField", "ListingForm", "VariantForm", "say"]
