"""Domains of one's own: what may be said to a coffee machine, a workshop, a game.

domain.yaml → Domain → Automaton (every sentence) ─┬→ Grammar for the speech engines
                                                   └→ DomainInterpreter: Transcript → Intent
"""
