"""All that the sandbox sees of us; it holds no test, no answer and no secret, and imports nothing else of ours."""
