"""A ``CREATE TABLE`` text taken apart and put together again, so that one clause can be changed and all others stay as somebody
wrote them (checks, collations, generated columns, constraints over several columns). Text only; must not know a connection."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rowcast.store.sqlite.connection import quote

_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[(),]|[-+]?[\w.$]+|\s+|.""",
    re.DOTALL,
)
_TABLE_CLAUSES = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"})
_COLUMN_CLAUSES = frozenset(
    {"CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"}
)


def tokens(sql: str) -> list[str]:
    """The words of a text; a pair of parentheses with all between is one word. Comments and space are left out."""
    found: list[str] = []
    depth, group = 0, ""
    for token in _TOKEN.findall(sql):
        if token.startswith(("--", "/*")):
            continue
        if token == "(":
            depth += 1
        if depth:
            group += token
            if token == ")" and not (depth := depth - 1):
                found.append(group)
                group = ""
        elif not token.isspace():
            found.append(token)
    return found


def unquote(word: str) -> str:
    """The name that an identifier stands for."""
    if len(word) > 1 and word[0] in "\"`'[":
        end = "]" if word[0] == "[" else word[0]
        return word[1:-1].replace(end * 2, end)
    return word


def names_in(group: str) -> list[str]:
    """The column names of ``(a, "b" DESC)``."""
    return [unquote(tokens(item)[0]) for item in split(group[1:-1]) if tokens(item)]


def split(text: str) -> list[str]:
    """The parts between the commas that are in no parentheses."""
    parts: list[list[str]] = [[]]
    for token in tokens(text):
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [" ".join(part) for part in parts]


@dataclass(frozen=True, slots=True)
class ColumnText:
    """A column's definition: name, declared type and clauses (kind in capitals, text)."""

    name: str
    type: str
    clauses: tuple[tuple[str, str], ...]

    def without(self, *kinds: str) -> ColumnText:
        """The same without clauses of these kinds."""
        return replace(self, clauses=tuple(clause for clause in self.clauses if clause[0] not in kinds))

    def having(self, kind: str, text: str) -> ColumnText:
        """The same with one more clause."""
        return replace(self, clauses=(*self.clauses, (kind, text)))

    def without_check_of(self, name: str) -> ColumnText:
        """The same without checks in which another column occurs."""
        kept = (clause for clause in self.clauses if clause[0] != "CHECK" or name not in _words(clause[1]))
        return replace(self, clauses=tuple(kept))

    def __str__(self) -> str:
        return " ".join(part for part in (quote(self.name), self.type, *(text for _, text in self.clauses)) if part)


@dataclass(frozen=True, slots=True)
class TableText:
    """A table's definition: columns, constraints of the table (texts), and what follows the parentheses."""

    columns: tuple[ColumnText, ...]
    constraints: tuple[str, ...]
    tail: str

    def create(self, name: str) -> str:
        """The statement that makes the table under that name."""
        items = ", ".join([*map(str, self.columns), *self.constraints])
        return f"CREATE TABLE {quote(name)} ({items}) {self.tail}".rstrip()

    def with_column(self, column: ColumnText) -> TableText:
        """The same with the column in place of the one of its name, or as the last."""
        if all(present.name != column.name for present in self.columns):
            return replace(self, columns=(*self.columns, column))
        columns = tuple(column if present.name == column.name else present for present in self.columns)
        return replace(self, columns=columns)

    def column(self, name: str) -> ColumnText:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    def without_column(self, name: str) -> TableText:
        """The same without the column and the constraints that need it."""
        columns = tuple(column.without_check_of(name) for column in self.columns if column.name != name)
        constraints = tuple(text for text in self.constraints if name not in _constrained(text)[1])
        return replace(self, columns=columns, constraints=constraints)

    def without_constraint(self, kind: str, column: str) -> TableText:
        """The same without the constraints of a kind (``UNIQUE``, ``FOREIGN``) on exactly that column."""
        constraints = tuple(text for text in self.constraints if _constrained(text) != (kind, [column]))
        kinds = {"UNIQUE": "UNIQUE", "FOREIGN": "REFERENCES"}
        changed = replace(self, constraints=constraints)
        return changed.with_column(changed.column(column).without(kinds[kind]))

    def with_constraint(self, text: str) -> TableText:
        """The same with one more constraint."""
        return replace(self, constraints=(*self.constraints, text))


def parse(sql: str) -> TableText:
    """Take a ``CREATE TABLE`` statement apart."""
    words = tokens(sql)
    at = next(index for index, word in enumerate(words) if word.startswith("("))
    columns, constraints = [], []
    for item in split(words[at][1:-1]):
        parts = tokens(item)
        if parts[0].upper() in _TABLE_CLAUSES:
            constraints.append(item)
        else:
            columns.append(_column(parts))
    return TableText(tuple(columns), tuple(constraints), " ".join(words[at + 1 :]))


def _constrained(text: str) -> tuple[str, list[str]]:
    """Kind and columns of a table constraint; a check needs the names that occur in it."""
    words = tokens(text)
    if words[0].upper() == "CONSTRAINT":
        words = words[2:]
    kind, group = words[0].upper(), next(word for word in words if word.startswith("("))
    return kind, _words(group) if kind == "CHECK" else names_in(group)


def _words(text: str) -> list[str]:
    """Everything in an expression that may be a name."""
    return [unquote(word) for word in _TOKEN.findall(text) if not word.startswith("'")]


def _column(words: list[str]) -> ColumnText:
    at = 1
    while at < len(words) and words[at].upper() not in _COLUMN_CLAUSES:
        at += 1
    declared = " ".join(words[1:at]).replace(" (", "(")
    clauses = []
    while at < len(words):
        end = _clause_end(words, at)
        kind = words[at + 2 if words[at].upper() == "CONSTRAINT" else at].upper()
        clauses.append((kind, " ".join(words[at:end])))
        at = end
    return ColumnText(unquote(words[0]), declared, tuple(clauses))


def _clause_end(words: list[str], at: int) -> int:
    """The index after the clause that begins at ``at``."""
    if words[at].upper() == "CONSTRAINT":
        at += 2
    kind = words[at].upper()
    if kind == "REFERENCES":
        return _reference_end(words, at + 2)
    if kind == "DEFAULT":
        return at + (3 if words[at + 1] in ("-", "+") else 2)
    at += {"PRIMARY": 2, "NOT": 2, "CHECK": 2, "COLLATE": 2, "AS": 2, "GENERATED": 4}.get(kind, 1)
    while at < len(words):
        word = words[at].upper()
        if word == "ON":
            at += 3
        elif word in ("ASC", "DESC", "AUTOINCREMENT", "STORED", "VIRTUAL"):
            at += 1
        else:
            break
    return at


def _reference_end(words: list[str], at: int) -> int:
    upper = [word.upper() for word in words] + ["", ""]
    if upper[at].startswith("("):
        at += 1
    while at < len(words):
        if upper[at] == "ON":
            at += 4 if upper[at + 2] in ("SET", "NO") else 3
        elif upper[at] in ("MATCH", "INITIALLY"):
            at += 2
        elif upper[at] == "DEFERRABLE":
            at += 1
        elif upper[at] == "NOT" and upper[at + 1] == "DEFERRABLE":
            at += 2
        else:
            break
    return at
