"""The fixed statements about who asks: users, roles, policies in force, sessions, shares. Places are ``?``, in
order. Must not know what the answers mean."""

from __future__ import annotations

_USER = 'SELECT "id", "email", "password", "status", "role", "tfa_secret", "provider" FROM "directus_users" WHERE '

USER_BY_ID = _USER + '"id" = ?'
USER_BY_TOKEN = 'SELECT "id", "token" FROM "directus_users" WHERE "token" = ?'
USER_BY_EMAIL = _USER + 'lower("email") = lower(?) ORDER BY "id" LIMIT 1'
"""(address). Whatever its case; a scan or an index on ``lower(email)``, never one that answers faster for an exact
match."""

USERS_BY_ID = """SELECT "id", "status", "role", "tfa_secret" FROM "directus_users"
WHERE "id" IN (SELECT value FROM json_each(?))"""
"""(JSON array of ids)."""

_CHAIN = """WITH RECURSIVE "chain"("id", "parent", "depth") AS (
  SELECT "id", "parent", 0 FROM "directus_roles" WHERE "id" = ?
  UNION ALL
  SELECT r."id", r."parent", c."depth" + 1 FROM "directus_roles" r JOIN "chain" c ON r."id" = c."parent" WHERE c."depth" < 64
) """
"""The role and its parents. Bounded, so that a loop in the data ends."""

ROLES = _CHAIN + 'SELECT "id" FROM "chain" GROUP BY "id" ORDER BY min("depth")'
"""(role) → its id and those of its parents, nearest first."""

POLICIES = (
    _CHAIN
    + """SELECT DISTINCT p."id", p."admin_access", p."app_access", p."enforce_tfa", p."ip_access"
FROM "directus_access" a JOIN "directus_policies" p ON p."id" = a."policy"
WHERE a."user" = ? OR a."role" IN (SELECT "id" FROM "chain")
  OR (a."user" IS NULL AND a."role" IS NULL AND NOT EXISTS (SELECT 1 FROM "chain"))
ORDER BY p."id\""""
)
"""(role, user) → the policies attached to either or to a parent role; without a role, those of the public too."""

POLICIES_OF_USERS = """SELECT a."user", p."id", p."admin_access", p."app_access", p."enforce_tfa", p."ip_access"
FROM "directus_access" a JOIN "directus_policies" p ON p."id" = a."policy" WHERE a."user" IN (SELECT value FROM json_each(?))"""
"""(JSON array of users) → the policies attached to each of them alone."""

ADMIN_IS_LEFT = """WITH RECURSIVE "powerful"("id", "depth") AS (
  SELECT a."role", 0 FROM "directus_access" a JOIN "directus_policies" p ON p."id" = a."policy"
  WHERE p."admin_access" = ? AND a."role" IS NOT NULL
  UNION
  SELECT r."id", c."depth" + 1 FROM "directus_roles" r JOIN "powerful" c ON r."parent" = c."id" WHERE c."depth" < 64
)
SELECT EXISTS (SELECT 1 FROM "directus_users" u WHERE u."status" = 'active' AND (
  u."role" IN (SELECT "id" FROM "powerful")
  OR u."id" IN (SELECT a."user" FROM "directus_access" a JOIN "directus_policies" p ON p."id" = a."policy"
    WHERE p."admin_access" = ?)))"""
"""(true, true) → whether any active user has a policy with admin access, directly or through its role or a parent
role."""

_SESSION = """SELECT s."token", s."user", s."share", s."expires", s."next_token", u."status", u."role"
FROM "directus_sessions" s LEFT JOIN "directus_users" u ON u."id" = s."user" """
SESSION = _SESSION + 'WHERE s."token" = ?'
SESSIONS = _SESSION + 'WHERE s."token" IN (SELECT value FROM json_each(?))'
"""(JSON array of tokens)."""
OPEN_SESSION = """INSERT INTO "directus_sessions" ("token", "user", "share", "expires", "ip", "user_agent", "origin")
VALUES (?, ?, ?, ?, ?, ?, ?)"""
ROTATE_SESSION = 'UPDATE "directus_sessions" SET "next_token" = ?, "expires" = ? WHERE "token" = ?'
END_SESSION = 'DELETE FROM "directus_sessions" WHERE "token" = ? OR "next_token" = ?'
END_EXPIRED = 'DELETE FROM "directus_sessions" WHERE "expires" < ?'
END_OTHERS = 'DELETE FROM "directus_sessions" WHERE "user" = ? AND "token" <> ?'
"""(user, token of the session that stays or an empty text)."""

TOUCH_USER = 'UPDATE "directus_users" SET "last_access" = ? WHERE "id" = ?'
TRACK_PAGE = 'UPDATE "directus_users" SET "last_page" = ? WHERE "id" = ?'
SET_TFA = 'UPDATE "directus_users" SET "tfa_secret" = ? WHERE "id" = ?'
SUSPEND = 'UPDATE "directus_users" SET "status" = \'suspended\' WHERE "id" = ?'
NOTE_LOGIN = """INSERT INTO "directus_activity" ("action", "user", "timestamp", "ip", "user_agent", "origin", "collection", "item")
VALUES ('login', ?, ?, ?, ?, ?, 'directus_users', ?)"""

LOGIN_RULES = 'SELECT "auth_login_attempts", "auth_password_policy" FROM "directus_settings" ORDER BY "id" LIMIT 1'
REGISTRATION = """SELECT "public_registration", "public_registration_verify_email", "public_registration_role",
"public_registration_email_filter" FROM "directus_settings" ORDER BY "id" LIMIT 1"""
PROJECT = 'SELECT "project_name" FROM "directus_settings" ORDER BY "id" LIMIT 1'

SHARE = """SELECT "id", "collection", "item", "role", "password", "date_start", "date_end", "times_used", "max_uses"
FROM "directus_shares" WHERE "id" = ?"""
USE_SHARE = """UPDATE "directus_shares" SET "times_used" = coalesce("times_used", 0) + 1
WHERE "id" = ? AND ("max_uses" IS NULL OR coalesce("times_used", 0) < "max_uses") RETURNING "id\""""
"""(share) → a row when one more use was allowed, and is counted now."""

ROLE_IS_ADMIN = (
    _CHAIN
    + """SELECT EXISTS (SELECT 1 FROM "directus_access" a JOIN "directus_policies" p ON p."id" = a."policy"
WHERE a."role" IN (SELECT "id" FROM "chain") AND p."admin_access" = ?)"""
)
"""(role, true)."""
POLICY_IS_ADMIN = 'SELECT EXISTS (SELECT 1 FROM "directus_policies" WHERE "id" = ? AND "admin_access" = ?)'
ADMIN_ROLE = """SELECT a."role" FROM "directus_access" a JOIN "directus_policies" p ON p."id" = a."policy"
WHERE p."admin_access" = ? AND a."role" IS NOT NULL ORDER BY a."sort", a."role" LIMIT 1"""
"""(true) → a role with admin access."""
POLICY = 'SELECT "id" FROM "directus_policies" WHERE "id" = ?'
SETTINGS = 'SELECT "id" FROM "directus_settings" ORDER BY "id" LIMIT 1'
LOCK_OUT_ROLE = 'UPDATE "directus_users" SET "status" = \'suspended\', "role" = NULL WHERE "role" = ?'
LEAVE_PARENT = 'UPDATE "directus_roles" SET "parent" = NULL WHERE "parent" = ?'
FORGET_USER = (
    'UPDATE "directus_notifications" SET "sender" = NULL WHERE "sender" = ?',
    'UPDATE "directus_comments" SET "user_updated" = NULL WHERE "user_updated" = ?',
    'UPDATE "directus_versions" SET "user_updated" = NULL WHERE "user_updated" = ?',
    'UPDATE "directus_files" SET "uploaded_by" = NULL WHERE "uploaded_by" = ?',
    'UPDATE "directus_files" SET "modified_by" = NULL WHERE "modified_by" = ?',
)
"""(user). What the foreign keys of the tables leave to the program when a user is deleted."""
SAME_EMAIL = """SELECT EXISTS (SELECT 1 FROM "directus_users" u JOIN "directus_users" o
ON lower(o."email") = lower(u."email") AND o."id" <> u."id" WHERE u."id" = ?)"""
"""(user) → whether another user has the same address, whatever its case."""
