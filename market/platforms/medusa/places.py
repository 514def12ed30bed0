"""What selling in a Medusa shop takes, found there or made."""

from __future__ import annotations

import re
from typing import Any

from market.platforms import foreign_json
from market.platforms.contract import AuthRevoked, ContractBroken, Permanent
from market.platforms.medusa.client import CHANNEL_NAME, LOCATION_NAME, PROFILE_NAME, Client
from market.platforms.medusa.offers import CURRENCY

TAX_COMES_ON_TOP = "Giá bằng đồng ở gian hàng chưa gồm thuế nên người mua sẽ thấy giá khác. Hãy bật «giá đã gồm thuế» cho VND rồi kết nối lại."
_NUMBERED = re.compile(r"(sc|sloc)_[0-9A-Z]{26}")


def prepare(client: Client, channel: str, location: str) -> dict[str, str]:
    """Đồng among the currencies of the shop, a sales channel and a stock location of these names or numbers that know each other, a
    shipping profile. Returns their numbers by the names of our credentials. Raises AuthRevoked for a number that is not there, Permanent where
    taxes come on top of prices."""
    _take_dong(client)
    sells = _called(client, "/admin/sales-channels", "sales_channel", channel)
    keeps = _called(client, "/admin/stock-locations", "stock_location", location, "id,name,sales_channels.id")
    if all(each.get("id") != sells["id"] for each in keeps.get("sales_channels") or []):
        client.write(f"/admin/stock-locations/{keeps['id']}/sales-channels", {"add": [sells["id"]]})
    return {
        CHANNEL_NAME: foreign_json.text_in(sells, "id"),
        LOCATION_NAME: foreign_json.text_in(keeps, "id"),
        PROFILE_NAME: foreign_json.text_in(_profile(client, channel), "id"),
    }


def _take_dong(client: Client) -> None:
    stores = client.rows("/admin/stores", "stores", "id,supported_currencies.*")
    if not stores:
        raise ContractBroken("no store")
    held = foreign_json.objects_in(stores[0], "supported_currencies")
    if all(each.get("currency_code") != CURRENCY for each in held):
        # What is left out would go.
        kept = [{name: each.get(name) for name in ("currency_code", "is_default")} for each in held]
        path = f"/admin/stores/{foreign_json.text_in(stores[0], 'id')}"
        ours = {"currency_code": CURRENCY, "is_tax_inclusive": True}
        client.write(path, {"supported_currencies": [*kept, ours]})
    elif not client.prices_include_tax():
        # The shop's owner may have chosen so for goods that stand there already.
        raise Permanent("prices in VND are without tax", message_vi=TAX_COMES_ON_TOP)


def _called(client: Client, path: str, kind: str, given: str, fields: str = "id,name") -> dict[str, Any]:
    """What bears this name or number; a name that nothing bears is given to something new."""
    for row in client.rows(path, f"{kind}s", fields):
        if given in {row.get("id"), row.get("name")}:
            return row
    if _NUMBERED.fullmatch(given):
        message = f"Gian hàng không có số «{given}». Hãy chép lại."
        raise AuthRevoked(f"no {kind} {given}", message_vi=message)
    return foreign_json.object_in(client.write(path, {"name": given}), kind)


def _profile(client: Client, name: str) -> dict[str, Any]:
    """How goods are shipped there usually."""
    profiles = client.rows("/admin/shipping-profiles", "shipping_profiles", "id,type")
    usual = [each for each in profiles if each.get("type") == "default"] or profiles
    if usual:
        return usual[0]
    made = client.write("/admin/shipping-profiles", {"name": name, "type": "default"})
    return foreign_json.object_in(made, "shipping_profile")
