"""Screening listings: what a text and a picture show, and what a rule pack makes of it. No clock, network, database."""
