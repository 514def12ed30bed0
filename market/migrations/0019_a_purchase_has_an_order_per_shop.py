import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


def split(apps, schema_editor):
    """Every order of before becomes a purchase; each of its shops gets an order of its own, without a delivery fee."""
    Purchase = apps.get_model("market", "Purchase")
    Order = apps.get_model("market", "Order")
    Line = apps.get_model("market", "OrderLine")
    states = {"placed": "waiting", "paid": "to_pack", "released": "cancelled", "paid_late": "cancelled"}
    for purchase in Purchase.objects.order_by("pk"):
        lines = list(Line.objects.filter(purchase=purchase).order_by("pk"))
        state = states[purchase.state]
        for number, shop_id in enumerate(dict.fromkeys(line.shop_id for line in lines), 1):
            own = [line for line in lines if line.shop_id == shop_id]
            order = Order.objects.create(
                purchase=purchase, shop_id=shop_id, code=f"{purchase.code}{number:02d}", fee=0, state=state,
                goods=sum(line.price * line.quantity for line in own), is_paid=state == "to_pack",
                accepted_at=purchase.paid_at if state == "to_pack" else None,
                ended_at=purchase.placed_at if state == "cancelled" else None,
            )
            Line.objects.filter(pk__in=[line.pk for line in own]).update(order=order)
    _settle(schema_editor)


def join(apps, schema_editor):
    """Back: lines belong to their purchase and their shop again."""
    Line = apps.get_model("market", "OrderLine")
    for line in Line.objects.select_related("order"):
        Line.objects.filter(pk=line.pk).update(purchase=line.order.purchase_id, shop=line.order.shop_id)
    _settle(schema_editor)


def _settle(schema_editor):
    """PostgreSQL changes no table with checks of foreign keys still to come."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


# Going back loses how far orders were after they were paid, and is refused while purchases without VNPAY exist.
class Migration(migrations.Migration):

    dependencies = [
        ("market", "0018_book_of_money"),
        ("core", "0021_accountants"),
    ]

    operations = [
        migrations.RenameModel("Order", "Purchase"),
        migrations.RemoveConstraint("OrderLine", "order_line_once"),
        migrations.RenameField("OrderLine", "order", "purchase"),
        migrations.AddField("Purchase", "commune", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.unit")),
        migrations.AddField(
            "Purchase", "method",
            models.CharField(choices=[("vnpay", "VNPAY (mã QR, thẻ)"), ("cash", "Trả tiền khi nhận hàng"), ("transfer", "Chuyển khoản cho người bán")], default="vnpay", max_length=10),
        ),
        migrations.AlterField("Purchase", "buyer", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="purchases", to=settings.AUTH_USER_MODEL)),
        migrations.AlterField("Purchase", "payment", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="purchase", to="market.payment")),
        migrations.AlterField(
            "Purchase", "state",
            models.CharField(choices=[("placed", "chờ thanh toán"), ("paid", "đã thanh toán"), ("released", "đã hủy"), ("paid_late", "đã trả tiền sau khi hủy, chờ hoàn tiền"), ("direct", "trả thẳng cho người bán")], default="placed", max_length=10),
        ),
        migrations.AlterField(
            "StockMove", "kind",
            models.CharField(choices=[("in", "nhập thêm"), ("reserved", "giữ cho đơn"), ("released", "trả lại từ đơn hủy"), ("sold", "đã bán"), ("returned", "khách trả lại"), ("corrected", "kiểm lại"), ("lost", "hư hao")], max_length=10),
        ),
        migrations.AddConstraint("Purchase", models.CheckConstraint(condition=Q(("method", "vnpay"), ("payment__isnull", False)) | Q(~Q(("method", "vnpay")), ("payment__isnull", True)), name="purchase_payment_by_vnpay")),
        migrations.AddConstraint("Purchase", models.CheckConstraint(condition=Q(("method", "vnpay"), ~Q(("state", "direct"))) | Q(~Q(("method", "vnpay")), ("state", "direct")), name="purchase_direct_unless_vnpay")),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=24, unique=True)),
                ("goods", models.BigIntegerField()),
                ("fee", models.BigIntegerField(default=0)),
                ("state", models.CharField(choices=[("waiting", "chờ trả tiền"), ("to_pack", "cần đóng gói"), ("packed", "đã đóng gói"), ("sent", "đang giao"), ("delivered", "đã giao"), ("cancelled", "đã hủy"), ("return_asked", "người mua xin trả hàng"), ("returned", "đã nhận lại hàng")], default="waiting", max_length=14)),
                ("is_paid", models.BooleanField(default=False)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("packed_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("carrier", models.CharField(blank=True, default="", max_length=60, verbose_name="đơn vị giao")),
                ("tracking", models.CharField(blank=True, default="", max_length=40, verbose_name="mã vận đơn")),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("purchase", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="market.purchase")),
                ("shop", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="market.shop")),
            ],
            options={"db_table": "market_shop_order"},
        ),
        migrations.AddIndex("Order", models.Index(fields=["shop", "state"], name="shop_order_by_state")),
        migrations.AddConstraint("Order", models.UniqueConstraint(fields=("purchase", "shop"), name="order_once_per_shop")),
        migrations.AddConstraint("Order", models.CheckConstraint(condition=Q(("fee__gte", 0), ("goods__gt", 0)), name="order_sums_are_positive")),
        migrations.AddField("OrderLine", "order", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="market.order")),
        # Empty while they go, so that going back finds columns that may be filled again.
        migrations.AlterField("OrderLine", "purchase", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="market.purchase")),
        migrations.AlterField("OrderLine", "shop", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="market.shop")),
        migrations.RunPython(split, join),
        migrations.AlterField("OrderLine", "order", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="market.order")),
        migrations.RemoveField("OrderLine", "purchase"),
        migrations.RemoveField("OrderLine", "shop"),
        migrations.AddConstraint("OrderLine", models.UniqueConstraint(fields=("order", "listing"), name="order_line_once")),
    ]
