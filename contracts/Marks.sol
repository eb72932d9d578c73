// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Calls} from "./Calls.sol";
import {Flags} from "./Flags.sol";
import {Owners} from "./Owners.sol";
import {Statements} from "./Statements.sol";
import {State} from "./Storage.sol";

/// @title What brand and council say of an item: flags, retirement, new claim codes, amendments
abstract contract Marks is Owners {
    using Calls for Call;

    uint40 private constant RECOVERY_TIME = 14 days;
    uint8 private constant BRAND_TIMES = 3; // set once, renewed twice

    /// @dev Signature: a key of the party. Who may say what: theft and dispute, the item's brand and the council, each
    /// its own flag; recall and void, the brand; 'registered twice', the council.
    function _mark(Call calldata call_, bytes32 h) internal {
        Statements.Mark calldata s;
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
        uint24 party = s.party;
        uint8 kind = s.kind;
        if (kind == 0 || kind > Statements.CLEAR_TWICE) revert UnknownSubkind(kind);
        (address signer, ) = _requireParty(party, h, call_, false);
        _useNonce(party, s.nonce);
        if (kind >= Statements.RECALL_BATCH && kind <= Statements.LIFT_BATCH_VOID) return _markBatch(call_, h, signer);

        uint256 item = s.subject;
        (Item storage slots, State state) = _open(item, call_);
        uint40 until;
        if (kind >= Statements.RENEW_TWICE) {
            if (party != COUNCIL) revert NotEntitled(party);
            (state, until) = _markTwice(item, state, kind);
        } else if (kind <= Statements.SETTLE_DISPUTE) {
            if (party != COUNCIL) _requireOwn(party, state);
            (state, until) = _markTimed(item, state, kind, party == COUNCIL);
        } else {
            _requireOwn(party, state);
            state = _markPlain(item, state, kind);
        }
        slots.state = state;
        _extend(slots, slots.head, h, signer);
        emit MetadataUpdate(item);
        Statements.tell(Marked.selector, h, call_, signer, until);
    }

    /// @dev Signatures: a key of the item's brand and, if the item is claimed, the owner. For ever.
    function _retire(Call calldata call_, bytes32 h) internal {
        Statements.Retire calldata s;
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
        uint256 item = s.item;
        uint24 party = s.party;
        (Item storage slots, State state) = _open(item, call_);
        _requireOwn(party, state);
        if (state.has(Flags.RETIRED)) revert Stopped(item, Flags.RETIRED);
        if (state.sequenceOf() != s.sequence) revert WrongSequence(item, state.sequenceOf(), s.sequence);

        bool claimed = state.has(Flags.CLAIMED);
        call_.requireSignatures(claimed ? 2 : 1);
        address signer = _requireKey(party, h, call_.signature(0));
        _useNonce(party, s.nonce);
        if (claimed) {
            _requireSigner(state.holderOf(), h, call_.signature(1));
            state = _endRecovery(item, state).withNextSequence();
        }
        slots.state = state.withFlags(Flags.RETIRED, 0);
        _extend(slots, slots.head, h, signer);
        emit MetadataUpdate(item);
        Statements.tell(Retired.selector, h, call_, signer);
    }

    /// @dev Signature: a key of the item's brand or of the council. Unclaimed: a new card, at once, and the brand's
    /// alone. Claimed: opens a recovery, which the owner has 14 days to end; once this owner has, only the council opens
    /// another, and nobody but the council replaces one of the council's.
    function _replaceClaim(Call calldata call_, bytes32 h) internal {
        Statements.ReplaceClaim calldata s;
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
        uint256 item = s.item;
        uint24 party = s.party;
        address claimAddress = s.claimAddress;
        if (claimAddress == address(0)) revert ZeroAddress();
        (address signer, ) = _requireParty(party, h, call_, false);
        _useNonce(party, s.nonce);
        (Item storage slots, State state) = _open(item, call_);

        if (!state.has(Flags.CLAIMED)) {
            _requireOwn(party, state);
            slots.state = state.withHolder(claimAddress);
            _extend(slots, slots.head, h, signer);
            Statements.tell(ClaimReplaced.selector, h, call_, signer);
            return;
        }
        Recovery storage recovery = _ledger().recoveries[item];
        if (party != COUNCIL) {
            _requireOwn(party, state);
            bool councils = state.has(Flags.RECOVERY_OPEN) && recovery.openedBy == COUNCIL;
            if (councils || state.has(Flags.RECOVERY_REFUSED)) revert OnlyCouncil(item);
        }
        uint40 due = uint40(block.timestamp) + RECOVERY_TIME;
        (recovery.claimAddress, recovery.due, recovery.openedBy) = (claimAddress, due, party);
        slots.state = state.withFlags(Flags.RECOVERY_OPEN, 0);
        _extend(slots, slots.head, h, signer);
        Statements.tell(RecoveryOpened.selector, h, call_, signer, due);
    }

    /// @dev Signature: a key of the item's brand. Readers show the new description and that there was another.
    function _amendItem(Call calldata call_, bytes32 h) internal {
        Statements.AmendItem calldata s;
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
        uint256 item = s.item;
        uint24 party = s.party;
        (address signer, ) = _requireParty(party, h, call_, false);
        _useNonce(party, s.nonce);
        (Item storage slots, State state) = _open(item, call_);
        _requireOwn(party, state);
        slots.state = state.withFlags(Flags.AMENDED, 0);
        _extend(slots, slots.head, h, signer);
        emit MetadataUpdate(item);
        Statements.tell(ItemAmended.selector, h, call_, signer);
    }

    function _markTimed(
        uint256 item,
        State state,
        uint8 kind,
        bool council
    ) private returns (State, uint40 until) {
        // The flags lie in this order: brand's theft, brand's dispute, council's theft, council's dispute.
        uint16 flag = Flags.BRAND_THEFT << ((kind - 1) % 2);
        if (council) flag <<= 2;
        if (kind <= Statements.DISPUTE) {
            if (!council) _countBrandTime(item, kind);
            until = _setLock(item, flag);
            return (state.withFlags(flag, 0), until);
        }
        if (!state.has(flag)) revert NotSet(item, kind);
        _clearLock(item, flag);
        return (state.withFlags(0, flag), 0);
    }

    /// @dev Counted over the item's whole life: settling and setting again is no way around.
    function _countBrandTime(uint256 item, uint8 kind) private {
        Locks storage locks = _ledger().locks[item];
        uint8 times = kind == Statements.THEFT ? locks.brandThefts : locks.brandDisputes;
        if (times == BRAND_TIMES) revert RenewalsUsedUp(item, kind);
        if (kind == Statements.THEFT) locks.brandThefts = times + 1;
        else locks.brandDisputes = times + 1;
    }

    function _markTwice(uint256 item, State state, uint8 kind) private returns (State, uint40 until) {
        if (!state.has(Flags.REGISTERED_TWICE)) revert NotSet(item, kind);
        if (kind == Statements.RENEW_TWICE) return (state, _setLock(item, Flags.REGISTERED_TWICE));
        _clearLock(item, Flags.REGISTERED_TWICE);
        return (state.withFlags(0, Flags.REGISTERED_TWICE), 0);
    }

    function _markPlain(uint256 item, State state, uint8 kind) private pure returns (State) {
        bool recall = kind <= Statements.LIFT_RECALL;
        uint16 flag = recall ? Flags.RECALLED : Flags.VOID;
        // What is sold is the owner's: a brand voids only what nobody has claimed.
        if (!recall && state.has(Flags.CLAIMED)) revert AlreadyClaimed(item, state.holderOf());
        if (kind == Statements.RECALL || kind == Statements.VOID) return state.withFlags(flag, 0);
        if (!state.has(flag)) revert NotSet(item, kind);
        return state.withFlags(0, flag);
    }

    function _requireOwn(uint24 party, State state) private pure {
        if (party == COUNCIL || party != state.brandOf()) revert NotEntitled(party);
    }
}
