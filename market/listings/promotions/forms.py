"""A promotion as its seller writes it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.desk.grants.forms import date_field
from market.shops.forms import DongField


class PromotionForm(forms.Form):
    """A lower price and its days."""

    price = DongField(label=_("Giá khuyến mại (đồng)"), widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    starts_on = date_field(_("Từ ngày"))
    ends_on = date_field(_("Đến hết ngày"))
