// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Statements} from "../../contracts/Statements.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev The storage slots by the formulas of contracts/README.md: proofs depend on them.
contract SlotsTest is Fixture {
    uint256 private base;

    function setUp() public override {
        super.setUp();
        base = uint256(keccak256(abi.encode(uint256(keccak256("touchmark.ledger")) - 1)) & ~bytes32(uint256(0xff)));
    }

    function at(bytes32 key, uint256 slot) internal pure returns (bytes32) {
        return keccak256(abi.encode(key, slot));
    }

    function member(uint256 key, uint256 index) internal view returns (bytes32) {
        return at(bytes32(key), base + index);
    }

    function member(uint256 key, uint256 key2, uint256 index) internal view returns (bytes32) {
        return at(bytes32(key2), uint256(member(key, index)));
    }

    function read(bytes32 slot) internal view returns (uint256) {
        return uint256(vm.load(address(ledger), slot));
    }

    function test_AnItemsTwoSlots() public {
        claim(watch, alice());
        submit(markCall(watch, BRAND, Statements.RECALL));
        uint256 expected = uint160(alice().at) |
            (uint256(watch.batch) << 160) |
            (uint256(sequenceOf(watch)) << 216) |
            (uint256(flagsOf(watch)) << 240);
        eq(read(member(watch.id, 0)), expected, "slot 0");
        eq(read(bytes32(uint256(member(watch.id, 0)) + 1)), uint256(headOf(watch)), "slot 1");
    }

    function test_ABatchAndItsFlags() public {
        Registration memory r = registrations[watch.batch];
        bytes32 h = keccak256(abi.encode(r.root, r.count, r.manifestHash, r.signer, r.time));
        eq(read(member(watch.batch, 1)), uint256(h), "registration");
        submit(markCall(watch.batch, BRAND, Statements.VOID_BATCH, ""));
        eq(read(member(watch.batch, 2)), 2, "flags");
    }

    function test_LocksAndRecovery() public {
        claim(watch, alice());
        submit(markCall(watch, COUNCIL, Statements.DISPUTE));
        submit(markCall(watch, BRAND, Statements.THEFT));
        uint256 until = clock + 90 days;
        eq(read(member(watch.id, 3)), until | (until << 120) | (1 << 200), "locks");
        submit(replaceClaimCall(watch, BRAND, 0xcade));
        uint256 recovery = uint160(vm.addr(0xcade)) | ((clock + 14 days) << 160) | (uint256(BRAND) << 200);
        eq(read(member(watch.id, 4)), recovery, "recovery");
    }

    function test_PartiesKeysAndAccreditations() public {
        uint256 from = clock;
        eq(read(member(BRAND, 5)), 1 | (1 << 32) | (from << 40), "party");
        eq(read(member(AUTHENTICATOR, uint160(vm.addr(AUTHENTICATOR_KEY)), 6)), from | (1 << 120), "key");
        eq(read(member(COUNCIL, AUTHENTICATOR, 7)), from, "accreditation");
        skip(1 days);
        submit(endAccreditationCall(COUNCIL, AUTHENTICATOR));
        eq(read(member(COUNCIL, AUTHENTICATOR, 7)), from | (clock << 40), "accreditation ended");
        submit(compromisedCall(COUNCIL, AUTHENTICATOR, vm.addr(AUTHENTICATOR_KEY), clock - 1));
        uint256 key = read(member(AUTHENTICATOR, uint160(vm.addr(AUTHENTICATOR_KEY)), 6));
        eq(key, from | ((clock - 1) << 80), "key compromised");
    }

    function test_NoncesBalancesPrefixesAndTheSuccessor() public {
        submit(anchorCall(BRAND, "x", 0x1_0005));
        eq(read(member(BRAND, 0x100, 8)), 1 << 5, "nonces");
        claim(watch, alice());
        eq(read(member(uint160(alice().at), 9)), 1, "balance");
        vm.prank(OWNER);
        ledger.grantPrefix("0950600", RIVAL);
        bytes32 history = at(bytes32(bytes14("0950600")), base + 10);
        eq(read(history), 1, "grants");
        uint256 grant = uint256(RIVAL) | (block.number << 24) | (clock << 72);
        eq(read(keccak256(abi.encode(history))), grant, "grant");
        vm.prank(OWNER);
        ledger.nameSuccessor(address(0x1234));
        eq(read(bytes32(base + 12)), 0x1234 | ((clock + 90 days) << 160) | (uint256(4) << 200), "successor");
    }
}
