"""Rules: weighs what was seen by cited rules in data, and explains it. It advises; it never decides."""
