"""A row of the tables of access_test.py."""

from world import OK


class Row:
    """One method: who may call it; a request that is the `own` side's (shop S1, guide 1, member 1)
    and changes nothing that is not there; `scoped`: what the `other` side of a role is told when it
    asks for that object; `foreign`: what another merchant's token of any allowed role is told."""

    def __init__(self, roles, request, scoped=None, foreign=OK, by_role=None):
        self.roles = roles
        self.request = request
        self.scoped = scoped or {}
        self.foreign = foreign
        self.by_role = by_role or {}

    def build(self, made, role):
        return self.by_role.get(role, self.request)(made)
