"""As much of Snowflake's own packages as `many_model.py` uses, so that it can be run where they are not installed."""
