"""The host's side: forms, connectors and recipes; the only modules that may import the host's packages."""
