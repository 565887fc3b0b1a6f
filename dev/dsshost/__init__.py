"""A stand-in of the DSS host, stricter than the host: what it takes, DSS 9.0.5 and 14 take.

Facts come from the host's Python of DSS 9.0.5 and from the reference documentation up to 14.5.
"""

from dev.dsshost.choices import choices
from dev.dsshost.components import ComponentFailed, ConnectorSession
from dev.dsshost.descriptors import check_plugin
from dev.dsshost.flow import FlowResult, run_flow
from dev.dsshost.folders import ManagedFolder
from dev.dsshost.jobs import JobResult, build
from dev.dsshost.macros import MacroResult, run_macro
from dev.dsshost.markup import check_html
from dev.dsshost.partitions import States
from dev.dsshost.presets import Presets, resolve_presets
from dev.dsshost.recipes import RecipeResult, folder, run_recipe
from dev.dsshost.storage import BadData, Store
from dev.dsshost.strictjson import BadPlugin
from dev.dsshost.warm import WarmHost, kill

__all__ = [
    "BadData",
    "BadPlugin",
    "ComponentFailed",
    "ConnectorSession",
    "FlowResult",
    "JobResult",
    "MacroResult",
    "ManagedFolder",
    "Presets",
    "RecipeResult",
    "States",
    "Store",
    "WarmHost",
    "build",
    "check_html",
    "check_plugin",
    "choices",
    "folder",
    "kill",
    "resolve_presets",
    "run_flow",
    "run_macro",
    "run_recipe",
]
