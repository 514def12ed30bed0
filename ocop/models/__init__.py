"""Gathers the tables of all slices of this storey."""

from ocop.boards.models import Assignment
from ocop.catalogue.models import HandFigure, HandIndicator, HandTarget, HandTerms
from ocop.certificates.models import Certificate, CertificateCopy, CertificateEntry, RenewalFile, RenewalNotice
from ocop.frames.models import Frame, FrameHousehold
from ocop.indicators.models import Recount, Tally, Target
from ocop.presence.models import PresenceLink
from ocop.rechecks.models import RecheckConclusion, RecheckDraw, RecheckItem, RecheckLook, RecheckPage
from ocop.register.models import OcopProduct, Taxonomy, TaxonomyNode
from ocop.reports.models import OfficialReport, ReportSignature
from ocop.rulebooks.models import Criterion, Option, Rubric, Rulebook
from ocop.snapshots.models import Snapshot, SnapshotFigure, SnapshotRow
from ocop.wall.models import ScreenLink

__all__ = [
    "Assignment",
    "Certificate",
    "CertificateCopy",
    "CertificateEntry",
    "Criterion",
    "Frame",
    "FrameHousehold",
    "HandFigure",
    "HandIndicator",
    "HandTarget",
    "HandTerms",
    "OcopProduct",
    "OfficialReport",
    "Option",
    "PresenceLink",
    "RecheckConclusion",
    "RecheckDraw",
    "RecheckItem",
    "RecheckLook",
    "RecheckPage",
    "Recount",
    "RenewalFile",
    "RenewalNotice",
    "ReportSignature",
    "Rubric",
    "Rulebook",
    "ScreenLink",
    "Snapshot",
    "SnapshotFigure",
    "SnapshotRow",
    "Tally",
    "Target",
    "Taxonomy",
    "TaxonomyNode",
]
