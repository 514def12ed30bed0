"""What is only ever added to is guarded by the database itself, on whichever database this runs."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from core.audit.actions import record
from core.audit.models import AuditEntry, AuditSeal
from core.kit.append_only import AppendOnly
from market.ledger.accounts import GATEWAY, HELD
from market.ledger.actions import write_entry
from market.ledger.models import LedgerEntry
from market.listings.models import PriceChange, StockMove
from market.reports.models import Report, ReportStep
from ocop.catalogue.models import HandFigure, HandIndicator, HandTarget, HandTerms
from ocop.certificates.models import Certificate, CertificateCopy
from ocop.frames.models import Frame, FrameHousehold
from ocop.rechecks.models import RecheckConclusion, RecheckDraw, RecheckItem, RecheckLook, RecheckPage
from ocop.register.models import OcopProduct
from ocop.reports.models import OfficialReport, ReportSignature
from ocop.snapshots.models import Snapshot, SnapshotFigure, SnapshotRow
from onboarding.accounts.actions import claim_account, claim_link, observe
from onboarding.accounts.models import AccountActivity, AccountReport, Observation, Platform, PlatformAccount
from onboarding.households.models import Household
from onboarding.intake.models import DisputedSubmission, Submission
from onboarding.markets.models import CodeCheck, MonthUse, NameDecision
from tests.onboarding.markets.bazaar import bazaar_of, code_text
from tests.people import People, make_listing, make_shop

TRIGGERS = {
    "sqlite": ({"no_update", "no_delete", "no_replace"}, "SELECT name FROM sqlite_master WHERE type = 'trigger'"),
    "postgresql": ({"no_change", "no_truncate"}, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"),
}


def guarded_models() -> list[type[AppendOnly]]:
    return [model for model in apps.get_models() if issubclass(model, AppendOnly)]


def missing_triggers() -> dict[str, set[str]]:
    wanted, statement = TRIGGERS[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(statement)
        there = {name for (name,) in cursor.fetchall()}
    tables = [model._meta.db_table for model in guarded_models()]
    found = {table: {name for name in wanted if f"{table}_{name}" not in there} for table in tables}
    return {table: names for table, names in found.items() if names}


@pytest.mark.django_db
def test_every_append_only_table_has_its_triggers() -> None:
    """Red after a migration that rebuilds such a table on SQLite: repeat AppendOnlyTrigger at its end."""
    assert {AuditEntry, AuditSeal, Observation} <= set(guarded_models())
    assert missing_triggers() == {}


@pytest.fixture
def rows(people: People) -> dict[type[AppendOnly], AppendOnly]:
    """One row of each guarded table."""
    platform = Platform.objects.create(code="cho-thu", name="Chợ thử")
    link = claim_link(
        account=claim_account(platform=platform, producer=people.producer, by=people.viewer("chi")),
        url="https://cho-thu.vn/sp/1",
        by=people.viewer("chi"),
    )
    seen = observe(link=link, result="live", observer="person", by=people.viewer("phuong"))
    record("grant.given", actor_id=1, object_label="grant:1")
    entry = AuditEntry.objects.order_by("-pk")[0]
    seal = AuditSeal(position=1, entry=entry, hash="0" * 64, sealed_at=datetime(2026, 5, 1, tzinfo=UTC))
    seal.save()
    connection.check_constraints()  # PostgreSQL truncates nothing while deferred checks wait
    said = AccountReport(account=link.account, at=seen.at, reporter="person", result="opened")
    said.save()
    sent = Submission(
        submission_id=uuid.uuid4(),
        record_id=uuid.uuid4(),
        kind="household",
        form="household/1",
        sequence=1,
        device_id=uuid.uuid4(),
        hamlet=people.hamlet,
        commune=people.commune,
        entered_by=people.users["hanh"],
        received_by=people.users["hanh"],
        entered_at=seen.at,
        received_at=seen.at,
        via="app",
        sha256="0" * 64,
    )
    sent.save()
    disputed = DisputedSubmission(
        submission=sent, sha256="1" * 64, received_at=seen.at, received_by=people.users["hanh"]
    )
    disputed.save()
    listing = make_listing(make_shop(people))
    report = Report.objects.create(
        number="PA1", key="k", shop=listing.shop, about="a", reason="other", made_at=seen.at, due_at=seen.at
    )
    step = ReportStep.objects.create(report=report, words="Đã nhận.", at=seen.at)
    connection.check_constraints()
    return counted_rows(people, link.account, seen.at) | {
        AuditEntry: entry,
        AuditSeal: seal,
        Observation: seen,
        AccountReport: said,
        Submission: sent,
        DisputedSubmission: disputed,
        StockMove: listing.stock_moves.get(),
        LedgerEntry: write_entry("received", debit=GATEWAY, credit=HELD, amount=1, subject="payment:1", key="charge:1"),
        PriceChange: listing.price_changes.get(),
        **market_rows(people, seen.at),
        ReportStep: step,
    }


def market_rows(people: People, at: datetime) -> dict[type[AppendOnly], AppendOnly]:
    """Rows of what was found, decided and told at a stall."""
    bazaar = bazaar_of(people)
    stall = bazaar.stall("A1")
    check = bazaar.check(stall, code_text(name="NGUYEN HOA"))
    decision = NameDecision(check_row=check, is_same=True, at=at)
    use = MonthUse(stall=stall, month=at.date().replace(day=1), did_use=True, told_by="holder", at=at)
    for row in (decision, use):
        row.save()
    connection.check_constraints()
    return {CodeCheck: check, NameDecision: decision, MonthUse: use}


def counted_rows(people: People, account: PlatformAccount, at: datetime) -> dict[type[AppendOnly], AppendOnly]:
    """Rows of what is certified and counted."""
    product = OcopProduct.objects.create(name="Nước mắm", row_key="k", recorded_at=at)
    paper = Certificate.objects.create(product=product, precision="none", paper_key="k")
    frame = Frame.objects.create(
        unit=people.commune,
        year=2026,
        source="review",
        count=1,
        sha256="0" * 64,
        made_by=people.users["chi"],
        made_at=at,
    )
    household = Household.objects.create(
        head_name="Nguyễn Văn An", hamlet=people.hamlet, commune=people.commune, phone_owner="none", registered_at=at
    )
    line = HandIndicator.objects.all()[0]
    by_hand = {"indicator": line, "unit": people.commune.parent, "entered_at": at}
    snapshot = Snapshot.objects.create(number="CS-1", on=at.date(), definitions={}, map_version="1", made_at=at)
    official = OfficialReport(
        snapshot=snapshot,
        year=2026,
        number="1/BC-UBND",
        issued_on=at.date(),
        issuer="UBND",
        code="A" * 12,
        frozen={},
        made_at=at,
    )
    official.save()
    made: list[AppendOnly] = [
        official,
        ReportSignature(report=official, sha256="0" * 64, holder="UBND", certificate_until=at.date(), signed_at=at),
        HandTerms(**by_hand, version=1),
        HandTarget(**by_hand, value=1, document="1/KH"),
        HandFigure(**by_hand, as_of=at.date(), value=1, source="1/BC"),
        AccountActivity(
            account=account, kind="show", happened_on=at.date(), source="platform", at=at, source_sha256="0" * 64
        ),
        CertificateCopy(certificate=paper, number=1, facts={}, sha256="0" * 64, made_at=at),
        FrameHousehold(frame=frame, household=household),
        SnapshotFigure(
            snapshot=snapshot, indicator="I1", version=4, unit_name="xã A", numerator=0, denominator=0, missing=0
        ),
        SnapshotRow(snapshot=snapshot, subject="product", subject_id=product.pk, sides="n", evidence_sha256="0" * 64),
    ]
    for row in made[1:]:
        row.save()
    rechecked = recheck_rows(people, snapshot, account, at)
    connection.check_constraints()
    return {type(row): row for row in (*made, *rechecked)}


def recheck_rows(people: People, snapshot: Snapshot, account: PlatformAccount, at: datetime) -> list[AppendOnly]:
    """A draw of one household, its page, the look that could not tell, and the one that could."""
    draw = RecheckDraw(
        snapshot=snapshot, unit=people.commune.parent, on=at.date(), indicator="I1", population=1, size=1, seed="0",
        rows_sha256="0", drawn_at=at,
    )  # fmt: skip
    draw.save()
    item = RecheckItem.objects.create(draw=draw, position=1, subject="household", subject_id=1, unit=people.commune)
    page = RecheckPage(item=item, account=account)
    page.save()
    look = RecheckLook(page=page, result="unclear", at=at, looked_by=people.users["phuong"])
    look.save()
    conclusion = RecheckConclusion(look=look, result="there", at=at, looked_by=people.users["chi"])
    conclusion.save()
    return [draw, page, look, conclusion]


def test_there_is_a_row_of_every_guarded_table(rows: dict[type[AppendOnly], AppendOnly]) -> None:
    assert set(rows) == set(guarded_models())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {column} = {column} WHERE {key} = {value}",
        "DELETE FROM {table} WHERE {key} = {value}",
        "DELETE FROM {table}",
        "REPLACE INTO {table} SELECT * FROM {table}",
        "TRUNCATE {table} CASCADE",
        "INSERT INTO {table} SELECT * FROM {table} WHERE {key} = {value} ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}",
    ],
)
def test_the_database_refuses_raw_sql(rows: dict[type[AppendOnly], AppendOnly], statement: str) -> None:
    word = statement.split()[0]
    if (word, connection.vendor) in {("REPLACE", "postgresql"), ("TRUNCATE", "sqlite")}:
        pytest.skip("the other database's word")
    for model, row in rows.items():
        before = list(models.QuerySet(model).values().order_by("pk"))
        names = {
            "table": model._meta.db_table, "key": model._meta.pk.column, "value": row.pk,
            "column": model._meta.local_concrete_fields[-1].column,
        }  # fmt: skip
        with (
            pytest.raises(IntegrityError, match="only ever added"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(**names))
        assert list(models.QuerySet(model).values().order_by("pk")) == before


def test_the_models_refuse_too(rows: dict[type[AppendOnly], AppendOnly]) -> None:
    for model, row in rows.items():
        for wrong in (row.save, row.delete, model.objects.all().delete, lambda m=model: m.objects.update(pk=1)):
            with pytest.raises(TypeError):
                wrong()


@pytest.mark.slow
def test_the_migrations_go_back_and_forth(committed_db: None) -> None:
    """One walk for both: past the tables that onboarding guards, and past one of core's that was rebuilt."""
    call_command("migrate", "core", "0009", verbosity=0)
    assert not {"core_auditentry", "core_auditseal"} & set(missing_triggers())
    call_command("migrate", "onboarding", "0001", verbosity=0)
    assert set(missing_triggers()) == {
        *(f"onboarding_{name}" for name in ("observation", "submission", "disputedsubmission", "accountreport")),
        "onboarding_accountactivity",
        *(f"onboarding_{name}" for name in ("codecheck", "namedecision", "monthuse")),
        *(f"market_{name}" for name in ("stockmove", "pricechange", "reportstep", "ledgerentry")),
        *(f"ocop_{name}" for name in ("certificatecopy", "framehousehold", "snapshotfigure", "snapshotrow")),
        *(f"ocop_{name}" for name in ("handterms", "handtarget", "handfigure")),
        *(f"ocop_{name}" for name in ("recheckdraw", "recheckpage", "rechecklook", "recheckconclusion")),
        *(f"ocop_{name}" for name in ("officialreport", "reportsignature")),
    }
    call_command("migrate", verbosity=0)
    assert missing_triggers() == {}
