// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITouchmarkErrors} from "./ITouchmarkErrors.sol";
import {ITouchmarkEvents} from "./ITouchmarkEvents.sol";
import {ITouchmarkTypes} from "./ITouchmarkTypes.sol";

/// @title Touchmark: a ledger of genuine things
/// @notice Every fact is signed by the party whose fact it is; whoever carries it here can delay it, never invent one.
interface ITouchmark is ITouchmarkTypes, ITouchmarkErrors, ITouchmarkEvents {
    /// @notice Takes one statement, or reverts with the reason.
    function submit(Call calldata call) external;

    /// @notice Takes many statements of any kind. Each runs on its own, with {statementGas} gas for itself; a bad one
    /// is refused ({Refused}) while the rest stand. If less than a full bound is left for one, the whole bundle reverts.
    function bundle(Call[] calldata calls) external;

    /// @notice The same as {submit}, for the contract itself: what {bundle} calls. Its selector sorts before the others,
    /// which saves each statement of a bundle some 700 gas of searching.
    function submitInner(Call calldata call) external;

    // The contract's owner (in production a multisig behind a timelock)

    /// @notice Adds an organisation with its first key.
    /// @return party its number, from 1
    function addParty(bool brand, address firstKey) external returns (uint24 party);

    /// @notice Ends an organisation: its keys are retired now, for good. Its past stands.
    function endParty(uint24 party) external;

    /// @notice Gives a key to an active party (or the council, 0) that has lost its own.
    function addKeyByOwner(uint24 party, address key) external;

    /// @notice From this block on `party` holds a GS1 company prefix; zero: nobody.
    /// @param prefix the prefix's ASCII digits as they stand in a GTIN-14 after the indicator digit, left-aligned,
    /// zero-padded
    function grantPrefix(bytes14 prefix, uint24 party) external;

    /// @notice Names the contract that takes over in 90 days. From that day this one refuses every statement.
    function nameSuccessor(address successor_) external;

    /// @notice Takes the successor back, until its day.
    function takeBackSuccessor() external;

    /// @notice Where wallets find a certificate's picture and text: this, then the item's number. Says nothing about
    /// what is true.
    function setBaseURI(string calldata baseURI) external;

    // Views

    /// @return holder the owner if flag 0 (claimed) is set, else the address of the claim key
    /// @return batch the batch the item was opened from; zero: never touched
    /// @return sequence counts the owner's statements and changes of owner
    /// @return flags see {Flags}; the timed ones hold only until what `locks` says
    /// @return head hash over everything that was ever said of the item
    /// @return locks until when the timed flags hold
    /// @return recovery the open recovery, if any
    function itemOf(
        uint256 item
    )
        external
        view
        returns (
            address holder,
            uint56 batch,
            uint24 sequence,
            uint16 flags,
            bytes32 head,
            Locks memory locks,
            Recovery memory recovery
        );

    /// @return registration `keccak256(abi.encode(root, count, manifestHash, signer, time))`; zero: not registered
    function batchOf(uint56 batch) external view returns (bytes32 registration);

    /// @return flags bit 0 recalled, 1 void, 2 amended
    function batchFlagsOf(uint56 batch) external view returns (uint8 flags);

    /// @return batch the number the brand's next batch must have
    function nextBatch(uint24 brand) external view returns (uint56 batch);

    function partyOf(uint24 party) external view returns (Party memory);

    function keyOf(
        uint24 party,
        address key
    ) external view returns (uint40 from, uint40 until, uint40 compromisedSince);

    /// @return keys the keys in force, sixteen at most, in no order
    function keysOf(uint24 party) external view returns (address[] memory keys);

    function accreditationOf(uint24 by, uint24 party) external view returns (uint40 from, uint40 until);

    function isNonceUsed(uint24 party, uint256 nonce) external view returns (bool);

    /// @return party who held the prefix at the end of that block; zero: nobody
    function prefixHolder(bytes14 prefix, uint256 atBlock) external view returns (uint24 party);

    /// @return successor_ the contract that takes over, zero if none is named
    /// @return due from when this one refuses every statement
    function successor() external view returns (address successor_, uint40 due);

    /// @notice EIP-712 struct hash of a statement. Kind 0 is the Offer; kind 3 takes what {submit} takes and gives the
    /// Accept's; kind 19 takes `abi.encode(item, earlier batch, earlier leaf)`.
    function structHash(uint8 kind, bytes calldata data) external pure returns (bytes32);

    /// @notice What a signer of that statement signs.
    function digest(uint8 kind, bytes calldata data) external view returns (bytes32);

    /// @return gas_ what each statement of a bundle gets
    function statementGas() external pure returns (uint256 gas_);

    /// @return address_ the verifier of passkey signatures
    function passkeyVerifier() external view returns (address address_);
}
