"""What is allowed: (actor, question) → a narrower question, or a refusal with its reason. Knows no store and no wire."""

from rowcast.policy.narrow import narrow, row_condition, writable
from rowcast.policy.payload import Permitted, permit
from rowcast.policy.rights import Action, Rights, Rule

__all__ = ["Action", "Permitted", "Rights", "Rule", "narrow", "permit", "row_condition", "writable"]
