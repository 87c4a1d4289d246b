"""LEDI in Python: what a record of the e-SUS APS is, which rules it must meet, how it becomes bytes."""

from ledi.findings import Finding, Report
from ledi.layouts import CURRENT, VERSIONS, layout
from ledi.validation import validate

__all__ = ["CURRENT", "VERSIONS", "Finding", "Report", "layout", "validate"]
