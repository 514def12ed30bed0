"""A double of VNPAY, a process of its own: `python -m market.payments.vnpay.sandbox --help`.

The product never imports it, and it imports nothing of the product: it signs and checks by its own code, so
that a wrong `wire` cannot agree with itself. It is stricter than VNPAY where merchants make mistakes (text
with Vietnamese marks, characters that encoders treat differently), and keeps its state in one SQLite file.
"""
