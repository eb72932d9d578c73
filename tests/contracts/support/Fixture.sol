// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Flags} from "../../../contracts/Flags.sol";
import {ITouchmarkErrors} from "../../../contracts/interfaces/ITouchmarkErrors.sol";
import {ITouchmarkEvents} from "../../../contracts/interfaces/ITouchmarkEvents.sol";
import {ITouchmarkTypes} from "../../../contracts/interfaces/ITouchmarkTypes.sol";
import {Statements} from "../../../contracts/Statements.sol";
import {Touchmark} from "../../../contracts/Touchmark.sol";
import {WebAuthnVerifier} from "../../../contracts/WebAuthnVerifier.sol";
import {Signers} from "./Signers.sol";

/// @dev One world for all tests: a council of two keys, two brands, an authenticator the council accredits, a repairer
/// the first brand accredits, and a batch of two items of each brand.
abstract contract Fixture is Signers, ITouchmarkTypes, ITouchmarkErrors, ITouchmarkEvents {
    struct Thing {
        uint24 brand;
        uint56 batch;
        uint256 id;
        bytes32 pathHash;
        bytes32 recordHash;
        uint256 claimKey;
        bytes32 leaf;
        bytes opening;
    }

    uint24 internal constant COUNCIL = 0;
    uint24 internal constant BRAND = 1;
    uint24 internal constant AUTHENTICATOR = 2;
    uint24 internal constant REPAIRER = 3;
    uint24 internal constant RIVAL = 4;

    uint256 internal constant COUNCIL_KEY = 0xc001;
    uint256 internal constant COUNCIL_KEY_2 = 0xc002;
    uint256 internal constant BRAND_KEY = 0xb001;
    uint256 internal constant AUTHENTICATOR_KEY = 0xa001;
    uint256 internal constant REPAIRER_KEY = 0xa002;
    uint256 internal constant RIVAL_KEY = 0xb002;

    address internal constant OWNER = address(0x0acc);

    Touchmark internal ledger;
    WebAuthnVerifier internal verifier;
    Thing internal watch;
    Thing internal bag;
    Thing internal rivals;
    uint256 internal clock;
    uint256 private lastNonce;
    mapping(uint24 brand => uint56) private lastBatch;
    mapping(uint56 batch => Registration) internal registrations;

    function setUp() public virtual {
        goTo(1_800_000_000);
        vm.roll(100);
        verifier = new WebAuthnVerifier();
        ledger = new Touchmark(OWNER, vm.addr(COUNCIL_KEY), vm.addr(COUNCIL_KEY_2), address(verifier));
        addParty(true, BRAND_KEY);
        addParty(false, AUTHENTICATOR_KEY);
        addParty(false, REPAIRER_KEY);
        addParty(true, RIVAL_KEY);
        submit(accreditCall(COUNCIL, AUTHENTICATOR, nonce()));
        submit(accreditCall(BRAND, REPAIRER, nonce()));
        (watch, bag) = registerTwo(BRAND, thing(BRAND, "watch"), thing(BRAND, "bag"));
        (rivals, ) = registerTwo(RIVAL, thing(RIVAL, "rival's"), thing(RIVAL, "rival's other"));
    }

    // Time. Kept here, for the compiler takes a block's time to be the same all through a transaction.

    function goTo(uint256 time) internal {
        clock = time;
        vm.warp(time);
    }

    function skip(uint256 time) internal {
        goTo(clock + time);
    }

    function goBack(uint256 time) internal {
        goTo(clock - time);
    }

    // People

    function alice() internal pure returns (Signer memory) {
        return ordinary(0xa11ce);
    }

    function bob() internal pure returns (Signer memory) {
        return ordinary(0xb0b);
    }

    function carol() internal pure returns (Signer memory) {
        return ordinary(0xca401);
    }

    function keyOf(uint24 party) internal pure returns (uint256) {
        if (party == COUNCIL) return COUNCIL_KEY;
        if (party == BRAND) return BRAND_KEY;
        if (party == AUTHENTICATOR) return AUTHENTICATOR_KEY;
        if (party == REPAIRER) return REPAIRER_KEY;
        return RIVAL_KEY;
    }

    function addParty(bool brand, uint256 key) internal returns (uint24) {
        vm.prank(OWNER);
        return ledger.addParty(brand, vm.addr(key));
    }

    function nonce() internal returns (uint256) {
        return ++lastNonce;
    }

    // Things and batches

    function thing(uint24 brand, string memory name) internal pure returns (Thing memory t) {
        t.brand = brand;
        t.pathHash = keccak256(bytes(name));
        t.recordHash = keccak256(abi.encode("record", name));
        t.claimKey = uint256(keccak256(abi.encode("claim", name))) >> 8;
        t.id = uint256(keccak256(abi.encode(brand, t.pathHash)));
        t.leaf = leafOf(t);
    }

    function leafOf(Thing memory t) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(t.pathHash, t.recordHash, vm.addr(t.claimKey)))));
    }

    function registerTwo(uint24 brand, Thing memory a, Thing memory b) internal returns (Thing memory, Thing memory) {
        bytes32 root = a.leaf < b.leaf
            ? keccak256(abi.encode(a.leaf, b.leaf))
            : keccak256(abi.encode(b.leaf, a.leaf));
        uint56 batch = (uint56(brand) << 32) | ++lastBatch[brand];
        submit(registerCall(batch, root, 2, keyOf(brand)));
        Registration memory r = Registration(
            batch,
            root,
            2,
            keccak256("manifest"),
            vm.addr(keyOf(brand)),
            uint40(clock)
        );
        registrations[batch] = r;
        (a.batch, b.batch) = (batch, batch);
        a.opening = openingOf(r, a, b.leaf);
        b.opening = openingOf(r, b, a.leaf);
        return (a, b);
    }

    function openingOf(Registration memory r, Thing memory t, bytes32 sibling) internal pure returns (bytes memory) {
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = sibling;
        return abi.encode(Opening(r, t.pathHash, t.recordHash, vm.addr(t.claimKey), proof));
    }

    // Calls

    function build(uint8 kind, bytes memory data, bytes memory opening, Signer memory s) internal view returns (Call memory c) {
        c = Call(kind, data, opening, new bytes[](1));
        c.signatures[0] = sign(s, ledger.digest(kind, data));
    }

    function build(
        uint8 kind,
        bytes memory data,
        bytes memory opening,
        Signer memory s,
        Signer memory second
    ) internal view returns (Call memory c) {
        bytes32 d = ledger.digest(kind, data);
        c = Call(kind, data, opening, new bytes[](2));
        (c.signatures[0], c.signatures[1]) = (sign(s, d), sign(second, d));
    }

    function byParty(uint8 kind, bytes memory data, bytes memory opening, uint24 party) internal view returns (Call memory) {
        return build(kind, data, opening, ordinary(keyOf(party)));
    }

    function registerCall(uint56 batch, bytes32 root, uint32 count, uint256 key) internal view returns (Call memory) {
        return
            build(Statements.REGISTER_BATCH, abi.encode(batch, root, count, keccak256("manifest")), "", ordinary(key));
    }

    function claimCall(Thing memory t, Signer memory newOwner) internal view returns (Call memory) {
        return build(Statements.CLAIM, abi.encode(t.id, newOwner.at), t.opening, ordinary(t.claimKey), newOwner);
    }

    function handOverCall(Thing memory t, Signer memory from, Signer memory to) internal view returns (Call memory) {
        return handOverCall(t, from, to, to, uint40(clock + 1 days));
    }

    function handOverCall(
        Thing memory t,
        Signer memory from,
        Signer memory to,
        Signer memory link,
        uint40 expiry
    ) internal view returns (Call memory c) {
        (, , uint24 sequence, , bytes32 head, , ) = ledger.itemOf(t.id);
        Statements.Offer memory offer = Statements.Offer(t.id, link.at, expiry, sequence, keccak256("offer"));
        return handOverCall(offer, head, from, to, link);
    }

    function handOverCall(
        Statements.Offer memory offer,
        bytes32 head,
        Signer memory from,
        Signer memory to,
        Signer memory link
    ) internal view returns (Call memory c) {
        bytes32 offerHash = ledger.structHash(Statements.OFFER, abi.encode(offer));
        bytes memory data = abi.encode(offer, Statements.Accept(offerHash, to.at, head));
        bytes32 d = ledger.digest(Statements.ACCEPT, data);
        bool byLink = link.at != to.at;
        c = Call(Statements.ACCEPT, data, "", new bytes[](byLink ? 3 : 2));
        c.signatures[0] = sign(from, ledger.digest(Statements.OFFER, abi.encode(offer)));
        c.signatures[1] = sign(to, d);
        if (byLink) c.signatures[2] = sign(link, d);
    }

    function cancelCall(Thing memory t, Signer memory owner) internal view returns (Call memory) {
        return build(Statements.CANCEL, abi.encode(t.id, sequenceOf(t)), "", owner);
    }

    function reportCall(Thing memory t, Signer memory owner, uint8 kind) internal view returns (Call memory) {
        return
            build(Statements.OWNER_REPORT, abi.encode(t.id, kind, keccak256("report"), sequenceOf(t)), "", owner);
    }

    function markCall(uint256 subject, uint24 party, uint8 kind, bytes memory opening) internal returns (Call memory) {
        return byParty(Statements.MARK, abi.encode(subject, party, kind, keccak256("ref"), nonce()), opening, party);
    }

    function markCall(Thing memory t, uint24 party, uint8 kind) internal returns (Call memory) {
        return markCall(t.id, party, kind, t.opening);
    }

    function recordCall(Thing memory t, uint24 party, uint24 by, uint8 kind, uint256 about) internal returns (Call memory) {
        return recordCall(t, party, by, kind, about, nonce());
    }

    function recordCall(
        Thing memory t,
        uint24 party,
        uint24 by,
        uint8 kind,
        uint256 about,
        uint256 nonce_
    ) internal view returns (Call memory) {
        Statements.Record memory r = Statements.Record(
            t.id,
            party,
            by,
            kind,
            keccak256("facts"),
            about,
            keccak256("report"),
            uint40(clock),
            nonce_
        );
        return byParty(Statements.RECORD, abi.encode(r), t.opening, party);
    }

    function inspectionCall(Thing memory t) internal returns (Call memory) {
        return recordCall(t, AUTHENTICATOR, COUNCIL, Statements.INSPECTION, 0);
    }

    function retireCall(Thing memory t, Signer memory owner) internal returns (Call memory) {
        bytes memory data = abi.encode(t.id, t.brand, keccak256("ref"), nonce(), sequenceOf(t));
        if (owner.at == address(0)) return byParty(Statements.RETIRE, data, t.opening, t.brand);
        return build(Statements.RETIRE, data, t.opening, ordinary(keyOf(t.brand)), owner);
    }

    function replaceClaimCall(Thing memory t, uint24 party, uint256 claimKey) internal returns (Call memory) {
        bytes memory data = abi.encode(t.id, party, vm.addr(claimKey), keccak256("ref"), nonce());
        return byParty(Statements.REPLACE_CLAIM, data, t.opening, party);
    }

    function completeCall(Thing memory t, uint256 claimKey, Signer memory newOwner) internal view returns (Call memory) {
        bytes memory data = abi.encode(t.id, newOwner.at, sequenceOf(t));
        return build(Statements.COMPLETE_RECOVERY, data, "", ordinary(claimKey), newOwner);
    }

    function amendItemCall(Thing memory t, uint24 party) internal returns (Call memory) {
        bytes memory data = abi.encode(t.id, party, keccak256("new record"), keccak256("new manifest"), nonce());
        return byParty(Statements.AMEND_ITEM, data, t.opening, party);
    }

    function amendBatchCall(uint56 batch, uint24 party) internal returns (Call memory) {
        bytes memory data = abi.encode(batch, party, keccak256("new root"), keccak256("new manifest"), nonce());
        return byParty(Statements.AMEND_BATCH, data, "", party);
    }

    function accreditCall(uint24 by, uint24 party, uint256 nonce_) internal view returns (Call memory) {
        return byGranter(Statements.ACCREDIT, abi.encode(by, party, nonce_), by);
    }

    function endAccreditationCall(uint24 by, uint24 party) internal returns (Call memory) {
        return byGranter(Statements.END_ACCREDITATION, abi.encode(by, party, nonce()), by);
    }

    function addKeyCall(uint24 party, address key) internal returns (Call memory) {
        return byGranter(Statements.ADD_KEY, abi.encode(party, key, nonce()), party);
    }

    function retireKeyCall(uint24 party, address key) internal returns (Call memory) {
        return byParty(Statements.RETIRE_KEY, abi.encode(party, key, nonce()), "", party);
    }

    function compromisedCall(uint24 by, uint24 party, address key, uint256 since) internal returns (Call memory) {
        return byParty(Statements.COMPROMISED, abi.encode(by, party, key, since, nonce()), "", by);
    }

    function anchorCall(uint24 party, bytes32 hash, uint256 nonce_) internal view returns (Call memory) {
        return byParty(Statements.ANCHOR, abi.encode(party, hash, nonce_), "", party);
    }

    function contestCall(Thing memory t, bytes memory earlier) internal pure returns (Call memory) {
        return Call(Statements.CONTEST, abi.encode(t.id), earlier, new bytes[](0));
    }

    function byGranter(uint8 kind, bytes memory data, uint24 by) private view returns (Call memory) {
        if (by != COUNCIL) return byParty(kind, data, "", by);
        return build(kind, data, "", ordinary(COUNCIL_KEY), ordinary(COUNCIL_KEY_2));
    }

    // Doing and looking

    function submit(Call memory c) internal {
        ledger.submit(c);
    }

    function refused(Call memory c, bytes memory reason) internal {
        try ledger.submit(c) {
            revert NotTrue("refused");
        } catch (bytes memory actual) {
            if (keccak256(actual) != keccak256(reason)) {
                revert NotTrue(string.concat("refused for this reason, not ", hexOf(actual)));
            }
        }
    }

    /// @dev Refused for a reason of this kind, whatever its arguments.
    function refusedAs(Call memory c, bytes4 selector) internal {
        try ledger.submit(c) {
            revert NotTrue("refused");
        } catch (bytes memory actual) {
            if (bytes4(actual) != selector) {
                revert NotTrue(string.concat("refused for this reason, not ", hexOf(actual)));
            }
        }
    }

    function hexOf(bytes memory b) internal pure returns (string memory) {
        bytes16 digits = "0123456789abcdef";
        bytes memory out = new bytes(2 * b.length);
        for (uint256 i = 0; i < b.length; ++i) {
            (out[2 * i], out[2 * i + 1]) = (digits[uint8(b[i]) >> 4], digits[uint8(b[i]) & 15]);
        }
        return string(out);
    }

    function claim(Thing memory t, Signer memory newOwner) internal {
        submit(claimCall(t, newOwner));
    }

    function ownerOf(Thing memory t) internal view returns (address) {
        return ledger.ownerOf(t.id);
    }

    function sequenceOf(Thing memory t) internal view returns (uint24 sequence) {
        (, , sequence, , , , ) = ledger.itemOf(t.id);
    }

    function flagsOf(Thing memory t) internal view returns (uint16 flags) {
        (, , , flags, , , ) = ledger.itemOf(t.id);
    }

    function headOf(Thing memory t) internal view returns (bytes32 head) {
        (, , , , head, , ) = ledger.itemOf(t.id);
    }

    function has(Thing memory t, uint16 flag) internal view returns (bool) {
        return flagsOf(t) & flag != 0;
    }

    function nextHead(bytes32 head, bytes32 statement, address signer) internal view returns (bytes32) {
        return keccak256(abi.encode(head, statement, signer, clock));
    }
}
