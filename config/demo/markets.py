"""A demo market: stalls with a right code, and with everything that can be wrong with one."""

from __future__ import annotations

from datetime import timedelta

from core.kit import clock
from core.kit.vietqr import payment_text
from core.people.models import User
from core.people.queries import SYSTEM, viewer_for
from core.places.models import Unit
from onboarding.markets.actions import Found, HolderFacts, Told, add_market, add_stalls, check_code, tell_use
from onboarding.markets.models import CodeCheck, Market, MonthUse, Stall

OPEN_BEFORE = timedelta(days=90)
HOLDERS = {
    "A1": "Nguyễn Thị Hoa", "A2": "Trần Văn Bảy", "A3": "Lê Thị Thu", "A4": "Phạm Văn Tư", "A5": "Võ Thị Lan",
    "A6": "Nguyễn Thị Hòa", "B1": "Đặng Văn Sơn", "B2": "Bùi Thị Mai", "B3": "",
}  # fmt: skip
# Number of the stall: the account its code pays, and whose name the banking app showed.
CODES = {
    "A1": ("0101000001", "NGUYEN THI HOA"),  # right, but A6 of another Hoa has it too
    "A2": ("0101000002", "TRAN VAN BAY"),
    "A3": ("0101000003", "LE THI THU"),
    "A4": ("0101000004", "PHAM TU"),  # nearly the holder's: an officer decides
    "A5": ("0101000099", "CONG TY TNHH ANH DUONG"),  # somebody else's
    "A6": ("0101000001", "NGUYEN THI HOA"),
    "B1": ("0101000007", ""),  # nobody looked whose it is
}
BANK = "970403"


def make_market(people: dict[str, User], commune: Unit) -> None:
    """One market of nine stalls; a team lead looked at most of them, and some told of the last month and of this one."""
    day = clock.today() - OPEN_BEFORE
    market = add_market(commune=commune, name="Chợ Sớm (bản mẫu)", address="Đường liên thôn", valid_from=day, by=SYSTEM)
    rows = [(number, HolderFacts(name) if name else None) for number, name in HOLDERS.items()]
    stalls = {stall.number: stall for stall in add_stalls(market=market, rows=rows, valid_from=day, by=SYSTEM)}
    _checks(people, stalls)
    _months(people, market, stalls)


def _checks(people: dict[str, User], stalls: dict[str, Stall]) -> None:
    lead = viewer_for(people["totruong"])
    for number, (account, name) in CODES.items():
        text = payment_text(bank_bin=BANK, account=account)
        found = Found(CodeCheck.How.CAMERA, text, name_in_app=name)
        check_code(stall=stalls[number], found=found, by=lead)
    # One digit of the account pasted over: the checksum tells.
    text = payment_text(bank_bin=BANK, account="0101000008").replace("0101000008", "0101000009")
    check_code(stall=stalls["B2"], found=Found(CodeCheck.How.CAMERA, text), by=lead)


def _months(people: dict[str, User], market: Market, stalls: dict[str, Stall]) -> None:
    lead, this = viewer_for(people["totruong"]), clock.today().replace(day=1)
    told = {"A1": Told(True, 120), "A2": Told(True), "A3": Told(False), "A5": Told(True, 8)}
    for month, numbers in ((clock.add_months(this, -1), ("A1", "A2", "A3", "A5")), (this, ("A2", "A3"))):
        tell_use(
            market=market,
            month=month,
            told={stalls[number].pk: told[number] for number in numbers},
            told_by=MonthUse.ToldBy.HOLDER,
            by=lead,
        )
