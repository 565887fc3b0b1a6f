"""What replaces DSS and OVH on a developer's machine; never in the plugin's zip."""
