"""Orders on platforms, read in and kept beside ours: each once, only ever forwards, without the buyer."""
