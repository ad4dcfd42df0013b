"""Course: what the lessons call: predictions that are judged by runs, and exercises."""
