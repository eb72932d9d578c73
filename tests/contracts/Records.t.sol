// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Statements} from "../../contracts/Statements.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev What authenticators and repairers saw.
contract RecordsTest is Fixture {
    function test_AnInspectionByWhomTheCouncilAccreditsEntersTheHead() public {
        claim(watch, alice());
        bytes32 head = headOf(watch);
        Call memory c = inspectionCall(watch);
        submit(c);
        eq(
            headOf(watch),
            nextHead(head, ledger.structHash(c.kind, c.data), vm.addr(AUTHENTICATOR_KEY)),
            "head"
        );
    }

    function test_ARecordByWhomTheBrandAccreditsIsTakenOnItsItemsOnly() public {
        submit(recordCall(watch, REPAIRER, BRAND, Statements.SERVICE, 0));
        refused(
            recordCall(rivals, REPAIRER, BRAND, Statements.SERVICE, 0),
            abi.encodeWithSelector(NotEntitled.selector, BRAND)
        );
        refused(
            recordCall(rivals, REPAIRER, RIVAL, Statements.SERVICE, 0),
            abi.encodeWithSelector(NotAccredited.selector, RIVAL, REPAIRER)
        );
    }

    function test_TheAccreditorNamedMustBeTheOneWhoAccredits() public {
        refused(
            recordCall(watch, REPAIRER, COUNCIL, Statements.INSPECTION, 0),
            abi.encodeWithSelector(NotAccredited.selector, COUNCIL, REPAIRER)
        );
        refused(
            recordCall(watch, AUTHENTICATOR, BRAND, Statements.INSPECTION, 0),
            abi.encodeWithSelector(NotAccredited.selector, BRAND, AUTHENTICATOR)
        );
    }

    function test_TheBrandServicesItsOwnItemsAndInspectsNone() public {
        submit(recordCall(watch, BRAND, BRAND, Statements.SERVICE, 0));
        submit(recordCall(watch, BRAND, COUNCIL, Statements.SERVICE, 0));
        refusedAs(recordCall(watch, BRAND, BRAND, Statements.INSPECTION, 0), NotAccredited.selector);
        refusedAs(recordCall(rivals, BRAND, BRAND, Statements.SERVICE, 0), NotEntitled.selector);
    }

    function test_NobodyButTheAccreditedAppends() public {
        uint24[3] memory parties = [COUNCIL, BRAND, RIVAL];
        for (uint256 i = 0; i < 3; ++i) {
            refusedAs(recordCall(watch, parties[i], COUNCIL, Statements.INSPECTION, 0), NotAccredited.selector);
        }
    }

    function test_ARemovedAccreditationChangesNoPastEventAndStopsNewOnes() public {
        submit(inspectionCall(watch));
        bytes32 head = headOf(watch);
        submit(endAccreditationCall(COUNCIL, AUTHENTICATOR));
        eq(headOf(watch), head, "head");
        refused(
            inspectionCall(watch),
            abi.encodeWithSelector(NotAccredited.selector, COUNCIL, AUTHENTICATOR)
        );
        submit(accreditCall(COUNCIL, AUTHENTICATOR, nonce()));
        submit(inspectionCall(watch));
    }

    function test_AKeyAddedLaterIsAccreditedWithItsParty() public {
        submit(addKeyCall(AUTHENTICATOR, vm.addr(0xa003)));
        Call memory c = inspectionCall(watch);
        c.signatures[0] = sign(ordinary(0xa003), ledger.digest(c.kind, c.data));
        submit(c);
        submit(endAccreditationCall(COUNCIL, AUTHENTICATOR));
        c = inspectionCall(watch);
        c.signatures[0] = sign(ordinary(0xa003), ledger.digest(c.kind, c.data));
        refusedAs(c, NotAccredited.selector);
        submit(addKeyCall(AUTHENTICATOR, vm.addr(0xa004)));
        c = inspectionCall(watch);
        c.signatures[0] = sign(ordinary(0xa004), ledger.digest(c.kind, c.data));
        refusedAs(c, NotAccredited.selector);
    }

    function test_AWithdrawalOrCorrectionPointsAtANonceOfTheSameParty() public {
        uint256 first = nonce();
        submit(recordCall(watch, AUTHENTICATOR, COUNCIL, Statements.INSPECTION, 0, first));
        submit(recordCall(watch, AUTHENTICATOR, COUNCIL, Statements.CORRECTION, first));
        submit(recordCall(watch, AUTHENTICATOR, COUNCIL, Statements.WITHDRAWAL, first));
        uint256 brands = nonce();
        submit(anchorCall(BRAND, keccak256("x"), brands));
        refused(
            recordCall(watch, AUTHENTICATOR, COUNCIL, Statements.CORRECTION, brands),
            abi.encodeWithSelector(NonceNotUsed.selector, AUTHENTICATOR, brands)
        );
        uint256 own = nonce();
        refused(
            recordCall(watch, AUTHENTICATOR, COUNCIL, Statements.WITHDRAWAL, own, own),
            abi.encodeWithSelector(NonceNotUsed.selector, AUTHENTICATOR, own)
        );
        refusedAs(recordCall(watch, AUTHENTICATOR, COUNCIL, Statements.WITHDRAWAL, 0), NonceNotUsed.selector);
    }

    function test_ADateUpToTenMinutesAheadIsTaken() public {
        Call memory c = inspectionCall(watch);
        goBack(600);
        submit(c);
        c = inspectionCall(watch);
        goBack(601);
        refusedAs(c, FutureDate.selector);
    }

    function test_AFieldWiderThanItsTypeIsRefused() public {
        uint256[9] memory fields;
        for (uint256 i = 1; i < 9; ++i) {
            if (i == 4 || i == 5 || i == 6 || i == 8) continue;
            fields = [
                watch.id,
                AUTHENTICATOR,
                COUNCIL,
                Statements.INSPECTION,
                1,
                0,
                1,
                clock,
                nonce()
            ];
            fields[i] |= 1 << 200;
            bytes memory data = abi.encode(fields);
            Call memory c = byParty(Statements.RECORD, data, watch.opening, AUTHENTICATOR);
            (bool taken, ) = address(ledger).call(abi.encodeCall(ledger.submit, (c)));
            no(taken, "taken");
        }
    }

    function test_UnknownRecordsAreRefused() public {
        refused(
            recordCall(watch, AUTHENTICATOR, COUNCIL, 0, 0),
            abi.encodeWithSelector(UnknownSubkind.selector, 0)
        );
        refusedAs(recordCall(watch, AUTHENTICATOR, COUNCIL, 5, 0), UnknownSubkind.selector);
    }

    function testFuzz_NoncesAreUnorderedAndCountOnce(uint256 a, uint256 b) public {
        vm.assume(a != b && a > 1000 && b > 1000);
        submit(recordCall(watch, AUTHENTICATOR, COUNCIL, Statements.INSPECTION, 0, a));
        submit(recordCall(watch, AUTHENTICATOR, COUNCIL, Statements.INSPECTION, 0, b));
        yes(ledger.isNonceUsed(AUTHENTICATOR, a) && ledger.isNonceUsed(AUTHENTICATOR, b), "used");
        refused(
            recordCall(watch, AUTHENTICATOR, COUNCIL, Statements.SERVICE, 0, a),
            abi.encodeWithSelector(NonceUsed.selector, AUTHENTICATOR, a)
        );
        no(ledger.isNonceUsed(BRAND, a), "used by another party");
    }
}
