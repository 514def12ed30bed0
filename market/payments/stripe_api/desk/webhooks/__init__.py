"""Where an application hears of events, and what became of each: its owner's pages."""
