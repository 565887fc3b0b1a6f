"""OVH on loopback: an API and a log host that behave, and misbehave, like the real ones."""

from dev.ovhsim.api import (
    READ_ACTIONS,
    READ_ONLY,
    Account,
    Api,
    ApiOptions,
    Application,
    AttachedDomain,
    Credential,
    OwnLog,
    Rule,
    Service,
    ServiceAccount,
    backend_trouble,
    default_account,
    rules,
)
from dev.ovhsim.faults import Fault, Faults, WrongFault
from dev.ovhsim.host import LogHost
from dev.ovhsim.live import live_name, live_path
from dev.ovhsim.options import Options, User
from dev.ovhsim.tokens import Tokens

__all__ = [
    "READ_ACTIONS",
    "READ_ONLY",
    "Account",
    "Api",
    "ApiOptions",
    "Application",
    "AttachedDomain",
    "Credential",
    "Fault",
    "Faults",
    "LogHost",
    "Options",
    "OwnLog",
    "Rule",
    "Service",
    "ServiceAccount",
    "Tokens",
    "User",
    "WrongFault",
    "backend_trouble",
    "default_account",
    "live_name",
    "live_path",
    "rules",
]
