"""From one submission to its marks, and the same for a class, here or on a cluster."""
