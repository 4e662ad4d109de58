"""Forecasts of monthly series with policy shocks, from figures and events as known on a date."""
