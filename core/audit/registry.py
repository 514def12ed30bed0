"""The fixed vocabulary of the trail, and which objects belong to whom. Upper slices add theirs in `ready()`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

SubjectLabels = Callable[[int], Iterable[str]]

_vocabulary: dict[str, str] = {}
_objects: dict[str, str] = {}
_subjects: list[SubjectLabels] = []


def register_vocabulary(words: Mapping[str, str] | Iterable[str]) -> None:
    """Add dotted action names of one slice with what they are called on a page: {"listing.published": "đăng bán"}.

    Without a label the word stands for itself, which no reader of the trail should meet.
    """
    labelled = words if isinstance(words, Mapping) else dict.fromkeys(words, "")
    for word, label in labelled.items():
        _vocabulary[word] = label or _vocabulary.get(word, "")


def is_known(action: str) -> bool:
    """Whether a slice has registered this word."""
    return action in _vocabulary


def action_label(action: str) -> str:
    """What an action is called on a page."""
    return _vocabulary.get(action) or action


def action_labels() -> dict[str, str]:
    """All words with their labels ("" where none was given)."""
    return dict(_vocabulary)


def register_objects(words: Mapping[str, str]) -> None:
    """Add what the first parts of object labels are called: {"producer": "chủ thể"} for "producer:12"."""
    _objects.update(words)


def object_words() -> dict[str, str]:
    """All first parts of object labels with what they are called."""
    return dict(_objects)


def object_name(label: str) -> str:
    """ "chủ thể số 12" for "producer:12"."""
    kind, _, number = label.partition(":")
    word = _objects.get(kind, kind)
    return f"{word} số {number}" if number.isdigit() else f"{word} {number}".strip()


def register_subject_labels(source: SubjectLabels) -> None:
    """Add a source that says which object labels belong to a user id ("producer:12", "household:7")."""
    if source not in _subjects:
        _subjects.append(source)


def labels_of_subject(user_id: int) -> list[str]:
    """The labels of everything that belongs to this person, without doubles."""
    return sorted({label for source in _subjects for label in source(user_id)})
