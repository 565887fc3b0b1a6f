"""OVH web hosting logs for Dataiku DSS: bytes to hits, hits to events, events to visitors."""
