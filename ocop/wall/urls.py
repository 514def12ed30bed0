"""Addresses of the screens."""

from django.urls import path

from ocop.wall.views import links, screen

urlpatterns = [
    path("man-hinh/", screen.for_staff, name="wall"),
    path("man-hinh/<slug:secret>/", screen.by_link, name="wall_link"),
    path("bang/man-hinh/", links.links, name="screens"),
    path("bang/man-hinh/moi/", links.make, name="screen_make"),
    path("bang/man-hinh/<int:pk>/thu-hoi/", links.revoke, name="screen_revoke"),
]
