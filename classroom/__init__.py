"""Release assignments to a class, and grade what comes back: `python -m classroom`.

A master goes out as a handout (`masters`), comes back as a file (`submissions`), and is
marked (`grading`): the tests run with the grader, the student's code in a closed place
(`sandbox`) beside the few files of ours that may be seen there (`worker`). A wrong function
is compared with known mistakes (`diagnosis`); what was found goes into one folder (`results`).
"""
