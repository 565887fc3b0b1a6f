def do(payload, config, plugin_config, inputs):
    from ovh_weblogs.dss.choices import choices

    return choices(payload, config, plugin_config)
