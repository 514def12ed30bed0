"""Writing the day's counts, saying which are to be made again, and setting targets."""

from ocop.indicators.actions.tallying import count_day, count_units, recount_due
from ocop.indicators.actions.targets import TargetRefused, remove_target, set_target

__all__ = ["TargetRefused", "count_day", "count_units", "recount_due", "remove_target", "set_target"]
