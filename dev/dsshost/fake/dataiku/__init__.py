"""The host's package as recipes see it: only what both DSS 9.0.5 and 14 have."""

from dataiku._dataset import Dataset
from dataiku._flow import default_project_key, get_custom_variables, get_flow_variables
from dataiku._folder import Folder
from dataiku._sql import SQLExecutor2

__all__ = ["Dataset", "Folder", "SQLExecutor2", "default_project_key", "get_custom_variables", "get_flow_variables"]
