"""Exams of understanding that ask what is done, not only which intent is found.

- several: several commands in one breath (several.yaml, in the home of home.yaml);
- dialogue: follow-ups, corrections, answers, taking back (dialogue.yaml, in the same home);
- leaderboard: the Home LLM leaderboard's sets, in their own homes, and households/ of ours;
- new_homes: generated homes whose names no training sentence has.

None of them knows the assistant: they are given a `Converse`, which plays conversations.
"""
