"""Every look says who or which robot looked and why nothing was concluded; how long a look lasts and where a robot may look
are dated settings."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from core.kit.append_only import AppendOnlyTrigger, AppendOnlyTriggerBack
from core.kit.refusing import RefusingTrigger, RefusingTriggerBack
from onboarding.accounts.own_claims import OWN_CLAIM

REASONS = [
    ("forbidden", "trang không cho máy xem"),
    ("login", "trang đòi đăng nhập"),
    ("moved", "trang chuyển sang địa chỉ khác"),
    ("answer", "trang báo lỗi"),
    ("unreachable", "trang không trả lời"),
    ("not_html", "địa chỉ không phải trang web"),
    ("too_large", "trang quá lớn"),
    ("script", "trang chỉ hiện khi chạy chương trình"),
    ("title", "không thấy tên sản phẩm trên trang"),
    ("price", "giá trên trang khác giá của bạn"),
]
OBSERVERS = [("person", "người xem trang"), ("adapter", "kết nối với sàn"), ("robot", "máy xem trang")]
KEY = {"auto_created": True, "primary_key": True, "serialize": False, "verbose_name": "ID"}
PERSON = {"null": True, "on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": settings.AUTH_USER_MODEL}


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0023_papers_that_do_not_match"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        AppendOnlyTriggerBack("observation"),
        RefusingTriggerBack(OWN_CLAIM),
        migrations.RemoveConstraint("observation", "observation_by_a_named_person"),
        migrations.AlterField("observation", "observer", models.CharField(choices=OBSERVERS, max_length=10)),
        migrations.AddField(
            "observation", "robot", models.CharField(blank=True, db_default="", default="", max_length=60)
        ),
        migrations.AddField(
            "observation",
            "reason",
            models.CharField(blank=True, choices=REASONS, db_default="", default="", max_length=12),
        ),
        migrations.AddConstraint(
            "observation",
            models.CheckConstraint(
                condition=Q(observer="adapter") | Q(observed_by__isnull=False) | (Q(observer="robot") & ~Q(robot="")),
                name="observation_by_somebody_named",
            ),
        ),
        migrations.AddConstraint(
            "observation",
            models.CheckConstraint(
                condition=Q(reason="") | Q(result="uncheckable"), name="observation_reason_only_of_uncheckable"
            ),
        ),
        RefusingTrigger(OWN_CLAIM),
        AppendOnlyTrigger("observation"),
        migrations.CreateModel(
            "SeenWithin",
            [
                ("id", models.BigAutoField(**KEY)),
                ("since", models.DateField()),
                ("days", models.PositiveSmallIntegerField()),
                ("entered_by", models.ForeignKey(**PERSON)),
                (
                    "platform",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seen_within",
                        to="onboarding.platform",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["platform", "since"], name="seen_within_once_a_day"),
                    models.UniqueConstraint(
                        fields=["since"], condition=Q(platform__isnull=True), name="seen_within_of_all_once_a_day"
                    ),
                    models.CheckConstraint(condition=Q(days__gte=1, days__lte=366), name="seen_within_a_year"),
                ]
            },
        ),
        migrations.CreateModel(
            "RobotPermission",
            [
                ("id", models.BigAutoField(**KEY)),
                ("since", models.DateField()),
                ("is_granted", models.BooleanField()),
                ("ground", models.CharField(max_length=200)),
                ("entered_by", models.ForeignKey(**PERSON)),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="robot_permissions",
                        to="onboarding.platform",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["platform", "since"], name="robot_permission_once_a_day")
                ]
            },
        ),
    ]
