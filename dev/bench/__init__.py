"""Benchmarks: each runs side by side with its baseline, in one invocation, on the same lines."""
