"""What is measured, and what it is measured against: context managers that give a function to be timed."""
