"""«Sàn thử»: a small reviewed marketplace, run as a separate process, to practise and test against.

    SANDBOX_MARKET_KEY=… python -m market.platforms.sandbox --port 8001 --state DIR

It plays no real platform and says so on each page. It shares no code with the product: what it answers is its
own idea of a seller API, and the adapter in `market.platforms.santhu` has to understand it from outside.
"""
