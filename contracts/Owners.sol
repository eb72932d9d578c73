// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Batches} from "./Batches.sol";
import {Calls} from "./Calls.sol";
import {Certificates} from "./Certificates.sol";
import {Flags} from "./Flags.sol";
import {Statements} from "./Statements.sol";
import {State} from "./Storage.sol";

/// @title What owners say: claim, handover, cancel, lost and stolen, and the end of a recovery
/// @dev The sequence counts exactly these and is their replay protection; what others add to an item never spoils an
/// open offer.
abstract contract Owners is Batches, Certificates {
    using Calls for Call;

    /// @dev Signatures: claim key, new owner. The new owner signs too, or items could be pinned on strangers.
    function _claim(Call calldata call_, bytes32 h) internal {
        Statements.Claim calldata s;
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
        uint256 item = s.item;
        address newOwner = s.newOwner;
        (Item storage slots, State state) = _open(item, call_);
        if (state.has(Flags.CLAIMED)) revert AlreadyClaimed(item, state.holderOf());
        _requireFree(item, state);
        if (_ledger().batchFlags[state.batchOf()] & Flags.BATCH_VOID != 0) revert BatchVoid(state.batchOf());

        call_.requireSignatures(2);
        _requireSigner(state.holderOf(), h, call_.signature(0));
        _requireSigner(newOwner, h, call_.signature(1));

        slots.state = state.withHolder(newOwner).withNextSequence().withFlags(Flags.CLAIMED, 0);
        _extend(slots, slots.head, h, newOwner);
        _book(address(0), newOwner, item);
        emit Locked(item);
        emit Claimed(h, item, newOwner);
    }

    /// @dev Signatures: owner (over the Offer), new owner (over the Accept) and, where the offer names a link key
    /// instead of the new owner, the link key (over the Accept). A void batch does not stop a handover: what is sold is
    /// the owner's, not the brand's.
    function _handOver(Call calldata call_, bytes32 h) internal {
        Statements.Handover calldata s;
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
        Statements.Offer calldata offer = s.offer;
        Statements.Accept calldata accept = s.accept;
        uint256 item = offer.item;
        (Item storage slots, State state) = _owned(item, offer.sequence);
        _requireFree(item, state);
        if (offer.expiry < block.timestamp) revert Expired(offer.expiry);
        bytes32 head = slots.head;
        if (accept.head != head) revert WrongHead(item, head, accept.head);

        bytes32 offerHash = Statements.hash(Statements.OFFER_TYPE, at, 5);
        if (accept.offer != offerHash) revert WrongOffer(offerHash, accept.offer);
        address from = state.holderOf();
        address newOwner = accept.newOwner;
        bool direct = offer.recipient == newOwner;
        call_.requireSignatures(direct ? 2 : 3);
        _requireSigner(from, offerHash, call_.signature(0));
        _requireSigner(newOwner, h, call_.signature(1));
        if (!direct) _requireSigner(offer.recipient, h, call_.signature(2));

        state = _endRecovery(item, state).withHolder(newOwner).withNextSequence();
        // The next owner has refused nothing yet.
        slots.state = state.withFlags(0, Flags.RECOVERY_REFUSED);
        _extend(slots, head, h, newOwner);
        _book(from, newOwner, item);
        emit HandedOver(
            h,
            item,
            offer.recipient,
            offer.expiry,
            offer.sequence,
            offer.ref,
            offerHash,
            newOwner,
            head
        );
    }

    /// @dev Signature: owner.
    function _cancel(Call calldata call_, bytes32 h) internal {
        Statements.Cancel calldata s;
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
        uint256 item = s.item;
        (Item storage slots, State state) = _owned(item, s.sequence);
        address owner = _requireOwner(state, h, call_);
        slots.state = _endRecovery(item, state).withNextSequence();
        _extend(slots, slots.head, h, owner);
        Statements.tell(Cancelled.selector, h, call_, owner);
    }

    /// @dev Signature: owner. Fields are read as whole words: `kind` and `sequence` are bounded by their own checks.
    function _ownerReport(Call calldata call_) internal {
        call_.requireLayout(4);
        uint256 item = call_.word(0);
        uint256 kind = call_.word(1);
        (Item storage slots, State state) = _owned(item, call_.word(3));
        bytes32 h = Statements.hash(Statements.OWNER_REPORT_TYPE, call_.fields(), 4);
        address owner = _requireOwner(state, h, call_);

        state = _endRecovery(item, state).withNextSequence();
        if (kind == Statements.LOST) state = state.withFlags(Flags.LOST, 0);
        else if (kind == Statements.STOLEN) state = state.withFlags(Flags.STOLEN, 0);
        else if (kind == Statements.FOUND) state = state.withFlags(0, Flags.LOST | Flags.STOLEN);
        else revert UnknownSubkind(uint8(kind));
        slots.state = state;
        _extend(slots, slots.head, h, owner);
        Statements.tell(OwnerReported.selector, h, call_, owner);
    }

    /// @dev Signatures: the recovery's claim key, new owner. The owner's own lost or stolen flag does not stop it and
    /// stays until the new owner clears it.
    function _completeRecovery(Call calldata call_, bytes32 h) internal {
        Statements.CompleteRecovery calldata s;
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
        uint256 item = s.item;
        address newOwner = s.newOwner;
        (Item storage slots, State state) = _owned(item, s.sequence);
        if (!state.has(Flags.RECOVERY_OPEN)) revert NoRecovery(item);
        Recovery memory recovery = _ledger().recoveries[item];
        if (block.timestamp < recovery.due) revert NotDue(item, recovery.due);
        _requireNone(item, state, Flags.STOPS_RECOVERY);

        call_.requireSignatures(2);
        _requireSigner(recovery.claimAddress, h, call_.signature(0));
        _requireSigner(newOwner, h, call_.signature(1));

        address from = state.holderOf();
        delete _ledger().recoveries[item];
        slots.state = state.withHolder(newOwner).withNextSequence().withFlags(
            Flags.RECOVERED,
            Flags.RECOVERY_OPEN | Flags.RECOVERY_REFUSED
        );
        _extend(slots, slots.head, h, newOwner);
        _book(from, newOwner, item);
        emit RecoveryCompleted(h, item, newOwner, s.sequence);
    }

    /// @dev The slots of an item that has an owner, whose sequence is the one named.
    function _owned(uint256 item, uint256 sequence) private view returns (Item storage slots, State state) {
        slots = _ledger().items[item];
        state = slots.state;
        if (!state.has(Flags.CLAIMED)) revert NotClaimed(item);
        if (state.sequenceOf() != sequence) {
            revert WrongSequence(item, state.sequenceOf(), uint24(sequence));
        }
    }

    function _requireOwner(
        State state,
        bytes32 structHash_,
        Call calldata call_
    ) private view returns (address owner) {
        owner = state.holderOf();
        call_.requireSignatures(1);
        _requireSigner(owner, structHash_, call_.signature(0));
    }

    /// @dev Whatever the owner says shows that they are there: an open recovery ends, and the brand opens no other
    /// against this owner.
    function _endRecovery(uint256 item, State state) internal returns (State) {
        if (!state.has(Flags.RECOVERY_OPEN)) return state;
        delete _ledger().recoveries[item];
        emit RecoveryEnded(item);
        return state.withFlags(Flags.RECOVERY_REFUSED, Flags.RECOVERY_OPEN);
    }

    function _requireFree(uint256 item, State state) private view {
        _requireNone(item, state, Flags.STOPS);
    }

    /// @dev Reverts if one of these flags is in force. The locks are read only if a timed flag is set at all.
    function _requireNone(uint256 item, State state, uint16 flags) private view {
        uint16 inForce = state.flagsOf() & flags;
        if (inForce & Flags.TIMED != 0) inForce &= ~_lapsed(item);
        if (inForce != 0) revert Stopped(item, inForce);
    }
}
