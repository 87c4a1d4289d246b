"""Hypothesis strategies: any mapping a struct can carry."""

from typing import Any

from hypothesis import strategies as st


def random_values(struct: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Any mapping the struct can carry, absent fields included."""
    travelling = {field.name: _random(field.type) for field in struct.fields if field.id is not None}
    return st.fixed_dictionaries({}, optional=travelling)


def _random(type_: Any) -> st.SearchStrategy[Any]:
    if type_.kind == "struct":
        return random_values(type_.struct)
    if type_.kind == "list":
        return st.lists(_random(type_.item), max_size=3)
    return {
        "bool": st.booleans(),
        "i32": st.integers(-(2**31), 2**31 - 1),
        "i64": st.integers(-(2**63), 2**63 - 1),
        "double": st.floats(allow_nan=False, allow_infinity=False),
        "string": st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        "binary": st.binary(max_size=20),
    }[type_.kind]
