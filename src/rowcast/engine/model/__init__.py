"""The data model's own verbs: collections, fields and relations, read and changed; snapshots of the whole."""
