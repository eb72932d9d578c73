// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The flags of an item and of a batch
/// @notice Each is a bit of its own with one role that sets and clears it.
library Flags {
    uint16 internal constant CLAIMED = 1 << 0; // for ever, by the first claim
    uint16 internal constant LOST = 1 << 1; // the owner
    uint16 internal constant STOLEN = 1 << 2; // the owner
    uint16 internal constant BRAND_THEFT = 1 << 3; // the brand, 90 days, three times at most
    uint16 internal constant BRAND_DISPUTE = 1 << 4; // the brand, 90 days, three times at most
    uint16 internal constant COUNCIL_THEFT = 1 << 5; // the council, 90 days, as often as it says so
    uint16 internal constant COUNCIL_DISPUTE = 1 << 6; // the council, 90 days, as often as it says so
    uint16 internal constant REGISTERED_TWICE = 1 << 7; // anyone with the proof, once; renewed, cleared by the council
    uint16 internal constant VOID = 1 << 8; // the brand, while unclaimed
    uint16 internal constant RETIRED = 1 << 9; // for ever; the brand, and the owner if there is one
    uint16 internal constant RECALLED = 1 << 10; // the brand; stops nothing
    uint16 internal constant RECOVERY_OPEN = 1 << 11; // see {ITouchmarkTypes-Recovery}
    uint16 internal constant RECOVERED = 1 << 12; // for ever, by a completed recovery
    uint16 internal constant RECOVERY_REFUSED = 1 << 13; // this owner has ended a recovery: the council opens the next
    uint16 internal constant AMENDED = 1 << 14; // for ever, by an amendment

    /// @dev In force only until the time in the item's locks.
    uint16 internal constant TIMED = BRAND_THEFT | BRAND_DISPUTE | COUNCIL_THEFT | COUNCIL_DISPUTE | REGISTERED_TWICE;
    /// @dev Stop a claim and a handover. A recall does not.
    uint16 internal constant STOPS = LOST | STOLEN | TIMED | VOID | RETIRED;
    /// @dev Stop the completion of a recovery. Not the owner's own flags (whoever took the item could set them), and not
    /// a theft report, which may be the recovery's reason.
    uint16 internal constant STOPS_RECOVERY = BRAND_DISPUTE | COUNCIL_DISPUTE | REGISTERED_TWICE | RETIRED;

    uint8 internal constant BATCH_RECALLED = 1 << 0;
    uint8 internal constant BATCH_VOID = 1 << 1; // stops claims of the batch's items, never a handover
    uint8 internal constant BATCH_AMENDED = 1 << 2;
}
