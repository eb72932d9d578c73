// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Calls} from "./Calls.sol";
import {ITouchmarkTypes} from "./interfaces/ITouchmarkTypes.sol";

/// @title The statements: their numbers, fields and EIP-712 types
/// @dev The order of fields is law: `abi.encode` of them is what a call carries, and what the struct hash covers.
library Statements {
    using Calls for ITouchmarkTypes.Call;

    uint8 internal constant OFFER = 0; // never submitted alone
    uint8 internal constant REGISTER_BATCH = 1;
    uint8 internal constant CLAIM = 2;
    uint8 internal constant ACCEPT = 3;
    uint8 internal constant CANCEL = 4;
    uint8 internal constant RECORD = 5;
    uint8 internal constant OWNER_REPORT = 6;
    uint8 internal constant MARK = 7;
    uint8 internal constant RETIRE = 8;
    uint8 internal constant REPLACE_CLAIM = 9;
    uint8 internal constant COMPLETE_RECOVERY = 10;
    uint8 internal constant AMEND_ITEM = 11;
    uint8 internal constant AMEND_BATCH = 12;
    uint8 internal constant ANCHOR = 13;
    uint8 internal constant ACCREDIT = 14;
    uint8 internal constant END_ACCREDITATION = 15;
    uint8 internal constant ADD_KEY = 16;
    uint8 internal constant RETIRE_KEY = 17;
    uint8 internal constant COMPROMISED = 18;
    uint8 internal constant CONTEST = 19;

    // Record
    uint8 internal constant INSPECTION = 1;
    uint8 internal constant SERVICE = 2;
    uint8 internal constant WITHDRAWAL = 3;
    uint8 internal constant CORRECTION = 4;

    // OwnerReport
    uint8 internal constant LOST = 1;
    uint8 internal constant STOLEN = 2;
    uint8 internal constant FOUND = 3;

    // Mark
    uint8 internal constant THEFT = 1;
    uint8 internal constant DISPUTE = 2;
    uint8 internal constant SETTLE_THEFT = 3;
    uint8 internal constant SETTLE_DISPUTE = 4;
    uint8 internal constant RECALL = 5;
    uint8 internal constant LIFT_RECALL = 6;
    uint8 internal constant VOID = 7;
    uint8 internal constant LIFT_VOID = 8;
    uint8 internal constant RECALL_BATCH = 9;
    uint8 internal constant LIFT_BATCH_RECALL = 10;
    uint8 internal constant VOID_BATCH = 11;
    uint8 internal constant LIFT_BATCH_VOID = 12;
    uint8 internal constant RENEW_TWICE = 13;
    uint8 internal constant CLEAR_TWICE = 14;

    struct RegisterBatch {
        uint56 batch;
        bytes32 root;
        uint32 count;
        bytes32 manifestHash;
    }

    struct Claim {
        uint256 item;
        address newOwner;
    }

    struct Offer {
        uint256 item;
        address recipient;
        uint40 expiry;
        uint24 sequence;
        bytes32 ref;
    }

    struct Accept {
        bytes32 offer;
        address newOwner;
        bytes32 head;
    }

    struct Handover {
        Offer offer;
        Accept accept;
    }

    struct Cancel {
        uint256 item;
        uint24 sequence;
    }

    struct Record {
        uint256 item;
        uint24 party;
        uint24 accreditor;
        uint8 kind;
        bytes32 facts;
        uint256 about;
        bytes32 report;
        uint40 date;
        uint256 nonce;
    }

    struct OwnerReport {
        uint256 item;
        uint8 kind;
        bytes32 ref;
        uint24 sequence;
    }

    struct Mark {
        uint256 subject;
        uint24 party;
        uint8 kind;
        bytes32 ref;
        uint256 nonce;
    }

    struct Retire {
        uint256 item;
        uint24 party;
        bytes32 ref;
        uint256 nonce;
        uint24 sequence;
    }

    struct ReplaceClaim {
        uint256 item;
        uint24 party;
        address claimAddress;
        bytes32 ref;
        uint256 nonce;
    }

    struct CompleteRecovery {
        uint256 item;
        address newOwner;
        uint24 sequence;
    }

    struct AmendItem {
        uint256 item;
        uint24 party;
        bytes32 recordHash;
        bytes32 manifestHash;
        uint256 nonce;
    }

    struct AmendBatch {
        uint56 batch;
        uint24 party;
        bytes32 root;
        bytes32 manifestHash;
        uint256 nonce;
    }

    struct Anchor {
        uint24 party;
        bytes32 hash;
        uint256 nonce;
    }

    /// @dev Accredit and EndAccreditation
    struct Accreditation {
        uint24 by;
        uint24 party;
        uint256 nonce;
    }

    /// @dev AddKey and RetireKey
    struct KeyChange {
        uint24 party;
        address key;
        uint256 nonce;
    }

    struct Compromised {
        uint24 by;
        uint24 party;
        address key;
        uint40 since;
        uint256 nonce;
    }

    bytes32 internal constant REGISTER_BATCH_TYPE =
        keccak256("RegisterBatch(uint56 batch,bytes32 root,uint32 count,bytes32 manifestHash)");
    bytes32 internal constant CLAIM_TYPE = keccak256("Claim(uint256 item,address newOwner)");
    bytes32 internal constant OFFER_TYPE =
        keccak256("Offer(uint256 item,address recipient,uint40 expiry,uint24 sequence,bytes32 ref)");
    bytes32 internal constant ACCEPT_TYPE = keccak256("Accept(bytes32 offer,address newOwner,bytes32 head)");
    bytes32 internal constant CANCEL_TYPE = keccak256("Cancel(uint256 item,uint24 sequence)");
    bytes32 internal constant RECORD_TYPE =
        keccak256(
            "Record(uint256 item,uint24 party,uint24 accreditor,uint8 kind,bytes32 facts,uint256 about,bytes32 report,uint40 date,uint256 nonce)"
        );
    bytes32 internal constant OWNER_REPORT_TYPE =
        keccak256("OwnerReport(uint256 item,uint8 kind,bytes32 ref,uint24 sequence)");
    bytes32 internal constant MARK_TYPE =
        keccak256("Mark(uint256 subject,uint24 party,uint8 kind,bytes32 ref,uint256 nonce)");
    bytes32 internal constant RETIRE_TYPE =
        keccak256("Retire(uint256 item,uint24 party,bytes32 ref,uint256 nonce,uint24 sequence)");
    bytes32 internal constant REPLACE_CLAIM_TYPE =
        keccak256("ReplaceClaim(uint256 item,uint24 party,address claimAddress,bytes32 ref,uint256 nonce)");
    bytes32 internal constant COMPLETE_RECOVERY_TYPE =
        keccak256("CompleteRecovery(uint256 item,address newOwner,uint24 sequence)");
    bytes32 internal constant AMEND_ITEM_TYPE =
        keccak256("AmendItem(uint256 item,uint24 party,bytes32 recordHash,bytes32 manifestHash,uint256 nonce)");
    bytes32 internal constant AMEND_BATCH_TYPE =
        keccak256("AmendBatch(uint56 batch,uint24 party,bytes32 root,bytes32 manifestHash,uint256 nonce)");
    bytes32 internal constant ANCHOR_TYPE = keccak256("Anchor(uint24 party,bytes32 hash,uint256 nonce)");
    bytes32 internal constant ACCREDIT_TYPE = keccak256("Accredit(uint24 by,uint24 party,uint256 nonce)");
    bytes32 internal constant END_ACCREDITATION_TYPE =
        keccak256("EndAccreditation(uint24 by,uint24 party,uint256 nonce)");
    bytes32 internal constant ADD_KEY_TYPE = keccak256("AddKey(uint24 party,address key,uint256 nonce)");
    bytes32 internal constant RETIRE_KEY_TYPE = keccak256("RetireKey(uint24 party,address key,uint256 nonce)");
    bytes32 internal constant COMPROMISED_TYPE =
        keccak256("Compromised(uint24 by,uint24 party,address key,uint40 since,uint256 nonce)");
    /// @dev Nobody signs a contest; its hash enters the item's head all the same.
    bytes32 internal constant CONTEST_TYPE = keccak256("Contest(uint256 item,uint56 batch,bytes32 leaf)");

    /// @notice The type hash and the number of fields of a statement alone; zeros for an unknown kind.
    /// @dev The most frequent first.
    function typeOf(uint8 kind) internal pure returns (bytes32 typeHash, uint256 words) {
        if (kind == RECORD) return (RECORD_TYPE, 9);
        if (kind == OWNER_REPORT) return (OWNER_REPORT_TYPE, 4);
        if (kind == ACCEPT) return (ACCEPT_TYPE, 3);
        if (kind == CLAIM) return (CLAIM_TYPE, 2);
        if (kind == OFFER) return (OFFER_TYPE, 5);
        if (kind == REGISTER_BATCH) return (REGISTER_BATCH_TYPE, 4);
        if (kind == CANCEL) return (CANCEL_TYPE, 2);
        if (kind == MARK) return (MARK_TYPE, 5);
        if (kind == RETIRE) return (RETIRE_TYPE, 5);
        if (kind == REPLACE_CLAIM) return (REPLACE_CLAIM_TYPE, 5);
        if (kind == COMPLETE_RECOVERY) return (COMPLETE_RECOVERY_TYPE, 3);
        if (kind == AMEND_ITEM) return (AMEND_ITEM_TYPE, 5);
        if (kind == AMEND_BATCH) return (AMEND_BATCH_TYPE, 5);
        if (kind == ANCHOR) return (ANCHOR_TYPE, 3);
        if (kind == ACCREDIT) return (ACCREDIT_TYPE, 3);
        if (kind == END_ACCREDITATION) return (END_ACCREDITATION_TYPE, 3);
        if (kind == ADD_KEY) return (ADD_KEY_TYPE, 3);
        if (kind == RETIRE_KEY) return (RETIRE_KEY_TYPE, 3);
        if (kind == COMPROMISED) return (COMPROMISED_TYPE, 5);
        if (kind == CONTEST) return (CONTEST_TYPE, 3);
    }

    /// @notice `keccak256(abi.encode(typeHash, fields))`, the fields taken as they lie in the call.
    /// @dev Every field is a static word, so the struct hash is over the call's own bytes. Whoever uses a field reads it
    /// through its struct, which refuses a word that is too wide for its type.
    function hash(bytes32 typeHash, uint256 at, uint256 words) internal pure returns (bytes32 h) {
        assembly ("memory-safe") {
            let p := mload(0x40)
            let length := shl(5, words)
            mstore(p, typeHash)
            calldatacopy(add(p, 0x20), at, length)
            h := keccak256(p, add(length, 0x20))
        }
    }

    /// @notice Emits the event of a statement: its struct hash and its first field (item or batch) as topics, its other
    /// fields as they lie in the call, then the signer.
    /// @dev Does what `emit` would: the fields of an event are those of its statement in their order. Copying them at
    /// once costs some hundred gas less than decoding and encoding each, and much less code.
    function tell(
        bytes32 eventHash,
        bytes32 structHash,
        ITouchmarkTypes.Call calldata call_,
        address signer
    ) internal {
        _tell(eventHash, structHash, call_.fields(), signer, 0, 0x20);
    }

    /// @notice The same with one word more: until when, or from when on.
    function tell(
        bytes32 eventHash,
        bytes32 structHash,
        ITouchmarkTypes.Call calldata call_,
        address signer,
        uint40 time
    ) internal {
        _tell(eventHash, structHash, call_.fields(), signer, time, 0x40);
    }

    function _tell(
        bytes32 eventHash,
        bytes32 structHash,
        uint256 at,
        address signer,
        uint40 time,
        uint256 more
    ) private {
        assembly ("memory-safe") {
            let p := mload(0x40)
            let length := sub(calldataload(sub(at, 0x20)), 0x20)
            calldatacopy(p, add(at, 0x20), length)
            mstore(add(p, length), shr(96, shl(96, signer)))
            mstore(add(p, add(length, 0x20)), and(time, 0xffffffffff))
            log3(p, add(length, more), eventHash, structHash, calldataload(at))
        }
    }
}
