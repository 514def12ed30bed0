"""Addresses of the operator's pages."""

from django.urls import path

from market.platforms.running.views import connections, dead, drifts, platforms

urlpatterns = [
    path("san/cac-san/", platforms.platforms, name="platforms"),
    path("san/cac-san/moi/", platforms.new_platform, name="platform_new"),
    path("san/cac-san/<slug:code>/", platforms.platform, name="platform"),
    path("san/ket-noi/", connections.connections, name="platform_connections"),
    path("san/ket-noi/moi/", connections.connect, name="platform_connect"),
    path("san/ket-noi/<slug:code>/", connections.connection, name="platform_connection"),
    path("san/ket-noi/<slug:code>/thu/", connections.check, name="platform_connection_check"),
    path("san/ket-noi/<slug:code>/khoa/", connections.authorise, name="platform_connection_authorise"),
    path("san/ket-noi/<slug:code>/tam-dung/", connections.pause, name="platform_connection_pause"),
    path("san/ket-noi/<slug:code>/chay-tiep/", connections.resume, name="platform_connection_resume"),
    path("san/ket-noi/<slug:code>/gioi-han/", connections.limits, name="platform_connection_limits"),
    path("san/hang-doi/<slug:code>/", connections.queue, name="platform_queue"),
    path("san/hang-doi/<slug:code>/<slug:lane>/<slug:state>/", connections.queue_rows, name="platform_queue_rows"),
    path("san/tin-dung/", dead.groups, name="platform_dead"),
    path("san/tin-dung/<slug:code>/<slug:lane>/", dead.group, name="platform_dead_group"),
    path("san/tin-dung/<slug:code>/<slug:lane>/gui-lai/", dead.again, name="platform_dead_again"),
    path("san/tin-dung/<slug:code>/<slug:lane>/<int:row_id>/gui-lai/", dead.again_one, name="platform_dead_again_one"),
    path("san/lech/", drifts.drifts, name="platform_drifts"),
    path("san/lech/<int:pk>/", drifts.decide, name="platform_drift_decide"),
]
