// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Why the ledger refuses
interface ITouchmarkErrors {
    // The form of a call

    /// @notice No statement has this number.
    error UnknownKind(uint8 kind);
    /// @notice The statement's own `kind` field has no meaning.
    error UnknownSubkind(uint8 kind);
    /// @notice The data of a statement has a fixed length, in bytes.
    error WrongLength(uint256 expected, uint256 actual);
    /// @notice A statement takes a fixed number of signatures.
    error WrongSignatureCount(uint256 expected, uint256 actual);
    /// @notice A call of the bundle does not lie where the array says.
    error MalformedBundle(uint256 index);
    /// @notice Less than a statement's full bound is left: the whole bundle fails, so that nobody can starve a statement.
    error TooLittleGas(uint256 index);
    /// @notice This contract takes no statements any more; the successor does.
    error Succeeded(address successor);
    /// @notice An address that must name somebody is zero.
    error ZeroAddress();

    // Signatures

    /// @notice No form of signature looks like this.
    error UnknownSignatureForm(uint256 length);
    /// @notice The signature is not one of `claimed` over this digest (zero where the signature names nobody).
    error BadSignature(bytes32 digest, address claimed);
    /// @notice Not enough gas left to give a contract wallet its full allowance.
    error TooLittleGasForWallet(address wallet);
    /// @notice Somebody signed, but not who had to.
    error WrongSigner(address expected, address actual);
    /// @notice The signer is no key in force of this party.
    error NotAKey(uint24 party, address signer);
    /// @notice Two different keys have to sign.
    error SameKeyTwice(address key);

    // Parties

    /// @notice No such party, or it has ended.
    error NotActive(uint24 party);
    /// @notice Only a brand may do this.
    error NotABrand(uint24 party);
    /// @notice This party has no say here.
    error NotEntitled(uint24 party);
    /// @notice The party used this nonce before.
    error NonceUsed(uint24 party, uint256 nonce);
    /// @notice A correction points at a statement of the same party; this party never used that nonce.
    error NonceNotUsed(uint24 party, uint256 nonce);
    /// @notice A key once known to a party is never added again, or its past would change.
    error KeyKnown(uint24 party, address key);
    /// @notice A party keeps at most this many keys in force.
    error TooManyKeys(uint24 party, uint256 limit);
    /// @notice `since` lies before the key's start, in the future, or not before what is recorded.
    error WrongTime(uint40 since);
    /// @notice Accredited already.
    error AlreadyAccredited(uint24 by, uint24 party);
    /// @notice Not accredited now.
    error NotAccredited(uint24 by, uint24 party);
    /// @notice No successor is named that could be taken back.
    error NoSuccessor();
    /// @notice A successor is named already.
    error SuccessorAlreadyNamed(address successor);
    /// @notice Not the digits of a GS1 company prefix, left-aligned and zero-padded.
    error NotAPrefix(bytes14 prefix);

    // Batches and items

    /// @notice A brand numbers its batches without gaps.
    error WrongBatchNumber(uint56 expected, uint56 actual);
    /// @notice A batch has a root and at least one item.
    error EmptyBatch(uint56 batch);
    /// @notice The registration shown is not the one recorded.
    error WrongRegistration(uint56 batch);
    /// @notice The leaf is not in the batch.
    error NotListed(uint256 item, uint56 batch);
    /// @notice The opening is of another item.
    error WrongItem(uint256 expected, uint256 actual);
    /// @notice The item was never touched and the call brings no opening.
    error NotOpened(uint256 item);
    /// @notice The item has no owner yet.
    error NotClaimed(uint256 item);
    /// @notice The item has an owner.
    error AlreadyClaimed(uint256 item, address owner);
    /// @notice A flag stops the item: see the flags in force.
    error Stopped(uint256 item, uint16 flags);
    /// @notice The brand has voided the whole batch.
    error BatchVoid(uint56 batch);
    /// @notice The owner has made another statement, or the item another owner, since.
    error WrongSequence(uint256 item, uint24 expected, uint24 actual);
    /// @notice Something was added to the item since the buyer saw it.
    error WrongHead(uint256 item, bytes32 expected, bytes32 actual);
    /// @notice The acceptance is of another offer.
    error WrongOffer(bytes32 expected, bytes32 actual);
    /// @notice The offer has expired.
    error Expired(uint40 expiry);
    /// @notice The date lies more than ten minutes in the future.
    error FutureDate(uint40 date);
    /// @notice There is nothing of this party's to settle or lift.
    error NotSet(uint256 subject, uint8 kind);
    /// @notice The brand has used its three times; the council may set its own.
    error RenewalsUsedUp(uint256 item, uint8 kind);
    /// @notice An owner has ended a recovery, or the council has opened one: only the council opens the next.
    error OnlyCouncil(uint256 item);
    /// @notice No recovery is open.
    error NoRecovery(uint256 item);
    /// @notice The owner still has time to end the recovery.
    error NotDue(uint256 item, uint40 due);
    /// @notice A contest shows an earlier batch of the same brand.
    error NotEarlier(uint56 opened, uint56 shown);
    /// @notice The item was contested before.
    error AlreadyContested(uint256 item);
    /// @notice A certificate changes hands only by a handover or a recovery.
    error MovesOnlyByHandover();
}
