"""Rows that are only ever added."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class AppendOnlyRows(models.QuerySet):  # type: ignore[type-arg]
    """Reading and adding; changing and deleting in bulk raise TypeError, as the model's own methods do."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{self.model.__name__} rows cannot be changed")

    def delete(self) -> NoReturn:
        raise TypeError(f"{self.model.__name__} rows cannot be deleted")
