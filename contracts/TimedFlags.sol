// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITouchmarkTypes} from "./interfaces/ITouchmarkTypes.sol";
import {Storage} from "./Storage.sol";

/// @title Until when the timed flags of an item hold
/// @dev The timed flags are bits 3 to 7; the time of bit b lies in bits 40 (b - 3) to 40 (b - 3) + 39 of the item's one
/// lock slot, in the order of {ITouchmarkTypes-Locks}. Written as one word, so that each flag needs no code of its own.
abstract contract TimedFlags is Storage {
    uint40 private constant LOCK_TIME = 90 days;
    uint256 private constant FIRST = 3;
    uint256 private constant LAST = 7;

    function _setLock(uint256 item, uint16 flag) internal returns (uint40 until) {
        until = uint40(block.timestamp) + LOCK_TIME;
        _writeLock(item, flag, until);
    }

    function _clearLock(uint256 item, uint16 flag) internal {
        _writeLock(item, flag, 0);
    }

    /// @dev Those of the timed flags whose time is over, or was never set.
    function _lapsed(uint256 item) internal view returns (uint16 flags) {
        uint256 word = _readLocks(item);
        for (uint256 bit = FIRST; bit <= LAST; ++bit) {
            if (uint40(word) <= block.timestamp) flags |= uint16(1 << bit);
            word >>= 40;
        }
    }

    function _writeLock(uint256 item, uint16 flag, uint40 until) private {
        uint256 shift = 0;
        while (flag >> (FIRST + shift / 40) != 1) shift += 40;
        uint256 word = (_readLocks(item) & ~(uint256(type(uint40).max) << shift)) | (uint256(until) << shift);
        ITouchmarkTypes.Locks storage slot = _ledger().locks[item];
        assembly ("memory-safe") {
            sstore(slot.slot, word)
        }
    }

    function _readLocks(uint256 item) private view returns (uint256 word) {
        ITouchmarkTypes.Locks storage slot = _ledger().locks[item];
        assembly ("memory-safe") {
            word := sload(slot.slot)
        }
    }
}
