// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Flags} from "../../contracts/Flags.sol";
import {Statements} from "../../contracts/Statements.sol";
import {Touchmark} from "../../contracts/Touchmark.sol";
import {Fixture} from "./support/Fixture.sol";
import {HungryWallet} from "./support/Wallets.sol";
import {Vm} from "./support/Vm.sol";

/// @dev The attacks on earlier drafts of the protocol, by their numbers, and what became of each.
contract AttacksTest is Fixture {
    // F1

    function test_F1_NoBrandReachesAnotherBrandsItems() public {
        Thing memory stolen = thing(RIVAL, "watch"); // the same path, another brand's batch
        (stolen, ) = registerTwo(RIVAL, stolen, thing(RIVAL, "filler"));
        no(stolen.id == watch.id, "the same item");
        Thing memory forged = stolen;
        forged.id = watch.id;
        refused(
            claimCall(forged, bob()),
            abi.encodeWithSelector(WrongItem.selector, watch.id, thing(RIVAL, "watch").id)
        );
        claim(watch, alice());
    }

    function test_F1_PrefixesSayWhoMaySpeakForAGtin() public {
        vm.prank(OWNER);
        ledger.grantPrefix("0950600", BRAND);
        eq(ledger.prefixHolder("0950600", block.number), BRAND, "holder");
        eq(ledger.prefixHolder("0950600", block.number - 1), 0, "holder before");
    }

    // F2

    function listedTwice() internal returns (Thing memory first, Thing memory second) {
        first = watch;
        second = thing(BRAND, "watch");
        second.claimKey = 0xbad;
        second.leaf = leafOf(second);
        (second, ) = registerTwo(BRAND, second, thing(BRAND, "filler"));
    }

    function test_F2_TheLowestBatchWinsAndAnyoneShowsIt() public {
        (Thing memory first, Thing memory second) = listedTwice();
        claim(second, bob());
        bytes32 head = headOf(second);
        Call memory c = contestCall(second, first.opening);
        submit(c);
        yes(has(second, Flags.REGISTERED_TWICE), "flag");
        refused(
            handOverCall(second, bob(), carol()),
            abi.encodeWithSelector(Stopped.selector, second.id, Flags.REGISTERED_TWICE)
        );
        bytes32 statement = ledger.structHash(Statements.CONTEST, abi.encode(first.id, first.batch, first.leaf));
        eq(headOf(second), nextHead(head, statement, address(0)), "head");
    }

    function test_F2_AContestLapsesAndOnlyTheCouncilRenewsOrClearsIt() public {
        (Thing memory first, Thing memory second) = listedTwice();
        claim(second, bob());
        submit(contestCall(second, first.opening));
        refused(
            contestCall(second, first.opening),
            abi.encodeWithSelector(AlreadyContested.selector, second.id)
        );
        refused(
            markCall(second, BRAND, Statements.RENEW_TWICE),
            abi.encodeWithSelector(NotEntitled.selector, BRAND)
        );
        refused(
            markCall(second, BRAND, Statements.CLEAR_TWICE),
            abi.encodeWithSelector(NotEntitled.selector, BRAND)
        );
        skip(90 days);
        refusedAs(contestCall(second, first.opening), AlreadyContested.selector);
        submit(markCall(second, COUNCIL, Statements.RENEW_TWICE));
        refusedAs(handOverCall(second, bob(), carol()), Stopped.selector);
        submit(markCall(second, COUNCIL, Statements.CLEAR_TWICE));
        submit(handOverCall(second, bob(), carol()));
        refusedAs(contestCall(second, first.opening), AlreadyContested.selector);
    }

    function test_F2_ALaterBatchContestsNothing() public {
        (Thing memory first, Thing memory second) = listedTwice();
        claim(first, alice());
        refused(
            contestCall(first, second.opening),
            abi.encodeWithSelector(NotEarlier.selector, first.batch, second.batch)
        );
        refused(
            contestCall(first, first.opening),
            abi.encodeWithSelector(NotEarlier.selector, first.batch, first.batch)
        );
    }

    function test_F2_AContestTakesTheProofOfTheSameItemAndNoSignature() public {
        (Thing memory first, Thing memory second) = listedTwice();
        refused(contestCall(second, first.opening), abi.encodeWithSelector(NotOpened.selector, second.id));
        claim(second, bob());
        refused(contestCall(second, ""), abi.encodeWithSelector(NotOpened.selector, second.id));
        refused(contestCall(second, bag.opening), abi.encodeWithSelector(WrongItem.selector, second.id, bag.id));
        refusedAs(contestCall(second, rivals.opening), WrongItem.selector);
        Call memory c = contestCall(second, first.opening);
        c.signatures = new bytes[](1);
        refused(c, abi.encodeWithSelector(WrongSignatureCount.selector, 0, 1));
    }

    function test_F2_VoidingTheEarlierBatchDoesNotHideIt() public {
        (Thing memory first, Thing memory second) = listedTwice();
        submit(markCall(first.batch, BRAND, Statements.VOID_BATCH, ""));
        claim(second, bob());
        submit(contestCall(second, first.opening));
    }

    // F3

    function test_F3_ACopiedRootRegistersOnlyTheCopyistsItems() public {
        (Thing memory a, Thing memory b) = (thing(BRAND, "new"), thing(BRAND, "newer"));
        bytes32 root = a.leaf < b.leaf
            ? keccak256(abi.encode(a.leaf, b.leaf))
            : keccak256(abi.encode(b.leaf, a.leaf));
        submit(registerCall(ledger.nextBatch(RIVAL), root, 2, RIVAL_KEY)); // seen on its way, and registered first
        (a, b) = registerTwo(BRAND, a, b);
        claim(a, alice());
        eq(ledger.ownerOf(a.id), alice().at, "owner");
    }

    function test_F3_ABatchNumberIsUsedOnceAndInOrder() public {
        uint56 next = ledger.nextBatch(BRAND);
        refused(
            registerCall(next + 1, "root", 2, BRAND_KEY),
            abi.encodeWithSelector(WrongBatchNumber.selector, next, next + 1)
        );
        Call memory c = registerCall(next, "root", 2, BRAND_KEY);
        submit(c);
        refused(c, abi.encodeWithSelector(WrongBatchNumber.selector, next + 1, next));
    }

    function test_F3_OnlyABrandRegistersAndOnlyUnderItsOwnNumber() public {
        uint56 next = ledger.nextBatch(BRAND);
        refused(
            registerCall(next, "root", 2, RIVAL_KEY),
            abi.encodeWithSelector(NotAKey.selector, BRAND, vm.addr(RIVAL_KEY))
        );
        refused(
            registerCall(ledger.nextBatch(AUTHENTICATOR), "root", 2, AUTHENTICATOR_KEY),
            abi.encodeWithSelector(NotABrand.selector, AUTHENTICATOR)
        );
        refused(registerCall(next, "root", 0, BRAND_KEY), abi.encodeWithSelector(EmptyBatch.selector, next));
        refused(registerCall(next, 0, 2, BRAND_KEY), abi.encodeWithSelector(EmptyBatch.selector, next));
        eq(ledger.batchOf(next), 0, "registered");
    }

    // F4

    function test_F4_TheSellerCannotPushAnItemOnAnybody() public {
        claim(watch, alice());
        Call memory c = handOverCall(watch, alice(), bob());
        c.signatures[1] = sign(alice(), ledger.digest(c.kind, c.data)); // made by the seller's page
        refused(c, abi.encodeWithSelector(WrongSigner.selector, bob().at, alice().at));
    }

    function test_F4_ALinkKeyAloneAcceptsNothing() public {
        claim(watch, alice());
        Call memory c = handOverCall(watch, alice(), bob(), carol(), uint40(clock));
        c.signatures[1] = c.signatures[2];
        refused(c, abi.encodeWithSelector(WrongSigner.selector, bob().at, carol().at));
    }

    function test_F4_AClaimCannotBePinnedOnAStranger() public {
        Call memory c = claimCall(watch, bob());
        c.signatures[1] = c.signatures[0];
        refused(c, abi.encodeWithSelector(WrongSigner.selector, bob().at, vm.addr(watch.claimKey)));
        bytes memory data = abi.encode(watch.id, address(0));
        c = build(Statements.CLAIM, data, watch.opening, ordinary(watch.claimKey), bob());
        refused(c, abi.encodeWithSelector(WrongSigner.selector, address(0), bob().at));
    }

    // F6

    function test_F6_NoRoleClearsAnothersFlag() public {
        claim(watch, alice());
        submit(reportCall(watch, alice(), Statements.STOLEN));
        submit(markCall(watch, BRAND, Statements.THEFT));
        submit(markCall(watch, BRAND, Statements.RECALL));
        submit(markCall(watch, COUNCIL, Statements.DISPUTE));
        uint16 all = Flags.CLAIMED |
            Flags.STOLEN |
            Flags.BRAND_THEFT |
            Flags.RECALLED |
            Flags.COUNCIL_DISPUTE;
        yes(flagsOf(watch) == all, "all set");
        submit(markCall(watch, BRAND, Statements.LIFT_RECALL));
        refusedAs(markCall(watch, BRAND, Statements.SETTLE_DISPUTE), NotSet.selector);
        refusedAs(markCall(watch, COUNCIL, Statements.SETTLE_THEFT), NotSet.selector);
        yes(flagsOf(watch) == all ^ Flags.RECALLED, "only the recall lifted");
        submit(reportCall(watch, alice(), Statements.FOUND));
        yes(flagsOf(watch) == all ^ Flags.RECALLED ^ Flags.STOLEN, "only the owner's cleared");
    }

    // F7

    function test_F7_WhatOthersAppendSpoilsNoOfferButTheBuyerSignsAgain() public {
        claim(watch, alice());
        Statements.Offer memory offer = Statements.Offer(
            watch.id,
            bob().at,
            uint40(clock + 1 days),
            1,
            keccak256("offer")
        );
        bytes32 seen = headOf(watch);
        submit(inspectionCall(watch)); // not genuine, a second before the acceptance
        bytes32 now_ = headOf(watch);
        refused(
            handOverCall(offer, seen, alice(), bob(), bob()),
            abi.encodeWithSelector(WrongHead.selector, watch.id, now_, seen)
        );
        submit(handOverCall(offer, now_, alice(), bob(), bob()));
    }

    function test_F7_AnOwnerCannotVetoAnInspectionByChurningTheHead() public {
        claim(watch, alice());
        Call memory inspection = inspectionCall(watch);
        submit(cancelCall(watch, alice()));
        submit(cancelCall(watch, alice()));
        submit(inspection);
    }

    // F8

    function test_F8_ThePasskeysVerifierIsNotTheSignersChoice() public {
        // verifier ‖ key, as ERC-7913 would have it: no form of signature here.
        Call memory c = claimCall(watch, alice());
        c.signatures[1] = abi.encodePacked(address(this), keccak256("x"), keccak256("y"));
        refusedAs(c, UnknownSignatureForm.selector);
    }

    function testFuzz_F8_APasskeysAddressIsNeverAnOrdinaryKeys(uint248 key) public pure {
        vm.assume(key != 0);
        Signer memory s = passkey(key, bytes32(0));
        no(s.at == address(uint160(uint256(keccak256(abi.encode(s.x, s.y))))), "collides");
    }

    // F12

    function bundleOf(Call memory a, Call memory b) internal pure returns (Call[] memory calls) {
        calls = new Call[](2);
        (calls[0], calls[1]) = (a, b);
    }

    function test_F12_ACarrierCannotStarveAStatement() public {
        Signer memory hungry = alice();
        hungry.form = Form.Wallet;
        hungry.at = address(new HungryWallet(alice().at));
        claim(watch, hungry);
        Call[] memory calls = bundleOf(inspectionCall(bag), handOverCall(watch, hungry, bob()));
        bytes memory data = abi.encodeCall(ledger.bundle, (calls));
        bool taken = false;
        // With whatever gas the bundle comes: either all of it fails, or the good handover is taken.
        for (uint256 gas_ = 100_000; !taken; gas_ += 25_000) {
            (taken, ) = address(ledger).call{gas: gas_}(data);
            eq(ownerOf(watch), taken ? bob().at : hungry.at, "owner");
        }
    }

    function test_F12_AWalletInASubmissionGetsItsAllowanceOrTheWholeFails() public {
        Signer memory hungry = alice();
        hungry.form = Form.Wallet;
        hungry.at = address(new HungryWallet(alice().at));
        bytes memory data = abi.encodeCall(ledger.submit, (claimCall(watch, hungry)));
        (bool taken, bytes memory reason) = address(ledger).call{gas: 200_000}(data);
        no(taken, "taken");
        eq(bytes32(bytes4(reason)), bytes32(TooLittleGasForWallet.selector), "reason");
    }

    // F13

    function test_F13_AnyStatementOfTheOwnerEndsARecoveryAndTheBrandOpensNoOther() public {
        claim(watch, alice());
        submit(replaceClaimCall(watch, BRAND, 0xcade));
        submit(cancelCall(watch, alice()));
        yes(flagsOf(watch) == Flags.CLAIMED | Flags.RECOVERY_REFUSED, "flags");
        skip(14 days);
        refused(completeCall(watch, 0xcade, bob()), abi.encodeWithSelector(NoRecovery.selector, watch.id));
        refused(replaceClaimCall(watch, BRAND, 0xcade), abi.encodeWithSelector(OnlyCouncil.selector, watch.id));
        submit(replaceClaimCall(watch, COUNCIL, 0xcade));
        skip(14 days);
        submit(completeCall(watch, 0xcade, bob()));
    }

    function test_F13_AReportOrARetirementByTheOwnerEndsItToo() public {
        claim(watch, alice());
        submit(replaceClaimCall(watch, BRAND, 0xcade));
        submit(reportCall(watch, alice(), Statements.LOST));
        no(has(watch, Flags.RECOVERY_OPEN), "open");
        claim(bag, alice());
        submit(replaceClaimCall(bag, BRAND, 0xcade));
        submit(retireCall(bag, alice()));
        no(has(bag, Flags.RECOVERY_OPEN), "open");
    }

    function test_F13_AHandoverEndsItAndTheBuyerHasRefusedNothing() public {
        claim(watch, alice());
        submit(replaceClaimCall(watch, BRAND, 0xcade));
        submit(handOverCall(watch, alice(), bob()));
        yes(flagsOf(watch) == Flags.CLAIMED, "flags");
        skip(14 days);
        refusedAs(completeCall(watch, 0xcade, carol()), NoRecovery.selector);
        submit(replaceClaimCall(watch, BRAND, 0xcade));
    }

    // F14

    function test_F14_TheBrandCannotVoidAPaidCertificate() public {
        claim(watch, alice());
        refused(
            markCall(watch, BRAND, Statements.VOID),
            abi.encodeWithSelector(AlreadyClaimed.selector, watch.id, alice().at)
        );
        Signer memory nobody;
        refusedAs(retireCall(watch, nobody), WrongSignatureCount.selector);
        submit(markCall(watch.batch, BRAND, Statements.VOID_BATCH, ""));
        submit(handOverCall(watch, alice(), bob()));
    }

    function test_F14_TheBrandCannotLockAnItemForEver() public {
        claim(watch, alice());
        for (uint256 i = 0; i < 3; ++i) {
            submit(markCall(watch, BRAND, Statements.DISPUTE));
            skip(90 days);
        }
        refusedAs(markCall(watch, BRAND, Statements.DISPUTE), RenewalsUsedUp.selector);
        submit(handOverCall(watch, alice(), bob()));
    }

    // F15

    function test_F15_OnlyTheOwnPartyOrTheCouncilCallsAKeyCompromised() public {
        address key = vm.addr(AUTHENTICATOR_KEY);
        skip(10 days);
        refused(
            compromisedCall(BRAND, AUTHENTICATOR, key, clock),
            abi.encodeWithSelector(NotEntitled.selector, BRAND)
        );
        submit(compromisedCall(AUTHENTICATOR, AUTHENTICATOR, key, clock - 1 days));
        (, uint40 until, uint40 since) = ledger.keyOf(AUTHENTICATOR, key);
        yes(until == 0 && since == clock - 1 days, "interval");
        refusedAs(inspectionCall(watch), NotAKey.selector);
    }

    function test_F15_TheTimeIsNeverBeforeTheKeyNorAheadAndOnlyTheCouncilMovesItEarlier() public {
        (uint40 from, , ) = ledger.keyOf(BRAND, vm.addr(BRAND_KEY));
        submit(addKeyCall(BRAND, vm.addr(0xb00b)));
        address key = vm.addr(0xb00b);
        skip(10 days);
        refused(compromisedCall(BRAND, BRAND, key, from - 1), abi.encodeWithSelector(WrongTime.selector, from - 1));
        refusedAs(compromisedCall(BRAND, BRAND, key, clock + 1), WrongTime.selector);
        refusedAs(compromisedCall(BRAND, BRAND, address(0x99), clock), NotAKey.selector);
        submit(compromisedCall(BRAND, BRAND, key, clock));
        refused(
            compromisedCall(BRAND, BRAND, key, clock - 5 days),
            abi.encodeWithSelector(NotEntitled.selector, BRAND)
        );
        refusedAs(compromisedCall(COUNCIL, BRAND, key, clock), WrongTime.selector);
        submit(compromisedCall(COUNCIL, BRAND, key, clock - 5 days));
        refusedAs(compromisedCall(COUNCIL, BRAND, key, from - 1), WrongTime.selector);
        (, , uint40 since) = ledger.keyOf(BRAND, key);
        eq(since, clock - 5 days, "since");
    }

    function test_F15_NothingStoredChanges() public {
        submit(inspectionCall(watch));
        bytes32 head = headOf(watch);
        submit(compromisedCall(COUNCIL, AUTHENTICATOR, vm.addr(AUTHENTICATOR_KEY), clock));
        eq(headOf(watch), head, "head");
    }

    // F16 is answered by verifiers: contract, chain and code hash come from their own list.

    // F17

    function test_F17_TheHeadDatesAStatement() public {
        claim(watch, alice());
        bytes32 head = headOf(watch);
        skip(1 days);
        Call memory c = cancelCall(watch, alice());
        bytes32 statement = ledger.structHash(c.kind, c.data);
        submit(c);
        eq(headOf(watch), keccak256(abi.encode(head, statement, alice().at, clock)), "head");
    }

    // F18

    function test_F18_ABatchActLeavesEveryHeadAndIsReadFromItsOwnSlot() public {
        claim(watch, alice());
        bytes32 head = headOf(watch);
        submit(markCall(watch.batch, BRAND, Statements.RECALL_BATCH, ""));
        submit(amendBatchCall(watch.batch, BRAND));
        eq(headOf(watch), head, "head");
        eq(ledger.batchFlagsOf(watch.batch), Flags.BATCH_RECALLED | Flags.BATCH_AMENDED, "batch flags");
    }

    function test_F18_ABatchActIsNotLiftedForOneItem() public {
        submit(markCall(watch.batch, BRAND, Statements.VOID_BATCH, ""));
        refusedAs(markCall(watch, BRAND, Statements.LIFT_VOID), NotSet.selector);
        refusedAs(claimCall(watch, alice()), BatchVoid.selector);
    }

    // F19

    function test_F19_AStatementOfAnotherChainIsRefused() public {
        Call memory c = claimCall(watch, alice());
        vm.chainId(31_338);
        (bool taken, ) = address(ledger).call(abi.encodeCall(ledger.submit, (c)));
        no(taken, "taken");
        claim(watch, alice()); // signed anew, for this chain
    }

    function test_F19_AStatementForAnotherContractIsRefused() public {
        Call memory c = inspectionCall(watch);
        Touchmark other = new Touchmark(OWNER, vm.addr(COUNCIL_KEY), vm.addr(COUNCIL_KEY_2), address(verifier));
        c.signatures[0] = sign(ordinary(AUTHENTICATOR_KEY), other.digest(c.kind, c.data));
        refusedAs(c, NotAKey.selector);
    }

    function test_F19_FromTheSuccessorsDayEveryStatementIsRefusedForGood() public {
        claim(watch, alice());
        vm.prank(OWNER);
        ledger.nameSuccessor(address(0x1234));
        (, uint40 due) = ledger.successor();
        goTo(due - 1);
        submit(inspectionCall(watch));
        goTo(due);
        bytes memory reason = abi.encodeWithSelector(Succeeded.selector, address(0x1234));
        refused(handOverCall(watch, alice(), bob()), reason);
        refused(claimCall(bag, bob()), reason);
        refused(inspectionCall(watch), reason);
        refused(registerCall(ledger.nextBatch(BRAND), "root", 2, BRAND_KEY), reason);
        vm.prank(OWNER);
        vm.expectRevert(reason);
        ledger.takeBackSuccessor();
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(SuccessorAlreadyNamed.selector, address(0x1234)));
        ledger.nameSuccessor(address(0x5678));
    }

    // Doors and replays

    function test_NoStatementCountsTwice() public {
        submit(inspectionCall(watch)); // opened: what follows brings nothing new
        Call[] memory calls = new Call[](6);
        calls[0] = claimCall(watch, alice());
        calls[1] = inspectionCall(watch);
        calls[2] = markCall(watch, BRAND, Statements.RECALL);
        calls[3] = amendItemCall(watch, BRAND);
        calls[4] = accreditCall(BRAND, AUTHENTICATOR, nonce());
        calls[5] = addKeyCall(BRAND, address(0x1234));
        for (uint256 i = 0; i < calls.length; ++i) {
            submit(calls[i]);
            (bool taken, ) = address(ledger).call(abi.encodeCall(ledger.submit, (calls[i])));
            no(taken, "taken twice");
        }
        Call memory report = reportCall(watch, alice(), Statements.LOST);
        submit(report);
        refusedAs(report, WrongSequence.selector);
    }

    function test_AStatementForOneItemIsNoneForAnother() public {
        claim(watch, alice());
        claim(bag, alice());
        Call memory c = reportCall(watch, alice(), Statements.STOLEN);
        bytes memory forBag = abi.encode(bag.id, Statements.STOLEN, keccak256("report"), 1);
        c.data = forBag;
        refusedAs(c, WrongSigner.selector);
    }

    function test_AnUnknownStatementIsRefused() public {
        Call memory c = claimCall(watch, alice());
        uint8[3] memory kinds = [0, 20, 255];
        for (uint256 i = 0; i < 3; ++i) {
            c.kind = kinds[i];
            (bool taken, ) = address(ledger).call(abi.encodeCall(ledger.submit, (c)));
            no(taken, "taken");
        }
        c.kind = 20;
        refused(c, abi.encodeWithSelector(UnknownKind.selector, 20));
    }

    function test_AnOfferAloneIsNoStatement() public {
        claim(watch, alice());
        bytes memory offer = abi.encode(Statements.Offer(watch.id, bob().at, uint40(clock + 1), 1, 0));
        refusedAs(build(Statements.OFFER, offer, "", alice()), UnknownKind.selector);
    }
}
