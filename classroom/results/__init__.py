"""The folder of results: what is kept of a class, and who is told what."""
