"""What each `lares` command does. One module a family of commands, each function takes the parsed
arguments and returns the exit code."""
