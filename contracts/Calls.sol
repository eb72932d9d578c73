// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITouchmarkErrors} from "./interfaces/ITouchmarkErrors.sol";
import {ITouchmarkTypes} from "./interfaces/ITouchmarkTypes.sol";

/// @title The parts of a call, as they lie in the calldata
/// @dev `abi.encode` puts the four head words first (kind, and the offsets of data, opening and signatures), then the
/// data; that the data lies there is demanded once, see {requireLayout}. Solidity's own access would check at each use
/// that offsets and lengths stay inside the calldata, some 500 gas a statement. Outside of it there is nothing but
/// zeros, and nothing in a call is believed unless a signature or a hash says so.
library Calls {
    uint256 private constant DATA = 0x80; // offset of the data in a call: behind the four head words

    /// @notice Reverts unless the data lies behind the head words and has this many words.
    function requireLayout(ITouchmarkTypes.Call calldata self, uint256 words) internal pure {
        uint256 offset;
        uint256 length;
        assembly ("memory-safe") {
            offset := calldataload(add(self, 0x20))
            length := calldataload(add(self, DATA))
        }
        if (offset != DATA || length != words * 32) revert ITouchmarkErrors.WrongLength(words * 32, length);
    }

    /// @notice Where the statement's fields begin.
    function fields(ITouchmarkTypes.Call calldata self) internal pure returns (uint256 at) {
        assembly ("memory-safe") {
            at := add(self, add(DATA, 0x20))
        }
    }

    /// @notice The i-th field as a whole word. Whoever reads one so bounds it themselves.
    function word(ITouchmarkTypes.Call calldata self, uint256 i) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := calldataload(add(self, add(add(DATA, 0x20), shl(5, i))))
        }
    }

    /// @notice Where the opening begins, which `abi.encode` lays behind its own offset; reverts if there is none.
    function openingOf(
        ITouchmarkTypes.Call calldata self,
        uint256 item
    ) internal pure returns (ITouchmarkTypes.Opening calldata found) {
        uint256 length;
        assembly ("memory-safe") {
            let at := add(self, calldataload(add(self, 0x40)))
            length := calldataload(at)
            found := add(at, 0x40)
        }
        if (length == 0) revert ITouchmarkErrors.NotOpened(item);
    }

    function requireSignatures(ITouchmarkTypes.Call calldata self, uint256 count) internal pure {
        uint256 actual;
        assembly ("memory-safe") {
            actual := calldataload(add(self, calldataload(add(self, 0x60))))
        }
        if (actual != count) revert ITouchmarkErrors.WrongSignatureCount(count, actual);
    }

    /// @notice The i-th signature; how many there are was checked before.
    function signature(
        ITouchmarkTypes.Call calldata self,
        uint256 i
    ) internal pure returns (bytes calldata found) {
        assembly ("memory-safe") {
            let list := add(add(self, calldataload(add(self, 0x60))), 0x20)
            let at := add(list, calldataload(add(list, shl(5, i))))
            found.offset := add(at, 0x20)
            found.length := calldataload(at)
        }
    }
}
