"""Every address of the service, opened by everybody: who gets in, who is asked to sign in, for whom it is not there.

A new address fails the first test until it has a line in PAGES (or a reason in LEFT_OUT).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from core.audit.models import AuditEntry
from core.files.actions import store_photo
from core.files.pipeline import render
from core.imports.actions.previewing import choose_mapping
from core.imports.actions.starting import start_import
from core.jobs.models import Job
from core.kit import clock
from core.messages.actions import send_message
from core.people.actions import give_grant, make_api_token
from core.people.devices.actions import trust_device
from core.people.models import ApiToken, Grant, Role, User
from core.people.queries import NOBODY, SYSTEM, viewer_for
from core.places.queries import old_unit
from market.ledger.accounts import HELD, owed_to
from market.ledger.actions import write_entry
from market.listings.models import Listing
from market.orders.actions import Receiver, place_purchase
from market.orders.models import Purchase
from market.payments.actions import request_refund
from market.payments.models import Charge
from market.payments.stripe_api.webhooks.actions import EndpointFacts, make_endpoint
from market.payouts.models import GatewaySettlement, PayoutBatch, PayoutRow
from market.platforms.models import Connection, Drift, PlatformListing, PlatformOrder, SheetAnswer, SheetBatch
from market.platforms.orders.actions import feed_of
from market.reports.actions import Said, appeal, take_down_for, take_report
from market.shops.models import Shop
from ocop.catalogue.actions import Found, enter_figure
from ocop.catalogue.models import HandIndicator
from ocop.certificates.entries import EntryFacts
from ocop.certificates.models import Certificate, CertificateEntry, RenewalFile
from ocop.frames.actions import make_frame
from ocop.indicators.actions import set_target
from ocop.presence.models import PresenceLink
from ocop.rechecks.models import RecheckDraw, RecheckItem, RecheckPage
from ocop.register.models import OcopProduct
from ocop.rulebooks.models import Rubric
from ocop.snapshots.actions import freeze, sign
from ocop.snapshots.models import Snapshot
from ocop.wall.actions import make_screen_link
from onboarding.accounts.actions import claim_account, claim_link, close_account
from onboarding.accounts.models import Platform, PlatformAccount
from onboarding.checks.actions.verifying import verify_household
from onboarding.checks.models import Revisit, RevisitSample
from onboarding.households.actions import change_household
from onboarding.households.models import Household, HouseholdPhoto, PilotUnit
from onboarding.intake.models import IntakePart
from onboarding.opening.models import OpeningBatch, OpeningLine
from onboarding.producers.actions import add_member
from onboarding.producers.models import Membership, Producer
from onboarding.teams.actions import add_team_member, found_team
from tests.market.buying import attempt_for, notice, send_ipn
from tests.market.goods_facts import goods_facts
from tests.market.payments.stripe_api.program import Program, connected
from tests.ocop.reports.papers import report_of
from tests.onboarding.intake.sending import Device, sha256
from tests.onboarding.markets.bazaar import bazaar_of, code_text
from tests.onboarding.matching.households import matching_facts
from tests.onboarding.producers.applying import application_of
from tests.people import People, jpeg, make_listing, make_producer, make_shop, shop_for

LEFT_OUT = {
    "admin/": "Django's admin guards itself; the doors are tested below",
    "cms/": "Wagtail's editor guards itself; the doors are tested below",
    "^cms/": "addresses of the editor that lead to our own pages",
    "tai-lieu/": "Wagtail's documents, public by design, private ones by Wagtail's own page restrictions",
    "_util/login/": "leads to the one log-in; tested at the front door",
    "_util/authenticate_with_password/": "a page behind a password of its own, by Wagtail",
    "^((": "Wagtail's pages, public",
    "^v1(": "opened by the keys of connected applications, never by a person; tests/market/payments/stripe_api",
    "thiet-ke/": "only in the demo and while developing",
}

EVERYBODY = frozenset({"nobody", "an", "binh", "dung", "chi", "hanh", "phuong", "buu", "ngan", "kiem", "quantri"})
SIGNED_IN = EVERYBODY - {"nobody"}
ANS_SHOP = frozenset({"an", "binh"})
AN = frozenset({"an"})
OWNERS = AN | {"dung"}
SELLERS = ANS_SHOP | {"dung"}  # Dũng has a shop of his own
TEAM = frozenset({"hanh", "quantri"})
STAFF = frozenset({"chi", "phuong", "kiem", "quantri"})
GIVERS = frozenset({"chi", "phuong", "quantri"})
RECORDERS = frozenset({"chi", "phuong", "quantri"})
OPERATORS = frozenset({"buu", "quantri"})
OPENERS = frozenset({"chi", "quantri"})
COMMUNE_DESK = frozenset({"hanh", "chi", "phuong", "quantri"})
HELPERS = frozenset({"hanh", "chi", "phuong", "quantri"})
HELPERS_OF_HANH = frozenset({"chi", "phuong", "quantri"})
QUEUE = frozenset({"kiem", "quantri"})
OPERATOR = frozenset({"quantri"})
MONEY = frozenset({"ngan", "quantri"})
SEES_MONEY = MONEY | {"kiem"}
FOUNDERS = frozenset({"chi", "quantri"})  # of teams and markets
CHECKERS = frozenset({"chi", "hanh", "quantri"})  # of payment codes
OFFICERS = frozenset({"chi", "phuong", "quantri"})  # of the commune and the province
IMPORTERS = frozenset({"chi", "phuong", "quantri"})
KEYS = frozenset({"chi", "phuong", "kiem", "quantri"})
BY_KEY = KEYS - {"quantri"}  # a key carries grants, never what an operator may
SENDERS = frozenset({"hanh", "chi", "phuong"})  # by key, which never carries what an operator may
HAVE_KEYS = KEYS | {"buu", "ngan"}


@dataclass(frozen=True)
class Page:
    """Who may, by which methods, and with which answers. `{…}` in an address are facts of the world below."""

    allowed: frozenset[str]
    address: str = ""
    methods: tuple[str, ...] = ("GET",)
    answers: frozenset[int] = frozenset({200})
    posted: dict[str, str] = field(default_factory=dict)
    by_key: bool = False


WRITES = re.compile(r"(?:INSERT INTO|INSERT OR \w+ INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+\W?(\w+)", re.IGNORECASE)
MOVES_ON = frozenset({302})
FORM = ("GET", "POST")
PAGES: dict[str, Page] = {
    "health/live": Page(EVERYBODY),
    "health/ready": Page(EVERYBODY),
    "api/": Page(EVERYBODY, answers=frozenset({404})),
    "api/schema/": Page(EVERYBODY),
    "api/docs/": Page(EVERYBODY),
    "api/v1/search": Page(EVERYBODY),
    "api/v1/indicators/<code>": Page(BY_KEY, "api/v1/indicators/I2any", by_key=True),
    "api/v1/indicators/<code>/rows": Page(BY_KEY, "api/v1/indicators/I2any/rows", by_key=True),
    "api/v1/certificates": Page(BY_KEY, by_key=True),
    "api/v1/certificates/<code>": Page(BY_KEY, "api/v1/certificates/{check}", by_key=True),
    "api/v1/products": Page(BY_KEY, by_key=True),
    "api/v1/products/<number>": Page(BY_KEY, "api/v1/products/{product}", by_key=True),
    "api/v1/snapshots": Page(BY_KEY, by_key=True),
    "api/v1/snapshots/<number>": Page(BY_KEY, "api/v1/snapshots/{snapshot}", by_key=True),
    "api/v1/snapshots/<number>/rows": Page(BY_KEY, "api/v1/snapshots/{snapshot}/rows", by_key=True),
    "api/v1/accounts": Page(SIGNED_IN, by_key=True),  # whose: by area, tested with the API
    "api/v1/platforms": Page(EVERYBODY),
    "api/v1/platforms/connections": Page(frozenset({"buu"}), by_key=True),
    "api/v1/platforms/listings": Page(SIGNED_IN, by_key=True),  # whose: one's own and the area's, tested with the API
    "api/v1/units": Page(SIGNED_IN, by_key=True),
    "api/v1/units/find": Page(SIGNED_IN, "api/v1/units/find?name=H.Định+Quán", by_key=True),
    "api/v1/units/<code>": Page(SIGNED_IN, "api/v1/units/68", by_key=True),
    "api/v1/units/<code>/became": Page(SIGNED_IN, "api/v1/units/68/became", by_key=True),
    "api/v1/units/<code>/communes": Page(SIGNED_IN, "api/v1/units/68/communes", by_key=True),
    "api/v1/units/<code>/hamlets": Page(BY_KEY | {"hanh"}, "api/v1/units/{commune}/hamlets", by_key=True),
    "api/v1/field/session": Page(EVERYBODY),
    "api/v1/field/devices": Page(SENDERS, methods=("POST",), answers=frozenset({422}), by_key=True),
    "api/v1/field/contact": Page(SENDERS, methods=("POST",), answers=frozenset({422}), by_key=True),
    "api/v1/field/submissions": Page(SENDERS, methods=("POST",), answers=frozenset({422}), by_key=True),
    "api/v1/field/submissions/<submission>/photos/<sha256>": Page(
        SENDERS, "api/v1/field/submissions/x/photos/x", methods=("PUT",), answers=frozenset({422}), by_key=True
    ),
    "api/v1/field/bundle": Page(SENDERS, by_key=True),
    "api/v1/field/receipts": Page(SENDERS, methods=("POST",), answers=frozenset({422}), by_key=True),
    "api/v1/field/sealed": Page(SENDERS, methods=("POST",), answers=frozenset({422}), by_key=True),
    "api/v1/households": Page(BY_KEY | {"hanh"}, by_key=True),
    "api/v1/households/<record_id>": Page(BY_KEY | {"hanh"}, "api/v1/households/{record}", by_key=True),
    "api/v1/listings": Page(EVERYBODY),
    "api/v1/listings/<sku>": Page(EVERYBODY, "api/v1/listings/{sku}"),
    "api/v1/stock": Page(SIGNED_IN, by_key=True),  # whose: by membership, tested with the API
    "api/v1/stock/<sku>": Page(ANS_SHOP, "api/v1/stock/{sku}", by_key=True),
    "api/v1/stock/<sku>/moves": Page(
        ANS_SHOP, "api/v1/stock/{sku}/moves", methods=("POST",), answers=frozenset({400}), by_key=True
    ),
    "api/v1/orders": Page(SIGNED_IN, by_key=True),  # whose: by membership, tested with the API
    "api/v1/orders/<code>": Page(ANS_SHOP, "api/v1/orders/{shop_order}", by_key=True),
    "api/v1/payments": Page(SIGNED_IN, by_key=True),  # whose: by membership or as who sees money, tested with the API
    "api/v1/payments/<code>": Page(ANS_SHOP | {"ngan", "kiem"}, "api/v1/payments/{shop_order}", by_key=True),
    "api/v1/shops": Page(EVERYBODY),
    "api/v1/shops/<slug>": Page(EVERYBODY, "api/v1/shops/{shop}"),
    "api/v1/producers": Page(BY_KEY | {"hanh"}, by_key=True),
    "api/v1/producers/<number>": Page(BY_KEY | {"hanh"}, "api/v1/producers/{producer}", by_key=True),
    "media/<path:path>": Page(EVERYBODY, "media/photos/../../private/x", answers=frozenset({404})),
    "dang-nhap/": Page(EVERYBODY, methods=FORM, answers=frozenset({200, 302})),
    "dang-nhap/ma/": Page(EVERYBODY, methods=FORM, answers=frozenset({200, 302})),
    "dang-nhap/dien-thoai/": Page(EVERYBODY, methods=FORM, answers=frozenset({200, 302})),
    "dang-nhap/dien-thoai/ma/": Page(EVERYBODY, methods=FORM, answers=MOVES_ON),  # nothing was asked for
    "dang-nhap/ma-pin/": Page(EVERYBODY, methods=FORM, answers=MOVES_ON),  # no device
    "dang-nhap/buoc-hai/": Page(EVERYBODY, methods=FORM, answers=MOVES_ON),  # no first step
    "dang-xuat/": Page(EVERYBODY, methods=("POST",), answers=MOVES_ON),
    "hop-thu/": Page(SIGNED_IN),
    "hop-thu/da-doc": Page(SIGNED_IN, methods=("POST",), answers=MOVES_ON),
    "hop-thu/<uuid:reference>/": Page(frozenset({"an"}), "hop-thu/{letter}/"),
    "tai-khoan/tin-nhan/": Page(SIGNED_IN, methods=FORM, answers=frozenset({200, 302})),
    "ban-viec/tin-nhan/": Page(frozenset({"kiem", "quantri"})),
    "ban-viec/tin-nhan/gui-lai": Page(frozenset({"quantri"}), methods=("POST",), answers=MOVES_ON),
    "tin-nhan/den": Page(EVERYBODY, answers=frozenset({405})),  # signed by the SMS provider; closed without a key
    "di-tiep/": Page(SIGNED_IN, answers=MOVES_ON),
    "tai-khoan/": Page(SIGNED_IN),
    "tai-khoan/xac-nhan/": Page(SIGNED_IN, methods=FORM),
    "tai-khoan/thiet-bi/": Page(SIGNED_IN),
    "tai-khoan/thiet-bi/moi-noi/dang-xuat/": Page(SIGNED_IN, methods=("POST",), answers=MOVES_ON),
    "tai-khoan/thiet-bi/noi/<int:pk>/dang-xuat/": Page(
        frozenset({"hanh"}), "tai-khoan/thiet-bi/noi/{session}/dang-xuat/", ("POST",), MOVES_ON
    ),
    "tai-khoan/thiet-bi/may/<int:pk>/bo/": Page(
        frozenset({"hanh"}), "tai-khoan/thiet-bi/may/{device}/bo/", ("POST",), MOVES_ON
    ),
    "tai-khoan/ma-pin/": Page(SIGNED_IN, methods=FORM),
    "tai-khoan/mat-khau/": Page(SIGNED_IN, methods=FORM, answers=MOVES_ON),  # asks for a fresh proof first
    "tai-khoan/dien-thoai/": Page(SIGNED_IN, methods=FORM, answers=MOVES_ON),
    "tai-khoan/dien-thoai/ma/": Page(SIGNED_IN, methods=FORM, answers=MOVES_ON),
    "tai-khoan/buoc-hai/": Page(SIGNED_IN, methods=FORM, answers=MOVES_ON),
    "tai-khoan/buoc-hai/ma-du-phong/": Page(SIGNED_IN, methods=FORM, answers=MOVES_ON),
    "tai-khoan/buoc-hai/tat/": Page(SIGNED_IN, methods=("POST",), answers=MOVES_ON),
    "ban-viec/nhap/": Page(IMPORTERS),
    "ban-viec/nhap/moi/": Page(IMPORTERS, methods=FORM),
    "ban-viec/nhap/<int:pk>/": Page(IMPORTERS, "ban-viec/nhap/{import}/"),
    "ban-viec/nhap/<int:pk>/cot/": Page(IMPORTERS, "ban-viec/nhap/{import}/cot/", FORM),
    "ban-viec/nhap/<int:pk>/ghi": Page(IMPORTERS, "ban-viec/nhap/{import}/ghi", ("POST",), MOVES_ON),
    "ban-viec/nhap/<int:pk>/hoan-tac": Page(IMPORTERS, "ban-viec/nhap/{import}/hoan-tac", ("POST",), MOVES_ON),
    "ban-viec/nhap/<int:pk>/lam-tiep": Page(IMPORTERS, "ban-viec/nhap/{import}/lam-tiep", ("POST",), MOVES_ON),
    "ban-viec/nhap/<int:pk>/huy": Page(IMPORTERS, "ban-viec/nhap/{import}/huy", ("POST",), MOVES_ON),
    "ban-viec/nhap/<int:pk>/chua-nhan.xlsx": Page(IMPORTERS, "ban-viec/nhap/{import}/chua-nhan.xlsx", ("POST",)),
    "ban-viec/dang-nhap/": Page(HELPERS),
    "ban-viec/dang-nhap/<int:pk>/": Page(HELPERS_OF_HANH, "ban-viec/dang-nhap/{hanh}/"),
    "ban-viec/dang-nhap/<int:pk>/bo-buoc-hai/": Page(
        HELPERS_OF_HANH, "ban-viec/dang-nhap/{hanh}/bo-buoc-hai/", ("POST",), MOVES_ON
    ),
    "ban-viec/dang-nhap/<int:pk>/khoa/": Page(HELPERS_OF_HANH, "ban-viec/dang-nhap/{hanh}/khoa/", ("POST",), MOVES_ON),
    "ban-viec/dang-nhap/<int:pk>/mo/": Page(HELPERS_OF_HANH, "ban-viec/dang-nhap/{hanh}/mo/", ("POST",), MOVES_ON),
    "ban-viec/dang-nhap/<int:pk>/may/<int:device_pk>/bo/": Page(
        HELPERS_OF_HANH, "ban-viec/dang-nhap/{hanh}/may/{device}/bo/", ("POST",), MOVES_ON
    ),
    "ban-viec/nhat-ky/": Page(STAFF),
    "ban-viec/nhat-ky/nhat-ky.csv": Page(STAFF),
    "ban-viec/nhat-ky/<int:pk>/": Page(STAFF, "ban-viec/nhat-ky/{entry}/"),
    "tai-khoan/du-lieu-cua-toi/": Page(SIGNED_IN),
    "hien-so/<slug:code>/<int:number>/": Page(
        frozenset({"an", "binh", "chi", "phuong", "quantri"}), "hien-so/producer-phone/{producer}/", ("POST",)
    ),
    "xa/tiep-nhan/": Page(RECORDERS),
    "xa/tiep-nhan/<int:pk>/": Page(RECORDERS, "xa/tiep-nhan/{issue}/", FORM, frozenset({200, 302})),
    "xa/tiep-nhan/<int:pk>/anh/<uuid:photo_id>/": Page(RECORDERS, "xa/tiep-nhan/{refused_issue}/anh/{refused_photo}/"),
    "xa/tiep-nhan/tep/": Page(RECORDERS, methods=FORM, answers=frozenset({200, 422})),
    "xa/tiep-nhan/may/": Page(RECORDERS),
    "xa/tiep-nhan/may/<int:pk>/khoa/": Page(RECORDERS, "xa/tiep-nhan/may/{field_device}/khoa/", ("POST",), MOVES_ON),
    "xa/tiep-nhan/may/<int:pk>/mo/": Page(RECORDERS, "xa/tiep-nhan/may/{field_device}/mo/", ("POST",), MOVES_ON),
    "xa/": Page(COMMUNE_DESK),
    "xa/ho/": Page(COMMUNE_DESK),
    "xa/ho/danh-sach.xlsx": Page(COMMUNE_DESK, methods=("POST",)),
    "xa/ho/moi/": Page(frozenset({"chi", "quantri"}), methods=FORM),
    "xa/ho/<int:pk>/": Page(COMMUNE_DESK, "xa/ho/{household}/"),
    "xa/ho/<int:pk>/sua/": Page(COMMUNE_DESK, "xa/ho/{household}/sua/", FORM),
    "xa/ho/<int:pk>/thoi-tinh/": Page(RECORDERS, "xa/ho/{household}/thoi-tinh/", ("POST",), MOVES_ON),
    "xa/ho/<int:pk>/tinh-lai/": Page(RECORDERS, "xa/ho/{household}/tinh-lai/", ("POST",), MOVES_ON),
    "xa/ho/<int:pk>/xac-minh/": Page(COMMUNE_DESK, "xa/ho/{household}/xac-minh/", ("POST",), MOVES_ON),
    "xa/ho/<int:pk>/bo-xac-minh/": Page(RECORDERS, "xa/ho/{verified}/bo-xac-minh/", ("POST",), MOVES_ON),
    "xa/ho/<int:pk>/anh/<uuid:photo_id>/": Page(COMMUNE_DESK, "xa/ho/{household}/anh/{household_photo}/"),
    "xa/xac-minh/": Page(COMMUNE_DESK, methods=FORM),
    "xa/to/": Page(COMMUNE_DESK),
    "xa/to/luot/": Page(COMMUNE_DESK),
    "xa/to/luot/luot.csv": Page(COMMUNE_DESK),
    "xa/to/luot/luot.xlsx": Page(COMMUNE_DESK),
    "xa/to/moi/": Page(FOUNDERS, methods=FORM),
    "xa/to/<int:pk>/": Page(COMMUNE_DESK, "xa/to/{team}/"),
    "xa/to/<int:pk>/in/": Page(COMMUNE_DESK, "xa/to/{team}/in/"),
    "xa/to/<int:pk>/lap-lai/": Page(FOUNDERS, "xa/to/{team}/lap-lai/", FORM),
    "xa/to/<int:pk>/ket-thuc/": Page(FOUNDERS, "xa/to/{team}/ket-thuc/", FORM, frozenset({200, 302})),
    "xa/to/<int:pk>/thanh-vien/": Page(FOUNDERS, "xa/to/{team}/thanh-vien/", FORM),
    "xa/to/<int:pk>/ap/": Page(FOUNDERS, "xa/to/{team}/ap/", FORM),
    "xa/to/<int:pk>/quyen/": Page(FOUNDERS, "xa/to/{team}/quyen/", ("POST",), MOVES_ON),
    "xa/to/<int:pk>/giu/": Page(FOUNDERS, "xa/to/{team}/giu/", ("POST",), MOVES_ON),
    "xa/to/ap/<int:pk>/ket-thuc/": Page(FOUNDERS, "xa/to/ap/{team_hamlet}/ket-thuc/", ("POST",), MOVES_ON),
    "xa/to/thanh-vien/<int:pk>/ket-thuc/": Page(FOUNDERS, "xa/to/thanh-vien/{member}/ket-thuc/", ("POST",), MOVES_ON),
    "xa/to/thanh-vien/<int:pk>/to-truong/": Page(FOUNDERS, "xa/to/thanh-vien/{member}/to-truong/", ("POST",), MOVES_ON),
    "xa/cho/": Page(COMMUNE_DESK),
    "xa/cho/moi/": Page(FOUNDERS, methods=FORM),
    "xa/cho/<int:pk>/": Page(COMMUNE_DESK, "xa/cho/{market}/"),
    "xa/cho/<int:pk>/in/": Page(COMMUNE_DESK, "xa/cho/{market}/in/"),
    "xa/cho/<int:pk>/sua/": Page(FOUNDERS, "xa/cho/{market}/sua/", FORM),
    "xa/cho/<int:pk>/thoi/": Page(FOUNDERS, "xa/cho/{market}/thoi/", FORM, frozenset({200, 302})),
    "xa/cho/<int:pk>/mo-lai/": Page(FOUNDERS, "xa/cho/{market}/mo-lai/", ("POST",), MOVES_ON),
    "xa/cho/<int:pk>/them-sap/": Page(FOUNDERS, "xa/cho/{market}/them-sap/", FORM),
    "xa/cho/<int:pk>/thang/": Page(CHECKERS, "xa/cho/{market}/thang/", FORM, frozenset({200, 422})),
    "xa/cho/sap/<int:pk>/": Page(COMMUNE_DESK, "xa/cho/sap/{stall}/"),
    "xa/cho/sap/<int:pk>/chu/": Page(FOUNDERS, "xa/cho/sap/{stall}/chu/", FORM),
    "xa/cho/sap/<int:pk>/thoi/": Page(FOUNDERS, "xa/cho/sap/{stall}/thoi/", FORM, frozenset({200, 302})),
    "xa/cho/sap/<int:pk>/mo-lai/": Page(FOUNDERS, "xa/cho/sap/{stall}/mo-lai/", ("POST",), MOVES_ON),
    "xa/cho/sap/<int:pk>/ma/": Page(CHECKERS, "xa/cho/sap/{stall}/ma/", FORM, frozenset({200, 422})),
    "xa/cho/sap/<int:pk>/ma/ghi/": Page(CHECKERS, "xa/cho/sap/{stall}/ma/ghi/", ("POST",), MOVES_ON),
    "xa/cho/lan-xem/<int:pk>/ten/": Page(OFFICERS, "xa/cho/lan-xem/{code_check}/ten/", ("POST",), MOVES_ON),
    "xa/gian-hang/<int:pk>/": Page(RECORDERS, "xa/gian-hang/{account}/"),
    "xa/gian-hang/<int:pk>/dong/": Page(RECORDERS, "xa/gian-hang/{account}/dong/", FORM),
    "xa/gian-hang/<int:pk>/hoat-dong/": Page(RECORDERS, "xa/gian-hang/{account}/hoat-dong/", FORM),
    "xa/gian-hang/<int:pk>/mo-lai/": Page(RECORDERS, "xa/gian-hang/{closed_account}/mo-lai/", FORM),
    "xa/mo-gian-hang/": Page(RECORDERS),
    "xa/mo-gian-hang/lap/": Page(OPENERS, methods=FORM, answers=frozenset({200, 302})),
    "xa/mo-gian-hang/lo/<int:pk>/": Page(RECORDERS, "xa/mo-gian-hang/lo/{opening}/"),
    "xa/mo-gian-hang/lo/<int:pk>/bang.xlsx": Page(OPENERS, "xa/mo-gian-hang/lo/{opening}/bang.xlsx", ("POST",)),
    "xa/mo-gian-hang/lo/<int:pk>/da-gui": Page(OPENERS, "xa/mo-gian-hang/lo/{opening}/da-gui", ("POST",), MOVES_ON),
    "xa/mo-gian-hang/lo/<int:pk>/xac-nhan": Page(
        RECORDERS, "xa/mo-gian-hang/lo/{opening}/xac-nhan", ("POST",), MOVES_ON
    ),
    "xa/mo-gian-hang/lo/<int:pk>/ket-thuc": Page(OPENERS, "xa/mo-gian-hang/lo/{opening}/ket-thuc", ("POST",), MOVES_ON),
    "xa/mo-gian-hang/dong/<int:pk>/da-bao": Page(
        OPENERS, "xa/mo-gian-hang/dong/{opening_line}/da-bao", ("POST",), MOVES_ON
    ),
    "xa/trung/": Page(RECORDERS),
    "xa/trung/<int:pk>/": Page(RECORDERS, "xa/trung/{pair}/"),
    "xa/trung/<int:pk>/khac-nhau/": Page(RECORDERS, "xa/trung/{pair}/khac-nhau/", ("POST",)),
    "xa/trung/<int:pk>/gop/<str:side>/": Page(RECORDERS, "xa/trung/{pair}/gop/thu-nhat/", FORM),
    "xa/trung/da-gop/": Page(RECORDERS),
    "xa/trung/da-gop/<int:pk>/tach-lai/": Page(
        RECORDERS, "xa/trung/da-gop/{merge}/tach-lai/", FORM, frozenset({200, 302})
    ),
    "xa/trung/dien-thoai/": Page(RECORDERS),
    "xa/trung/dien-thoai/<int:pk>/": Page(RECORDERS, "xa/trung/dien-thoai/{shared_phone}/", FORM),
    "xa/san-sang/": Page(COMMUNE_DESK),
    "xa/thi-diem/": Page(frozenset({"phuong", "quantri"}), methods=FORM),
    "xa/thi-diem/<int:pk>/ket-thuc/": Page(
        frozenset({"phuong", "quantri"}), "xa/thi-diem/{pilot}/ket-thuc/", ("POST",), MOVES_ON
    ),
    "xa/kiem-tra-lai/": Page(COMMUNE_DESK),
    "xa/kiem-tra-lai/<int:pk>/": Page(RECORDERS, "xa/kiem-tra-lai/{sample}/"),
    "xa/kiem-tra-lai/luot/<int:pk>/": Page(RECORDERS, "xa/kiem-tra-lai/luot/{revisit}/", FORM),
    "thuc-dia/sw.js": Page(EVERYBODY),
    "thuc-dia/": Page(EVERYBODY),  # the empty shell of the field app
    "thuc-dia/manifest.webmanifest": Page(EVERYBODY),
    "thuc-dia/phieu/<int:number>/": Page(
        frozenset({"hanh", "chi", "quantri"}),
        "thuc-dia/phieu/{household}/",
        methods=FORM,
        answers=frozenset({200, 302}),
    ),
    "nguoi-ban/": Page(SIGNED_IN),
    "nguoi-ban/gian-hang/": Page(SIGNED_IN, methods=FORM, answers=frozenset({200, 302})),
    "nguoi-ban/san-pham/": Page(SIGNED_IN, answers=frozenset({200, 302})),
    "nguoi-ban/san-pham/moi/": Page(SIGNED_IN, methods=FORM, answers=frozenset({200, 302})),
    "ban-viec/quy-dinh-hang-hoa/": Page(STAFF | {"buu"}),
    "san/<slug:code>/nganh-hang/": Page(OPERATORS, "san/voso/nganh-hang/"),
    "san/<slug:code>/nganh-hang/doc-lai/": Page(OPERATORS, "san/santhu/nganh-hang/doc-lai/", ("POST",), MOVES_ON),
    "nguoi-ban/kho/": Page(SIGNED_IN),
    "nguoi-ban/kho/<slug:sku>/": Page(ANS_SHOP, "nguoi-ban/kho/{sku}/", FORM),
    "nguoi-ban/gia/<slug:sku>/": Page(ANS_SHOP, "nguoi-ban/gia/{sku}/", FORM),
    "nguoi-ban/khuyen-mai/<int:pk>/dung/": Page(
        ANS_SHOP, "nguoi-ban/khuyen-mai/{promotion}/dung/", ("POST",), MOVES_ON
    ),
    "nguoi-ban/giay-to/": Page(SIGNED_IN),
    "nguoi-ban/giay-to/moi/": Page(SIGNED_IN, methods=FORM, answers=frozenset({200, 302})),
    "nguoi-ban/giay-to/<int:pk>/bo/": Page(ANS_SHOP, "nguoi-ban/giay-to/{own_paper}/bo/", ("POST",)),
    "nguoi-ban/giay-to/<int:pk>/lay-lai/": Page(
        ANS_SHOP, "nguoi-ban/giay-to/{own_paper}/lay-lai/", ("POST",), MOVES_ON
    ),
    "giay-to/<int:pk>/tep/": Page(ANS_SHOP | FOUNDERS, "giay-to/{own_paper}/tep/"),
    "xa/giay-to/": Page(FOUNDERS),
    "xa/giay-to/<int:pk>/kiem-tra/": Page(FOUNDERS, "xa/giay-to/{own_paper}/kiem-tra/", ("POST",), MOVES_ON),
    "xa/giay-to/<int:pk>/khong-khop/": Page(FOUNDERS, "xa/giay-to/{own_paper}/khong-khop/", FORM),
    "nguoi-ban/san-pham/anh/": Page(SIGNED_IN, methods=("POST",), answers=frozenset({200, 404})),
    "nguoi-ban/san-pham/anh/<uuid:photo_id>/xoay/": Page(
        ANS_SHOP, "nguoi-ban/san-pham/anh/{listing_photo}/xoay/", ("POST",)
    ),
    "nguoi-ban/san-pham/nhieu/": Page(SIGNED_IN, methods=("POST",), answers=MOVES_ON),
    "nguoi-ban/san-pham/<slug:sku>/": Page(ANS_SHOP, "nguoi-ban/san-pham/{sku}/", FORM),
    "nguoi-ban/san-pham/<slug:sku>/dang-ban/": Page(
        ANS_SHOP, "nguoi-ban/san-pham/{sku}/dang-ban/", ("POST",), MOVES_ON
    ),
    "nguoi-ban/san-pham/<slug:sku>/ngung/": Page(ANS_SHOP, "nguoi-ban/san-pham/{sku}/ngung/", ("POST",), MOVES_ON),
    "nguoi-ban/san-pham/<slug:sku>/quy-cach/": Page(ANS_SHOP, "nguoi-ban/san-pham/{sku}/quy-cach/", FORM),
    "nguoi-ban/san-pham/<slug:sku>/viet-do/": Page(
        ANS_SHOP, "nguoi-ban/san-pham/{sku}/viet-do/", ("POST",), frozenset({400})
    ),
    "nguoi-ban/san-pham/<slug:sku>/viet-do/bo/": Page(
        ANS_SHOP, "nguoi-ban/san-pham/{sku}/viet-do/bo/", ("POST",), MOVES_ON
    ),
    "nguoi-ban/san-pham/<slug:sku>/xem-truoc/": Page(ANS_SHOP, "nguoi-ban/san-pham/{sku}/xem-truoc/"),
    "nguoi-ban/san-pham/<slug:sku>/tren-san/": Page(ANS_SHOP, "nguoi-ban/san-pham/{sku}/tren-san/"),
    "nguoi-ban/san-pham/<slug:sku>/tren-san/dong-y": Page(
        ANS_SHOP, "nguoi-ban/san-pham/{sku}/tren-san/dong-y", ("POST",), MOVES_ON
    ),
    "nguoi-ban/san-pham/<slug:sku>/tren-san/xem-truoc/<slug:code>": Page(
        ANS_SHOP, "nguoi-ban/san-pham/{sku}/tren-san/xem-truoc/voso"
    ),
    "nguoi-ban/san-pham/<slug:sku>/tren-san/lech/<int:pk>": Page(
        ANS_SHOP, "nguoi-ban/san-pham/{sku}/tren-san/lech/{own_drift}", ("POST",), MOVES_ON, posted={"quyet": "de"}
    ),
    "nguoi-ban/san-pham/<slug:sku>/tren-san/<slug:code>/thoi-ban": Page(
        ANS_SHOP, "nguoi-ban/san-pham/{sku}/tren-san/voso/thoi-ban", ("POST",), MOVES_ON
    ),
    "nguoi-ban/san-pham/<slug:sku>/tren-san/<slug:code>/ban-lai": Page(
        ANS_SHOP, "nguoi-ban/san-pham/{sku}/tren-san/voso/ban-lai", ("POST",), MOVES_ON
    ),
    "nguoi-ban/san-pham/<slug:sku>/tren-san/<int:row_id>/gui-lai": Page(
        ANS_SHOP, "nguoi-ban/san-pham/{sku}/tren-san/{row}/gui-lai", ("POST",), MOVES_ON
    ),
    "nguoi-ban/san-pham/bang.xlsx": Page(SELLERS),
    "nguoi-ban/san-pham/bang-mau.xlsx": Page(SELLERS),
    "nguoi-ban/san-pham/nhap/": Page(SELLERS),
    "nguoi-ban/san-pham/nhap/moi/": Page(SELLERS, methods=FORM),
    "nguoi-ban/san-pham/nhap/<int:pk>/": Page(ANS_SHOP, "nguoi-ban/san-pham/nhap/{goods}/"),
    "nguoi-ban/san-pham/nhap/<int:pk>/cot/": Page(ANS_SHOP, "nguoi-ban/san-pham/nhap/{goods}/cot/", FORM),
    "nguoi-ban/san-pham/nhap/<int:pk>/ghi": Page(ANS_SHOP, "nguoi-ban/san-pham/nhap/{goods}/ghi", ("POST",), MOVES_ON),
    "nguoi-ban/san-pham/nhap/<int:pk>/hoan-tac": Page(
        ANS_SHOP, "nguoi-ban/san-pham/nhap/{goods}/hoan-tac", ("POST",), MOVES_ON
    ),
    "nguoi-ban/san-pham/nhap/<int:pk>/lam-tiep": Page(
        ANS_SHOP, "nguoi-ban/san-pham/nhap/{goods}/lam-tiep", ("POST",), MOVES_ON
    ),
    "nguoi-ban/san-pham/nhap/<int:pk>/huy": Page(ANS_SHOP, "nguoi-ban/san-pham/nhap/{goods}/huy", ("POST",), MOVES_ON),
    "nguoi-ban/san-pham/nhap/<int:pk>/chua-nhan.xlsx": Page(
        ANS_SHOP, "nguoi-ban/san-pham/nhap/{goods}/chua-nhan.xlsx", ("POST",)
    ),
    "nguoi-ban/don-hang/": Page(SIGNED_IN),
    "nguoi-ban/don-hang/<slug:code>": Page(ANS_SHOP, "nguoi-ban/don-hang/{shop_order}"),
    "nguoi-ban/don-hang/<slug:code>/<slug:step>": Page(
        ANS_SHOP, "nguoi-ban/don-hang/{shop_order}/dong-goi", ("POST",), MOVES_ON
    ),
    "nguoi-ban/tien/": Page(SIGNED_IN),
    "nguoi-ban/ung-dung/": Page(OWNERS),
    "nguoi-ban/ung-dung/moi/": Page(OWNERS, methods=FORM),
    "nguoi-ban/ung-dung/<int:pk>/": Page(AN, "nguoi-ban/ung-dung/{connected}/"),
    "nguoi-ban/ung-dung/<int:pk>/khoa/": Page(
        AN,
        "nguoi-ban/ung-dung/{connected}/khoa/",
        FORM,
        MOVES_ON,  # asks for a fresh proof first
    ),
    "nguoi-ban/ung-dung/<int:pk>/khoa/<int:key>/thu-hoi/": Page(
        AN, "nguoi-ban/ung-dung/{connected}/khoa/{connected_key}/thu-hoi/", ("POST",), MOVES_ON
    ),
    "nguoi-ban/ung-dung/<int:pk>/dong/": Page(AN, "nguoi-ban/ung-dung/{connected}/dong/", ("POST",), MOVES_ON),
    "nguoi-ban/tien/so.<str:kind>": Page(SELLERS, "nguoi-ban/tien/so.xlsx"),
    "thanh-toan/vnpay/ipn": Page(EVERYBODY),
    "thanh-toan/vnpay/return": Page(EVERYBODY, answers=frozenset({400})),  # unsigned
    "gio-hang": Page(EVERYBODY),
    "gio-hang/doi": Page(EVERYBODY, methods=("POST",), answers=MOVES_ON, posted={"sku": "{sku}", "add": "1"}),
    "nguoi-ban/ung-dung/<int:pk>/webhook/": Page(AN, "nguoi-ban/ung-dung/{hearing}/webhook/"),
    "nguoi-ban/ung-dung/<int:pk>/webhook/luot/<int:delivery>/": Page(
        AN, "nguoi-ban/ung-dung/{hearing}/webhook/luot/{delivery}/"
    ),
    "nguoi-ban/ung-dung/<int:pk>/webhook/luot/<int:delivery>/gui-lai/": Page(
        AN, "nguoi-ban/ung-dung/{hearing}/webhook/luot/{delivery}/gui-lai/", ("POST",), MOVES_ON
    ),
    "nguoi-ban/ung-dung/<int:pk>/webhook/<slug:endpoint>/": Page(
        AN, "nguoi-ban/ung-dung/{hearing}/webhook/{endpoint}/"
    ),
    "nguoi-ban/ung-dung/<int:pk>/webhook/<slug:endpoint>/doi-khoa/": Page(
        AN, "nguoi-ban/ung-dung/{hearing}/webhook/{endpoint}/doi-khoa/", FORM, MOVES_ON
    ),  # asks for a fresh proof first
    "nguoi-ban/ung-dung/<int:pk>/webhook/<slug:endpoint>/<slug:step>/": Page(
        AN, "nguoi-ban/ung-dung/{hearing}/webhook/{endpoint}/tat/", ("POST",), MOVES_ON
    ),
    "gio-hang/bo/<slug:sku>": Page(EVERYBODY, "gio-hang/bo/{sku}", ("POST",), MOVES_ON),
    # The address is the secret; POST leads on to VNPAY.
    "thanh-toan/phien/<slug:public_id>": Page(EVERYBODY, "thanh-toan/phien/{paying_page}", FORM, frozenset({200, 302})),
    "thanh-toan/ve/<slug:secret>": Page(EVERYBODY, "thanh-toan/ve/{intent_secret}", answers=MOVES_ON),
    "thanh-toan/": Page(EVERYBODY, methods=FORM, answers=MOVES_ON),  # the basket is empty
    "thanh-toan/don/<slug:key>": Page(EVERYBODY, "thanh-toan/don/{order}"),  # the address is the secret
    "thanh-toan/don/<slug:key>/tra": Page(EVERYBODY, "thanh-toan/don/{order}/tra", ("POST",), MOVES_ON),
    "thanh-toan/don/<slug:key>/<slug:code>/<slug:step>": Page(
        EVERYBODY, "thanh-toan/don/{order}/{shop_order}/huy", ("POST",), MOVES_ON
    ),
    "ke-toan/chuyen-khoan/": Page(SEES_MONEY),
    "ke-toan/chuyen-khoan/<slug:code>": Page(
        MONEY, "ke-toan/chuyen-khoan/{shop_order}", methods=("POST",), answers=MOVES_ON
    ),
    "ke-toan/": Page(SEES_MONEY),
    "ke-toan/tien-vao/": Page(SEES_MONEY),
    "ke-toan/tien-vao/<int:pk>/": Page(SEES_MONEY, "ke-toan/tien-vao/{payment}/"),
    "ke-toan/tien-vao/<int:pk>/hoan": Page(
        MONEY, "ke-toan/tien-vao/{payment}/hoan", ("POST",), frozenset({404, 422}), posted={"charge": "{charge}"}
    ),
    "ke-toan/hoan-tien/": Page(SEES_MONEY),
    "ke-toan/hoan-tien/<int:pk>/": Page(SEES_MONEY, "ke-toan/hoan-tien/{refund}/"),
    "ke-toan/hoan-tien/<int:pk>/<slug:step>": Page(MONEY, "ke-toan/hoan-tien/{refund}/duyet", ("POST",), MOVES_ON),
    "ke-toan/dang-cho/": Page(SEES_MONEY),
    "ke-toan/dang-cho/<int:pk>/<slug:step>": Page(MONEY, "ke-toan/dang-cho/{attempt}/dong", ("POST",), MOVES_ON),
    "ke-toan/so/": Page(SEES_MONEY),
    "ke-toan/so/so-tien.<str:kind>": Page(SEES_MONEY, "ke-toan/so/so-tien.xlsx"),
    "ke-toan/ung-dung/": Page(SEES_MONEY),
    "ke-toan/ung-dung/<int:pk>/dong/": Page(MONEY, "ke-toan/ung-dung/{connected}/dong/", ("POST",), MOVES_ON),
    "ke-toan/chi/": Page(SEES_MONEY),
    "ke-toan/chi/moi/": Page(MONEY, methods=FORM, answers=frozenset({200, 302})),
    "ke-toan/chi/vnpay-chuyen/": Page(SEES_MONEY),
    "ke-toan/chi/vnpay-chuyen/<int:pk>/bo/": Page(
        MONEY, "ke-toan/chi/vnpay-chuyen/{settlement}/bo/", ("POST",), MOVES_ON
    ),
    "ke-toan/chi/<slug:code>/": Page(SEES_MONEY, "ke-toan/chi/{payout}/"),
    "ke-toan/chi/<slug:code>/tep.<str:kind>": Page(MONEY, "ke-toan/chi/{payout}/tep.csv", ("POST",)),
    "ke-toan/chi/<slug:code>/<slug:step>/": Page(MONEY, "ke-toan/chi/{payout}/rut/", ("POST",), MOVES_ON),
    "ban-viec/": Page(STAFF | {"buu", "hanh"}),
    "ban-viec/tim-khong-thay/": Page(STAFF),
    "ban-viec/tim-khong-thay/tim-khong-thay.csv": Page(STAFF),
    "ban-viec/tim-kiem/": Page(QUEUE),
    "ban-viec/viec-nen/": Page(QUEUE),
    "ban-viec/viec-nen/loai/<str:name>/": Page(QUEUE, "ban-viec/viec-nen/loai/{job_name}/"),
    "ban-viec/viec-nen/chay-lai/": Page(OPERATOR, methods=("POST",), answers=MOVES_ON),
    "ban-viec/viec-nen/noi-dung/chay-lai/": Page(OPERATOR, methods=("POST",), answers=MOVES_ON),
    "ban-viec/viec-nen/<uuid:pk>/chay-lai/": Page(OPERATOR, "ban-viec/viec-nen/{job}/chay-lai/", ("POST",), MOVES_ON),
    "ban-viec/viec-nen/<uuid:pk>/huy/": Page(OPERATOR, "ban-viec/viec-nen/{job}/huy/", ("POST",), MOVES_ON),
    "san/": Page(OPERATORS),
    "san/xac-nhan/": Page(OPERATORS | {"chi", "phuong"}),
    "san/ket-noi/": Page(OPERATORS),
    "san/ket-noi/moi/": Page(OPERATORS, methods=FORM),
    "san/ket-noi/<slug:code>/": Page(OPERATORS, "san/ket-noi/santhu/"),
    "san/ket-noi/<slug:code>/thu/": Page(OPERATORS, "san/ket-noi/voso/thu/", ("POST",), MOVES_ON),
    "san/ket-noi/<slug:code>/khoa/": Page(
        OPERATORS,
        "san/ket-noi/santhu/khoa/",
        FORM,
        MOVES_ON,  # asks for a fresh proof first
    ),
    "san/ket-noi/<slug:code>/tam-dung/": Page(OPERATORS, "san/ket-noi/voso/tam-dung/", ("POST",), MOVES_ON),
    "san/ket-noi/<slug:code>/chay-tiep/": Page(OPERATORS, "san/ket-noi/voso/chay-tiep/", ("POST",), MOVES_ON),
    "san/ket-noi/<slug:code>/gioi-han/": Page(OPERATORS, "san/ket-noi/santhu/gioi-han/", FORM, frozenset({200, 302})),
    "san/hang-doi/<slug:code>/": Page(OPERATORS, "san/hang-doi/voso/"),
    "san/hang-doi/<slug:code>/<slug:lane>/<slug:state>/": Page(OPERATORS, "san/hang-doi/voso/content/queued/"),
    "san/tin-dung/": Page(OPERATORS),
    "san/tin-dung/<slug:code>/<slug:lane>/": Page(OPERATORS, "san/tin-dung/voso/content/"),
    "san/tin-dung/<slug:code>/<slug:lane>/gui-lai/": Page(
        OPERATORS, "san/tin-dung/voso/content/gui-lai/", ("POST",), MOVES_ON
    ),
    "san/tin-dung/<slug:code>/<slug:lane>/<int:row_id>/gui-lai/": Page(
        OPERATORS, "san/tin-dung/{row_platform}/content/{row}/gui-lai/", ("POST",), MOVES_ON
    ),
    "san/lech/": Page(OPERATORS),
    "san/goi-lai/<slug:token>/": Page(
        EVERYBODY, "san/goi-lai/{push_token}/", answers=frozenset({405})
    ),  # signed by the platform
    "san/don-hang/": Page(OPERATORS),
    "san/don-hang/<int:pk>/da-xem/": Page(OPERATORS, "san/don-hang/{platform_order}/da-xem/", ("POST",), MOVES_ON),
    "san/lech/<int:pk>/": Page(OPERATORS, "san/lech/{drift}/", ("POST",), MOVES_ON, posted={"quyet": "bo-qua"}),
    "san/cac-san/": Page(OPERATORS),
    "san/cac-san/moi/": Page(OPERATORS, methods=FORM),
    "san/cac-san/<slug:code>/": Page(OPERATORS, "san/cac-san/voso/", FORM),
    "san/cac-san/<slug:code>/xem-trang/": Page(OPERATORS, "san/cac-san/voso/xem-trang/", FORM),
    "san/<slug:code>/xuat": Page(OPERATORS, "san/voso/xuat", ("POST",), MOVES_ON),
    "san/<slug:code>/ket-qua": Page(OPERATORS, "san/voso/ket-qua", ("POST",), MOVES_ON),
    "san/<slug:code>/ket-qua/<int:answer_id>/": Page(OPERATORS, "san/voso/ket-qua/{answer}/"),
    "san/<slug:code>/lo/<int:number>/": Page(OPERATORS, "san/voso/lo/{batch}/"),
    "san/<slug:code>/lo/<int:number>/viec/": Page(OPERATORS, "san/voso/lo/{batch}/viec/"),
    "san/<slug:code>/lo/<int:number>/tep": Page(OPERATORS, "san/voso/lo/{batch}/tep"),
    "san/<slug:code>/lo/<int:number>/da-gui": Page(OPERATORS, "san/voso/lo/{batch}/da-gui", ("POST",), MOVES_ON),
    "san/<slug:code>/lo/<int:number>/huy": Page(OPERATORS, "san/voso/lo/{batch}/huy", ("POST",), MOVES_ON),
    "san/<slug:code>/mau/": Page(OPERATORS, "san/voso/mau/", FORM, frozenset({200, 422})),
    "san/<slug:code>/mau/dung-lai": Page(OPERATORS, "san/voso/mau/dung-lai", ("POST",), MOVES_ON),
    "bao-sai/san-pham/<slug:slug>": Page(EVERYBODY, "bao-sai/san-pham/{slug}", FORM),
    "bao-sai/gian-hang/<slug:slug>": Page(EVERYBODY, "bao-sai/gian-hang/{shop}", FORM),
    "bao-sai/theo-doi/<str:key>/": Page(EVERYBODY, "bao-sai/theo-doi/{report_key}/"),
    "ban-viec/phan-anh/": Page(OFFICERS),
    "ban-viec/phan-anh/go-tin/": Page(OFFICERS),
    # Chi took it down: somebody else decides.
    "ban-viec/phan-anh/de-nghi/<int:pk>/": Page(OFFICERS - {"chi"}, "ban-viec/phan-anh/de-nghi/{appeal}/", FORM),
    "ban-viec/phan-anh/<slug:number>/": Page(OFFICERS, "ban-viec/phan-anh/{report}/", FORM),
    "nguoi-ban/go-tin/": Page(SIGNED_IN),
    "nguoi-ban/go-tin/<int:pk>/": Page(ANS_SHOP, "nguoi-ban/go-tin/{takedown}/"),
    "nguoi-ban/go-tin/<int:pk>/de-nghi": Page(
        ANS_SHOP, "nguoi-ban/go-tin/{takedown}/de-nghi", ("POST",), frozenset({200, 302})
    ),
    "san-pham/<slug:slug>": Page(EVERYBODY, "san-pham/{slug}"),
    "gian-hang/<slug:slug>": Page(EVERYBODY, "gian-hang/{shop}"),
    "san-pham/<slug:slug>/chia-se-<slug:digest>.jpg": Page(
        EVERYBODY, "san-pham/{slug}/chia-se-x.jpg", answers=MOVES_ON
    ),
    "gian-hang/<slug:slug>/chia-se-<slug:digest>.jpg": Page(
        EVERYBODY, "gian-hang/{shop}/chia-se-x.jpg", answers=MOVES_ON
    ),
    "nguoi-ban/gian-hang/ap-phich.pdf": Page(ANS_SHOP | {"dung"}),
    "nguoi-ban/san-pham/<slug:sku>/nhan.pdf": Page(ANS_SHOP, "nguoi-ban/san-pham/{sku}/nhan.pdf"),
    "feeds/": Page(EVERYBODY),
    "feeds/gian-hang/<slug:slug>/<str:file_name>": Page(
        EVERYBODY, "feeds/gian-hang/{shop}/google.xml", ("GET", "HEAD")
    ),
    "feeds/tinh/<slug:code>/<str:file_name>": Page(EVERYBODY, "feeds/tinh/68/san-pham.json", ("GET", "HEAD")),
    "nguoi-ban/gian-hang/tep-hang/": Page(SIGNED_IN, answers=frozenset({200, 302})),
    "robots.txt": Page(EVERYBODY),
    "sitemap.xml": Page(EVERYBODY),
    "sitemap-<section>.xml": Page(EVERYBODY, "sitemap-san-pham.xml"),
    "ocop/<str:code>": Page(EVERYBODY, "ocop/{check}"),
    "ocop/<str:code>/qr.svg": Page(EVERYBODY, "ocop/{check}/qr.svg"),
    "bang/": Page(STAFF),
    "bang/xu-huong/": Page(STAFF),
    "bang/thay-doi/": Page(STAFF),
    "bang/viec/": Page(OFFICERS, methods=FORM),
    "bang/viec/bo-giao/": Page(OFFICERS, methods=("POST",), answers=MOVES_ON),  # nothing is named
    "bang/viec/to/": Page(frozenset({"hanh", "quantri"})),
    "bang/san-pham/": Page(STAFF),
    "bang/san-pham/<int:pk>/": Page(STAFF, "bang/san-pham/{product}/"),
    "bang/san-pham/<int:pk>/gan/<int:listing_pk>/": Page(
        STAFF - {"kiem"}, "bang/san-pham/{product}/gan/{other}/", FORM, frozenset({200, 302})
    ),
    "bang/san-pham/<int:pk>/go/<int:link_pk>/": Page(
        STAFF - {"kiem"}, "bang/san-pham/{product}/go/{link}/", ("POST",), MOVES_ON
    ),
    "bang/san-pham/<int:pk>/thu-hoi/<int:paper_pk>/": Page(
        frozenset({"phuong", "quantri"}), "bang/san-pham/{product}/thu-hoi/{paper}/", FORM, frozenset({200, 302})
    ),
    "bang/san-pham/<int:pk>/trang/": Page(OFFICERS, "bang/san-pham/{product}/trang/", FORM),
    "bang/san-pham/<int:pk>/trang/<int:link_pk>/xem/": Page(
        OFFICERS, "bang/san-pham/{product}/trang/{page_link}/xem/", FORM
    ),
    "bang/san-pham/<int:pk>/trang/<int:link_pk>/go/": Page(
        OFFICERS, "bang/san-pham/{product}/trang/{page_link}/go/", ("POST",), MOVES_ON
    ),
    "bang/san-pham/<int:pk>/bo/": Page(STAFF - {"kiem"}, "bang/san-pham/{product}/bo/", FORM, frozenset({200, 302})),
    "bang/bo-tieu-chi/": Page(STAFF),
    "bang/bo-tieu-chi/<int:pk>/": Page(STAFF, "bang/bo-tieu-chi/{rubric}/"),
    "bang/bo-tieu-chi/<int:pk>/thu/": Page(STAFF, "bang/bo-tieu-chi/{sample_rubric}/thu/"),
    "bang/chi-tieu/": Page(STAFF),
    "bang/chi-tieu/<int:pk>/bo/": Page(
        frozenset({"phuong", "quantri"}), "bang/chi-tieu/{target}/bo/", ("POST",), MOVES_ON
    ),
    "man-hinh/": Page(STAFF),
    "man-hinh/<slug:secret>/": Page(EVERYBODY, "man-hinh/{screen}/"),  # the address is the secret
    "bang/man-hinh/": Page(frozenset({"phuong", "quantri"})),
    "bang/man-hinh/moi/": Page(frozenset({"phuong", "quantri"}), methods=FORM),
    "bang/man-hinh/<int:pk>/thu-hoi/": Page(
        frozenset({"phuong", "quantri"}), "bang/man-hinh/{screen_link}/thu-hoi/", ("POST",), MOVES_ON
    ),
    "bang/thi-diem/": Page(STAFF - {"chi"}),
    "bang/thi-diem/thi-diem.csv": Page(STAFF - {"chi"}),
    "bang/thi-diem/thi-diem.xlsx": Page(STAFF - {"chi"}),
    "bang/danh-muc/": Page(STAFF),
    "bang/danh-muc/in/": Page(STAFF),
    "bang/danh-muc/danh-muc.xlsx": Page(STAFF),
    "bang/danh-muc/moi/": Page(frozenset({"phuong", "quantri"}), methods=FORM),
    "bang/danh-muc/<int:pk>/": Page(STAFF, "bang/danh-muc/{hand_indicator}/"),
    "bang/danh-muc/<int:pk>/so-lieu/": Page(
        frozenset({"phuong", "quantri"}), "bang/danh-muc/{hand_indicator}/so-lieu/", FORM
    ),
    "bang/danh-muc/<int:pk>/cach-tinh/": Page(
        frozenset({"phuong", "quantri"}), "bang/danh-muc/{hand_indicator}/cach-tinh/", FORM, frozenset({200, 302})
    ),
    "bang/danh-muc/<int:pk>/muc-tieu/": Page(
        frozenset({"phuong", "quantri"}), "bang/danh-muc/{hand_indicator}/muc-tieu/", FORM
    ),
    "bang/danh-muc/so-lieu/<int:pk>/sua/": Page(
        frozenset({"phuong", "quantri"}), "bang/danh-muc/so-lieu/{hand_figure}/sua/", FORM
    ),
    "bang/kiem-tra-lai/": Page(STAFF),
    "bang/kiem-tra-lai/<int:pk>/": Page(STAFF, "bang/kiem-tra-lai/{recheck}/"),
    "bang/kiem-tra-lai/<int:pk>/in/": Page(OFFICERS, "bang/kiem-tra-lai/{recheck}/in/"),
    "bang/kiem-tra-lai/dong/<int:pk>/": Page(OFFICERS, "bang/kiem-tra-lai/dong/{recheck_item}/"),
    "bang/kiem-tra-lai/trang/<int:pk>/": Page(OFFICERS, "bang/kiem-tra-lai/trang/{recheck_page}/", FORM),
    "bang/mau-so/": Page(STAFF),
    "bang/mau-so/lap/<str:code>/": Page(STAFF - {"kiem"}, "bang/mau-so/lap/{commune}/", FORM),
    "bang/mau-so/<int:pk>/": Page(STAFF, "bang/mau-so/{frame}/"),
    "bang/mau-so/<int:pk>/in/": Page(STAFF, "bang/mau-so/{frame}/in/"),
    "bang/mau-so/<int:pk>/thay/": Page(STAFF - {"kiem"}, "bang/mau-so/{frame}/thay/", FORM),
    "bang/mau-so/<int:pk>/ky/": Page(frozenset({"phuong", "quantri"}), "bang/mau-so/{frame}/ky/", ("POST",), MOVES_ON),
    "bang/mau-so/<int:pk>/rut/": Page(
        frozenset({"chi", "phuong", "quantri"}), "bang/mau-so/{frame}/rut/", ("POST",), MOVES_ON
    ),
    "bang/giay/moi/": Page(OFFICERS, methods=FORM),
    "bang/giay/cho/": Page(STAFF),
    "bang/giay/cho/xac-nhan/": Page(frozenset({"phuong", "quantri"}), methods=("POST",), answers=MOVES_ON),
    "bang/giay/cho/<int:pk>/": Page(STAFF, "bang/giay/cho/{paper_entry}/"),
    "bang/giay/cho/<int:pk>/xac-nhan/": Page(
        frozenset({"phuong", "quantri"}), "bang/giay/cho/{paper_entry}/xac-nhan/", ("POST",), MOVES_ON
    ),
    "bang/giay/cho/<int:pk>/tra-lai/": Page(
        frozenset({"phuong", "quantri"}), "bang/giay/cho/{paper_entry}/tra-lai/", ("POST",), frozenset({302, 422})
    ),
    "bang/giay/cho/<int:pk>/rut/": Page(frozenset({"chi"}), "bang/giay/cho/{paper_entry}/rut/", ("POST",), MOVES_ON),
    "bang/giay/<int:pk>/ho-so/": Page(STAFF, "bang/giay/{paper}/ho-so/"),
    "bang/giay/<int:pk>/ho-so/<int:file_pk>/ket-qua/": Page(
        frozenset({"phuong", "quantri"}),
        "bang/giay/{paper}/ho-so/{renewal_file}/ket-qua/",
        ("POST",),
        frozenset({302, 422}),
    ),
    "bang/den-ky/": Page(STAFF),
    "bang/chot-so/": Page(STAFF),
    "bang/chot-so/lap/": Page(frozenset({"phuong", "quantri"}), methods=FORM),
    "bang/chot-so/<str:number>/": Page(STAFF, "bang/chot-so/{snapshot}/"),
    "bang/chot-so/<str:number>/ky/": Page(
        frozenset({"phuong", "quantri"}), "bang/chot-so/{snapshot}/ky/", ("POST",), MOVES_ON
    ),
    "bang/chot-so/<str:number>/chot-lai/": Page(
        frozenset({"phuong", "quantri"}), "bang/chot-so/{snapshot}/chot-lai/", FORM
    ),
    "bang/chot-so/<str:number>/khac/": Page(STAFF, "bang/chot-so/{snapshot}/khac/"),
    "bang/chot-so/<str:number>/in/": Page(STAFF, "bang/chot-so/{snapshot}/in/"),
    "bang/chot-so/<str:number>/so-lieu.<str:kind>": Page(STAFF, "bang/chot-so/{snapshot}/so-lieu.xlsx"),
    "bang/chot-so/<str:number>/dong.<str:kind>": Page(STAFF, "bang/chot-so/{snapshot}/dong.json"),
    "bang/bao-cao/": Page(STAFF),
    "bang/chot-so/<str:number>/bao-cao/": Page(
        frozenset({"phuong", "quantri"}), "bang/chot-so/{signed_snapshot}/bao-cao/", FORM
    ),
    "bang/bao-cao/<str:code>/": Page(STAFF, "bang/bao-cao/{official_report}/"),
    "bang/bao-cao/<str:code>/thay/": Page(
        frozenset({"phuong", "quantri"}), "bang/bao-cao/{official_report}/thay/", FORM
    ),
    "bang/bao-cao/<str:code>/ky-so/": Page(
        frozenset({"phuong", "quantri"}), "bang/bao-cao/{official_report}/ky-so/", ("POST",), MOVES_ON
    ),
    "bang/bao-cao/<str:code>/tep.<str:kind>": Page(STAFF, "bang/bao-cao/{official_report}/tep.xlsx"),
    "kiem-tra/bao-cao/": Page(EVERYBODY),
    "kiem-tra/bao-cao/<str:code>/": Page(EVERYBODY, "kiem-tra/bao-cao/{official_report}/", FORM),
    "mo/": Page(EVERYBODY),
    "mo/san-pham-ocop.<str:kind>": Page(EVERYBODY, "mo/san-pham-ocop.csv"),
    "mo/chi-so.<str:kind>": Page(EVERYBODY, "mo/chi-so.json"),
    "bang/<slug:code>/": Page(STAFF, "bang/i2any/"),
    "bang/<slug:code>/dong.csv": Page(STAFF, "bang/i2any/dong.csv"),
    "ban-viec/quyen/": Page(STAFF),
    "ban-viec/quyen/moi/": Page(GIVERS, methods=FORM),
    "ban-viec/quyen/ra-soat/": Page(GIVERS),
    "ban-viec/quyen/phieu/": Page(GIVERS, answers=MOVES_ON),  # no slip was made
    "ban-viec/quyen/nguoi/<int:pk>/": Page(STAFF, "ban-viec/quyen/nguoi/{hanh}/"),
    "ban-viec/quyen/nguoi/<int:pk>/ma-vao/": Page(GIVERS, "ban-viec/quyen/nguoi/{hanh}/ma-vao/", ("POST",), MOVES_ON),
    "ban-viec/quyen/<int:pk>/ket-thuc/": Page(
        GIVERS | {"hanh"},
        "ban-viec/quyen/{grant}/ket-thuc/",
        FORM,
        posted={"reason": "Thử"},
        answers=frozenset({200, 302}),
    ),
    "ban-viec/quyen/<int:pk>/gia-han/": Page(GIVERS, "ban-viec/quyen/{grant}/gia-han/", FORM),
    "ban-viec/quyen/<int:pk>/da-ra-soat/": Page(GIVERS, "ban-viec/quyen/{grant}/da-ra-soat/", ("POST",), MOVES_ON),
    "tai-khoan/quyen-cua-toi/": Page(SIGNED_IN),
    "ban-viec/lam-thay/": Page(RECORDERS),
    "lam-thay/": Page(SIGNED_IN),
    "lam-thay/<int:pk>/chon/": Page(ANS_SHOP, "lam-thay/{producer}/chon/", ("POST",), MOVES_ON),
    "lam-thay/<int:pk>/nguoi/": Page(RECORDERS | {"an"}, "lam-thay/{producer}/nguoi/", FORM),
    "lam-thay/<int:pk>/san-sang/": Page(
        RECORDERS | ANS_SHOP, "lam-thay/{producer}/san-sang/", FORM, frozenset({200, 302})
    ),
    "lam-thay/nguoi/<int:pk>/ket-thuc/": Page(
        RECORDERS | ANS_SHOP, "lam-thay/nguoi/{help}/ket-thuc/", ("POST",), MOVES_ON
    ),
    "tai-khoan/khoa-api/": Page(HAVE_KEYS),
    "tai-khoan/khoa-api/moi/": Page(HAVE_KEYS, methods=FORM, answers=MOVES_ON),  # asks for a fresh proof first
    "tai-khoan/khoa-api/<int:pk>/ket-thuc/": Page(
        frozenset({"chi"}), "tai-khoan/khoa-api/{key_of_chi}/ket-thuc/", ("POST",), MOVES_ON
    ),
    # 403: who is signed in and has not proved their phone is asked for its code first.
    "dang-ky-ban-hang/": Page(EVERYBODY, methods=FORM, answers=frozenset({200, 403})),
    "dang-ky-ban-hang/ma/": Page(EVERYBODY, methods=FORM, answers=MOVES_ON),
    "dang-ky-ban-hang/don/<slug:number>/": Page(frozenset({"binh"}), "dang-ky-ban-hang/don/{application_number}/"),
    "dang-ky-ban-hang/don/<slug:number>/rut/": Page(
        frozenset({"binh"}), "dang-ky-ban-hang/don/{application_number}/rut/", ("POST",), MOVES_ON
    ),
    "xa/dang-ky/": Page(RECORDERS),
    "xa/dang-ky/<int:pk>/": Page(RECORDERS, "xa/dang-ky/{application}/"),
    "xa/dang-ky/<int:pk>/xac-nhan/": Page(RECORDERS, "xa/dang-ky/{application}/xac-nhan/", ("POST",), MOVES_ON),
    "xa/dang-ky/<int:pk>/chua-nhan/": Page(
        RECORDERS, "xa/dang-ky/{application}/chua-nhan/", ("POST",), frozenset({200, 302})
    ),
    "nguoi-ban/gian-hang/buoc/<slug:name>/": Page(
        SIGNED_IN, "nguoi-ban/gian-hang/buoc/noi-ban/", FORM, frozenset({200, 302})
    ),
    "nguoi-ban/gian-hang/chuyen/<slug:verb>/": Page(
        SIGNED_IN, "nguoi-ban/gian-hang/chuyen/tam-nghi/", ("POST",), MOVES_ON
    ),
    "nguoi-ban/gian-hang/anh/": Page(SIGNED_IN, methods=FORM, answers=frozenset({200, 302})),
    # A helper reads there that it is for the owner.
    "nguoi-ban/gian-hang/tai-khoan/": Page(SIGNED_IN, methods=FORM, answers=frozenset({200, 302, 403})),
    "nguoi-ban/gian-hang/nha-san-xuat/": Page(SIGNED_IN, methods=FORM, answers=frozenset({302, 403, 404})),
    "nguoi-ban/gian-hang/nha-san-xuat/<int:pk>/ket-thuc/": Page(
        SIGNED_IN, "nguoi-ban/gian-hang/nha-san-xuat/0/ket-thuc/", ("POST",), frozenset({302, 403, 404})
    ),
    "nguoi-ban/ban-chung/": Page(SIGNED_IN),
    "nguoi-ban/ban-chung/<int:pk>/<slug:word>/": Page(
        SIGNED_IN, "nguoi-ban/ban-chung/0/dong-y/", ("POST",), frozenset({404})
    ),
    "xa/gian-hang/": Page(OPENERS),
    "xa/gian-hang/<int:pk>/tai-khoan/": Page(
        OPENERS,
        "xa/gian-hang/0/tai-khoan/",
        FORM,
        MOVES_ON,  # asks for a fresh proof first
    ),
    "xa/gian-hang/ban-chung/<int:pk>/<slug:word>/": Page(
        OPENERS, "xa/gian-hang/ban-chung/0/dong-y/", ("POST",), frozenset({404})
    ),
    "tim-kiem": Page(EVERYBODY),
    "tim-kiem/": Page(EVERYBODY),
    "tim-kiem/goi-y": Page(EVERYBODY),
}


def routes(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    """Every address pattern, in full."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            assert isinstance(pattern, URLPattern)
            yield route


def test_every_address_has_a_line_here() -> None:
    known = [route for route in routes(get_resolver().url_patterns) if not route.startswith(tuple(LEFT_OUT))]
    assert len(known) > 40, "the walk no longer finds the addresses"
    assert sorted(set(known)) == sorted(PAGES)


@dataclass
class World:
    """Users, their API keys, and the facts that addresses need."""

    users: dict[str, User]
    keys: dict[str, str]
    facts: dict[str, Any]


def refused_with_photo(phone: Device) -> dict[str, Any]:
    """An envelope of the wrong kind for its record, with a photo: an issue with what was sent."""
    raw, visit = jpeg(8, 8), phone.visit(None)
    phone.send(visit)
    refused = phone.envelope(record=visit["record"], photos=[sha256(raw)])
    issue = phone.send(refused).submission.issues.get().pk
    phone.send_photo(refused, raw)
    photo = IntakePart.objects.get(submission_id=refused["submission"]).photo_id
    return {"refused_issue": issue, "refused_photo": photo}


def photo_of_household(pk: int | None) -> str:
    """The id of a new photo of this household."""
    photo = store_photo(render(jpeg()), by=SYSTEM)
    return str(HouseholdPhoto.objects.create(household_id=pk, photo=photo, added_at=timezone.now()).photo_id)


def reported(people: People, shop: Shop) -> dict[str, Any]:
    """A report that waits, and goods of An's that Chi took down, with An's appeal."""
    listing = make_listing(shop, name="Tiêu xanh")
    said = Said(reason="wrong_photo", words="Ảnh lấy trên mạng.")
    right, waits = (take_report(said=said, shop=shop, listing=listing, by=NOBODY) for _ in range(2))
    takedown = take_down_for(report=right, words="Chụp lại ảnh.", by=people.viewer("chi"))
    asked = appeal(takedown=takedown, words="Đã chụp lại.", by=people.viewer("an"))
    return {"report_key": waits.key, "report": waits.number, "takedown": takedown.pk, "appeal": asked.pk}


def paid_for(order: Purchase) -> dict[str, Any]:
    """The money of a paid order, some of which is to go back."""
    charge = Charge.objects.get(payment=order.payment)
    refund = request_refund(
        charge=charge, amount=1_000, account=HELD, subject=f"shop_order:{order.orders.get().pk}", reason="x", by=SYSTEM
    )
    return {"payment": charge.payment_id, "charge": charge.pk, "attempt": charge.attempt_id, "refund": refund.pk}


@pytest.fixture
def world(people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """An's shop with a listing on platforms, sold, certified; Dũng has a shop of his own."""
    monkeypatch.setattr(SheetBatch._meta.get_field("file"), "storage", FileSystemStorage(tmp_path / "sheets"))
    users = dict(people.users)
    users["kiem"] = User.objects.create_user(username="kiem", full_name="Kiểm")
    users["ngan"] = User.objects.create_user(username="ngan", full_name="Ngân")
    give_grant(user=users["ngan"], role=Role.ACCOUNTANT, unit=None, given_by=SYSTEM)
    users["quantri"] = User.objects.create_superuser(username="quantri", full_name="Quản trị")
    give_grant(user=users["kiem"], role=Role.AUDITOR, unit=None, given_by=SYSTEM)
    people.producer.phone = "+84912345678"
    people.producer.save()
    shop = make_shop(people)
    listing = make_listing(shop)
    # A picture of its own: two listings made alike show the same photo, and then both sellers may turn it.
    listing.photos.update(photo=store_photo(render(jpeg(colour="#123456")), by=SYSTEM))
    dung = make_producer("Hộ Dũng", people.hamlet)
    add_member(user=users["dung"], producer=dung, right="owner", by=SYSTEM, how="bài thử")
    other = make_listing(shop_for(dung, "Nhà Dũng", people.viewer("dung")), name="Tiêu sọ")
    order = place_purchase(
        wanted=[(listing, 1)], receiver=Receiver("Lan", "+84903111222", "12 Lê Lợi", people.commune), by=NOBODY
    )
    send_ipn(notice(attempt_for(order)))
    batch = SheetBatch(
        connection=Connection.objects.get(platform__code="voso"), number=1, count=1, made_at=timezone.now()
    )
    batch.file.save("voso-1.xlsx", ContentFile(b"PK"))
    answered = SheetAnswer.objects.create(connection=batch.connection, sha256="0" * 64, taken_at=timezone.now())
    product = OcopProduct.objects.create(
        name="Hạt điều rang", producer_name="Hộ Nguyễn Văn An", unit=people.commune, former_province=old_unit("Ninh Thuận"),
        province_written="Ninh Thuận", row_key="bai-thu", recorded_at=timezone.now(),
    )  # fmt: skip
    paper = Certificate.objects.create(
        product=product, stars=4, decision_number="1/QĐ", paper_key="bai-thu", precision="none"
    )
    page = claim_link(
        account=claim_account(platform=Platform.objects.get(code="postmart"), producer=people.producer, by=SYSTEM),
        url="https://postmart.vn/p/hat-dieu-1.html",
        by=SYSTEM,
    )
    device = trust_device(user=users["hanh"], secret="bi-mat", pin="246813", name="máy thử")
    open_at = UserSession.objects.create(user=users["hanh"], ip="127.0.0.1", session_key="bai-thu", user_agent="")
    job = Job.objects.create(
        name="bai-thu", state="failed", made_at=timezone.now(), next_try_at=timezone.now(), finished_at=timezone.now()
    )
    sheet = start_import(
        kind_code="thon-ap", unit=people.commune, content="Tên thôn\n9\nThôn 2".encode(), file_name="",
        by=people.viewer("chi"),
    )  # fmt: skip
    choose_mapping(
        batch=sheet, sheet_index=0, header_row=0, header_depth=1, mapping={"name": 0}, by=people.viewer("chi")
    )
    goods = start_import(
        kind_code="tin", unit=people.commune, owner=f"shop:{shop.pk}", content="Tên\tGiá\nMật\t1".encode(), file_name="",
        by=people.viewer("an"),
    )  # fmt: skip
    choose_mapping(
        batch=goods,
        sheet_index=0,
        header_row=0,
        header_depth=1,
        mapping={"name": 0, "price": 1},
        by=people.viewer("an"),
    )
    with_phone = change_household(  # whoever is on a sheet has a phone of their own
        household=Household.objects.get(pk=dung.household_id),
        changes={"phone": "+84912000999", "phone_owner": "own"},
        by=SYSTEM,
    )
    verify_household(household=with_phone, how="visit", by=people.viewer("chi"), seen_version=with_phone.version)
    asked = OpeningBatch.objects.create(
        platform=Platform.objects.get(code="voso"), commune=people.commune, made_by=users["chi"], made_at=timezone.now()
    )
    line = OpeningLine.objects.create(
        batch=asked, platform=asked.platform, number=1, household=dung.household, producer=dung
    )
    sample = RevisitSample.objects.create(
        commune=people.commune, drawn_in=people.commune, period_from=date(2026, 1, 1), period_to=date(2026, 2, 1), seed="0", per_mille=50,
        frame_size=1, frame_hash="0", drawn_at=timezone.now(),
    )  # fmt: skip
    today = clock.today()
    snapshots = [freeze(unit=people.commune, on=on, by=SYSTEM) for on in (today - timedelta(days=40), today)]
    frame = make_frame(
        unit=people.commune, year=clock.today().year, source="review", document="", by=people.viewer("chi")
    )
    facts = {
        **payout_facts(people, users["quantri"]),
        "frame": frame.pk,
        "snapshot": snapshots[1].number,
        **official_facts(people, users["quantri"]),
        "target": set_target(
            indicator="I1", unit=people.commune, year=2026, percent=70, document="1/KH", by=people.viewer("phuong")
        ).pk,
        **by_hand(people),
        **rechecked(people, snapshots[1]),
        **hung(people),
        "opening": asked.pk, "opening_line": line.pk,
        "import": sheet.pk, "goods": goods.pk, "job": job.pk, "job_name": job.name,
        "entry": AuditEntry.objects.get(action="shop.opened", object_label=f"shop:{shop.pk}").pk,
        "commune": people.commune.code, "producer": people.producer.pk, "hanh": users["hanh"].pk, "device": device.pk, "session": open_at.pk,
        "listing_photo": listing.photos.get().photo_id, "sku": listing.sku, "slug": listing.slug, "shop": shop.slug, "order": order.key, "shop_order": order.orders.get().code, "batch": batch.number, "answer": answered.pk,
        "rubric": Rubric.objects.get(is_sample=False).pk, "sample_rubric": Rubric.objects.get(is_sample=True).pk,
        "paper_entry": CertificateEntry.objects.create(
            unit=people.commune, facts=EntryFacts("Trà", "HTX Trà", "3", "1/QĐ", "2026-05-07", issuer_level="province").as_json(),
            fingerprint="0", entered_by=users["chi"], entered_at=timezone.now(),
        ).pk,
        "renewal_file": RenewalFile.objects.create(
            certificate=paper, submitted_on=date(2026, 1, 2), recorded_at=timezone.now()
        ).pk,
        "product": product.pk, "paper": paper.pk, "check": paper.check_code, "other": other.pk,
        "row": PlatformListing.objects.filter(listing=listing)[0].pk,
        "drift": Drift.objects.create(
            connection=batch.connection, kind="stranger", sku="LA", found_at=timezone.now(), seen_at=timezone.now()
        ).pk,
        "own_drift": Drift.objects.create(
            connection=batch.connection, row=PlatformListing.objects.get(listing=listing, connection=batch.connection),
            kind="edited", sku="LA", found_at=timezone.now(), seen_at=timezone.now(),
        ).pk,
        "push_token": feed_of(Connection.objects.get(platform__code="santhu")).push_token,
        "platform_order": PlatformOrder.objects.create(
            connection=batch.connection, remote_id="DH-1", placed_at=timezone.now(), updated_at=timezone.now(),
            raw_status="?", status="unknown", needs_review=True, reasons=["status"], remote_hash="0" * 64,
            first_seen_at=timezone.now(),
        ).pk,
        "row_platform": PlatformListing.objects.filter(listing=listing)[0].connection.platform.code,
        "link": PresenceLink.objects.create(product=product, listing=listing, linked_at=timezone.now()).pk,
        "page_link": PresenceLink.objects.create(product=product, outside_link=page, linked_at=timezone.now()).pk,
        "help": Membership.objects.get(user=users["binh"]).pk,
        "grant": Grant.objects.get(user=users["hanh"]).pk,
        "household": people.producer.household_id, "verified": dung.household_id,
        "pilot": PilotUnit.objects.create(commune=people.commune, valid_from=date(2026, 1, 1)).pk,
        "record": Household.objects.get(pk=people.producer.household_id).record_id,
        "sample": sample.pk, "revisit": Revisit.objects.create(sample=sample, household_id=people.producer.household_id).pk,
        "household_photo": photo_of_household(people.producer.household_id),
        **matching_facts(people), **account_facts(people, dung), **goods_facts(people, listing),
    }  # fmt: skip
    team = found_team(
        commune=people.commune, name="Tổ 1", decision_number="1/QĐ", decision_on=clock.today(), valid_from=clock.today(),
        hamlets=[people.hamlet], by=people.viewer("chi"),
    )  # fmt: skip
    member = add_team_member(team=team, user=users["hanh"], is_lead=True, by=people.viewer("chi"))
    facts |= {"team": team.pk, "member": member.pk, "team_hamlet": team.hamlets.get().pk}
    facts |= market_facts(people)
    phone = Device.enrolled(people, "hanh")
    sent = phone.send(phone.envelope(accounts=[{"platform": "voso", "link": "https://example.com/x"}]))
    facts["field_device"], facts["issue"] = phone.row.pk, sent.submission.issues.get().pk
    facts |= refused_with_photo(phone)
    said = {"code": "DH1", "goods": "1 × Hạt điều rang", "amount": "50.000 đ"}
    asked_by_binh = application_of(people, "binh")
    facts |= {"application": asked_by_binh.pk, "application_number": asked_by_binh.number}
    facts["letter"] = send_message("order.paid", user=users["an"], context=said, key="thu", by=SYSTEM)[0].reference
    facts |= reported(people, shop) | paid_for(order) | connected_facts(people) | webhook_facts(people)
    keys = {name: make_api_token(user=user, name="thử", by=SYSTEM) for name, user in users.items()}
    facts["key_of_chi"] = ApiToken.objects.get(user=users["chi"]).pk
    # Noting a key's use is no change by the call; it would come at most once a minute anyway.
    ApiToken.objects.update(last_used_at=timezone.now() + timedelta(hours=1))
    return World(users, keys, facts)


def market_facts(people: People) -> dict[str, Any]:
    """A stall with a code on which the name is nearly its holder's, as Hạnh found it."""
    bazaar = bazaar_of(people)
    stall = bazaar.stall("A1")
    return {
        "market": bazaar.market.pk,
        "stall": stall.pk,
        "code_check": bazaar.check(stall, code_text(name="NGUYEN HOA")).pk,
    }


def official_facts(people: People, second: User) -> dict[str, Any]:
    """A report of the commune's own figures, signed by two people of the province."""
    on = clock.today() - timedelta(days=70)
    made = freeze(unit=people.commune, on=on, by=people.viewer("phuong"))
    signed = sign(snapshot=made, by=viewer_for(second))
    return {
        "signed_snapshot": signed.number,
        "official_report": report_of(signed, people.users["phuong"], issued_on=clock.today()).code,
    }


def by_hand(people: People) -> dict[str, Any]:
    """A line of the catalogue with a figure of the province."""
    assert people.commune.parent is not None
    line = HandIndicator.objects.filter(unit=None).order_by("pk")[0]
    figure = enter_figure(
        indicator=line, unit=people.commune.parent, as_of=clock.today(), found=Found(Decimal(1), "1/BC"),
        by=people.viewer("phuong"),
    )  # fmt: skip
    return {"hand_indicator": line.pk, "hand_figure": figure.pk}


def rechecked(people: People, snapshot: Snapshot) -> dict[str, Any]:
    """A household drawn today, with an account that waits for somebody to look."""
    now = timezone.now()
    draw = RecheckDraw(
        snapshot=snapshot, unit=people.commune.parent, on=clock.today() - timedelta(days=8), indicator="I1",
        population=1, size=1, seed="0", rows_sha256="0", drawn_at=now,
    )  # fmt: skip
    draw.save()
    home = people.producer.household_id
    item = RecheckItem.objects.create(draw=draw, position=1, subject="household", subject_id=home, unit=people.commune)
    account = PlatformAccount.objects.filter(producer=people.producer).first() or claim_account(
        platform=Platform.objects.get(code="voso"), producer=people.producer, by=SYSTEM
    )
    page = RecheckPage(item=item, account=account)
    page.save()
    return {"recheck": draw.pk, "recheck_item": item.pk, "recheck_page": page.pk}


def hung(people: People) -> dict[str, Any]:
    """A screen with the figures of the commune."""
    link, secret = make_screen_link(
        name="Phòng họp", unit=people.commune, expires_at=clock.now() + timedelta(days=7), by=people.viewer("phuong")
    )
    return {"screen": secret, "screen_link": link.pk}


def connected_facts(people: People) -> dict[str, Any]:
    """A program of An's with a page on which somebody may pay."""
    program = Program.of(connected(people.producer), is_live=False)
    session = program.session()
    intent = program.get(f"payment_intents/{session['payment_intent']}")
    key = program.application.keys.get()
    return {
        "paying_page": session["id"],
        "intent_secret": intent["client_secret"],
        "connected": program.application.pk,
        "connected_key": key.pk,
    }


def webhook_facts(people: People) -> dict[str, Any]:
    """A program of An's that wants to hear of things, and something it has not heard of yet."""
    application = connected(people.producer, "Kho")
    facts = EndpointFacts(url="https://shop.example.vn/hook", enabled_events=["*"])
    endpoint = make_endpoint(application=application, is_live=False, facts=facts)
    Program.of(application, is_live=False).intent()
    return {"hearing": application.pk, "endpoint": endpoint.public_id, "delivery": endpoint.deliveries.get().pk}


def payout_facts(people: People, maker: User) -> dict[str, Any]:
    """An approved batch with a row for An's producer, and what VNPAY sent."""
    now = timezone.now()
    batch = PayoutBatch.objects.create(
        code="BC1", state="approved", total=9_000, count=1, minimum=1, needs_two=False, made_by=maker, made_at=now,
        approved_by=maker, approved_at=now,
    )  # fmt: skip
    PayoutRow.objects.create(
        batch=batch, number=1, producer=people.producer, amount=9_000, bank_bin="970403", bank_account="1", bank_holder="A", words="A"
    )  # fmt: skip
    with transaction.atomic():
        write_entry("earned", debit=HELD, credit=owed_to(people.producer.pk), amount=9_000, subject="thử", key="thử")
    Shop.objects.filter(producer=people.producer).update(bank_bin="970403", bank_account="1", bank_holder="A")
    settlement = GatewaySettlement.objects.create(
        amount=1, on=clock.today(), report_number="1", made_by=maker, made_at=now
    )
    return {"payout": batch.code, "settlement": settlement.pk}


def account_facts(people: People, neighbour: Producer) -> dict[str, Any]:
    """An open account of An's, a closed one of the neighbour's."""
    chi, postmart = people.viewer("chi"), Platform.objects.get(code="postmart")
    account, closed = (claim_account(platform=postmart, producer=each, by=chi) for each in (people.producer, neighbour))
    close_account(account=closed, on=clock.today(), reason="Không bán nữa", by=chi)
    return {"account": account.pk, "closed_account": closed.pk}


def browser_of(world: World, name: str) -> Client:
    """A browser in which this person is signed in. (Making one is slow: WhiteNoise reads all static files.)"""
    client = Client(raise_request_exception=False)
    if name != "nobody":
        client.force_login(world.users[name])
    return client


def ask(world: World, client: Client, name: str, route: str, method: str) -> tuple[HttpResponse, list[str]]:
    """The answer, and the tables (not the session) that were written; everything is taken back afterwards."""
    page = PAGES[route]
    headers = {"authorization": f"Bearer {world.keys.get(name, 'khong-co')}"} if page.by_key else {}
    cookies = deepcopy(client.cookies)
    address = "/" + (page.address or route).format(**world.facts)
    posted = {key: value.format(**world.facts) for key, value in page.posted.items()} if method == "POST" else None
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        answer = (
            client.generic(method, address, headers=headers)
            if posted is None
            else client.post(address, posted, headers=headers)
        )
        transaction.set_rollback(True)
    client.cookies = cookies
    written = [found.group(1) for query in queries if (found := WRITES.match(query["sql"]))]
    return answer, [table for table in written if table != "django_session"]  # type: ignore[return-value]


def outcome(answer: HttpResponse) -> str:
    """One word for what happened, and why if it broke."""
    if answer.status_code >= 500:
        return f"{answer.status_code} {getattr(answer, 'exc_info', None)}"
    if answer.status_code == 302 and urlsplit(answer["location"]).path == "/dang-nhap/":
        return "asked to sign in"
    return {401: "asked to sign in", 404: "not there"}.get(answer.status_code, str(answer.status_code))


@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_who_gets_in_where(world: World, name: str) -> None:
    wrong: list[str] = []
    client = browser_of(world, name)
    for route, page in PAGES.items():
        for method in page.methods:
            answer, written = ask(world, client, name, route, method)
            found = outcome(answer)
            if name in page.allowed:
                turned_away = found == "asked to sign in" and not route.startswith("dang-nhap/")
                if answer.status_code not in page.answers or turned_away:
                    wrong.append(f"{method} {route}: allowed, but {found}")
            elif found != ("asked to sign in" if name == "nobody" else "not there"):
                wrong.append(f"{method} {route}: not allowed, but {found}")
            elif written:
                wrong.append(f"{method} {route}: denied, but wrote {written}")
    assert wrong == []


@pytest.mark.parametrize("name", ["nobody", "quantri"])
def test_no_method_breaks_a_page(world: World, name: str) -> None:
    broken = []
    client = browser_of(world, name)
    for route in PAGES:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
            answer, _ = ask(world, client, name, route, method)
            if answer.status_code >= 500:
                broken.append(f"{method} {route}: {outcome(answer)}")
    assert broken == []


def test_the_sweep_would_see_a_write(world: World) -> None:
    """The lists of written tables above are empty because nothing is written, not because nothing is seen."""
    route = "nguoi-ban/san-pham/<slug:sku>/ngung/"
    answer, written = ask(world, browser_of(world, "an"), "an", route, "POST")
    assert answer.status_code == 302 and "market_listing" in written and "core_auditentry" in written
    assert Listing.objects.get(sku=world.facts["sku"]).state == "published"  # and it was taken back


def test_the_back_offices_let_nobody_else_in(world: World, client: Client) -> None:
    doors = ["/admin/", "/cms/", "/admin/core/user/", "/cms/pages/", "/admin/login/", "/cms/login/"]
    for door in doors:
        answer = client.get(door, follow=True)
        assert (answer.status_code, answer.request["PATH_INFO"]) == (200, "/dang-nhap/"), door
    for name in sorted(SIGNED_IN - {"quantri"}):
        client.force_login(world.users[name])
        for door in doors:
            answer = client.get(door, follow=True)  # a circle would raise
            assert not answer.request["PATH_INFO"].startswith(("/admin", "/cms")), (name, door)
    client.force_login(world.users["quantri"])
    assert [client.get(door).status_code for door in ("/admin/", "/cms/")] == [200, 200]


def test_csrf_is_asked_of_every_form(world: World) -> None:
    # A sheet with 300 MB of pictures is not read for somebody without a shop: there the door comes before the token.
    behind_doors = {"nguoi-ban/san-pham/nhap/moi/": Client(enforce_csrf_checks=True)}
    behind_doors["nguoi-ban/san-pham/nhap/moi/"].force_login(world.users["an"])
    operator = Client(enforce_csrf_checks=True)
    operator.force_login(world.users["quantri"])
    taken = []
    for route, page in PAGES.items():
        if "POST" in page.methods:
            with transaction.atomic():
                client = behind_doors.get(route, operator)
                answer = client.post("/" + (page.address or route).format(**world.facts))
                transaction.set_rollback(True)
            # A route that only a key opens knows no cookie that another site could use.
            if answer.status_code != 403 and not (page.by_key and answer.status_code == 401):
                taken.append(route)
    assert taken == []


def test_showcase_has_no_basket(world: World, settings: Any, client: Client) -> None:
    settings.SELLING = "showcase"
    calls: list[tuple[Callable[..., Any], str]] = [
        (client.get, "/gio-hang"), (client.get, "/thanh-toan/"), (client.post, "/gio-hang/doi"),
        (client.post, f"/gio-hang/bo/{world.facts['sku']}"), (client.post, f"/thanh-toan/don/{world.facts['order']}/tra"),
    ]  # fmt: skip
    assert [call(address).status_code for call, address in calls] == [404] * 5
    assert client.get(f"/san-pham/{world.facts['slug']}").status_code == 200
