// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {ITouchmark} from "./interfaces/ITouchmark.sol";
import {Marks} from "./Marks.sol";
import {Records} from "./Records.sol";
import {Signatures} from "./Signatures.sol";
import {Statements} from "./Statements.sol";
import {State} from "./Storage.sol";

/// @title What anyone may ask
abstract contract Views is ITouchmark, Marks, Records {
    uint256 internal constant STATEMENT_GAS = 1_000_000;

    constructor(address verifier) ERC721("Touchmark", "MARK") EIP712("Touchmark", "1") Signatures(verifier) {}

    /// @inheritdoc ITouchmark
    function itemOf(
        uint256 item
    )
        external
        view
        returns (
            address holder,
            uint56 batch,
            uint24 sequence,
            uint16 flags,
            bytes32 head,
            Locks memory locks,
            Recovery memory recovery
        )
    {
        Item storage slots = _ledger().items[item];
        State state = slots.state;
        (holder, batch, sequence, flags) = (state.holderOf(), state.batchOf(), state.sequenceOf(), state.flagsOf());
        (head, locks, recovery) = (slots.head, _ledger().locks[item], _ledger().recoveries[item]);
    }

    /// @inheritdoc ITouchmark
    function batchOf(uint56 batch) external view returns (bytes32) {
        return _ledger().batches[batch];
    }

    /// @inheritdoc ITouchmark
    function batchFlagsOf(uint56 batch) external view returns (uint8) {
        return _ledger().batchFlags[batch];
    }

    /// @inheritdoc ITouchmark
    function nextBatch(uint24 brand) external view returns (uint56) {
        return _batchNumber(brand, uint256(_ledger().parties[brand].batches) + 1);
    }

    /// @inheritdoc ITouchmark
    function partyOf(uint24 party) external view returns (Party memory) {
        return _ledger().parties[party];
    }

    /// @inheritdoc ITouchmark
    function keyOf(uint24 party, address key) external view returns (uint40, uint40, uint40) {
        Key memory k = _ledger().keys[party][key];
        return (k.from, k.until, k.compromisedSince);
    }

    /// @inheritdoc ITouchmark
    function keysOf(uint24 party) external view returns (address[] memory) {
        return _ledger().keysInForce[party];
    }

    /// @inheritdoc ITouchmark
    function accreditationOf(uint24 by, uint24 party) external view returns (uint40, uint40) {
        Interval memory interval = _ledger().accreditations[by][party];
        return (interval.from, interval.until);
    }

    /// @inheritdoc ITouchmark
    function isNonceUsed(uint24 party, uint256 nonce) external view returns (bool) {
        return _isNonceUsed(party, nonce);
    }

    /// @inheritdoc ITouchmark
    function prefixHolder(bytes14 prefix, uint256 atBlock) external view returns (uint24) {
        Grant[] storage history = _ledger().prefixes[prefix];
        // The first grant after that block; the one before it holds.
        (uint256 low, uint256 high) = (0, history.length);
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (history[middle].fromBlock <= atBlock) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? 0 : history[low - 1].party;
    }

    /// @inheritdoc ITouchmark
    function successor() external view returns (address, uint40) {
        return (_ledger().successor, _ledger().successorDue);
    }

    /// @inheritdoc ITouchmark
    function structHash(uint8 kind, bytes calldata data) public pure returns (bytes32) {
        (bytes32 typeHash, uint256 words) = Statements.typeOf(kind);
        uint256 skipped = kind == Statements.ACCEPT ? 5 : 0;
        uint256 expected = (skipped + words) * 32;
        if (words == 0) revert UnknownKind(kind);
        if (data.length != expected) revert WrongLength(expected, data.length);
        uint256 at;
        assembly ("memory-safe") {
            at := add(data.offset, shl(5, skipped))
        }
        return Statements.hash(typeHash, at, words);
    }

    /// @inheritdoc ITouchmark
    function digest(uint8 kind, bytes calldata data) external view returns (bytes32) {
        return _hashTypedDataV4(structHash(kind, data));
    }

    /// @inheritdoc ITouchmark
    function statementGas() external pure returns (uint256) {
        return STATEMENT_GAS;
    }

    /// @inheritdoc ITouchmark
    function passkeyVerifier() public view override(ITouchmark, Signatures) returns (address) {
        return super.passkeyVerifier();
    }
}
