"""The unit tests on each supported Python, with the lowest and with the highest versions that the project allows."""
