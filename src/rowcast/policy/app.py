"""What every user of the Studio may do, whatever its policies say: the rules that ``app_access`` adds, as rows of
``directus_permissions`` would hold them. Data only.

Enough to be oneself (own user, own role), to keep views (presets of one's own, seen also those of the role and of
everybody), to get notifications, and to show forms (the data model, the project's look). No rule here opens a
collection of items.
"""

from __future__ import annotations

from typing import Any

_ME = {"_eq": "$CURRENT_USER"}
_MY_PRESETS = {
    "_or": [
        {"user": _ME},
        {"_and": [{"user": {"_null": True}}, {"role": {"_in": "$CURRENT_ROLES"}}]},
        {"_and": [{"user": {"_null": True}}, {"role": {"_null": True}}]},
    ]
}
_USER_FIELDS = [
    "id", "first_name", "last_name", "last_page", "email", "password", "location", "title", "description", "tags", "provider",
    "avatar", "language", "appearance", "theme_light", "theme_dark", "tfa_secret", "status", "role",
]  # fmt: skip
_SETTINGS_FIELDS = [
    "id", "project_name", "project_url", "project_descriptor", "project_color", "project_logo", "project_id", "public_foreground",
    "public_background", "public_note", "public_favicon", "default_language", "default_appearance", "default_theme_light",
    "default_theme_dark", "theme_light_overrides", "theme_dark_overrides", "custom_css", "module_bar", "basemaps", "mapbox_key",
    "custom_aspect_ratios", "storage_asset_transform", "storage_asset_presets", "storage_default_folder", "auth_password_policy",
    "report_error_url", "report_bug_url", "report_feature_url", "visual_editor_urls", "collaborative_editing_enabled",
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


APP_RULES: tuple[dict[str, Any], ...] = (
    _rule("directus_users", "read", {"id": _ME}, _USER_FIELDS),
    _rule("directus_roles", "read", {"id": {"_in": "$CURRENT_ROLES"}}),
    _rule("directus_presets", "read", _MY_PRESETS),
    _rule("directus_presets", "create", {}, validation={"user": _ME}),
    _rule("directus_presets", "update", {"user": _ME}, validation={"user": _ME}),
    _rule("directus_presets", "delete", {"user": _ME}),
    _rule("directus_notifications", "read", {"recipient": _ME}),
    _rule("directus_notifications", "update", {"recipient": _ME}, ["status"]),
    _rule("directus_activity", "read", {"user": _ME}),
    _rule("directus_settings", "read", {}, _SETTINGS_FIELDS),
    _rule("directus_translations", "read", {}),
    _rule("directus_collections", "read", {}),
    _rule("directus_fields", "read", {}),
    _rule("directus_relations", "read", {}),
)
