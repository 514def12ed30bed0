"""Orders say which size was bought; every store has an opening balance; two promotions on one day are refused everywhere."""

from django.db import migrations, models
from django.db.models import Sum
from django.utils import timezone

from core.kit.refusing import RefusingTrigger
from market.listings.promotions.one_at_a_time import ONE_AT_A_TIME

REASON = "số có từ trước khi có sổ kho"


def open_the_books(apps, schema_editor):
    """What unpaid orders hold is in `reserved`, and the moves of every listing add up to what it has: those from before the
    books get one move for the difference. Running twice writes nothing more."""
    Listing, StockMove = apps.get_model("market", "Listing"), apps.get_model("market", "StockMove")
    lines = apps.get_model("market", "OrderLine").objects.filter(order__state="placed")
    held = dict(lines.values_list("listing_id").annotate(Sum("quantity")))
    sums = StockMove.objects.values_list("listing_id").annotate(Sum("change"), Sum("reserved_change"))
    moved = {listing_id: (change, reserved) for listing_id, change, reserved in sums}
    now, opening = timezone.now(), []
    for pk, stock, before in list(Listing.objects.order_by("pk").values_list("pk", "stock", "reserved")):
        reserved = held.get(pk, 0)
        if reserved != before:
            Listing.objects.filter(pk=pk).update(reserved=reserved)
        change, reserved_change = (have - sum for have, sum in zip((stock, reserved), moved.get(pk, (0, 0))))
        if change or reserved_change:
            opening.append(
                StockMove(
                    listing_id=pk,
                    kind="in",
                    change=change,
                    reserved_change=reserved_change,
                    stock_after=stock,
                    reserved_after=reserved,
                    reason=REASON,
                    at=now,
                )
            )
    StockMove.objects.bulk_create(opening, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("market", "0007_makers_say_yes")]

    operations = [
        migrations.AlterField(
            model_name="orderline",
            name="name",
            field=models.CharField(max_length=165),
        ),
        RefusingTrigger(ONE_AT_A_TIME),
        # Moves are never taken away: going back leaves them, and coming again finds nothing to add.
        migrations.RunPython(open_the_books, migrations.RunPython.noop),
    ]
