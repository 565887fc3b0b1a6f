"""OVH on loopback: a log host that behaves, and misbehaves, like the real one."""

from dev.ovhsim.faults import Fault, Faults, WrongFault
from dev.ovhsim.host import LogHost
from dev.ovhsim.options import Options, User

__all__ = ["Fault", "Faults", "LogHost", "Options", "User", "WrongFault"]
