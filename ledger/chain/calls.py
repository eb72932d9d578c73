"""Calls to a contract as bytes, and its answers and refusals as values, by its ABI alone.

Values as in ledger.chain.logs: `int`, `bool`, `bytes`, lower-case `0x…` addresses, tuples for structs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode as decode_abi
from eth_abi.abi import encode as encode_abi
from eth_abi.exceptions import DecodingError, EncodingError
from eth_utils.abi import (
    abi_to_signature,
    function_signature_to_4byte_selector,
    get_abi_input_types,
    get_abi_output_types,
)

from ledger.domain.errors import Invalid, Unavailable

_STANDARD_ERRORS = (
    {"type": "error", "name": "Error", "inputs": [{"name": "message", "type": "string"}]},
    {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
)
"""Solidity documentation, "Panic via assert and Error via require"."""


@dataclass(frozen=True, slots=True)
class ContractError:
    """Why a contract refused: the name of its error and the error's arguments by name."""

    name: str
    args: dict[str, Any]

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={_short(value)}" for name, value in self.args.items())
        return f"{self.name}({inside})"


class ContractRefused(Invalid):
    """A call the contract itself refused; `error` says why, None where it gave no reason we know."""

    def __init__(self, function: str, error: ContractError | None) -> None:
        super().__init__(f"The contract refused {function}: {error or 'it gave no reason known here'}.")
        self.error = error


@dataclass(frozen=True, slots=True)
class _Function:
    selector: bytes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class ContractCodec:
    """Encodes and decodes for one ABI.

    A function goes by its name, or by its signature (`name(type,type)`) where several share the name.
    """

    def __init__(self, abi: Sequence[Any]) -> None:
        self._functions: dict[str, _Function | None] = {}
        self._errors: dict[bytes, tuple[str, tuple[str, ...], tuple[str, ...]]] = {}
        for entry in abi:
            if entry.get("type") == "function":
                self._add_function(entry)
        for entry in (*_STANDARD_ERRORS, *abi):
            if entry.get("type") == "error":
                names = tuple(item["name"] or f"_{at}" for at, item in enumerate(entry["inputs"]))
                selector = function_signature_to_4byte_selector(abi_to_signature(entry))
                self._errors[bytes(selector)] = (entry["name"], names, tuple(get_abi_input_types(entry)))

    def encode(self, function: str, *args: Any) -> bytes:
        """The call data of a call. Raises Invalid for an unknown function or arguments that do not fit it."""
        known = self._function(function)
        try:
            return known.selector + encode_abi(known.inputs, args)
        except (EncodingError, TypeError, ValueError) as error:
            raise Invalid(f"{function} takes ({', '.join(known.inputs)}): {error}") from error

    def decode(self, function: str, returned: bytes) -> Any:
        """What `function` returned: one value, or a tuple of several (of none). Raises Unavailable."""
        known = self._function(function)
        try:
            values = decode_abi(known.outputs, returned)
        except (DecodingError, OverflowError, ValueError) as error:
            raise Unavailable(f"What came back for {function} does not have the shape it should have.") from error
        return values[0] if len(values) == 1 else tuple(values)

    def error(self, data: bytes) -> ContractError | None:
        """The error in revert data, or in the `reason` of a refused part of a bundle; None if not known."""
        known = self._errors.get(data[:4])
        if known is None:
            return None
        name, names, kinds = known
        try:
            return ContractError(name, dict(zip(names, decode_abi(kinds, data[4:]), strict=True)))
        except (DecodingError, OverflowError, ValueError):
            # A reason cut short by the contract's bound still has its name.
            return ContractError(name, {})

    def _function(self, function: str) -> _Function:
        if function not in self._functions:
            raise Invalid(f"The contract has no function {function}.")
        known = self._functions[function]
        if known is None:
            raise Invalid(f"The contract has several functions {function}; name one with its types.")
        return known

    def _add_function(self, entry: Any) -> None:
        signature = abi_to_signature(entry)
        function = _Function(
            bytes(function_signature_to_4byte_selector(signature)),
            tuple(get_abi_input_types(entry)),
            tuple(get_abi_output_types(entry)),
        )
        self._functions[signature] = function
        # None marks a name that several share.
        self._functions[entry["name"]] = None if entry["name"] in self._functions else function


def _short(value: Any) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
