"""The members of the root types in the system's scope that are no rows. Must not know how any of them is answered."""

from __future__ import annotations

from graphql import GraphQLFieldMap

from rowcast.api.graphql import account, server
from rowcast.api.graphql.inputs import Inputs
from rowcast.api.graphql.model import Model
from rowcast.api.graphql.outputs import Outputs
from rowcast.api.graphql.sight import Sight


class System:
    """See the module."""

    def __init__(self, sight: Sight, outputs: Outputs, inputs: Inputs) -> None:
        self._sight, self._outputs, self._inputs = sight, outputs, inputs
        self._model = Model(sight)

    def queries(self) -> GraphQLFieldMap:
        """What can be asked besides rows."""
        return {**server.queries(), **account.queries(self._sight, self._outputs), **self._model.queries()}

    def mutations(self) -> GraphQLFieldMap:
        """What can be done besides writing rows."""
        own = account.mutations(self._sight, self._outputs, self._inputs)
        return {**server.mutations(self._sight), **own, **self._model.mutations()}
