// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Flags} from "../../contracts/Flags.sol";
import {Statements} from "../../contracts/Statements.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev What brand and council say of items and batches.
contract MarksTest is Fixture {
    function locksOf(Thing memory t) internal view returns (Locks memory locks) {
        (, , , , , locks, ) = ledger.itemOf(t.id);
    }

    function test_ATheftReportOrDisputeStopsTheItemForNinetyDays() public {
        claim(watch, alice());
        uint8[2] memory kinds = [Statements.THEFT, Statements.DISPUTE];
        uint24[2] memory parties = [BRAND, COUNCIL];
        uint16[4] memory flags = [
            Flags.BRAND_THEFT,
            Flags.BRAND_DISPUTE,
            Flags.COUNCIL_THEFT,
            Flags.COUNCIL_DISPUTE
        ];
        for (uint256 i = 0; i < 4; ++i) {
            submit(markCall(watch, parties[i / 2], kinds[i % 2]));
            refused(
                handOverCall(watch, alice(), bob()),
                abi.encodeWithSelector(Stopped.selector, watch.id, flags[i])
            );
            skip(90 days - 1);
            refusedAs(handOverCall(watch, alice(), bob()), Stopped.selector);
            skip(1);
        }
        submit(handOverCall(watch, alice(), bob()));
    }

    function test_AMarkStopsTheClaimOfAnUnclaimedItemToo() public {
        submit(markCall(watch, BRAND, Statements.THEFT));
        refusedAs(claimCall(watch, alice()), Stopped.selector);
        submit(markCall(watch, BRAND, Statements.SETTLE_THEFT));
        claim(watch, alice());
    }

    function test_EachTimeLiesInItsOwnPlace() public {
        submit(markCall(watch, BRAND, Statements.THEFT));
        skip(1);
        submit(markCall(watch, BRAND, Statements.DISPUTE));
        skip(1);
        submit(markCall(watch, COUNCIL, Statements.THEFT));
        skip(1);
        submit(markCall(watch, COUNCIL, Statements.DISPUTE));
        Locks memory l = locksOf(watch);
        uint40 last = uint40(clock + 90 days);
        eq(l.brandTheft, last - 3, "brand's theft");
        eq(l.brandDispute, last - 2, "brand's dispute");
        eq(l.councilTheft, last - 1, "council's theft");
        eq(l.councilDispute, last, "council's dispute");
        eq(l.registeredTwice, 0, "registered twice");
        eq(l.brandThefts, 1, "times");
        eq(l.brandDisputes, 1, "times");
    }

    function test_ABrandRenewsItsOwnTwiceThenOnlyTheCouncilSetsOne() public {
        for (uint256 i = 0; i < 3; ++i) submit(markCall(watch, BRAND, Statements.DISPUTE));
        refused(
            markCall(watch, BRAND, Statements.DISPUTE),
            abi.encodeWithSelector(RenewalsUsedUp.selector, watch.id, Statements.DISPUTE)
        );
        submit(markCall(watch, BRAND, Statements.THEFT));
        for (uint256 i = 0; i < 5; ++i) submit(markCall(watch, COUNCIL, Statements.DISPUTE));
    }

    function test_SettlingDoesNotGiveTheBrandMoreTimes() public {
        for (uint256 i = 0; i < 3; ++i) {
            submit(markCall(watch, BRAND, Statements.THEFT));
            submit(markCall(watch, BRAND, Statements.SETTLE_THEFT));
        }
        refusedAs(markCall(watch, BRAND, Statements.THEFT), RenewalsUsedUp.selector);
    }

    function test_NobodySettlesWhatIsNotSet() public {
        refused(
            markCall(watch, BRAND, Statements.SETTLE_DISPUTE),
            abi.encodeWithSelector(NotSet.selector, watch.id, Statements.SETTLE_DISPUTE)
        );
        refusedAs(markCall(watch, BRAND, Statements.LIFT_RECALL), NotSet.selector);
        refusedAs(markCall(watch, BRAND, Statements.LIFT_VOID), NotSet.selector);
        refusedAs(markCall(watch, COUNCIL, Statements.RENEW_TWICE), NotSet.selector);
        refusedAs(markCall(watch, COUNCIL, Statements.CLEAR_TWICE), NotSet.selector);
        refusedAs(markCall(watch.batch, BRAND, Statements.LIFT_BATCH_VOID, ""), NotSet.selector);
    }

    function test_ARecallIsSeenAndStopsNothing() public {
        claim(watch, alice());
        submit(markCall(watch, BRAND, Statements.RECALL));
        yes(has(watch, Flags.RECALLED), "recalled");
        submit(handOverCall(watch, alice(), bob()));
        submit(markCall(watch, BRAND, Statements.LIFT_RECALL));
        no(has(watch, Flags.RECALLED), "recalled");
    }

    function test_AVoidItemCannotBeClaimedUntilItIsLifted() public {
        submit(markCall(watch, BRAND, Statements.VOID));
        refused(claimCall(watch, alice()), abi.encodeWithSelector(Stopped.selector, watch.id, Flags.VOID));
        submit(markCall(watch, BRAND, Statements.LIFT_VOID));
        claim(watch, alice());
    }

    function test_AVoidBatchStopsClaimsAndNoHandover() public {
        claim(watch, alice());
        submit(markCall(watch.batch, BRAND, Statements.VOID_BATCH, ""));
        eq(ledger.batchFlagsOf(watch.batch), Flags.BATCH_VOID, "flags");
        refused(claimCall(bag, bob()), abi.encodeWithSelector(BatchVoid.selector, bag.batch));
        submit(handOverCall(watch, alice(), bob()));
        submit(markCall(watch.batch, BRAND, Statements.LIFT_BATCH_VOID, ""));
        claim(bag, bob());
    }

    function test_ARecalledBatchStopsNothing() public {
        submit(markCall(watch.batch, BRAND, Statements.RECALL_BATCH, ""));
        eq(ledger.batchFlagsOf(watch.batch), Flags.BATCH_RECALLED, "flags");
        claim(bag, bob());
        submit(markCall(watch.batch, BRAND, Statements.LIFT_BATCH_RECALL, ""));
        eq(ledger.batchFlagsOf(watch.batch), 0, "flags");
    }

    function test_OnlyABatchesBrandMarksIt() public {
        for (uint8 kind = Statements.RECALL_BATCH; kind <= Statements.LIFT_BATCH_VOID; ++kind) {
            refused(markCall(watch.batch, RIVAL, kind, ""), abi.encodeWithSelector(NotEntitled.selector, RIVAL));
            refused(markCall(watch.batch, COUNCIL, kind, ""), abi.encodeWithSelector(NotEntitled.selector, COUNCIL));
        }
        uint256 unregistered = watch.batch + 1;
        refusedAs(markCall(unregistered, BRAND, Statements.VOID_BATCH, ""), NotEntitled.selector);
        uint256 wide = uint256(watch.batch) | (1 << 56);
        refusedAs(markCall(wide, BRAND, Statements.VOID_BATCH, ""), NotEntitled.selector);
    }

    function test_OnlyItsBrandRecallsVoidsAndAmendsAnItem() public {
        for (uint8 kind = Statements.RECALL; kind <= Statements.LIFT_VOID; ++kind) {
            refused(markCall(watch, RIVAL, kind), abi.encodeWithSelector(NotEntitled.selector, RIVAL));
            refused(markCall(watch, COUNCIL, kind), abi.encodeWithSelector(NotEntitled.selector, COUNCIL));
            refused(
                markCall(watch, AUTHENTICATOR, kind),
                abi.encodeWithSelector(NotEntitled.selector, AUTHENTICATOR)
            );
        }
        refusedAs(amendItemCall(watch, RIVAL), NotEntitled.selector);
        refusedAs(amendItemCall(watch, COUNCIL), NotEntitled.selector);
        refusedAs(amendBatchCall(watch.batch, RIVAL), NotEntitled.selector);
    }

    function test_UnknownMarksAreRefused() public {
        refused(markCall(watch, BRAND, 0), abi.encodeWithSelector(UnknownSubkind.selector, 0));
        refused(markCall(watch, BRAND, 15), abi.encodeWithSelector(UnknownSubkind.selector, 15));
    }

    function test_AnUnclaimedItemIsRetiredByItsBrandAlone() public {
        Signer memory nobody;
        submit(retireCall(watch, nobody));
        yes(has(watch, Flags.RETIRED), "retired");
        eq(sequenceOf(watch), 0, "the owner's sequence");
        refused(claimCall(watch, alice()), abi.encodeWithSelector(Stopped.selector, watch.id, Flags.RETIRED));
        refusedAs(retireCall(watch, nobody), Stopped.selector);
    }

    function test_AClaimedItemIsRetiredByBrandAndOwner() public {
        claim(watch, alice());
        Signer memory nobody;
        refusedAs(retireCall(watch, nobody), WrongSignatureCount.selector);
        refusedAs(retireCall(watch, bob()), WrongSigner.selector);
        submit(retireCall(watch, alice()));
        eq(sequenceOf(watch), 2, "the owner's sequence");
        eq(ownerOf(watch), alice().at, "still the owner");
        refusedAs(handOverCall(watch, alice(), bob()), Stopped.selector);
    }

    function test_AnotherBrandRetiresNothing() public {
        Thing memory t = watch;
        t.brand = RIVAL;
        Signer memory nobody;
        refusedAs(retireCall(t, nobody), NotEntitled.selector);
    }

    function test_AnAmendmentIsAppendedAndTheClaimKeyStays() public {
        submit(amendItemCall(watch, BRAND));
        yes(has(watch, Flags.AMENDED), "amended");
        claim(watch, alice());
    }

    function test_AnAmendedBatchOpensByItsOldRoot() public {
        bytes32 before = ledger.batchOf(watch.batch);
        submit(amendBatchCall(watch.batch, BRAND));
        eq(ledger.batchFlagsOf(watch.batch), Flags.BATCH_AMENDED, "flags");
        eq(ledger.batchOf(watch.batch), before, "registration");
        claim(watch, alice());
    }
}
