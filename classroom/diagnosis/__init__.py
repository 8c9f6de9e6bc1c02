"""Which misconception explains a wrong function."""
