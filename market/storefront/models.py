"""Pages that people write under /cms/: home, guides, producers' stories."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from market.storefront import queries

TEXT_FEATURES = ["h2", "h3", "bold", "italic", "link", "ol", "ul", "image"]


class HomePage(Page):
    """The front page: a promise, a search box, goods that are for sale now, guides and stories."""

    promise = models.CharField("lời chào", max_length=120)
    introduction = models.TextField("lời giới thiệu", max_length=400)

    content_panels = [*Page.content_panels, FieldPanel("promise"), FieldPanel("introduction")]
    template = "market/storefront/home.html"
    max_count = 1
    subpage_types = ["market.GuidePage", "market.StoryPage"]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["cards"] = queries.newest_goods(limit=12)
        context["guides"] = GuidePage.objects.live().child_of(self)[:6]
        context["stories"] = StoryPage.objects.live().child_of(self)[:3]
        return context

    class Meta:
        verbose_name = "trang đầu"


class ArticlePage(Page):
    """What guides and stories share: a lead and a text."""

    lead = models.TextField("tóm tắt", max_length=300)
    body = RichTextField("nội dung", features=TEXT_FEATURES)

    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("body")]
    template = "market/storefront/article.html"
    parent_page_types = ["market.HomePage"]
    subpage_types: list[str] = []

    class Meta:
        abstract = True


class GuidePage(ArticlePage):
    """How to do something, step by step."""

    class Meta:
        verbose_name = "hướng dẫn"


class StoryPage(ArticlePage):
    """A producer's story, with the way to their shop."""

    shop = models.ForeignKey(
        "market.Shop", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="gian hàng"
    )

    content_panels = [*ArticlePage.content_panels, FieldPanel("shop")]

    class Meta:
        verbose_name = "câu chuyện"
