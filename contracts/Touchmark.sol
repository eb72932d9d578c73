// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {Calls} from "./Calls.sol";
import {ITouchmark} from "./interfaces/ITouchmark.sol";
import {Marks} from "./Marks.sol";
import {Records} from "./Records.sol";
import {Signatures} from "./Signatures.sol";
import {Statements} from "./Statements.sol";
import {Storage, State} from "./Storage.sol";
import {Views} from "./Views.sol";

/// @title Touchmark: a ledger of genuine things
/// @notice The door: {submit} and {bundle} for statements, and what the contract's owner may do.
contract Touchmark is Views, Ownable2Step {
    using Calls for Call;

    uint40 private constant SUCCESSION_TIME = 90 days;

    /// @param council1 one of the council's first two keys
    /// @param council2 the other
    /// @param verifier checks passkey signatures, for ever
    constructor(
        address owner,
        address council1,
        address council2,
        address verifier
    ) Views(verifier) Ownable(owner) {
        _newCouncil(council1, council2);
    }

    /// @inheritdoc ITouchmark
    function submit(Call calldata call) external {
        _submit(call);
    }

    /// @inheritdoc ITouchmark
    function submitInner(Call calldata call) external {
        _submit(call);
    }

    /// @inheritdoc ITouchmark
    function bundle(Call[] calldata calls) external {
        uint256 base;
        assembly ("memory-safe") {
            base := calls.offset
        }
        for (uint256 i = 0; i < calls.length; ++i) {
            // EIP-150 hands on 63/64 of what is left at most: with less than this a statement would get less than its
            // bound, and whoever carries the bundle could have a good one refused.
            if (gasleft() < (STATEMENT_GAS * 64) / 63 + 50_000) revert TooLittleGas(i);
            (uint256 start, uint256 end) = _extent(base, i, calls.length);
            _submitSlice(i, start, end);
        }
    }

    /// @inheritdoc ITouchmark
    function addParty(bool brand, address firstKey) external onlyOwner returns (uint24 party) {
        return _newParty(brand, firstKey);
    }

    /// @inheritdoc ITouchmark
    function endParty(uint24 party) external onlyOwner {
        _end(party);
    }

    /// @inheritdoc ITouchmark
    function addKeyByOwner(uint24 party, address key) external onlyOwner {
        _requireActive(party);
        _giveKey(party, key);
    }

    /// @inheritdoc ITouchmark
    function grantPrefix(bytes14 prefix, uint24 party) external onlyOwner {
        _requireDigits(prefix);
        if (party != COUNCIL) _requireActive(party);
        _ledger().prefixes[prefix].push(Grant(party, uint48(block.number), uint40(block.timestamp)));
        emit PrefixGranted(prefix, party);
    }

    /// @inheritdoc ITouchmark
    function nameSuccessor(address successor_) external onlyOwner {
        if (successor_ == address(0) || successor_ == address(this)) revert ZeroAddress();
        Ledger storage ledger = _ledger();
        if (ledger.successor != address(0)) revert SuccessorAlreadyNamed(ledger.successor);
        uint40 due = uint40(block.timestamp) + SUCCESSION_TIME;
        (ledger.successor, ledger.successorDue) = (successor_, due);
        emit SuccessorNamed(successor_, due);
    }

    /// @inheritdoc ITouchmark
    function takeBackSuccessor() external onlyOwner {
        _requireLiving();
        Ledger storage ledger = _ledger();
        address taken = ledger.successor;
        if (taken == address(0)) revert NoSuccessor();
        (ledger.successor, ledger.successorDue) = (address(0), 0);
        emit SuccessorTakenBack(taken);
    }

    /// @inheritdoc ITouchmark
    function setBaseURI(string calldata baseURI) external onlyOwner {
        _ledger().baseURI = baseURI;
        emit BatchMetadataUpdate(0, type(uint256).max);
    }

    function _submit(Call calldata call) private {
        _requireLiving();
        uint8 kind = call.kind;
        // The two most frequent hash themselves.
        if (kind == Statements.RECORD) return _record(call);
        if (kind == Statements.OWNER_REPORT) return _ownerReport(call);
        if (kind == Statements.CONTEST) return _contest(call);
        bytes32 h = _statement(kind, call);
        if (kind == Statements.ACCEPT) return _handOver(call, h);
        if (kind == Statements.CLAIM) return _claim(call, h);
        if (kind == Statements.CANCEL) return _cancel(call, h);
        if (kind == Statements.REGISTER_BATCH) return _registerBatch(call, h);
        if (kind == Statements.MARK) return _mark(call, h);
        if (kind == Statements.RETIRE) return _retire(call, h);
        if (kind == Statements.REPLACE_CLAIM) return _replaceClaim(call, h);
        if (kind == Statements.COMPLETE_RECOVERY) return _completeRecovery(call, h);
        if (kind == Statements.AMEND_ITEM) return _amendItem(call, h);
        if (kind == Statements.AMEND_BATCH) return _amendBatch(call, h);
        if (kind == Statements.ANCHOR) return _anchor(call, h);
        if (kind == Statements.ACCREDIT) return _accredit(call, h);
        if (kind == Statements.END_ACCREDITATION) return _endAccreditation(call, h);
        if (kind == Statements.ADD_KEY) return _addKey(call, h);
        if (kind == Statements.RETIRE_KEY) return _retireKey(call, h);
        if (kind == Statements.COMPROMISED) return _compromised(call, h);
        revert UnknownKind(kind);
    }

    /// @dev The struct hash of the statement carried; of a handover, the Accept's.
    function _statement(uint8 kind, Call calldata call_) private pure returns (bytes32) {
        (bytes32 typeHash, uint256 words) = Statements.typeOf(kind);
        if (words == 0) revert UnknownKind(kind);
        uint256 at = call_.fields();
        if (kind == Statements.ACCEPT) {
            call_.requireLayout(8);
            return Statements.hash(typeHash, at + 160, words);
        }
        call_.requireLayout(words);
        return Statements.hash(typeHash, at, words);
    }

    /// @dev From the successor's day on no item is ever sold in two places.
    function _requireLiving() private view {
        Ledger storage ledger = _ledger();
        uint40 due = ledger.successorDue;
        if (due != 0 && block.timestamp >= due) revert Succeeded(ledger.successor);
    }

    /// @dev Where the i-th call lies: from its offset to the next one's, the last to the end. Callers lay them out one
    /// after the other, as `abi.encode` does.
    function _extent(uint256 base, uint256 i, uint256 count) private pure returns (uint256 start, uint256 end) {
        assembly ("memory-safe") {
            let entry := add(base, shl(5, i))
            start := add(base, calldataload(entry))
            end := calldatasize()
            if lt(add(i, 1), count) {
                end := add(base, calldataload(add(entry, 0x20)))
            }
        }
        if (start < base || end > msg.data.length || start >= end) revert MalformedBundle(i);
    }

    /// @dev Calls {submitInner} with the call's bytes as they lie here; decoding and encoding them again would cost more than
    /// some statements.
    function _submitSlice(uint256 i, uint256 start, uint256 end) private {
        bytes4 selector = this.submitInner.selector;
        bool accepted;
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore(p, selector)
            mstore(add(p, 0x04), 0x20)
            calldatacopy(add(p, 0x24), start, sub(end, start))
            accepted := call(STATEMENT_GAS, address(), 0, p, add(sub(end, start), 0x24), 0x00, 0x00)
        }
        if (accepted) return;
        bytes memory reason;
        assembly ("memory-safe") {
            reason := mload(0x40)
            let length := returndatasize()
            if gt(length, 0x100) {
                length := 0x100
            }
            mstore(reason, length)
            returndatacopy(add(reason, 0x20), 0, length)
            mstore(0x40, add(reason, 0x120))
        }
        emit Refused(i, reason);
    }

    function _requireDigits(bytes14 prefix) private pure {
        uint256 i = 0;
        while (i < 14 && prefix[i] >= "0" && prefix[i] <= "9") ++i;
        if (i == 0 || i > 12 || uint256(uint112(prefix)) << (144 + 8 * i) != 0) revert NotAPrefix(prefix);
    }
}
