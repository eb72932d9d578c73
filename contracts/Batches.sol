// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {Calls} from "./Calls.sol";
import {Flags} from "./Flags.sol";
import {Parties} from "./Parties.sol";
import {Statements} from "./Statements.sol";
import {State, newState} from "./Storage.sol";
import {TimedFlags} from "./TimedFlags.sol";

/// @title What a brand says exists: batches, first touches and contests
abstract contract Batches is Parties, TimedFlags {
    using Calls for Call;

    /// @dev The running number is in the signed statement: it is the replay protection, and another brand's copy of a
    /// root registers only another brand's items.
    function _registerBatch(Call calldata call_, bytes32 h) internal {
        Statements.RegisterBatch calldata s;
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
        uint56 batch = s.batch;
        uint24 brand = uint24(batch >> 32);
        (address signer, ) = _requireParty(brand, h, call_, false);

        Party storage party = _ledger().parties[brand];
        if (!party.brand) revert NotABrand(brand);
        uint56 expected = _batchNumber(brand, party.batches + 1);
        if (batch != expected) revert WrongBatchNumber(expected, batch);
        if (s.root == 0 || s.count == 0) revert EmptyBatch(batch);

        ++party.batches;
        _ledger().batches[batch] = keccak256(
            abi.encode(s.root, s.count, s.manifestHash, signer, uint40(block.timestamp))
        );
        Statements.tell(BatchRegistered.selector, h, call_, signer);
    }

    function _amendBatch(Call calldata call_, bytes32 h) internal {
        Statements.AmendBatch calldata s;
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
        (address signer, ) = _requireParty(s.party, h, call_, false);
        _requireOwnBatch(s.party, s.batch);
        _useNonce(s.party, s.nonce);
        _ledger().batchFlags[s.batch] |= Flags.BATCH_AMENDED;
        Statements.tell(BatchAmended.selector, h, call_, signer);
    }

    function _markBatch(Call calldata call_, bytes32 h, address signer) internal {
        Statements.Mark calldata s;
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
        uint24 party = s.party;
        uint8 kind = s.kind;
        if (s.subject > type(uint56).max) revert NotEntitled(party);
        uint56 batch = uint56(s.subject);
        _requireOwnBatch(party, batch);

        uint8 flag = kind <= Statements.LIFT_BATCH_RECALL ? Flags.BATCH_RECALLED : Flags.BATCH_VOID;
        uint8 flags = _ledger().batchFlags[batch];
        if (kind == Statements.RECALL_BATCH || kind == Statements.VOID_BATCH) {
            flags |= flag;
        } else {
            if (flags & flag == 0) revert NotSet(batch, kind);
            flags &= ~flag;
        }
        _ledger().batchFlags[batch] = flags;
        Statements.tell(BatchMarked.selector, h, call_, signer);
    }

    /// @dev Anyone may show that an earlier batch of the same brand lists an opened item too. Works once for an item:
    /// renewing or clearing the flag is the council's alone, so that hidden leaves freeze nothing for ever. A void
    /// earlier batch counts as well, or a stolen brand key would void it first.
    function _contest(Call calldata call_) internal {
        call_.requireLayout(1);
        call_.requireSignatures(0);
        uint256 item;
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            item := calldataload(at)
        }
        Item storage slots = _ledger().items[item];
        State state = slots.state;
        uint56 opened = state.batchOf();
        if (opened == 0) revert NotOpened(item);

        Opening calldata shown = call_.openingOf(item);
        bytes32 leaf = _requireListed(item, shown);
        uint56 earlier = shown.registration.batch;
        if (earlier >= opened) revert NotEarlier(opened, earlier);

        Locks storage locks = _ledger().locks[item];
        if (locks.contested) revert AlreadyContested(item);
        locks.contested = true;
        uint40 until = _setLock(item, Flags.REGISTERED_TWICE);
        slots.state = state.withFlags(Flags.REGISTERED_TWICE, 0);
        bytes32 h = keccak256(abi.encode(Statements.CONTEST_TYPE, item, earlier, leaf));
        _extend(slots, slots.head, h, address(0));
        emit Contested(h, item, earlier, leaf, until);
    }

    /// @dev The item's slots, opened if this is its first touch; reverts if it is and the call brings no opening.
    function _open(uint256 item, Call calldata call_) internal returns (Item storage slots, State state) {
        slots = _ledger().items[item];
        state = slots.state;
        if (state.batchOf() != 0) return (slots, state);

        Opening calldata o = call_.openingOf(item);
        bytes32 leaf = _requireListed(item, o);
        uint56 batch = o.registration.batch;
        state = newState(o.claimAddress, batch);
        slots.head = keccak256(abi.encode(batch, leaf));
        slots.state = state;
        emit ItemOpened(item, batch, o.pathHash, o.recordHash, o.claimAddress);
    }

    /// @dev Reverts unless the registration is the recorded one, the leaf is in it and the item's number, computed here
    /// from the brand in the batch's number, is `item`: no brand reaches another's items.
    function _requireListed(uint256 item, Opening calldata o) private view returns (bytes32 leaf) {
        Registration calldata r = o.registration;
        uint56 batch = r.batch;
        bytes32 registration = keccak256(abi.encode(r.root, r.count, r.manifestHash, r.signer, r.time));
        if (_ledger().batches[batch] != registration) revert WrongRegistration(batch);

        uint256 actual = uint256(keccak256(abi.encode(uint24(batch >> 32), o.pathHash)));
        if (actual != item) revert WrongItem(item, actual);

        leaf = keccak256(bytes.concat(keccak256(abi.encode(o.pathHash, o.recordHash, o.claimAddress))));
        if (!MerkleProof.verifyCalldata(o.proof, r.root, leaf)) revert NotListed(item, batch);
    }

    /// @dev Adds a statement to the item's head.
    function _extend(Item storage slots, bytes32 head, bytes32 structHash_, address signer) internal {
        bytes32 extended;
        assembly ("memory-safe") {
            // keccak256(abi.encode(head, structHash_, signer, block.timestamp)), without keeping the memory
            let p := mload(0x40)
            mstore(p, head)
            mstore(add(p, 0x20), structHash_)
            mstore(add(p, 0x40), shr(96, shl(96, signer)))
            mstore(add(p, 0x60), timestamp())
            extended := keccak256(p, 0x80)
        }
        slots.head = extended;
    }

    function _requireOwnBatch(uint24 party, uint56 batch) private view {
        if (party != uint24(batch >> 32) || _ledger().batches[batch] == 0) revert NotEntitled(party);
    }

    function _batchNumber(uint24 brand, uint256 number) internal pure returns (uint56) {
        return (uint56(brand) << 32) | uint56(number);
    }
}
