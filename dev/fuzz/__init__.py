"""A search for lines that the parser cannot stand: ``make fuzz``."""
