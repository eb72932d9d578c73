// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {Calls} from "./Calls.sol";
import {ITouchmarkEvents} from "./interfaces/ITouchmarkEvents.sol";
import {ITouchmarkTypes} from "./interfaces/ITouchmarkTypes.sol";
import {Signatures} from "./Signatures.sol";
import {Statements} from "./Statements.sol";
import {Storage} from "./Storage.sol";

/// @title Who may act: parties, their keys, accreditations and nonces
/// @dev A key's own slot says whether it may sign now. Ending a party therefore retires its keys one by one (sixteen at
/// most), instead of every statement reading the party's slot too; and one storage proof of that slot tells a verifier
/// the signer's whole interval.
abstract contract Parties is ITouchmarkTypes, Signatures, ITouchmarkEvents, Storage, EIP712 {
    using Calls for Call;

    uint24 internal constant COUNCIL = 0;
    uint256 private constant MAX_KEYS = 16;

    // Statements on parties

    function _accredit(Call calldata call_, bytes32 h) internal {
        Statements.Accreditation calldata s = _accreditation(call_);
        (uint24 by, uint24 party) = (s.by, s.party);
        (address signer, address second) = _requireParty(by, h, call_, true);
        if (by != COUNCIL && !_ledger().parties[by].brand) revert NotABrand(by);
        if (party == COUNCIL || party == by) revert NotEntitled(party);
        _requireActive(party);
        _useNonce(by, s.nonce);

        Interval storage interval = _ledger().accreditations[by][party];
        if (_inForce(interval)) revert AlreadyAccredited(by, party);
        (interval.from, interval.until) = (uint40(block.timestamp), 0);
        if (by == COUNCIL) _copyAccreditation(party, true);
        emit Accredited(h, by, party, s.nonce, signer, second);
    }

    function _endAccreditation(Call calldata call_, bytes32 h) internal {
        Statements.Accreditation calldata s = _accreditation(call_);
        (uint24 by, uint24 party) = (s.by, s.party);
        (address signer, address second) = _requireParty(by, h, call_, true);
        _useNonce(by, s.nonce);

        Interval storage interval = _ledger().accreditations[by][party];
        if (!_inForce(interval)) revert NotAccredited(by, party);
        interval.until = uint40(block.timestamp);
        if (by == COUNCIL) _copyAccreditation(party, false);
        emit AccreditationEnded(h, by, party, s.nonce, signer, second);
    }

    function _addKey(Call calldata call_, bytes32 h) internal {
        Statements.KeyChange calldata s = _keyChange(call_);
        (uint24 party, address key) = (s.party, s.key);
        (address signer, address second) = _requireParty(party, h, call_, true);
        _useNonce(party, s.nonce);
        _putKeyInForce(party, key);
        emit KeyAdded(h, party, key, s.nonce, signer, second);
    }

    function _retireKey(Call calldata call_, bytes32 h) internal {
        Statements.KeyChange calldata s = _keyChange(call_);
        (uint24 party, address key) = (s.party, s.key);
        (address signer, ) = _requireParty(party, h, call_, false);
        _useNonce(party, s.nonce);
        if (!_isKeyInForce(party, key)) revert NotAKey(party, key);
        _ledger().keys[party][key].until = uint40(block.timestamp);
        _takeOutOfForce(party, key);
        emit KeyRetired(h, party, key, s.nonce, signer);
    }

    /// @dev Changes how readers weigh the key's statements from `since` on, and stops the key now; what is stored
    /// stands. Only the council moves the time, and only to an earlier one.
    function _compromised(Call calldata call_, bytes32 h) internal {
        Statements.Compromised calldata s;
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
        (uint24 by, uint24 party, address key, uint40 since) = (s.by, s.party, s.key, s.since);
        if (by != party && by != COUNCIL) revert NotEntitled(by);
        (address signer, ) = _requireParty(by, h, call_, false);
        _useNonce(by, s.nonce);

        Key storage k = _ledger().keys[party][key];
        if (k.from == 0) revert NotAKey(party, key);
        if (since < k.from || since > block.timestamp) revert WrongTime(since);
        if (k.compromisedSince != 0) {
            if (by != COUNCIL) revert NotEntitled(by);
            if (since >= k.compromisedSince) revert WrongTime(since);
        } else if (k.until == 0) {
            _takeOutOfForce(party, key);
        }
        k.compromisedSince = since;
        emit KeyCompromised(h, party, key, by, since, s.nonce, signer);
    }

    /// @dev Any party may have a hash dated: a design's files, a list of headers, a report.
    function _anchor(Call calldata call_, bytes32 h) internal {
        Statements.Anchor calldata s;
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
        (address signer, ) = _requireParty(s.party, h, call_, false);
        _useNonce(s.party, s.nonce);
        emit Anchored(h, s.party, s.hash, s.nonce, signer);
    }

    // What the rest of the ledger asks

    /// @dev One key in force of the party. Where `twoStep` and the party is the council, two different ones over the
    /// same digest.
    function _requireParty(
        uint24 party,
        bytes32 structHash_,
        Call calldata call_,
        bool twoStep
    ) internal view returns (address first, address second) {
        if (twoStep && party == COUNCIL) {
            call_.requireSignatures(2);
            first = _requireKey(party, structHash_, call_.signature(0));
            second = _requireKey(party, structHash_, call_.signature(1));
            if (first == second) revert SameKeyTwice(first);
        } else {
            call_.requireSignatures(1);
            first = _requireKey(party, structHash_, call_.signature(0));
        }
    }

    function _requireKey(
        uint24 party,
        bytes32 structHash_,
        bytes calldata signature
    ) internal view returns (address signer) {
        (signer, ) = _requireKeyOf(party, structHash_, signature);
    }

    /// @dev A key in force of the party, and whether the council accredits the party now.
    function _requireKeyOf(
        uint24 party,
        bytes32 structHash_,
        bytes calldata signature
    ) internal view returns (address signer, bool accredited) {
        signer = _recover(_hashTypedDataV4(structHash_), signature);
        bool inForce;
        (inForce, accredited) = _keyWord(party, signer);
        if (!inForce) revert NotAKey(party, signer);
    }

    function _requireSigner(address expected, bytes32 structHash_, bytes calldata signature) internal view {
        address actual = _recover(_hashTypedDataV4(structHash_), signature);
        if (actual != expected) revert WrongSigner(expected, actual);
    }

    function _requireAccredited(uint24 by, uint24 party) internal view {
        if (!_inForce(_ledger().accreditations[by][party])) revert NotAccredited(by, party);
    }

    function _useNonce(uint24 party, uint256 nonce) internal {
        Nonces storage word = _ledger().nonces[party][nonce >> 8];
        uint256 used = word.used;
        uint256 bit = 1 << (nonce & 0xff);
        if (used & bit != 0) revert NonceUsed(party, nonce);
        word.used = used | bit;
    }

    function _isNonceUsed(uint24 party, uint256 nonce) internal view returns (bool) {
        return (_ledger().nonces[party][nonce >> 8].used >> (nonce & 0xff)) & 1 == 1;
    }

    // Parties and keys, by the contract's owner

    function _newParty(bool brand, address firstKey) internal returns (uint24 party) {
        party = ++_ledger().partyCount;
        _ledger().parties[party] = Party({batches: 0, brand: brand, from: uint40(block.timestamp), until: 0});
        emit PartyAdded(party, brand, firstKey);
        _giveKey(party, firstKey);
    }

    function _newCouncil(address first, address second) internal {
        _ledger().parties[COUNCIL].from = uint40(block.timestamp);
        _giveKey(COUNCIL, first);
        _giveKey(COUNCIL, second);
    }

    function _giveKey(uint24 party, address key) internal {
        _putKeyInForce(party, key);
        emit KeyAdded(0, party, key, 0, msg.sender, address(0));
    }

    /// @dev The council cannot be ended.
    function _end(uint24 party) internal {
        if (party == COUNCIL) revert NotEntitled(party);
        _requireActive(party);
        _ledger().parties[party].until = uint40(block.timestamp);
        emit PartyEnded(party);
        address[] storage inForce = _ledger().keysInForce[party];
        for (uint256 left = inForce.length; left > 0; --left) {
            address key = inForce[left - 1];
            inForce.pop();
            _ledger().keys[party][key].until = uint40(block.timestamp);
            emit KeyRetired(0, party, key, 0, msg.sender);
        }
    }

    function _requireActive(uint24 party) internal view {
        Party storage p = _ledger().parties[party];
        if (p.from == 0 || p.until != 0) revert NotActive(party);
    }

    function _putKeyInForce(uint24 party, address key) private {
        if (key == address(0)) revert ZeroAddress();
        Key storage k = _ledger().keys[party][key];
        if (k.from != 0) revert KeyKnown(party, key);
        address[] storage inForce = _ledger().keysInForce[party];
        if (inForce.length == MAX_KEYS) revert TooManyKeys(party, MAX_KEYS);
        k.from = uint40(block.timestamp);
        k.accredited = _inForce(_ledger().accreditations[COUNCIL][party]);
        inForce.push(key);
    }

    /// @dev Each key in force says whether the council accredits its party, see {_requireKeyOf}.
    function _copyAccreditation(uint24 party, bool accredited) private {
        address[] storage inForce = _ledger().keysInForce[party];
        for (uint256 i = 0; i < inForce.length; ++i) _ledger().keys[party][inForce[i]].accredited = accredited;
    }

    function _takeOutOfForce(uint24 party, address key) private {
        address[] storage inForce = _ledger().keysInForce[party];
        uint256 last = inForce.length - 1;
        for (uint256 i = 0; i <= last; ++i) {
            if (inForce[i] != key) continue;
            inForce[i] = inForce[last];
            inForce.pop();
            return;
        }
    }

    function _isKeyInForce(uint24 party, address key) private view returns (bool inForce) {
        (inForce, ) = _keyWord(party, key);
    }

    /// @dev In one word from the low end: from 40, until 40, compromised since 40, accredited 8.
    function _keyWord(uint24 party, address key) private view returns (bool inForce, bool accredited) {
        Key storage k = _ledger().keys[party][key];
        uint256 word;
        assembly ("memory-safe") {
            word := sload(k.slot)
        }
        inForce = word != 0 && uint80(word >> 40) == 0;
        accredited = word >> 120 != 0;
    }

    function _inForce(Interval storage interval) private view returns (bool) {
        return interval.from != 0 && interval.until == 0;
    }

    function _accreditation(Call calldata call_) private pure returns (Statements.Accreditation calldata s) {
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
    }

    function _keyChange(Call calldata call_) private pure returns (Statements.KeyChange calldata s) {
        uint256 at = call_.fields();
        assembly ("memory-safe") {
            s := at
        }
    }
}
