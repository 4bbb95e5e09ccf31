"""The fixed statement about translations. Must not know what they say."""

from __future__ import annotations

IS_TAKEN = """SELECT EXISTS (SELECT 1 FROM "directus_translations" t JOIN "directus_translations" o
ON o."key" = t."key" AND o."language" = t."language" AND o."id" <> t."id" WHERE t."id" = ?)"""
"""(translation) → whether there is another of the same key and language."""
