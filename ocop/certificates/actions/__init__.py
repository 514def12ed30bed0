"""Writing certificates."""

from ocop.certificates.actions.dates import write_superseded
from ocop.certificates.actions.importing import ImportReport, RowResult, import_products
from ocop.certificates.actions.revoking import RevocationRefused, revoke_certificate

__all__ = [
    "ImportReport",
    "RevocationRefused",
    "RowResult",
    "import_products",
    "revoke_certificate",
    "write_superseded",
]
