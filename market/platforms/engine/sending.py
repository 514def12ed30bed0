"""Speaking to a platform about one listing. No database here: what is known comes in, what was learned goes out.

Every step may be the last one before the process dies. A remote id is told at once, through `keep`; whoever comes after
looks by our SKU before anything is created.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from market.platforms.contract import (
    AdapterKind,
    Conflict,
    ConflictKind,
    ConnectionSettings,
    ItemOutcome,
    ListingDocument,
    NotFound,
    PlatformAdapter,
    PlatformFailure,
    RemoteIds,
    RemoteSnapshot,
    SubmissionState,
    ValidationFailed,
    changed_fields,
)


@dataclass(frozen=True)
class Task:
    """What shall be true of one listing on one platform, and what is known of it there.

    `unsure`: something was written there whose answer never came; `took_down`: what was written last was that it shall go.
    `show`: what is hidden there shall be shown again. `tried_at`: when it was worked on before. `content` and `offer` say which lanes are worked on; without content the words stay as they are. `is_refused`: the
    platform has refused what bears `confirmed_hash`.
    """

    wanted: bool
    content: bool
    offer: bool
    operation: str
    adapter: PlatformAdapter
    document: ListingDocument
    remote: RemoteIds | None = None
    confirmed_hash: str = ""
    confirmed_offer_hash: str = ""
    unsure: bool = False
    took_down: bool = False
    is_refused: bool = False
    is_live: bool = False
    show: bool = False
    tried_at: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a task. A lane that was not reached keeps its former hash and has no failure of its own.

    `sent_content`: words were written, so a review begins. `adopted`: what we want stood there already; what the platform
    thinks of it has to be read. `waits_for_person`: it waits for the platform's staff. `was_answered`: the platform has answered to
    a call before the one that failed.
    """

    remote: RemoteIds | None = None
    content_hash: str | None = None
    offer_hash: str | None = None
    sent_content: bool = False
    adopted: bool = False
    expected_by: datetime | None = None
    content_waits_for_person: bool = False
    offer_waits_for_person: bool = False
    still_refused: bool = False
    gone: bool = False
    shown: bool = False
    was_answered: bool = False
    content_failure: PlatformFailure | None = None
    offer_failure: PlatformFailure | None = None


Keep = Callable[[RemoteIds], None]


def speak(task: Task, settings: ConnectionSettings, keep: Keep) -> Outcome:
    """Do what the task says. Never raises PlatformFailure: it is in the outcome."""
    return _put(task, settings, keep) if task.wanted else _take_down(task, settings, keep)


def _put(task: Task, settings: ConnectionSettings, keep: Keep) -> Outcome:
    said = Outcome(remote=task.remote)
    if task.content:
        try:
            said = _put_content(task, settings, keep)
            if task.show and said.remote is not None:
                task.adapter.set_visibility(settings, said.remote, True, f"{task.operation}-v")
                said = replace(said, shown=True)
        except PlatformFailure as failure:
            said = replace(said, content_failure=failure)
    if said.content_failure is not None and not isinstance(said.content_failure, ValidationFailed):
        # The way itself is in trouble, or nobody knows what is there: the offer has its turn later.
        return said
    if said.still_refused or said.content_waits_for_person:
        return said
    if task.offer and said.remote is not None:
        try:
            return _put_offer(task, settings, said)
        except PlatformFailure as failure:
            return replace(said, offer_failure=failure)
    return said


def _put_content(task: Task, settings: ConnectionSettings, keep: Keep) -> Outcome:
    capabilities = task.adapter.capabilities(settings)
    if not capabilities.lookup_by_reference or (task.remote is not None and not task.unsure):
        return _written(task, settings, keep, task.remote, task.confirmed_hash, Outcome())
    refused: Conflict | None = None
    if task.remote is None and not task.unsure and capabilities.sku_unique:
        # Nothing was ever written there, and a SKU that stands there all the same is refused: the look is kept for then.
        try:
            return _written(task, settings, keep, None, "", Outcome())
        except Conflict as conflict:
            if conflict.kind is not ConflictKind.DUPLICATE:
                raise
            refused = conflict
    # A write whose answer was lost may have worked: look by our SKU before anything is created or changed.
    found = _look(task, settings)
    if found is None:
        if refused is not None:
            # It stands there and is none of ours to see: the same creation would be refused again.
            raise refused
        if task.remote is not None and not task.took_down:
            raise NotFound("what we wrote to is gone")
        return _written(task, settings, keep, None, "", Outcome())
    keep(found.remote)
    different = set(changed_fields(task.document, found))
    is_ours = not different - {"price", "stock"}
    offer_hash = None if different & {"price", "stock"} else task.document.offer(found.remote).offer_hash
    confirmed = task.document.content_hash if is_ours else ""
    return _written(task, settings, keep, found.remote, confirmed, Outcome(adopted=True, offer_hash=offer_hash))


def _written(
    task: Task, settings: ConnectionSettings, keep: Keep, remote: RemoteIds | None, confirmed: str, said: Outcome
) -> Outcome:
    """Make our words stand at `remote` (None: nowhere yet), where those with the hash `confirmed` stand already."""
    document, adapter = task.document, task.adapter
    if task.is_refused and document.content_hash == confirmed:
        # A sold kilogram does not send the same refused words to the reviewer again; an edit or «Gửi lại» does.
        return Outcome(remote=remote, content_hash=confirmed, still_refused=True)
    if remote is not None and document.content_hash == confirmed:
        return replace(said, remote=remote, content_hash=confirmed)
    submission = adapter.put_content(settings, document, remote, task.operation)
    if submission.remote is not None:
        created = remote is None and adapter.capabilities(settings).creates_with_offer
        remote = submission.remote
        keep(remote)
        said = replace(said, offer_hash=document.offer(remote).offer_hash if created else said.offer_hash)
    return replace(
        said,
        remote=remote,
        content_hash=document.content_hash,
        sent_content=True,
        adopted=False,
        expected_by=submission.expected_by,
        content_waits_for_person=submission.state is SubmissionState.AWAITING_OPERATOR,
    )


def _look(task: Task, settings: ConnectionSettings) -> RemoteSnapshot | None:
    """What stands there under our SKU; of two the one we know."""
    try:
        return task.adapter.find(settings, task.document.reference)
    except Conflict as conflict:
        if conflict.kind is ConflictKind.TWO_OBJECTS and task.remote is not None:
            return task.adapter.fetch(settings, task.remote)
        raise


def _put_offer(task: Task, settings: ConnectionSettings, said: Outcome) -> Outcome:
    assert said.remote is not None
    offer = task.document.offer(said.remote)
    if offer.offer_hash in {task.confirmed_offer_hash, said.offer_hash}:
        return replace(said, offer_hash=offer.offer_hash)
    result = task.adapter.put_offers(settings, [offer], f"{task.operation}-o")[0]
    if result.outcome is ItemOutcome.WAITING:
        return replace(said, offer_waits_for_person=True)
    if result.outcome is not ItemOutcome.DONE:
        failure = result.failure
        raise failure if isinstance(failure, PlatformFailure) else ValidationFailed(result.issues)
    return replace(said, offer_hash=offer.offer_hash)


def _take_down(task: Task, settings: ConnectionSettings, keep: Keep) -> Outcome:
    """Take the listing off the platform; nothing to do when it was never there."""
    adapter, remote = task.adapter, task.remote
    capabilities = adapter.capabilities(settings)
    try:
        if remote is None and capabilities.lookup_by_reference:
            found = _look(task, settings)
            if found is not None:
                remote = found.remote
                keep(remote)
        if remote is not None:
            adapter.withdraw(settings, remote, task.operation)
    except PlatformFailure as failure:
        return Outcome(remote=remote, content_failure=failure)
    if capabilities.kind is AdapterKind.FILE and task.is_live:
        return Outcome(remote=remote, content_waits_for_person=True)
    return Outcome(remote=remote, gone=True)
