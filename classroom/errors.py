"""The one kind of error that a teacher can put right."""


class GradingError(ValueError):
    """Something outside the grader is wrong; the message is one sentence that says what."""
