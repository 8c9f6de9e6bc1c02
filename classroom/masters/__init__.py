"""What the teacher writes, and the students' version that is made of it."""
