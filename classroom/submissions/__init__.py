"""What comes back: whose file it is, and what stands in it."""
