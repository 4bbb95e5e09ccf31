"""The fixed statements about content versions. Places are ``?``, in order. Must not know what a version is for."""

from __future__ import annotations

IS_VERSIONED = 'SELECT EXISTS (SELECT 1 FROM "directus_collections" WHERE "collection" = ? AND "versioning" = ?)'
"""(collection, true)."""
IS_TAKEN = """SELECT EXISTS (SELECT 1 FROM "directus_versions" v JOIN "directus_versions" o
ON o."collection" = v."collection" AND o."item" = v."item" AND o."key" = v."key" AND o."id" <> v."id" WHERE v."id" = ?)"""
"""(version) → whether its item has another one of the same key."""
VERSION = 'SELECT "collection", "item", "delta" FROM "directus_versions" WHERE "id" = ?'
KEEP = 'INSERT INTO "directus_revisions" ("activity", "collection", "item", "data", "delta", "version") VALUES (?, ?, ?, ?, ?, ?)'
"""Keep what was saved to a version."""
