"""Release assignments to a class, and grade what comes back."""
