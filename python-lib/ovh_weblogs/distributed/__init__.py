"""The use cases on Spark, by the functions and definitions of one machine."""
