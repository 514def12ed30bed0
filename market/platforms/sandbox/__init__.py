"""«Sàn thử»: a small reviewed marketplace, run as a separate process, to practise and test against.

    SANDBOX_MARKET_KEY=… python -m market.platforms.sandbox --port 8001 --state DIR

Options: `--auto-review SECONDS`, `--unique-sku`, `--tokens SECONDS` (calls need a token that runs out), `--latency-ms`,
`--rate CALLS` (a second, with 429 and X-RateLimit-… headers). On the loopback address a control API is open:
POST `_control/faults` puts a seeded plan of troubles and whims in force (`faults`), DELETE ends it; POST `_control/habits`
changes the options; `_control/review` decides as a moderator; GET `_control/listings`, `calls`, `counts` and `tokens` tell
what there is and what was asked; POST `_control/catalogue` changes the tree of goods and its rules, `_control/orders` places or
changes an order, `_control/push_target` says where signed hints go, `_control/push` sends one, whole or spoilt (`pushes`); POST `_control/reset` forgets everything. `process.Double` speaks it.

It plays no real platform and says so on each page. It shares no code with the product: what it answers is its
own idea of a seller API, and the adapter in `market.platforms.santhu` has to understand it from outside.
"""
