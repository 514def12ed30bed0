"""The sheet for VoSo."""
