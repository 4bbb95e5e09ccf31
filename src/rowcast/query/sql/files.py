"""The fixed statements about files: what serving one needs to know, and whose bytes are to be taken away. Places are
``?``, in order. Must not know where bytes are."""

from __future__ import annotations

FILE = """SELECT "id", "storage", "filename_disk", "filename_download", "type", "modified_on",
"focal_point_x", "focal_point_y", "folder" FROM "directus_files" WHERE "id" = ?"""

IS_SHOWN = """SELECT EXISTS (SELECT 1 FROM "directus_settings"
WHERE ? IN ("project_logo", "public_foreground", "public_background", "public_favicon"))"""
"""(file) → whether everybody sees it: it is part of the sign-in page."""

TRANSFORMS = 'SELECT "storage_asset_transform", "storage_asset_presets" FROM "directus_settings" ORDER BY "id" LIMIT 1'
DEFAULT_FOLDER = 'SELECT "storage_default_folder" FROM "directus_settings" ORDER BY "id" LIMIT 1'

NOTE_ORPHAN = "INSERT OR REPLACE INTO rowcast_orphans(storage, name, since) VALUES(?, ?, ?)"
"""(storage, name, seconds since 1970). Undone by the row that takes the name."""
ORPHANS = "SELECT storage, name FROM rowcast_orphans WHERE since <= ? ORDER BY storage, name LIMIT 1000"
"""(seconds since 1970) → what nobody has taken since then."""
ORPHAN = """SELECT EXISTS (SELECT 1 FROM "directus_files" WHERE "storage" = ? AND "filename_disk" = ?)"""
"""(storage, name) → whether a row holds the name after all."""
FORGET_ORPHAN = "DELETE FROM rowcast_orphans WHERE storage = ? AND name = ? AND since <= ?"

FORGET_FILE = (
    'UPDATE "directus_settings" SET "project_logo" = NULL WHERE "project_logo" = ?',
    'UPDATE "directus_settings" SET "public_foreground" = NULL WHERE "public_foreground" = ?',
    'UPDATE "directus_settings" SET "public_background" = NULL WHERE "public_background" = ?',
    'UPDATE "directus_settings" SET "public_favicon" = NULL WHERE "public_favicon" = ?',
    'UPDATE "directus_users" SET "avatar" = NULL WHERE "avatar" = ?',
)
"""(file). What the foreign keys of the tables leave to the program when a file is deleted."""

TREE = """WITH RECURSIVE "tree"("id", "name", "path", "depth") AS (
  SELECT "id", "name", "name", 0 FROM "directus_folders" WHERE "id" = ?
  UNION ALL
  SELECT f."id", f."name", t."path" || '/' || replace(f."name", '/', '_'), t."depth" + 1
  FROM "directus_folders" f JOIN "tree" t ON f."parent" = t."id" WHERE t."depth" < 64
) SELECT "id", "path" FROM "tree" ORDER BY "path" LIMIT 10000"""
"""(folder) → it and the folders below, with their paths."""
