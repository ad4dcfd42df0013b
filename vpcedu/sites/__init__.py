"""Sites: networks that can be visited, and what a visit keeps."""
