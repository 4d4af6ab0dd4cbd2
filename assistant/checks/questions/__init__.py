"""The questions a careful colleague asks before writing: Brief -> Questions, at most five of them blocking.

What is asked and in which words: knowledge/questions.yaml. Nothing is written, guessed or corrected here.
"""

from assistant.checks.questions.engine import ask

__all__ = ["ask"]
