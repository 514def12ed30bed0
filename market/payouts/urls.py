"""Addresses of payouts."""

from django.urls import path

from market.payouts.views import batches, settlements

urlpatterns = [
    path("ke-toan/chi/", batches.payouts, name="payouts"),
    path("ke-toan/chi/moi/", batches.new_payout, name="new_payout"),
    path("ke-toan/chi/vnpay-chuyen/", settlements.settlements, name="settlements"),
    path("ke-toan/chi/vnpay-chuyen/<int:pk>/bo/", settlements.drop_settlement, name="drop_settlement"),
    path("ke-toan/chi/<slug:code>/", batches.payout, name="payout"),
    path("ke-toan/chi/<slug:code>/tep.<str:kind>", batches.payout_file, name="payout_file"),
    path("ke-toan/chi/<slug:code>/<slug:step>/", batches.payout_step, name="payout_step"),
]
