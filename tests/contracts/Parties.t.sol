// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Statements} from "../../contracts/Statements.sol";
import {Touchmark} from "../../contracts/Touchmark.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev Who may act: parties, keys, accreditations, prefixes, the successor.
contract PartiesTest is Fixture {
    address private constant NEW = address(0x1234);

    function test_PartiesAreNumberedFromOne() public {
        eq(addParty(true, 0xb009), 5, "number");
        Party memory p = ledger.partyOf(5);
        yes(p.brand && p.from == clock && p.until == 0 && p.batches == 0, "party");
        eq(ledger.nextBatch(5), (uint256(5) << 32) | 1, "next batch");
    }

    function test_OnlyTheOwnerAddsEndsGrantsAndNames() public {
        bytes memory reason = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this));
        vm.expectRevert(reason);
        ledger.addParty(true, NEW);
        vm.expectRevert(reason);
        ledger.endParty(BRAND);
        vm.expectRevert(reason);
        ledger.addKeyByOwner(BRAND, NEW);
        vm.expectRevert(reason);
        ledger.grantPrefix("0950600", BRAND);
        vm.expectRevert(reason);
        ledger.nameSuccessor(NEW);
        vm.expectRevert(reason);
        ledger.takeBackSuccessor();
        vm.expectRevert(reason);
        ledger.setBaseURI("https://example/");
    }

    function test_OwnershipMovesInTwoSteps() public {
        vm.prank(OWNER);
        ledger.transferOwnership(NEW);
        eq(ledger.owner(), OWNER, "owner");
        vm.prank(NEW);
        ledger.acceptOwnership();
        eq(ledger.owner(), NEW, "owner");
    }

    function test_TheCouncilNeedsTwoDifferentKeysToBegin() public {
        vm.expectRevert(abi.encodeWithSelector(KeyKnown.selector, COUNCIL, NEW));
        new Touchmark(OWNER, NEW, NEW, address(verifier));
    }

    function test_AnEndedPartySaysNothingMore() public {
        submit(addKeyCall(BRAND, vm.addr(0xb00b)));
        vm.prank(OWNER);
        ledger.endParty(BRAND);
        refused(
            anchorCall(BRAND, "x", nonce()),
            abi.encodeWithSelector(NotAKey.selector, BRAND, vm.addr(BRAND_KEY))
        );
        (uint40 from, uint40 until, ) = ledger.keyOf(BRAND, vm.addr(0xb00b));
        yes(from != 0 && until == clock, "every key retired");
        eq(ledger.keysOf(BRAND).length, 0, "keys in force");
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(NotActive.selector, BRAND));
        ledger.addKeyByOwner(BRAND, NEW);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(NotActive.selector, BRAND));
        ledger.endParty(BRAND);
        claim(watch, alice());
    }

    function test_TheCouncilCannotBeEnded() public {
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(NotEntitled.selector, COUNCIL));
        ledger.endParty(COUNCIL);
    }

    function test_APartysKeyAddsItsNextAndRetiresTheOld() public {
        submit(addKeyCall(AUTHENTICATOR, vm.addr(0xa003)));
        submit(retireKeyCall(AUTHENTICATOR, vm.addr(AUTHENTICATOR_KEY)));
        refusedAs(inspectionCall(watch), NotAKey.selector);
        (uint40 from, uint40 until, ) = ledger.keyOf(AUTHENTICATOR, vm.addr(AUTHENTICATOR_KEY));
        yes(from != 0 && until == clock, "interval");
    }

    function test_AKeyOnceKnownIsNeverAddedAgain() public {
        submit(addKeyCall(AUTHENTICATOR, vm.addr(0xa003)));
        submit(retireKeyCall(AUTHENTICATOR, vm.addr(0xa003)));
        refused(
            addKeyCall(AUTHENTICATOR, vm.addr(0xa003)),
            abi.encodeWithSelector(KeyKnown.selector, AUTHENTICATOR, vm.addr(0xa003))
        );
        refusedAs(retireKeyCall(AUTHENTICATOR, vm.addr(0xa003)), NotAKey.selector);
    }

    function test_APartyKeepsSixteenKeysAtMost() public {
        for (uint160 i = 1; i < 16; ++i) submit(addKeyCall(BRAND, address(i)));
        refused(addKeyCall(BRAND, NEW), abi.encodeWithSelector(TooManyKeys.selector, BRAND, 16));
        submit(retireKeyCall(BRAND, address(7)));
        submit(addKeyCall(BRAND, NEW));
        eq(ledger.keysOf(BRAND).length, 16, "keys in force");
        vm.prank(OWNER);
        ledger.endParty(BRAND);
    }

    function test_ThePartyThatLostItsKeysGetsOneFromTheOwner() public {
        submit(retireKeyCall(BRAND, vm.addr(BRAND_KEY)));
        refusedAs(addKeyCall(BRAND, NEW), NotAKey.selector);
        vm.prank(OWNER);
        ledger.addKeyByOwner(BRAND, vm.addr(0xb00b));
        submit(build(Statements.ANCHOR, abi.encode(BRAND, bytes32("x"), nonce()), "", ordinary(0xb00b)));
    }

    function test_AnotherPartysKeyIsNoKey() public {
        bytes memory data = abi.encode(BRAND, bytes32("x"), nonce());
        refused(
            build(Statements.ANCHOR, data, "", ordinary(RIVAL_KEY)),
            abi.encodeWithSelector(NotAKey.selector, BRAND, vm.addr(RIVAL_KEY))
        );
    }

    function test_TheCouncilAddsKeysAndAccreditsInTwoSteps() public {
        submit(addKeyCall(COUNCIL, vm.addr(0xc003)));
        bytes memory data = abi.encode(COUNCIL, NEW, nonce());
        refused(
            build(Statements.ADD_KEY, data, "", ordinary(COUNCIL_KEY)),
            abi.encodeWithSelector(WrongSignatureCount.selector, 2, 1)
        );
        refused(
            build(Statements.ADD_KEY, data, "", ordinary(COUNCIL_KEY), ordinary(COUNCIL_KEY)),
            abi.encodeWithSelector(SameKeyTwice.selector, vm.addr(COUNCIL_KEY))
        );
        data = abi.encode(COUNCIL, REPAIRER, nonce());
        refusedAs(
            build(Statements.ACCREDIT, data, "", ordinary(COUNCIL_KEY)),
            WrongSignatureCount.selector
        );
        submit(build(Statements.ACCREDIT, data, "", ordinary(0xc003), ordinary(COUNCIL_KEY)));
        data = abi.encode(COUNCIL, REPAIRER, nonce());
        refusedAs(
            build(Statements.END_ACCREDITATION, data, "", ordinary(COUNCIL_KEY), ordinary(BRAND_KEY)),
            NotAKey.selector
        );
    }

    function test_AccreditationIsAnInterval() public {
        (uint40 from, uint40 until) = ledger.accreditationOf(COUNCIL, AUTHENTICATOR);
        yes(from == clock && until == 0, "in force");
        refusedAs(accreditCall(COUNCIL, AUTHENTICATOR, nonce()), AlreadyAccredited.selector);
        skip(1 days);
        submit(endAccreditationCall(COUNCIL, AUTHENTICATOR));
        (from, until) = ledger.accreditationOf(COUNCIL, AUTHENTICATOR);
        yes(from == clock - 1 days && until == clock, "ended");
        refusedAs(endAccreditationCall(COUNCIL, AUTHENTICATOR), NotAccredited.selector);
    }

    function test_OnlyBrandAndCouncilAccreditAndNotThemselves() public {
        refused(
            accreditCall(AUTHENTICATOR, REPAIRER, nonce()),
            abi.encodeWithSelector(NotABrand.selector, AUTHENTICATOR)
        );
        refused(accreditCall(BRAND, BRAND, nonce()), abi.encodeWithSelector(NotEntitled.selector, BRAND));
        refused(accreditCall(BRAND, COUNCIL, nonce()), abi.encodeWithSelector(NotEntitled.selector, COUNCIL));
        refused(accreditCall(BRAND, 99, nonce()), abi.encodeWithSelector(NotActive.selector, 99));
    }

    function test_AnAnchorIsDatedOnce() public {
        Call memory c = anchorCall(AUTHENTICATOR, keccak256("headers"), 7);
        submit(c);
        refused(c, abi.encodeWithSelector(NonceUsed.selector, AUTHENTICATOR, 7));
    }

    // Prefixes

    function test_APrefixIsHeldAsOfABlock() public {
        bytes14 prefix = "0950600";
        eq(ledger.prefixHolder(prefix, 1_000), 0, "nobody");
        vm.prank(OWNER);
        ledger.grantPrefix(prefix, BRAND);
        vm.roll(200);
        vm.prank(OWNER);
        ledger.grantPrefix(prefix, RIVAL);
        vm.roll(300);
        vm.prank(OWNER);
        ledger.grantPrefix(prefix, 0);
        uint16[6] memory blocks = [99, 100, 199, 200, 299, 300];
        uint24[6] memory holders = [0, BRAND, BRAND, RIVAL, RIVAL, 0];
        for (uint256 i = 0; i < 6; ++i) eq(ledger.prefixHolder(prefix, blocks[i]), holders[i], "holder");
    }

    function test_APrefixIsDigitsLeftAligned() public {
        bytes14[6] memory wrong = [
            bytes14(0),
            bytes14("09506x"),
            bytes14("0950600134352"),
            bytes14(hex"3039003030"),
            bytes14(hex"0030"),
            bytes14(" 0950600")
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.prank(OWNER);
            vm.expectRevert(abi.encodeWithSelector(NotAPrefix.selector, wrong[i]));
            ledger.grantPrefix(wrong[i], BRAND);
        }
        vm.prank(OWNER);
        ledger.grantPrefix("095060013435", BRAND);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(NotActive.selector, 99));
        ledger.grantPrefix("0950600", 99);
    }

    // The successor

    function test_TheSuccessorCanBeTakenBackUntilItsDay() public {
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(NoSuccessor.selector));
        ledger.takeBackSuccessor();
        vm.prank(OWNER);
        ledger.nameSuccessor(NEW);
        (address next, uint40 due) = ledger.successor();
        yes(next == NEW && due == clock + 90 days, "named");
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(SuccessorAlreadyNamed.selector, NEW));
        ledger.nameSuccessor(address(0x5678));
        goTo(due - 1);
        claim(watch, alice());
        vm.prank(OWNER);
        ledger.takeBackSuccessor();
        goTo(due);
        claim(bag, alice());
    }
}
