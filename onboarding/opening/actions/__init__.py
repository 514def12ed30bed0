"""Every write of account opening: batches out, answers in, lines taken back."""
