"""Flows: chains of operations that something sets off: a request, somebody's hand, a change, the clock, another flow."""
