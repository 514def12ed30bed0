"""Gathers the tables of all slices of this storey."""

from onboarding.accounts.models import (
    AccountActivity,
    AccountReport,
    Observation,
    OutsideLink,
    Platform,
    PlatformAccount,
    RobotPermission,
    SeenWithin,
)
from onboarding.checks.models import Revisit, RevisitSample, SampleFrame
from onboarding.consent.models import Consent, Notice
from onboarding.households.models import Household, HouseholdPhoto, HouseholdWriter, PilotUnit, ProductionLine
from onboarding.intake.models import (
    AwaitedRecord,
    DisputedSubmission,
    FieldDevice,
    IntakeIssue,
    IntakeKey,
    IntakePart,
    IntakeRecord,
    Submission,
    SubmissionState,
    SubmissionText,
)
from onboarding.markets.models import CodeCheck, Market, MonthUse, NameDecision, PaymentCode, Stall, Stallholder
from onboarding.matching.models import DuplicatePair, HouseholdMerge, SharedPhone
from onboarding.opening.models import OpeningBatch, OpeningLine
from onboarding.papers.models import Paper
from onboarding.producers.models import Application, Membership, Producer
from onboarding.teams.models import Team, TeamGrant, TeamHamlet, TeamMember
from onboarding.visits.models import Attendance, TrainingSession, Visit

__all__ = [
    "AccountActivity", "AccountReport", "Application", "Attendance", "AwaitedRecord", "CodeCheck", "Consent", "DisputedSubmission", "DuplicatePair", "FieldDevice",
    "Household", "HouseholdMerge", "HouseholdPhoto", "HouseholdWriter", "IntakeIssue", "IntakeKey", "IntakePart", "IntakeRecord", "Market", "Membership", "MonthUse",
    "NameDecision", "Notice", "Observation", "OpeningBatch", "OpeningLine", "OutsideLink", "Paper", "PaymentCode", "PilotUnit", "Platform", "PlatformAccount", "Producer",
    "ProductionLine", "Revisit", "RevisitSample", "RobotPermission", "SampleFrame", "SeenWithin", "SharedPhone", "Stall", "Stallholder", "Submission", "SubmissionState",
    "SubmissionText", "Team", "TeamGrant", "TeamHamlet", "TeamMember", "TrainingSession", "Visit",
]  # fmt: skip
