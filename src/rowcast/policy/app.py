"""What every user of the Studio may do, whatever its policies say: the rules that ``app_access`` adds, as rows of
``directus_permissions`` would hold them. Data only.

Enough to be oneself (own user, own role), to keep views (presets of one's own, seen also those of the role and of
everybody), to comment on what one may read, to get notifications, and to show forms (the data model, the project's
look). No rule here opens a collection of items.
"""

from __future__ import annotations

from typing import Any

_ME = {"_eq": "$CURRENT_USER"}
_MINE = {"user_created": _ME}
_MY_PRESETS = {
    "_or": [
        {"user": _ME},
        {"_and": [{"user": {"_null": True}}, {"role": {"_eq": "$CURRENT_ROLE"}}]},
        {"_and": [{"user": {"_null": True}}, {"role": {"_null": True}}]},
    ]
}
_USER_FIELDS = [
    "id", "first_name", "last_name", "last_page", "email", "password", "location", "title", "description", "tags", "provider",
    "preferences_divider", "avatar", "language", "appearance", "theme_light", "theme_dark", "tfa_secret", "status", "role",
]  # fmt: skip
_SETTINGS_FIELDS = [
    "id", "project_url", "project_logo", "module_bar", "storage_asset_transform", "storage_asset_presets", "custom_aspect_ratios",
    "basemaps", "mapbox_key", "visual_editor_urls", "collaborative_editing_enabled", "report_error_url",
    "ai_openai_compatible_models", "ai_openai_allowed_models", "ai_anthropic_allowed_models", "ai_google_allowed_models",
    "mcp_prompts_collection", "default_save_action", "ai_translation_default_model", "ai_translation_glossary",
    "ai_translation_style_guide",
]  # fmt: skip


def _rule(
    collection: str,
    action: str,
    permissions: dict[str, Any],
    fields: list[str] | None = None,
    validation: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "collection": collection,
        "action": action,
        "permissions": permissions,
        "validation": validation,
        "presets": None,
        "fields": fields or ["*"],
    }


_MODEL_RULES = tuple(
    _rule(f"directus_{name}", "read", {}) for name in ("collections", "fields", "relations", "translations")
)
APP_RULES: tuple[dict[str, Any], ...] = (
    *_MODEL_RULES,
    _rule("directus_activity", "read", {"user": _ME}),
    _rule("directus_comments", "read", _MINE),
    _rule("directus_comments", "create", {}, validation={"comment": {"_nnull": True}}),
    _rule("directus_comments", "update", _MINE, ["comment"]),
    _rule("directus_comments", "delete", _MINE),
    _rule("directus_presets", "read", _MY_PRESETS),
    _rule("directus_presets", "create", {}, validation={"user": _ME}),
    _rule("directus_presets", "update", {"user": _ME}, validation={"user": _ME}),
    _rule("directus_presets", "delete", {"user": _ME}),
    _rule("directus_roles", "read", {"id": {"_in": "$CURRENT_ROLES"}}),
    _rule("directus_settings", "read", {}, _SETTINGS_FIELDS),
    _rule("directus_translations", "read", {}),
    _rule("directus_notifications", "read", {"recipient": _ME}),
    _rule("directus_notifications", "update", {"recipient": _ME}, ["status"]),
    _rule("directus_shares", "read", _MINE),
    _rule("directus_users", "read", {"id": _ME}, _USER_FIELDS),
)
"""In the order in which they are listed. The translations stand there twice, as with the reference: a rule more is none."""
