"""A brand-name SMS provider for practice and tests, run as a separate process; it sends nothing to anybody.

    python -m core.messages.sandbox --port 8003

It answers in the dialect of core/messages/http_sms/wire.py, shares no code with the product, and does wrong on order.
"""
