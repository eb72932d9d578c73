// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Batches} from "./Batches.sol";
import {Calls} from "./Calls.sol";
import {Statements} from "./Statements.sol";

/// @title What authenticators and repairers saw
/// @dev Records belong to the item, not to its owner: they carry nonces, never a head or sequence, so that no owner can
/// keep one out by adding something first.
abstract contract Records is Batches {
    using Calls for Call;

    uint256 private constant CLOCK_DRIFT = 10 minutes;

    /// @dev Signature: a key of the party, which is accredited now by the council or by the item's brand, whichever the
    /// statement names; or is the brand itself, for a service. A withdrawal or correction is about an earlier nonce of
    /// the same party; the old statement stays visible.
    /// The fields are read as whole words: each is bounded by its own check, which for the most frequent statement of
    /// all costs less than one more check each.
    function _record(Call calldata call_) internal {
        call_.requireLayout(9);
        uint256 party = call_.word(1);
        uint256 accreditor = call_.word(2);
        uint256 kind = call_.word(3);
        uint256 about = call_.word(5);
        uint256 date = call_.word(7);
        if (party > type(uint24).max || accreditor > type(uint24).max) revert NotEntitled(type(uint24).max);
        if (kind == 0 || kind > Statements.CORRECTION) revert UnknownSubkind(uint8(kind));
        unchecked {
            if (date > block.timestamp + CLOCK_DRIFT) revert FutureDate(uint40(date));
        }
        uint256 item = call_.word(0);
        Item storage slots = _ledger().items[item];
        bytes32 head = slots.head;
        if (head == 0) {
            _open(item, call_);
            head = slots.head;
        }
        call_.requireSignatures(1);
        bytes32 h = Statements.hash(Statements.RECORD_TYPE, call_.fields(), 9);
        (address signer, bool councils) = _requireKeyOf(uint24(party), h, call_.signature(0));
        if (accreditor != COUNCIL || !councils) {
            _requireByBrand(slots.state.brandOf(), uint24(party), uint24(accreditor), kind);
        }
        if (about != 0 || kind >= Statements.WITHDRAWAL) {
            if (!_isNonceUsed(uint24(party), about)) revert NonceNotUsed(uint24(party), about);
        }
        _useNonce(uint24(party), call_.word(8));
        _extend(slots, head, h, signer);
        Statements.tell(Recorded.selector, h, call_, signer);
    }

    /// @dev The party is the item's brand and services it, or the item's brand accredits it.
    function _requireByBrand(uint24 brand, uint24 party, uint24 accreditor, uint256 kind) private view {
        if (kind == Statements.SERVICE && party == brand) return;
        if (accreditor == COUNCIL) revert NotAccredited(COUNCIL, party);
        if (accreditor != brand) revert NotEntitled(accreditor);
        _requireAccredited(accreditor, party);
    }
}
