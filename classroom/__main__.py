"""`python -m classroom`: release assignments, grade submissions."""

from classroom.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
