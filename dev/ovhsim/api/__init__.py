"""OVH's API on loopback: the calls that a reader of logs makes."""

from dev.ovhsim.api.account import (
    READ_ACTIONS,
    READ_ONLY,
    Account,
    Application,
    AttachedDomain,
    Credential,
    OwnLog,
    Rule,
    Service,
    ServiceAccount,
    rules,
)
from dev.ovhsim.api.options import ApiOptions
from dev.ovhsim.api.refusals import backend_trouble
from dev.ovhsim.api.server import Api
from dev.ovhsim.api.standard import default_account

__all__ = [
    "READ_ACTIONS",
    "READ_ONLY",
    "Account",
    "Api",
    "ApiOptions",
    "Application",
    "AttachedDomain",
    "Credential",
    "OwnLog",
    "Rule",
    "Service",
    "ServiceAccount",
    "backend_trouble",
    "default_account",
    "rules",
]
