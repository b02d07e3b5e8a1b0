"""Hearing and understanding on other machines, which take their work from the broker."""
