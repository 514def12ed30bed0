"""Addresses of the queue page."""

from django.urls import path

from core.desk.jobs import views

urlpatterns = [
    path("ban-viec/viec-nen/", views.queue, name="jobs"),
    path("ban-viec/viec-nen/loai/<str:name>/", views.jobs_of_kind, name="jobs_of_kind"),
    path("ban-viec/viec-nen/chay-lai/", views.run_group_again, name="jobs_run_again"),
    path("ban-viec/viec-nen/noi-dung/chay-lai/", views.run_content_again, name="content_tasks_run_again"),
    path("ban-viec/viec-nen/<uuid:pk>/chay-lai/", views.run_again, name="job_run_again"),
    path("ban-viec/viec-nen/<uuid:pk>/huy/", views.cancel, name="job_cancel"),
]
