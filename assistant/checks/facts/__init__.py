"""Checks against the ledger: every fact there, every value traced, every claim with a source.

``check_facts`` reads a draft of ours (sentences carry their ids); ``align`` gives sentences of any other document the
ids of the facts they tell, so that the same checks read both.
"""

from assistant.checks.facts.align import align
from assistant.checks.facts.check import FactContext, check_facts

__all__ = ["FactContext", "align", "check_facts"]
