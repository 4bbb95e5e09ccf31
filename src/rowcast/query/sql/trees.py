"""The statement that finds loops in rows which point to rows of their own table. Must not know what the rows are."""

from __future__ import annotations

from rowcast.query.sql.mutate import quote


def is_looped(table: str, *pointers: str) -> str:
    """(JSON array of ids) → whether any of these rows comes back to itself along the columns ``pointers``."""
    name = quote(table)
    steps = " UNION ALL ".join(
        f'SELECT "id" AS "here", {quote(pointer)} AS "there" FROM {name}' for pointer in pointers
    )
    return f"""WITH RECURSIVE "step" AS ({steps}), "walk"("start", "at") AS (
  SELECT "here", "there" FROM "step" WHERE "here" IN (SELECT value FROM json_each(?))
  UNION
  SELECT w."start", s."there" FROM "walk" w JOIN "step" s ON s."here" = w."at"
) SELECT EXISTS (SELECT 1 FROM "walk" WHERE "start" = "at")"""


ROLES = is_looped("directus_roles", "parent")
FOLDERS = is_looped("directus_folders", "parent")
OPERATIONS = is_looped("directus_operations", "resolve", "reject")
