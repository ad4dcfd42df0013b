"""Pages: the course to read without Python, and the parts of it that are made from the lessons.

They are made from the notebooks of a checkout; the extra `course` has what they need.
"""
