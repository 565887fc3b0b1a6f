from dataiku.runnables import Runnable

from ovh_weblogs.dss.macros import AccessCheckMacro


class CheckAccess(Runnable):
    def __init__(self, project_key, config, plugin_config):
        self._check = AccessCheckMacro(config, plugin_config)

    def get_progress_target(self):
        return self._check.target

    def run(self, progress_callback):
        return self._check.run(progress_callback)
