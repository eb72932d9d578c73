// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What the ledger tells
/// @notice `statement` is always the EIP-712 struct hash, and every field of the statement is in its event, so that
/// anyone recomputes an item's head: `keccak256(abi.encode(head, statement, signer, block time))`. `signer` is the new
/// owner for a claim, a handover and a completed recovery, the owner for the owner's statements, zero for a contest and
/// the party's key otherwise.
interface ITouchmarkEvents {
    event BatchRegistered(
        bytes32 indexed statement,
        uint56 indexed batch,
        bytes32 root,
        uint32 count,
        bytes32 manifestHash,
        address signer
    );
    /// @notice First touch. The head starts as `keccak256(abi.encode(batch, leaf))`.
    event ItemOpened(
        uint256 indexed item,
        uint56 indexed batch,
        bytes32 pathHash,
        bytes32 recordHash,
        address claimAddress
    );
    event Claimed(bytes32 indexed statement, uint256 indexed item, address newOwner);
    /// @notice `statement` is the Accept's hash, `offer` the Offer's.
    event HandedOver(
        bytes32 indexed statement,
        uint256 indexed item,
        address recipient,
        uint40 expiry,
        uint24 sequence,
        bytes32 ref,
        bytes32 offer,
        address newOwner,
        bytes32 head
    );
    event Cancelled(bytes32 indexed statement, uint256 indexed item, uint24 sequence, address owner);
    event Recorded(
        bytes32 indexed statement,
        uint256 indexed item,
        uint24 party,
        uint24 accreditor,
        uint8 kind,
        bytes32 facts,
        uint256 about,
        bytes32 report,
        uint40 date,
        uint256 nonce,
        address signer
    );
    event OwnerReported(
        bytes32 indexed statement,
        uint256 indexed item,
        uint8 kind,
        bytes32 ref,
        uint24 sequence,
        address owner
    );
    /// @notice `until` is when a timed flag ends; zero for the others and for what is settled or lifted.
    event Marked(
        bytes32 indexed statement,
        uint256 indexed item,
        uint24 party,
        uint8 kind,
        bytes32 ref,
        uint256 nonce,
        address signer,
        uint40 until
    );
    event BatchMarked(
        bytes32 indexed statement,
        uint56 indexed batch,
        uint24 party,
        uint8 kind,
        bytes32 ref,
        uint256 nonce,
        address signer
    );
    /// @notice `signer` is the brand's key; the owner, if there was one, signed too.
    event Retired(
        bytes32 indexed statement,
        uint256 indexed item,
        uint24 party,
        bytes32 ref,
        uint256 nonce,
        uint24 sequence,
        address signer
    );
    event ClaimReplaced(
        bytes32 indexed statement,
        uint256 indexed item,
        uint24 party,
        address claimAddress,
        bytes32 ref,
        uint256 nonce,
        address signer
    );
    event RecoveryOpened(
        bytes32 indexed statement,
        uint256 indexed item,
        uint24 party,
        address claimAddress,
        bytes32 ref,
        uint256 nonce,
        address signer,
        uint40 due
    );
    /// @notice A statement of the owner, whose event follows, ended the open recovery.
    event RecoveryEnded(uint256 indexed item);
    event RecoveryCompleted(bytes32 indexed statement, uint256 indexed item, address newOwner, uint24 sequence);
    event ItemAmended(
        bytes32 indexed statement,
        uint256 indexed item,
        uint24 party,
        bytes32 recordHash,
        bytes32 manifestHash,
        uint256 nonce,
        address signer
    );
    event BatchAmended(
        bytes32 indexed statement,
        uint56 indexed batch,
        uint24 party,
        bytes32 root,
        bytes32 manifestHash,
        uint256 nonce,
        address signer
    );
    event Anchored(bytes32 indexed statement, uint24 indexed party, bytes32 hash, uint256 nonce, address signer);
    /// @notice `second` is the council's second key; zero for a brand's own.
    event Accredited(
        bytes32 indexed statement,
        uint24 indexed by,
        uint24 indexed party,
        uint256 nonce,
        address signer,
        address second
    );
    event AccreditationEnded(
        bytes32 indexed statement,
        uint24 indexed by,
        uint24 indexed party,
        uint256 nonce,
        address signer,
        address second
    );
    /// @notice `statement` is zero and `signer` the contract's owner where the owner added the key.
    event KeyAdded(
        bytes32 indexed statement,
        uint24 indexed party,
        address indexed key,
        uint256 nonce,
        address signer,
        address second
    );
    /// @notice `statement` is zero and `signer` the contract's owner where the party ended.
    event KeyRetired(
        bytes32 indexed statement,
        uint24 indexed party,
        address indexed key,
        uint256 nonce,
        address signer
    );
    event KeyCompromised(
        bytes32 indexed statement,
        uint24 indexed party,
        address indexed key,
        uint24 by,
        uint40 since,
        uint256 nonce,
        address signer
    );
    /// @notice An earlier batch of the same brand lists the item too, with this leaf.
    event Contested(
        bytes32 indexed statement,
        uint256 indexed item,
        uint56 earlierBatch,
        bytes32 earlierLeaf,
        uint40 until
    );

    event PartyAdded(uint24 indexed party, bool brand, address firstKey);
    event PartyEnded(uint24 indexed party);
    /// @notice From this block on; what was registered before keeps its holder of then. Party zero: nobody.
    event PrefixGranted(bytes14 indexed prefix, uint24 indexed party);
    event SuccessorNamed(address indexed successor, uint40 due);
    event SuccessorTakenBack(address indexed successor);

    /// @notice A call of a bundle was refused; `reason` is the error, its first 256 bytes at most. Never a fact about
    /// the statement: that is only its own event, or a nonce, sequence or expiry that lies behind it.
    event Refused(uint256 indexed index, bytes reason);
}
