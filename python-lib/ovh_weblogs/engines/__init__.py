"""Where definitions run: inside the recipe, by DuckDB."""
