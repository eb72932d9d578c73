// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Flags} from "../../contracts/Flags.sol";
import {Statements} from "../../contracts/Statements.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev The life of an item: claim, handover, what its owner says, recoveries.
contract ItemsTest is Fixture {
    // Claim

    function test_TheFirstClaimMintsTheCertificate() public {
        claim(watch, alice());
        eq(ownerOf(watch), alice().at, "owner");
        eq(ledger.balanceOf(alice().at), 1, "balance");
        eq(sequenceOf(watch), 1, "sequence");
        yes(flagsOf(watch) == Flags.CLAIMED, "claimed and nothing else");
    }

    function test_TheHeadStartsWithBatchAndLeafAndTakesInTheClaim() public {
        claim(watch, alice());
        bytes32 statement = ledger.structHash(Statements.CLAIM, abi.encode(watch.id, alice().at));
        bytes32 first = keccak256(abi.encode(watch.batch, watch.leaf));
        eq(headOf(watch), nextHead(first, statement, alice().at), "head");
    }

    function test_AnItemIsClaimedOnce() public {
        claim(watch, alice());
        refused(claimCall(watch, bob()), abi.encodeWithSelector(AlreadyClaimed.selector, watch.id, alice().at));
    }

    function test_AClaimNeedsTheClaimKey() public {
        Call memory c = claimCall(watch, alice());
        c.signatures[0] = sign(bob(), ledger.digest(c.kind, c.data));
        refused(c, abi.encodeWithSelector(WrongSigner.selector, vm.addr(watch.claimKey), bob().at));
    }

    function test_AClaimNeedsBothSignatures() public {
        Call memory c = claimCall(watch, alice());
        bytes[] memory one = new bytes[](1);
        one[0] = c.signatures[0];
        c.signatures = one;
        refused(c, abi.encodeWithSelector(WrongSignatureCount.selector, 2, 1));
    }

    function test_AnUntouchedItemNeedsItsOpening() public {
        Call memory c = claimCall(watch, alice());
        c.opening = "";
        refused(c, abi.encodeWithSelector(NotOpened.selector, watch.id));
    }

    function test_AnUntouchedItemHasEmptySlots() public view {
        (address holder, uint56 batch, uint24 sequence, uint16 flags, bytes32 head, , ) = ledger.itemOf(watch.id);
        yes(holder == address(0) && batch == 0 && sequence == 0 && flags == 0 && head == 0, "empty");
    }

    function test_ALeafThatIsNotListedOpensNothing() public {
        Thing memory forged = thing(BRAND, "forged");
        forged.opening = openingOf(registrations[watch.batch], forged, bag.leaf);
        refused(claimCall(forged, alice()), abi.encodeWithSelector(NotListed.selector, forged.id, watch.batch));
    }

    function test_AnotherRegistrationOpensNothing() public {
        Registration memory r = registrations[watch.batch];
        r.time -= 1;
        watch.opening = openingOf(r, watch, bag.leaf);
        refused(claimCall(watch, alice()), abi.encodeWithSelector(WrongRegistration.selector, watch.batch));
    }

    function test_TheOpeningOfAnotherItemOpensNothing() public {
        watch.opening = bag.opening;
        refused(claimCall(watch, alice()), abi.encodeWithSelector(WrongItem.selector, watch.id, bag.id));
    }

    function test_AnItemOnceOpenNeedsNoOpening() public {
        submit(inspectionCall(watch));
        Call memory c = claimCall(watch, alice());
        c.opening = "";
        submit(c);
        eq(ownerOf(watch), alice().at, "owner");
    }

    function testFuzz_EveryFormOfSignerClaimsAndHandsOver(uint8 first, uint8 second, uint8 third) public {
        (Signer memory a, Signer memory b, Signer memory l) = (
            ofForm(first, 0x1001),
            ofForm(second, 0x2001),
            ofForm(third, 0x3001)
        );
        claim(watch, a);
        eq(ownerOf(watch), a.at, "claimed");
        submit(handOverCall(watch, a, b, l, uint40(clock)));
        eq(ownerOf(watch), b.at, "handed over");
    }

    // Handover

    function test_AHandoverTakesBothSignatures() public {
        claim(watch, alice());
        submit(handOverCall(watch, alice(), bob()));
        eq(ownerOf(watch), bob().at, "owner");
        eq(ledger.balanceOf(alice().at), 0, "seller's balance");
        eq(ledger.balanceOf(bob().at), 1, "buyer's balance");
        eq(sequenceOf(watch), 2, "sequence");
    }

    function test_AHandoverByLinkTakesTheLinkKeyToo() public {
        claim(watch, alice());
        Call memory c = handOverCall(watch, alice(), bob(), carol(), uint40(clock));
        bytes memory link = c.signatures[2];
        c.signatures[2] = c.signatures[1];
        refused(c, abi.encodeWithSelector(WrongSigner.selector, carol().at, bob().at));
        c.signatures[2] = link;
        submit(c);
        eq(ownerOf(watch), bob().at, "owner");
    }

    function test_AHandoverWithoutTheOwnersSignatureIsRefused() public {
        claim(watch, alice());
        Call memory c = handOverCall(watch, carol(), bob());
        refused(c, abi.encodeWithSelector(WrongSigner.selector, alice().at, carol().at));
    }

    function test_AnOfferExpires() public {
        claim(watch, alice());
        uint40 expiry = uint40(clock + 1 hours);
        Call memory c = handOverCall(watch, alice(), bob(), bob(), expiry);
        goTo(expiry + 1);
        refused(c, abi.encodeWithSelector(Expired.selector, expiry));
        goTo(expiry);
        submit(c);
    }

    function test_TheAcceptanceIsOfThisOfferAlone() public {
        claim(watch, alice());
        Call memory c = handOverCall(watch, alice(), bob());
        (Statements.Offer memory offer, Statements.Accept memory accept) = abi.decode(
            c.data,
            (Statements.Offer, Statements.Accept)
        );
        bytes32 real = accept.offer;
        accept.offer = keccak256("another");
        c.data = abi.encode(offer, accept);
        refused(c, abi.encodeWithSelector(WrongOffer.selector, real, accept.offer));
    }

    function test_AnItemNobodyOwnsCannotBeHandedOver() public {
        refused(handOverCall(watch, alice(), bob()), abi.encodeWithSelector(NotClaimed.selector, watch.id));
    }

    function test_TheFirstAcceptanceWinsAndTheSecondIsRefused() public {
        claim(watch, alice());
        Call memory toBob = handOverCall(watch, alice(), bob());
        Call memory toCarol = handOverCall(watch, alice(), carol());
        submit(toBob);
        refused(toCarol, abi.encodeWithSelector(WrongSequence.selector, watch.id, 2, 1));
    }

    function test_TheOffersLastTimeIsInTheEventAndInTheHead() public {
        claim(watch, alice());
        bytes32 head = headOf(watch);
        Call memory c = handOverCall(watch, alice(), bob());
        submit(c);
        eq(headOf(watch), nextHead(head, ledger.structHash(c.kind, c.data), bob().at), "head");
    }

    // What the owner says

    function test_CancellingEndsOpenOffers() public {
        claim(watch, alice());
        Call memory offer = handOverCall(watch, alice(), bob());
        submit(cancelCall(watch, alice()));
        refused(offer, abi.encodeWithSelector(WrongSequence.selector, watch.id, 2, 1));
    }

    function test_OnlyTheOwnerCancels() public {
        claim(watch, alice());
        refused(cancelCall(watch, bob()), abi.encodeWithSelector(WrongSigner.selector, alice().at, bob().at));
    }

    function test_AStolenItemCannotChangeHandsUntilItsOwnerFindsIt() public {
        claim(watch, alice());
        submit(reportCall(watch, alice(), Statements.STOLEN));
        refused(
            handOverCall(watch, alice(), bob()),
            abi.encodeWithSelector(Stopped.selector, watch.id, Flags.STOLEN)
        );
        submit(reportCall(watch, alice(), Statements.FOUND));
        submit(handOverCall(watch, alice(), bob()));
    }

    function test_FoundClearsLostAndStolen() public {
        claim(watch, alice());
        submit(reportCall(watch, alice(), Statements.LOST));
        submit(reportCall(watch, alice(), Statements.STOLEN));
        yes(flagsOf(watch) == Flags.CLAIMED | Flags.LOST | Flags.STOLEN, "both");
        submit(reportCall(watch, alice(), Statements.FOUND));
        yes(flagsOf(watch) == Flags.CLAIMED, "none");
    }

    function test_AnOwnersFlagDoesNotLapse() public {
        claim(watch, alice());
        submit(reportCall(watch, alice(), Statements.LOST));
        skip(3650 days);
        refusedAs(handOverCall(watch, alice(), bob()), Stopped.selector);
    }

    function test_AnUnknownReportIsRefused() public {
        claim(watch, alice());
        refused(reportCall(watch, alice(), 4), abi.encodeWithSelector(UnknownSubkind.selector, 4));
    }

    function test_TheOldOwnerSaysNothingMore() public {
        claim(watch, alice());
        submit(handOverCall(watch, alice(), bob()));
        refusedAs(reportCall(watch, alice(), Statements.STOLEN), WrongSigner.selector);
    }

    // A new card, and recovery

    function test_AnUnclaimedItemGetsANewCardAtOnce() public {
        submit(replaceClaimCall(watch, BRAND, 0xcade));
        refusedAs(claimCall(watch, alice()), WrongSigner.selector);
        watch.claimKey = 0xcade;
        claim(watch, alice());
    }

    function test_OnlyItsBrandGivesAnUnclaimedItemANewCard() public {
        refused(replaceClaimCall(watch, RIVAL, 0xcade), abi.encodeWithSelector(NotEntitled.selector, RIVAL));
        refused(replaceClaimCall(watch, COUNCIL, 0xcade), abi.encodeWithSelector(NotEntitled.selector, COUNCIL));
        refused(
            replaceClaimCall(watch, AUTHENTICATOR, 0xcade),
            abi.encodeWithSelector(NotEntitled.selector, AUTHENTICATOR)
        );
    }

    function test_ARecoveryCompletesAfterFourteenDays() public {
        claim(watch, alice());
        submit(replaceClaimCall(watch, BRAND, 0xcade));
        eq(ownerOf(watch), alice().at, "still the owner");
        uint40 due = uint40(clock + 14 days);
        refused(completeCall(watch, 0xcade, bob()), abi.encodeWithSelector(NotDue.selector, watch.id, due));
        goTo(due);
        submit(completeCall(watch, 0xcade, bob()));
        eq(ownerOf(watch), bob().at, "new owner");
        eq(ledger.balanceOf(alice().at), 0, "old balance");
        yes(flagsOf(watch) == Flags.CLAIMED | Flags.RECOVERED, "flags");
        (, , , , , , Recovery memory r) = ledger.itemOf(watch.id);
        yes(r.claimAddress == address(0) && r.due == 0, "recovery gone");
    }

    function test_ARecoveryTakesTheNewClaimKeyAndTheNewOwner() public {
        claim(watch, alice());
        submit(replaceClaimCall(watch, BRAND, 0xcade));
        skip(14 days);
        refusedAs(completeCall(watch, watch.claimKey, bob()), WrongSigner.selector);
        Call memory c = completeCall(watch, 0xcade, bob());
        c.signatures[1] = sign(carol(), ledger.digest(c.kind, c.data));
        refusedAs(c, WrongSigner.selector);
    }

    function test_WithoutARecoveryNothingIsCompleted() public {
        claim(watch, alice());
        refused(completeCall(watch, 0xcade, bob()), abi.encodeWithSelector(NoRecovery.selector, watch.id));
    }

    function test_TheOwnersLostFlagDoesNotStopARecoveryAndStays() public {
        claim(watch, alice());
        submit(reportCall(watch, alice(), Statements.STOLEN));
        submit(replaceClaimCall(watch, BRAND, 0xcade));
        skip(14 days);
        submit(completeCall(watch, 0xcade, bob()));
        yes(has(watch, Flags.STOLEN), "still stolen");
        refusedAs(handOverCall(watch, bob(), carol()), Stopped.selector);
        submit(reportCall(watch, bob(), Statements.FOUND));
        submit(handOverCall(watch, bob(), carol()));
    }

    function test_ADisputeStopsARecoveryWhileItHolds() public {
        claim(watch, alice());
        submit(replaceClaimCall(watch, BRAND, 0xcade));
        submit(markCall(watch, COUNCIL, Statements.DISPUTE));
        skip(14 days);
        refused(
            completeCall(watch, 0xcade, bob()),
            abi.encodeWithSelector(Stopped.selector, watch.id, Flags.COUNCIL_DISPUTE)
        );
        skip(76 days);
        submit(completeCall(watch, 0xcade, bob()));
    }

    function test_ATheftReportDoesNotStopARecovery() public {
        claim(watch, alice());
        submit(markCall(watch, COUNCIL, Statements.THEFT));
        submit(replaceClaimCall(watch, COUNCIL, 0xcade));
        skip(14 days);
        submit(completeCall(watch, 0xcade, bob()));
    }

    function test_TheBrandCannotReplaceTheCouncilsRecovery() public {
        claim(watch, alice());
        submit(replaceClaimCall(watch, COUNCIL, 0xcade));
        refused(replaceClaimCall(watch, BRAND, 0xbad), abi.encodeWithSelector(OnlyCouncil.selector, watch.id));
    }

    function test_OpeningARecoveryAgainStartsItsTimeAgain() public {
        claim(watch, alice());
        submit(replaceClaimCall(watch, BRAND, 0xcade));
        skip(13 days);
        submit(replaceClaimCall(watch, BRAND, 0xcadf));
        skip(1 days);
        refusedAs(completeCall(watch, 0xcadf, bob()), NotDue.selector);
    }

    function test_NobodyElseOpensARecovery() public {
        claim(watch, alice());
        refusedAs(replaceClaimCall(watch, RIVAL, 0xcade), NotEntitled.selector);
        refusedAs(replaceClaimCall(watch, AUTHENTICATOR, 0xcade), NotEntitled.selector);
    }

    function test_TheZeroAddressClaimsNothing() public {
        bytes memory data = abi.encode(watch.id, BRAND, address(0), keccak256("ref"), nonce());
        refused(
            byParty(Statements.REPLACE_CLAIM, data, watch.opening, BRAND),
            abi.encodeWithSelector(ZeroAddress.selector)
        );
    }
}
