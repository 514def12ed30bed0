"""Every change of a purchase and its orders."""

from market.orders.actions.fulfilling import (
    StepRefused,
    ask_return,
    call_off,
    cancel_order,
    confirm_transfer,
    deliver_order,
    pack_order,
    receive_order,
    refuse_return,
    send_order,
    take_back,
)
from market.orders.actions.paying import (
    accept_paid_orders,
    on_payment_settled,
    release_forgotten_purchases,
    release_purchase,
)
from market.orders.actions.placing import (
    AgeNotConfirmed,
    AmountOutOfBounds,
    NotSentThere,
    NotTaken,
    Receiver,
    TotalChanged,
    place_purchase,
)
from market.orders.actions.refunding import on_refund_finished

__all__ = [
    "AgeNotConfirmed", "AmountOutOfBounds", "NotSentThere", "NotTaken", "Receiver", "StepRefused", "TotalChanged", "accept_paid_orders",
    "ask_return", "call_off", "cancel_order", "confirm_transfer", "deliver_order", "on_payment_settled", "on_refund_finished", "pack_order",
    "place_purchase",
    "receive_order", "refuse_return", "release_forgotten_purchases", "release_purchase", "send_order", "take_back",
]  # fmt: skip
