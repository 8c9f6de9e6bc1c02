"""The closed place in which students' code runs, and the grader's end of its one wire."""
