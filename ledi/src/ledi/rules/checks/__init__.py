"""The vocabulary of checks. Rule files import everything from here."""

from ledi.rules.checks.custom import Custom, Declared
from ledi.rules.checks.dates import ATTENDANCE, NOW, AgeAtLeast, BirthDate, NotAfter, NotBefore
from ledi.rules.checks.lists import AtMostMatching, Unique
from ledi.rules.checks.presence import (
    CountFilled,
    Expect,
    Forbidden,
    Implies,
    NotCodes,
    OnlyCodes,
    Required,
    RequiredOrForbidden,
)
from ledi.rules.checks.sameness import Differs, SameAs, SameAsRecord
from ledi.rules.checks.tables import Lookup
from ledi.rules.checks.values import (
    Decimals,
    Document,
    Domain,
    DomainWhen,
    Equals,
    Length,
    Pattern,
    Range,
    Spelled,
    Unsigned,
)

__all__ = [
    "ATTENDANCE",
    "NOW",
    "AgeAtLeast",
    "AtMostMatching",
    "BirthDate",
    "CountFilled",
    "Custom",
    "Decimals",
    "Declared",
    "Differs",
    "Document",
    "Domain",
    "DomainWhen",
    "Equals",
    "Expect",
    "Forbidden",
    "Implies",
    "Length",
    "Lookup",
    "NotAfter",
    "NotBefore",
    "NotCodes",
    "OnlyCodes",
    "Pattern",
    "Range",
    "Required",
    "RequiredOrForbidden",
    "SameAs",
    "SameAsRecord",
    "Spelled",
    "Unique",
    "Unsigned",
]
