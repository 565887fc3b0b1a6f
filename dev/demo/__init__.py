"""The main job on a month of logs: made, served, read, enriched, grouped and shown."""
