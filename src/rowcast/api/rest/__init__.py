"""The REST door: HTTP requests in, envelopes out. Each module has the routes of one family in ``routes``."""
