"""The fragility index: indicators, imputation, profiles, aggregation."""
