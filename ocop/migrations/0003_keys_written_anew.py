"""One spelling of provinces and of farming cooperatives in the keys by which later lists find a product."""

from typing import Any

from django.db import migrations

from ocop.register.rules import product_key


def write_keys(apps: Any, schema_editor: Any) -> None:
    """Products without a maker keep theirs when no paper says otherwise; of two that now have one key, the first has it."""
    product_model = apps.get_model("ocop", "OcopProduct")
    taken = set(product_model.objects.values_list("row_key", flat=True))
    for product in product_model.objects.order_by("pk"):
        paper = product.certificates.order_by("pk").first()
        day = f"{paper.recognised_on}/{paper.precision}" if paper and paper.recognised_on else ""
        key = product_key(
            product.name,
            product.producer_name,
            product.commune_written,
            product.district_written,
            product.province_written,
            (paper.decision_number if paper else "", day),
        )
        if key not in taken:
            product_model.objects.filter(pk=product.pk).update(row_key=key)
            taken.add(key)


class Migration(migrations.Migration):
    dependencies = [("ocop", "0002_certified_and_counted")]
    # Back: the keys stay; the next list is compared with them as well as with any.
    operations = [migrations.RunPython(write_keys, migrations.RunPython.noop)]
