"""What `scripts/bench` measures. Every figure stands beside its limit or its rival from the same run."""
