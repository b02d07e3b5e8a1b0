"""The language model: what it is told, what it may write, and how it is run."""
