"""What the database's own rules say reaches whoever breaks them."""

from __future__ import annotations

import apsw
import pytest

from rowcast.errors import ConstraintError
from rowcast.store.sqlite.constraint import translate

TABLE = """CREATE TABLE t (a CHECK (a < 5), b, CONSTRAINT "b is small" CHECK (b < 5), UNIQUE (b));
CREATE TRIGGER x BEFORE INSERT ON t WHEN NEW.a = 0 BEGIN SELECT RAISE(ABORT, 'Not enough of it'); END;
INSERT INTO t VALUES (1, 1)"""


@pytest.mark.parametrize(
    ("values", "code", "message"),
    [
        ((9, 2), "VALUE_OUT_OF_RANGE", 'The rule "a < 5" of the database is broken.'),
        ((2, 9), "VALUE_OUT_OF_RANGE", 'The rule "b is small" of the database is broken.'),
        ((0, 2), "INVALID_PAYLOAD", "Not enough of it"),
        ((2, 1), "RECORD_NOT_UNIQUE", 'Value for field "b" in collection "t" has to be unique.'),
    ],
)
def test_which_rule_is_broken(values: tuple[int, int], code: str, message: str) -> None:
    connection = apsw.Connection(":memory:")
    connection.execute(TABLE)
    with pytest.raises(apsw.ConstraintError) as caught:
        connection.execute("INSERT INTO t VALUES (?, ?)", values)
    found = translate(caught.value)
    assert isinstance(found, ConstraintError)
    assert (found.code, found.message) == (code, message)
