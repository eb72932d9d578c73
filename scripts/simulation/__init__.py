"""A simulated marketplace that drives the shipped API: what is measured in it is synthetic, and says so."""
