"""Guards: what holds for particular system collections whoever writes, through whichever door. One module a family."""

from __future__ import annotations

from rowcast.engine.guards.base import Deed, Guard
from rowcast.engine.guards.comments import CommentGuard
from rowcast.engine.guards.files import FileGuard
from rowcast.engine.guards.flows import FlowGuard, OperationGuard
from rowcast.engine.guards.roles import AccessGuard, PolicyGuard, RoleGuard
from rowcast.engine.guards.shares import ShareGuard
from rowcast.engine.guards.translations import TranslationGuard
from rowcast.engine.guards.trees import FolderGuard
from rowcast.engine.guards.users import UserGuard
from rowcast.engine.guards.versions import VersionGuard

GUARDS: dict[str, Guard] = {
    "directus_access": AccessGuard(),
    "directus_comments": CommentGuard(),
    "directus_files": FileGuard(),
    "directus_flows": FlowGuard(),
    "directus_folders": FolderGuard(),
    "directus_operations": OperationGuard(),
    "directus_policies": PolicyGuard(),
    "directus_roles": RoleGuard(),
    "directus_shares": ShareGuard(),
    "directus_translations": TranslationGuard(),
    "directus_users": UserGuard(),
    "directus_versions": VersionGuard(),
}
"""Collection → its guard."""

__all__ = ["GUARDS", "Deed", "Guard"]
