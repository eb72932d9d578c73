// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Batches} from "./Batches.sol";
import {Statements} from "./Statements.sol";
import {State} from "./Storage.sol";

/// @title What authenticators and repairers saw
/// @dev Records belong to the item, not to its owner: they carry nonces, never a head or sequence, so that no owner can
/// keep one out by adding something first.
abstract contract Records is Batches {
    uint256 private constant CLOCK_DRIFT = 10 minutes;

    /// @dev Signature: a key of the party, which is accredited now by the council or by the item's brand, whichever the
    /// statement names; or is the brand itself, for a service. A withdrawal or correction is about an earlier nonce of
    /// the same party; the old statement stays visible.
    function _record(bytes calldata data, bytes32 h, bytes calldata opening, bytes[] calldata signatures) internal {
        Statements.Record calldata s;
        assembly ("memory-safe") {
            s := data.offset
        }
        uint256 item = s.item;
        uint24 party = s.party;
        uint8 kind = s.kind;
        if (kind == 0 || kind > Statements.CORRECTION) revert UnknownSubkind(kind);
        if (s.date > block.timestamp + CLOCK_DRIFT) revert FutureDate(s.date);

        (Item storage slots, State state) = _open(item, opening);
        uint24 brand = state.brandOf();
        uint24 accreditor = s.accreditor;
        if (kind != Statements.SERVICE || party != brand) {
            if (accreditor != COUNCIL && accreditor != brand) revert NotEntitled(accreditor);
            _requireAccredited(accreditor, party);
        }
        (address signer, ) = _requireParty(party, h, signatures, false);
        if (s.about != 0 || kind >= Statements.WITHDRAWAL) {
            if (!_isNonceUsed(party, s.about)) revert NonceNotUsed(party, s.about);
        }
        _useNonce(party, s.nonce);

        _extend(slots, slots.head, h, signer);
        emit Recorded(h, item, party, accreditor, kind, s.facts, s.about, s.report, s.date, s.nonce, signer);
    }
}
