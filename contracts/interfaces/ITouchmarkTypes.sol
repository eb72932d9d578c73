// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What callers hand to the ledger and what its views hand back
/// @notice The statements themselves are in {Statements}.
interface ITouchmarkTypes {
    /// @notice What a brand said when it registered a batch. The chain keeps only
    /// `keccak256(abi.encode(root, count, manifestHash, signer, time))`, so whoever opens an item shows the rest again.
    /// @param batch brand (24 bits) ‖ the brand's running number (32 bits, from 1)
    /// @param root Merkle root over the batch's leaves
    /// @param count how many items the brand says are listed: its word, only the manifest shows it
    /// @param manifestHash names the files of the batch
    /// @param signer the brand's key that signed the registration
    /// @param time block time of the registration, in seconds
    struct Registration {
        uint56 batch;
        bytes32 root;
        uint32 count;
        bytes32 manifestHash;
        address signer;
        uint40 time;
    }

    /// @notice The proof that an item is listed in a batch. Needed once, at the item's first touch.
    /// @param registration the batch as it was registered
    /// @param pathHash keccak256 of the item's canonical GS1 Digital Link path
    /// @param recordHash root of the item's record tree
    /// @param claimAddress address of the claim key on the item's sealed card
    /// @param proof Merkle path from the leaf to the batch's root
    struct Opening {
        Registration registration;
        bytes32 pathHash;
        bytes32 recordHash;
        address claimAddress;
        bytes32[] proof;
    }

    /// @notice One statement on its way to the ledger. Anyone may carry it.
    /// @param kind which statement, see {Statements}
    /// @param data the statement's fields, `abi.encode`d; for a handover the Offer's, then the Accept's
    /// @param opening empty, or `abi.encode(Opening)`: of the item's first touch; for a contest, of the earlier batch
    /// @param signatures in the order the statement's documentation gives, see {Signatures} for the four forms
    struct Call {
        uint8 kind;
        bytes data;
        bytes opening;
        bytes[] signatures;
    }

    /// @notice Until when the timed flags of an item hold, in seconds; zero where never set or settled.
    /// @param brandTheft until when the brand's theft report stops the item
    /// @param brandDispute until when the brand's dispute stops it
    /// @param councilTheft until when the council's theft report stops it
    /// @param councilDispute until when the council's dispute stops it
    /// @param registeredTwice until when 'registered twice' stops it
    /// @param brandThefts how often the brand has set its theft report, three times at most in the item's life
    /// @param brandDisputes how often the brand has set its dispute, three times at most in the item's life
    /// @param contested whether the item was ever contested: that works once, the rest is the council's
    struct Locks {
        uint40 brandTheft;
        uint40 brandDispute;
        uint40 councilTheft;
        uint40 councilDispute;
        uint40 registeredTwice;
        uint8 brandThefts;
        uint8 brandDisputes;
        bool contested;
    }

    /// @notice An open recovery; all zero when there is none.
    /// @param claimAddress address of the new claim key
    /// @param due from when it can be completed, in seconds
    /// @param openedBy the brand that opened it; 0 is the council
    struct Recovery {
        address claimAddress;
        uint40 due;
        uint24 openedBy;
    }

    /// @notice A numbered organisation; 0 is the council.
    /// @param batches how many batches it has registered
    /// @param brand whether it may register batches
    /// @param from block time at which it was added
    /// @param until block time at which it was ended, zero while active
    struct Party {
        uint32 batches;
        bool brand;
        uint40 from;
        uint40 until;
    }

    /// @notice A key of a party. In force while `until` and `compromisedSince` are zero.
    /// @param from block time at which it was added; zero: never a key of this party
    /// @param until block time at which it was retired, or its party ended
    /// @param compromisedSince readers give no weight to what it signed in blocks at or after this time
    /// @param accredited whether the council accredits its party now: a copy, so that a record reads one slot less
    struct Key {
        uint40 from;
        uint40 until;
        uint40 compromisedSince;
        bool accredited;
    }

    /// @notice An accreditation. In force while `from` is set and `until` is zero.
    /// @param from block time at which it was given, the last time
    /// @param until block time at which it was ended
    struct Interval {
        uint40 from;
        uint40 until;
    }

    /// @notice A GS1 company prefix changes hands.
    /// @param party the holder from here on; zero: nobody
    /// @param fromBlock block number of the grant
    /// @param fromTime block time of the grant: a registration's proof carries its time, not its number
    struct Grant {
        uint24 party;
        uint48 fromBlock;
        uint40 fromTime;
    }
}
