// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITouchmarkTypes} from "./interfaces/ITouchmarkTypes.sol";

/// @notice Slot 0 of an item in one word, from the low end: holder 160, batch 56, sequence 24, flags 16.
type State is uint256;

using {holderOf, batchOf, sequenceOf, flagsOf, brandOf, has, withHolder, withFlags, withNextSequence} for State global;

function holderOf(State s) pure returns (address) {
    return address(uint160(State.unwrap(s)));
}

function batchOf(State s) pure returns (uint56) {
    return uint56(State.unwrap(s) >> 160);
}

function brandOf(State s) pure returns (uint24) {
    return uint24(State.unwrap(s) >> 192);
}

function sequenceOf(State s) pure returns (uint24) {
    return uint24(State.unwrap(s) >> 216);
}

function flagsOf(State s) pure returns (uint16) {
    return uint16(State.unwrap(s) >> 240);
}

function has(State s, uint16 flags) pure returns (bool) {
    return flagsOf(s) & flags != 0;
}

function withHolder(State s, address holder) pure returns (State) {
    return State.wrap(((State.unwrap(s) >> 160) << 160) | uint160(holder));
}

/// @dev Sets, then clears.
function withFlags(State s, uint16 set, uint16 clear) pure returns (State) {
    return State.wrap((State.unwrap(s) | (uint256(set) << 240)) & ~(uint256(clear) << 240));
}

/// @dev Wraps after 16 million statements of one item's owners instead of running into the flags.
function withNextSequence(State s) pure returns (State) {
    unchecked {
        uint256 next = uint24(sequenceOf(s) + 1);
        return State.wrap((State.unwrap(s) & ~(uint256(type(uint24).max) << 216)) | (next << 216));
    }
}

function newState(address claimAddress, uint56 batch) pure returns (State) {
    return State.wrap((uint256(batch) << 160) | uint160(claimAddress));
}

/// @title Everything the ledger remembers, in one ERC-7201 struct
/// @dev Slots are part of the protocol: proofs are made with `eth_getProof`. README.md has the formulas, the tests check
/// them. New members go to the end.
abstract contract Storage {
    struct Item {
        State state;
        bytes32 head;
    }

    /// @dev 256 nonces of a party.
    struct Nonces {
        uint256 used;
    }

    /// @custom:storage-location erc7201:touchmark.ledger
    struct Ledger {
        mapping(uint256 item => Item) items;
        mapping(uint56 batch => bytes32 registration) batches;
        mapping(uint56 batch => uint8 flags) batchFlags;
        mapping(uint256 item => ITouchmarkTypes.Locks) locks;
        mapping(uint256 item => ITouchmarkTypes.Recovery) recoveries;
        mapping(uint24 party => ITouchmarkTypes.Party) parties;
        mapping(uint24 party => mapping(address key => ITouchmarkTypes.Key)) keys;
        mapping(uint24 by => mapping(uint24 party => ITouchmarkTypes.Interval)) accreditations;
        mapping(uint24 party => mapping(uint256 word => Nonces)) nonces;
        mapping(address owner => uint256) balances;
        mapping(bytes14 prefix => ITouchmarkTypes.Grant[] history) prefixes;
        mapping(uint24 party => address[] inForce) keysInForce;
        address successor;
        uint40 successorDue;
        uint24 partyCount;
        string baseURI;
    }

    // keccak256(abi.encode(uint256(keccak256("touchmark.ledger")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant LEDGER_SLOT = 0x516a3624122052a563585849795d3e32ec5f15e252f21adbce7ccc79b4c38f00;

    function _ledger() internal pure returns (Ledger storage ledger) {
        assembly ("memory-safe") {
            ledger.slot := LEDGER_SLOT
        }
    }
}
