"""The adapter for «Sàn thử», the reviewed marketplace that `market.platforms.sandbox` simulates."""
