// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Flags} from "../../contracts/Flags.sol";
import {IERC721} from "@openzeppelin/contracts/interfaces/IERC721.sol";
import {Statements} from "../../contracts/Statements.sol";
import {Fixture} from "./support/Fixture.sol";
import {Vm} from "./support/Vm.sol";

/// @dev Everybody says whatever comes to their mind, rightly and wrongly signed, old statements are sent again, time
/// passes. After each statement the invariants of the protocol are checked against what the events told.
contract Crowd is Fixture {
    struct Known {
        address owner;
        bytes32 head;
        uint16 flags;
        uint24 sequence;
    }

    Thing[2] private things;
    mapping(uint256 item => Known) private known;
    mapping(bytes32 statement => bool) private seen;
    mapping(address owner => uint256) private owned;
    Call[] private past;
    uint256 public taken;
    uint256 public tried;

    function start() external {
        setUp();
        (things[0], things[1]) = (watch, bag);
        vm.recordLogs();
        vm.getRecordedLogs();
    }

    // What anyone may try

    function claims(uint8 i, uint8 who, uint8 form, bool rightly) external {
        Thing memory t = things[i % 2];
        if (!rightly) t.claimKey = 0xbad;
        attempt(claimCall(t, person(who, form)), t.id, 1);
    }

    function handsOver(uint8 i, uint8 who, uint8 to, bool byLink, bool rightly) external {
        Thing memory t = things[i % 2];
        Signer memory from = rightly ? ownerSigner(t) : person(who, 0);
        Signer memory buyer = person(to, to);
        attempt(handOverCall(t, from, buyer, byLink ? ordinary(0x11) : buyer, uint40(clock)), t.id, 2);
    }

    function speaks(uint8 i, uint8 who, uint8 kind, bool rightly) external {
        Thing memory t = things[i % 2];
        Signer memory from = rightly ? ownerSigner(t) : person(who, 0);
        Call memory c = kind % 4 == 0 ? cancelCall(t, from) : reportCall(t, from, kind % 4);
        attempt(c, t.id, rightly ? 3 : 4);
    }

    function marks(uint8 i, uint8 party, uint8 kind) external {
        Thing memory t = things[i % 2];
        attempt(markCall(t, party % 5, 1 + (kind % 8)), t.id, 5);
    }

    function contests(uint8 i, uint8 kind) external {
        Thing memory t = things[i % 2];
        attempt(markCall(t, COUNCIL, 13 + (kind % 2)), t.id, 5);
    }

    function records(uint8 i, uint8 party, uint8 by, uint8 kind) external {
        Thing memory t = things[i % 2];
        attempt(recordCall(t, party % 5, by % 5, 1 + (kind % 4), 0), t.id, 6);
    }

    function recovers(uint8 i, uint8 party, uint8 who, bool completes) external {
        Thing memory t = things[i % 2];
        if (completes) attempt(completeCall(t, 0xcade, person(who, 0)), t.id, 7);
        else attempt(replaceClaimCall(t, party % 5, 0xcade), t.id, 5);
    }

    function amends(uint8 i, uint8 party, bool retires) external {
        Thing memory t = things[i % 2];
        if (retires && party % 8 == 0) attempt(retireCall(t, ownerSigner(t)), t.id, 5);
        else attempt(amendItemCall(t, party % 5), t.id, 5);
    }

    function accredits(uint8 by, uint8 party, bool ends) external {
        uint24 granter = by % 2 == 0 ? COUNCIL : BRAND;
        uint24 granted = 2 + (party % 2);
        attempt(
            ends ? endAccreditationCall(granter, granted) : accreditCall(granter, granted, nonce()),
            0,
            8
        );
    }

    function marksBatch(uint8 party, uint8 kind) external {
        attempt(markCall(watch.batch, party % 5, 9 + (kind % 4), ""), 0, 8);
    }

    function repeats(uint256 which) external {
        if (past.length == 0) return;
        Call memory c = past[which % past.length];
        // The vector of a contest aside, nothing that was taken is ever taken again.
        (bool again, ) = address(ledger).call(abi.encodeCall(ledger.submit, (c)));
        no(again, "no statement counts twice");
    }

    function waits(uint32 time) external {
        skip(time % 60 days);
    }

    // What must hold

    /// @dev `path`: 1 claim, 2 handover, 3 owner, 4 not the owner, 5 brand or council, 6 record, 7 completion, 8 no item
    function attempt(Call memory c, uint256 item, uint8 path) private {
        ++tried;
        Known memory before = known[item];
        Known memory otherBefore = known[things[0].id == item ? things[1].id : things[0].id];
        (, , , , , Locks memory locks, Recovery memory recovery) = ledger.itemOf(item);
        (bool ok, ) = address(ledger).call(abi.encodeCall(ledger.submit, (c)));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Known memory after_ = look(item);
        if (!ok) {
            eq(keccak256(abi.encode(after_)), keccak256(abi.encode(before)), "a refused statement changes nothing");
            return;
        }
        ++taken;
        past.push(c);
        if (path == 8) {
            checkOthers(before, item);
            return;
        }
        known[item] = after_;
        no(path == 4 && before.owner != address(0) && after_.sequence != before.sequence && !isOwner(c, before), "only the owner speaks for the owner");

        // Recomputing the head from the events equals storage.
        bytes32 head = before.head;
        uint256 statements = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == ItemOpened.selector) {
                (bytes32 pathHash, bytes32 recordHash, address claimAddress) = abi.decode(
                    logs[i].data,
                    (bytes32, bytes32, address)
                );
                bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(pathHash, recordHash, claimAddress))));
                head = keccak256(abi.encode(uint256(logs[i].topics[2]), leaf));
            } else if (logs[i].topics.length == 3 && uint256(logs[i].topics[2]) == item) {
                ++statements;
                bytes32 statement = logs[i].topics[1];
                eq(statement, ledger.structHash(c.kind, c.data), "the event names the statement");
                no(seen[statement] && path != 8, "no statement counts twice");
                seen[statement] = true;
                head = nextHead(head, statement, signerOf(c, logs[i].data));
            }
        }
        eq(statements, 1, "one statement, one event");
        eq(after_.head, head, "recomputing the head from events equals storage");
        no(after_.head == before.head, "the head changes with every statement");

        if (after_.owner != before.owner) {
            yes(path == 1 || path == 2 || path == 7, "no change of owner but by claim, handover or recovery");
            yes(path != 1 || before.owner == address(0), "claimed once");
            if (path != 7) no(inForce(before.flags, locks, Flags.STOPS), "a stopped item never moves");
            if (path == 7) {
                yes(recovery.due != 0 && clock >= recovery.due, "a recovery only after its notice");
                no(inForce(before.flags, locks, Flags.STOPS_RECOVERY), "a disputed item is not recovered");
            }
            if (before.owner != address(0)) --owned[before.owner];
            ++owned[after_.owner];
            eq(ledger.balanceOf(after_.owner), owned[after_.owner], "balance");
            if (before.owner != address(0)) eq(ledger.balanceOf(before.owner), owned[before.owner], "balance");
            eq(ledger.ownerOf(item), after_.owner, "one owner");
        }
        checkFlags(c, path, before.flags ^ after_.flags);
        Known memory other = look(things[0].id == item ? things[1].id : things[0].id);
        eq(keccak256(abi.encode(other)), keccak256(abi.encode(otherBefore)), "no other item changes");
    }

    /// @dev No role sets or clears another's flag.
    function checkFlags(Call memory c, uint8 path, uint16 changed) private pure {
        uint16 allowed = Flags.RECOVERY_OPEN | Flags.RECOVERY_REFUSED;
        if (path == 1) allowed = Flags.CLAIMED;
        if (path == 3 || path == 4) allowed |= Flags.LOST | Flags.STOLEN;
        if (path == 6) allowed = 0;
        if (path == 7) allowed |= Flags.RECOVERED;
        if (c.kind == Statements.AMEND_ITEM) allowed = Flags.AMENDED;
        if (c.kind == Statements.RETIRE) allowed |= Flags.RETIRED;
        if (c.kind == Statements.MARK) {
            (, uint24 party) = abi.decode(c.data, (uint256, uint24));
            allowed = party == COUNCIL
                ? Flags.COUNCIL_THEFT | Flags.COUNCIL_DISPUTE | Flags.REGISTERED_TWICE
                : Flags.BRAND_THEFT | Flags.BRAND_DISPUTE | Flags.VOID | Flags.RECALLED;
            if (party > BRAND) allowed = 0;
        }
        eq(changed & ~allowed, 0, "no role touches another's flag");
    }

    function checkOthers(Known memory, uint256) private view {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 id = things[i].id;
            eq(keccak256(abi.encode(look(id))), keccak256(abi.encode(known[id])), "changes no past");
        }
    }

    function inForce(uint16 flags, Locks memory l, uint16 which) private view returns (bool) {
        flags &= which;
        if (l.brandTheft <= clock) flags &= ~Flags.BRAND_THEFT;
        if (l.brandDispute <= clock) flags &= ~Flags.BRAND_DISPUTE;
        if (l.councilTheft <= clock) flags &= ~Flags.COUNCIL_THEFT;
        if (l.councilDispute <= clock) flags &= ~Flags.COUNCIL_DISPUTE;
        if (l.registeredTwice <= clock) flags &= ~Flags.REGISTERED_TWICE;
        return flags != 0;
    }

    function look(uint256 item) private view returns (Known memory k) {
        address holder;
        (holder, , k.sequence, k.flags, k.head, , ) = ledger.itemOf(item);
        if (k.flags & Flags.CLAIMED != 0) k.owner = holder;
    }

    /// @dev The signer that enters the head: the new owner where there is one, else the event's last address.
    function signerOf(Call memory c, bytes memory data) private pure returns (address signer) {
        if (c.kind == Statements.CLAIM || c.kind == Statements.COMPLETE_RECOVERY) {
            (, signer) = abi.decode(c.data, (uint256, address));
        } else if (c.kind == Statements.ACCEPT) {
            (, Statements.Accept memory a) = abi.decode(c.data, (Statements.Offer, Statements.Accept));
            signer = a.newOwner;
        } else {
            uint256 words = (c.data.length / 32) - 1; // all fields but the first, then the signer
            assembly {
                signer := mload(add(data, add(0x20, mul(0x20, words))))
            }
        }
    }

    function isOwner(Call memory c, Known memory before) private view returns (bool) {
        return keccak256(c.signatures[0]) == keccak256(sign(signerAt(before.owner), ledger.digest(c.kind, c.data)));
    }

    function person(uint8 who, uint8 form) private pure returns (Signer memory) {
        uint256 key = 0x9001 + 2 * uint256(who % 3);
        return form % 2 == 0 ? ordinary(key) : passkey(key, keccak256(abi.encode(key)));
    }

    function signerAt(address at) private pure returns (Signer memory s) {
        for (uint8 i = 0; i < 6; ++i) {
            s = person(i / 2, i);
            if (s.at == at) return s;
        }
    }

    function ownerSigner(Thing memory t) private view returns (Signer memory) {
        return signerAt(known[t.id].owner);
    }
}

contract InvariantsTest {
    Crowd private crowd;

    function setUp() public {
        crowd = new Crowd();
        crowd.start();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(crowd);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        bytes4[] memory s = new bytes4[](12);
        s[0] = Crowd.claims.selector;
        s[1] = Crowd.handsOver.selector;
        s[2] = Crowd.speaks.selector;
        s[3] = Crowd.marks.selector;
        s[4] = Crowd.contests.selector;
        s[5] = Crowd.records.selector;
        s[6] = Crowd.recovers.selector;
        s[7] = Crowd.amends.selector;
        s[8] = Crowd.accredits.selector;
        s[9] = Crowd.marksBatch.selector;
        s[10] = Crowd.repeats.selector;
        s[11] = Crowd.waits.selector;
        targets[0] = FuzzSelector(address(crowd), s);
    }

    /// @dev Each of the crowd's functions checks what must hold and reverts if it does not, which fails the run.
    function invariant_TheProtocolsInvariantsHold() public view {
        require(crowd.taken() <= crowd.tried(), "counted wrongly");
    }
}
