"""Gathers the tables of all slices of this storey."""

from core.audit.models import AuditDetail, AuditEntry, AuditSeal
from core.files.models import Photo
from core.imports.models import ColumnMapping, ImportBatch, ImportFilePart, ImportRow
from core.jobs.models import Job, Schedule, WorkerBeat
from core.messages.models import InboundSms, Message, MessageChoice
from core.people.codes.models import PhoneCode
from core.people.devices.models import TrustedDevice
from core.people.limits.models import Counted
from core.people.models import ApiToken, EntryCode, Grant, Role, User
from core.places.models import Hamlet, HamletLink, HamletName, Level, PlacesLoad, Resolution, Unit, UnitLink, UnitName

__all__ = [
    "ApiToken", "AuditDetail", "AuditEntry", "AuditSeal", "ColumnMapping", "Counted", "EntryCode", "Grant",
    "Hamlet", "HamletLink", "HamletName", "ImportBatch", "ImportFilePart", "ImportRow", "InboundSms", "Job",
    "Level", "Message", "MessageChoice", "PhoneCode", "Photo", "PlacesLoad", "Resolution", "Role", "Schedule",
    "TrustedDevice", "Unit", "UnitLink", "UnitName", "User", "WorkerBeat",
]  # fmt: skip
