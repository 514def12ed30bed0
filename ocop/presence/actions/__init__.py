"""What is written about presence: listings and pages linked to certified products, and looks at those pages."""

from ocop.presence.actions.linking import LinkRefused, badges_of, link_listing, refresh_badges, unlink_listing
from ocop.presence.actions.outside import NotByYourself, link_page, look_at_page, unlink_page

__all__ = [
    "LinkRefused",
    "NotByYourself",
    "badges_of",
    "link_listing",
    "link_page",
    "look_at_page",
    "refresh_badges",
    "unlink_listing",
    "unlink_page",
]
