// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What the ledger must do, written a second time from contracts/README.md alone: no library of the ledger, no
/// packing, no assembly, a mapping for everything. It never sees a signature: it is told who truly signed.
abstract contract Model {
    /// @param signers who truly signed what had to be signed, in their order; zero: nobody
    /// @param wide a field does not fit its type
    struct Say {
        uint8 kind;
        bytes data;
        address[] signers;
        Shown shown;
        bool wide;
    }

    /// @param item which item the opening truly opens; zero: none
    struct Shown {
        uint256 item;
        uint56 batch;
        address claimAddress;
        bytes32 leaf;
    }

    /// @param until until when flags 3 to 7 hold
    struct Known {
        address holder;
        uint56 batch;
        uint24 sequence;
        uint16 flags;
        bytes32 head;
        uint40[5] until;
        uint8[2] brandTimes;
        bool contested;
        address newClaim;
        uint40 due;
        uint24 openedBy;
    }

    struct KnownKey {
        uint256 from;
        uint256 until;
        uint256 since;
    }

    uint16 private constant STOPS = 0x3fe; // 1 to 9
    uint16 private constant STOPS_RECOVERY = 0x2d0; // 4, 6, 7, 9

    mapping(uint256 item => Known) internal known;
    mapping(uint24 party => mapping(address => KnownKey)) internal keys;
    mapping(uint24 party => uint256) internal keyCount;
    mapping(uint24 party => bool) internal isBrand;
    mapping(uint24 party => bool) internal ended;
    mapping(uint24 by => mapping(uint24 party => bool)) internal accredited;
    mapping(uint24 party => mapping(uint256 nonce => bool)) internal used;
    mapping(uint24 brand => uint32) internal batchCount;
    mapping(uint56 batch => uint8) internal batchFlags;
    mapping(address => uint256) internal owned;
    bytes32 internal domainSeparator;
    uint256 internal now_;

    // How a statement is hashed

    function typeOf(uint8 kind) private pure returns (string memory) {
        if (kind == 0) return "Offer(uint256 item,address recipient,uint40 expiry,uint24 sequence,bytes32 ref)";
        if (kind == 1) return "RegisterBatch(uint56 batch,bytes32 root,uint32 count,bytes32 manifestHash)";
        if (kind == 2) return "Claim(uint256 item,address newOwner)";
        if (kind == 3) return "Accept(bytes32 offer,address newOwner,bytes32 head)";
        if (kind == 4) return "Cancel(uint256 item,uint24 sequence)";
        if (kind == 5)
            return
                "Record(uint256 item,uint24 party,uint24 accreditor,uint8 kind,bytes32 facts,uint256 about,bytes32 report,uint40 date,uint256 nonce)";
        if (kind == 6) return "OwnerReport(uint256 item,uint8 kind,bytes32 ref,uint24 sequence)";
        if (kind == 7) return "Mark(uint256 subject,uint24 party,uint8 kind,bytes32 ref,uint256 nonce)";
        if (kind == 8) return "Retire(uint256 item,uint24 party,bytes32 ref,uint256 nonce,uint24 sequence)";
        if (kind == 9)
            return "ReplaceClaim(uint256 item,uint24 party,address claimAddress,bytes32 ref,uint256 nonce)";
        if (kind == 10) return "CompleteRecovery(uint256 item,address newOwner,uint24 sequence)";
        if (kind == 11)
            return "AmendItem(uint256 item,uint24 party,bytes32 recordHash,bytes32 manifestHash,uint256 nonce)";
        if (kind == 12)
            return "AmendBatch(uint56 batch,uint24 party,bytes32 root,bytes32 manifestHash,uint256 nonce)";
        if (kind == 13) return "Anchor(uint24 party,bytes32 hash,uint256 nonce)";
        if (kind == 14) return "Accredit(uint24 by,uint24 party,uint256 nonce)";
        if (kind == 15) return "EndAccreditation(uint24 by,uint24 party,uint256 nonce)";
        if (kind == 16) return "AddKey(uint24 party,address key,uint256 nonce)";
        if (kind == 17) return "RetireKey(uint24 party,address key,uint256 nonce)";
        if (kind == 18) return "Compromised(uint24 by,uint24 party,address key,uint40 since,uint256 nonce)";
        return "Contest(uint256 item,uint56 batch,bytes32 leaf)";
    }

    function hashOf(uint8 kind, bytes memory fields) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(bytes(typeOf(kind))), fields));
    }

    function digestOf(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(bytes.concat(hex"1901", domainSeparator, structHash));
    }

    // The rules

    /// @dev Whether the ledger must take it; if so, this now knows what follows.
    function decide(Say memory s) internal returns (bool) {
        if (s.wide) return false;
        uint256[] memory f = wordsOf(s.data);
        if (s.kind == 1) return registers(s, f);
        if (s.kind == 2) return claims(s, f);
        if (s.kind == 3) return handsOver(s, f);
        if (s.kind == 4 || s.kind == 6) return ownerSays(s, f);
        if (s.kind == 5) return records(s, f);
        if (s.kind == 7) return f[2] >= 9 && f[2] <= 12 ? marksBatch(s, f) : marks(s, f);
        if (s.kind == 8) return retires(s, f);
        if (s.kind == 9) return replacesClaim(s, f);
        if (s.kind == 10) return completes(s, f);
        if (s.kind == 11) return amends(s, f);
        if (s.kind == 12) return amendsBatch(s, f);
        if (s.kind == 13) return says(s, f[0], f[2]);
        if (s.kind == 14 || s.kind == 15) return accredits(s, f);
        if (s.kind == 16 || s.kind == 17) return changesKey(s, f);
        if (s.kind == 18) return compromises(s, f);
        return s.kind == 19 && contests(s, f);
    }

    function registers(Say memory s, uint256[] memory f) private returns (bool) {
        uint24 brand = uint24(f[0] >> 32);
        if (!signedByKeyOf(s, brand, 1, 0) || !isBrand[brand] || f[1] == 0 || f[2] == 0) return false;
        if (uint32(f[0]) != batchCount[brand] + 1) return false;
        ++batchCount[brand];
        return true;
    }

    function claims(Say memory s, uint256[] memory f) private returns (bool) {
        (bool open, Known memory k) = openedBy(s, f[0]);
        if (!open || has(k, 0) || stopped(k, STOPS) || batchFlags[k.batch] & 2 != 0) return false;
        if (s.signers.length != 2 || !signed(s, 0, k.holder) || !signed(s, 1, address(uint160(f[1])))) return false;
        k.flags |= 1;
        return moves(s, f[0], k, address(0), s.signers[1]);
    }

    function handsOver(Say memory s, uint256[] memory f) private returns (bool) {
        Known memory k = known[f[0]];
        (address link, address to) = (address(uint160(f[1])), address(uint160(f[6])));
        if (!has(k, 0) || k.sequence != f[3] || stopped(k, STOPS) || f[2] < now_) return false;
        if (bytes32(f[7]) != k.head || bytes32(f[5]) != hashOf(0, part(s.data, 0, 5))) return false;
        if (s.signers.length != (link == to ? 2 : 3)) return false;
        if (!signed(s, 0, k.holder) || !signed(s, 1, to) || (link != to && !signed(s, 2, link))) return false;
        ownerIsThere(k);
        k.flags &= ~uint16(1 << 13);
        return moves(s, f[0], k, k.holder, to);
    }

    function ownerSays(Say memory s, uint256[] memory f) private returns (bool) {
        Known memory k = known[f[0]];
        if (!has(k, 0) || k.sequence != f[f.length - 1] || s.signers.length != 1 || !signed(s, 0, k.holder)) return false;
        if (s.kind == 6) {
            if (f[1] == 0 || f[1] > 3) return false;
            if (f[1] == 3) k.flags &= ~uint16(6);
            else k.flags |= uint16(1 << f[1]);
        }
        ownerIsThere(k);
        ++k.sequence;
        return stands(s, f[0], k, k.holder);
    }

    function completes(Say memory s, uint256[] memory f) private returns (bool) {
        Known memory k = known[f[0]];
        if (!has(k, 0) || k.sequence != f[2] || !has(k, 11) || now_ < k.due) return false;
        if (stopped(k, STOPS_RECOVERY) || s.signers.length != 2) return false;
        if (!signed(s, 0, k.newClaim) || !signed(s, 1, address(uint160(f[1])))) return false;
        endRecovery(k);
        k.flags = (k.flags | (1 << 12)) & ~uint16(1 << 13);
        return moves(s, f[0], k, k.holder, s.signers[1]);
    }

    function records(Say memory s, uint256[] memory f) private returns (bool) {
        (bool open, Known memory k) = openedBy(s, f[0]);
        (uint24 party, uint24 by, uint24 brand) = (uint24(f[1]), uint24(f[2]), uint24(k.batch >> 32));
        if (!open || f[3] == 0 || f[3] > 4 || f[7] > now_ + 600 || !signedByKeyOf(s, party, 1, 0)) return false;
        bool entitled = (by == 0 && accredited[0][party]) ||
            (by == brand && accredited[brand][party]) ||
            (f[3] == 2 && party == brand);
        if (!entitled || ((f[3] >= 3 || f[5] != 0) && !used[party][f[5]])) return false;
        return spend(party, f[8]) && stands(s, f[0], k, s.signers[0]);
    }

    function marks(Say memory s, uint256[] memory f) private returns (bool) {
        (bool open, Known memory k) = openedBy(s, f[0]);
        uint24 party = uint24(f[1]);
        bool own = party != 0 && party == uint24(k.batch >> 32);
        if (!open || f[2] == 0 || f[2] > 14 || !signedByKeyOf(s, party, 1, 0)) return false;
        uint16 bit;
        bool sets;
        if (f[2] <= 4) {
            if (party != 0 && !own) return false;
            uint256 which = (f[2] - 1) % 2; // 0 theft, 1 dispute
            (bit, sets) = (uint16(3 + which + (party == 0 ? 2 : 0)), f[2] <= 2);
            if (sets && own && ++k.brandTimes[which] > 3) return false;
        } else if (f[2] <= 8) {
            (bit, sets) = (f[2] <= 6 ? 10 : 8, f[2] % 2 == 1);
            if (!own || (bit == 8 && has(k, 0))) return false;
        } else {
            (bit, sets) = (7, f[2] == 13);
            if (party != 0 || !has(k, 7)) return false;
        }
        if (!sets && !has(k, bit)) return false;
        k.flags = sets ? k.flags | uint16(1 << bit) : k.flags & ~uint16(1 << bit);
        if (bit <= 7) k.until[bit - 3] = sets ? uint40(now_ + 90 days) : 0;
        return spend(party, f[4]) && stands(s, f[0], k, s.signers[0]);
    }

    function marksBatch(Say memory s, uint256[] memory f) private returns (bool) {
        (uint24 party, uint56 batch) = (uint24(f[1]), uint56(f[0]));
        if (f[0] >> 56 != 0 || !isRegistered(party, batch) || !signedByKeyOf(s, party, 1, 0)) return false;
        uint8 flag = f[2] <= 10 ? 1 : 2;
        bool sets = f[2] % 2 == 1;
        if ((!sets && batchFlags[batch] & flag == 0) || !spend(party, f[4])) return false;
        batchFlags[batch] = sets ? batchFlags[batch] | flag : batchFlags[batch] & ~flag;
        return true;
    }

    function retires(Say memory s, uint256[] memory f) private returns (bool) {
        (bool open, Known memory k) = openedBy(s, f[0]);
        uint24 party = uint24(f[1]);
        bool claimed = has(k, 0);
        if (!open || party != uint24(k.batch >> 32) || has(k, 9) || k.sequence != f[4]) return false;
        if (!signedByKeyOf(s, party, claimed ? 2 : 1, 0) || (claimed && !signed(s, 1, k.holder))) return false;
        if (claimed) {
            ownerIsThere(k);
            ++k.sequence;
        }
        k.flags |= 1 << 9;
        return spend(party, f[3]) && stands(s, f[0], k, s.signers[0]);
    }

    function replacesClaim(Say memory s, uint256[] memory f) private returns (bool) {
        (bool open, Known memory k) = openedBy(s, f[0]);
        uint24 party = uint24(f[1]);
        bool own = party != 0 && party == uint24(k.batch >> 32);
        if (!open || f[2] == 0 || !signedByKeyOf(s, party, 1, 0)) return false;
        if (!has(k, 0)) {
            if (!own) return false;
            k.holder = address(uint160(f[2]));
        } else {
            if (party != 0 && (!own || has(k, 13) || (has(k, 11) && k.openedBy == 0))) return false;
            k.flags |= 1 << 11;
            (k.newClaim, k.due, k.openedBy) = (address(uint160(f[2])), uint40(now_ + 14 days), party);
        }
        return spend(party, f[4]) && stands(s, f[0], k, s.signers[0]);
    }

    function amends(Say memory s, uint256[] memory f) private returns (bool) {
        (bool open, Known memory k) = openedBy(s, f[0]);
        uint24 party = uint24(f[1]);
        if (!open || party != uint24(k.batch >> 32) || !signedByKeyOf(s, party, 1, 0)) return false;
        k.flags |= 1 << 14;
        return spend(party, f[4]) && stands(s, f[0], k, s.signers[0]);
    }

    function amendsBatch(Say memory s, uint256[] memory f) private returns (bool) {
        if (!isRegistered(uint24(f[1]), uint56(f[0])) || !says(s, f[1], f[4])) return false;
        batchFlags[uint56(f[0])] |= 4;
        return true;
    }

    function contests(Say memory s, uint256[] memory f) private returns (bool) {
        Known memory k = known[f[0]];
        if (s.signers.length != 0 || k.batch == 0 || s.shown.item != f[0] || s.shown.batch >= k.batch) return false;
        if (k.contested) return false;
        (k.contested, k.until[4]) = (true, uint40(now_ + 90 days));
        k.flags |= 1 << 7;
        bytes32 h = hashOf(19, abi.encode(f[0], s.shown.batch, s.shown.leaf));
        return stands(h, f[0], k, address(0));
    }

    function accredits(Say memory s, uint256[] memory f) private returns (bool) {
        (uint24 by, uint24 party) = (uint24(f[0]), uint24(f[1]));
        if (!signedByKeyOf(s, by, by == 0 ? 2 : 1, 0) || (by == 0 && !two(s)) || used[by][f[2]]) return false;
        if (s.kind == 14 && ((by != 0 && !isBrand[by]) || party == 0 || party == by || !isActive(party))) return false;
        if (accredited[by][party] == (s.kind == 14)) return false;
        accredited[by][party] = s.kind == 14;
        return spend(by, f[2]);
    }

    function changesKey(Say memory s, uint256[] memory f) private returns (bool) {
        (uint24 party, address key) = (uint24(f[0]), address(uint160(f[1])));
        bool twice = s.kind == 16 && party == 0;
        if (!signedByKeyOf(s, party, twice ? 2 : 1, 0) || (twice && !two(s)) || used[party][f[2]]) return false;
        if (s.kind == 16 && !addsKey(party, key)) return false;
        if (s.kind == 17) {
            if (!inForce(party, key)) return false;
            keys[party][key].until = now_;
            --keyCount[party];
        }
        return spend(party, f[2]);
    }

    function compromises(Say memory s, uint256[] memory f) private returns (bool) {
        (uint24 by, uint24 party, address key) = (uint24(f[0]), uint24(f[1]), address(uint160(f[2])));
        if ((by != 0 && by != party) || !signedByKeyOf(s, by, 1, 0) || used[by][f[4]]) return false;
        KnownKey memory k = keys[party][key];
        if (k.from == 0 || f[3] < k.from || f[3] > now_) return false;
        if (k.since != 0 && (by != 0 || f[3] >= k.since)) return false;
        if (inForce(party, key)) --keyCount[party];
        keys[party][key].since = f[3];
        return spend(by, f[4]);
    }

    /// @dev By the contract's owner, or by a statement.
    function addsKey(uint24 party, address key) internal returns (bool) {
        if (key == address(0) || keys[party][key].from != 0 || keyCount[party] == 16) return false;
        keys[party][key].from = now_;
        ++keyCount[party];
        return true;
    }

    // What the rules ask

    function says(Say memory s, uint256 party, uint256 nonce_) private returns (bool) {
        return signedByKeyOf(s, uint24(party), 1, 0) && spend(uint24(party), nonce_);
    }

    function inForce(uint24 party, address key) internal view returns (bool) {
        KnownKey memory k = keys[party][key];
        return k.from != 0 && k.until == 0 && k.since == 0;
    }

    function isActive(uint24 party) internal view returns (bool) {
        return party >= 1 && party <= 4 && !ended[party];
    }

    function isRegistered(uint24 party, uint56 batch) private view returns (bool) {
        return batch >> 32 == party && uint32(batch) != 0 && uint32(batch) <= batchCount[party];
    }

    function signed(Say memory s, uint256 i, address expected) private pure returns (bool) {
        return expected != address(0) && s.signers[i] == expected;
    }

    function signedByKeyOf(Say memory s, uint24 party, uint256 count, uint256 i) private view returns (bool) {
        return s.signers.length == count && s.signers[i] != address(0) && inForce(party, s.signers[i]);
    }

    function two(Say memory s) private view returns (bool) {
        return s.signers[1] != s.signers[0] && signedByKeyOf(s, 0, 2, 1);
    }

    /// @dev The last thing that is asked: whoever calls this has nothing left to refuse.
    function spend(uint24 party, uint256 nonce_) private returns (bool) {
        if (used[party][nonce_]) return false;
        return used[party][nonce_] = true;
    }

    function openedBy(Say memory s, uint256 item) private view returns (bool, Known memory k) {
        k = known[item];
        if (k.batch != 0) return (true, k);
        (k.batch, k.holder) = (s.shown.batch, s.shown.claimAddress);
        k.head = keccak256(abi.encode(k.batch, s.shown.leaf));
        return (s.shown.item == item && item != 0, k);
    }

    function has(Known memory k, uint256 bit) internal pure returns (bool) {
        return (k.flags >> bit) & 1 == 1;
    }

    function stopped(Known memory k, uint16 by) private view returns (bool) {
        for (uint256 bit = 0; bit < 16; ++bit) {
            bool lapsed = bit >= 3 && bit <= 7 && k.until[bit - 3] <= now_;
            if ((by >> bit) & 1 == 1 && has(k, bit) && !lapsed) return true;
        }
        return false;
    }

    function ownerIsThere(Known memory k) private pure {
        if (!has(k, 11)) return;
        endRecovery(k);
        k.flags |= 1 << 13;
    }

    function endRecovery(Known memory k) private pure {
        k.flags &= ~uint16(1 << 11);
        (k.newClaim, k.due, k.openedBy) = (address(0), 0, 0);
    }

    function moves(Say memory s, uint256 item, Known memory k, address from, address to) private returns (bool) {
        if (from != address(0)) --owned[from];
        ++owned[to];
        k.holder = to;
        ++k.sequence;
        return stands(s, item, k, to);
    }

    function stands(Say memory s, uint256 item, Known memory k, address signer) private returns (bool) {
        bytes memory fields = s.kind == 3 ? part(s.data, 5, 3) : s.data;
        return stands(hashOf(s.kind, fields), item, k, signer);
    }

    function stands(bytes32 h, uint256 item, Known memory k, address signer) private returns (bool) {
        k.head = keccak256(abi.encode(k.head, h, signer, now_));
        known[item] = k;
        return true;
    }

    function wordsOf(bytes memory data) internal pure returns (uint256[] memory f) {
        f = new uint256[](data.length / 32);
        for (uint256 i = 0; i < f.length; ++i) f[i] = uint256(wordAt(data, i));
    }

    function wordAt(bytes memory data, uint256 i) private pure returns (bytes32 word) {
        assembly {
            word := mload(add(data, add(0x20, mul(0x20, i))))
        }
    }

    function part(bytes memory data, uint256 from, uint256 count) internal pure returns (bytes memory found) {
        for (uint256 i = 0; i < count; ++i) found = bytes.concat(found, wordAt(data, from + i));
    }
}
