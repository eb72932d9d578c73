// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Statements} from "../../contracts/Statements.sol";
import {Fixture} from "./support/Fixture.sol";
import {BurningWallet} from "./support/Wallets.sol";
import {Vm} from "./support/Vm.sol";

/// @dev Many statements in one transaction, each on its own.
contract BundlesTest is Fixture {
    function refusals() internal returns (uint256 count, Vm.Log memory last) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != Refused.selector) continue;
            ++count;
            last = logs[i];
        }
    }

    function test_ABadStatementIsRefusedWithItsReasonWhileTheRestStand() public {
        Call[] memory calls = new Call[](3);
        calls[0] = claimCall(watch, alice());
        calls[1] = claimCall(watch, bob());
        calls[2] = claimCall(bag, bob());
        vm.recordLogs();
        ledger.bundle(calls);
        (uint256 count, Vm.Log memory refusal) = refusals();
        eq(count, 1, "refusals");
        eq(uint256(refusal.topics[1]), 1, "index");
        bytes memory reason = abi.decode(refusal.data, (bytes));
        eq(
            keccak256(reason),
            keccak256(abi.encodeWithSelector(AlreadyClaimed.selector, watch.id, alice().at)),
            "reason"
        );
        eq(ownerOf(watch), alice().at, "first");
        eq(ownerOf(bag), bob().at, "third");
    }

    function test_ABurningWalletTakesNoneOfItsNeighboursGas() public {
        BurningWallet w = new BurningWallet();
        Call[] memory calls = new Call[](3);
        calls[0] = claimCall(watch, alice());
        calls[1] = claimCall(bag, bob());
        calls[1].data = abi.encode(bag.id, address(w));
        bytes32 d = ledger.digest(Statements.CLAIM, calls[1].data);
        calls[1].signatures[0] = signOrdinary(bag.claimKey, d);
        calls[1].signatures[1] = abi.encodePacked(hex"01", address(w), "x");
        calls[2] = inspectionCall(watch);
        vm.recordLogs();
        ledger.bundle{gas: 3_000_000}(calls);
        (uint256 count, ) = refusals();
        eq(count, 1, "refusals");
        eq(ownerOf(watch), alice().at, "owner");
    }

    function test_AnEmptyBundleDoesNothing() public {
        ledger.bundle(new Call[](0));
    }

    function test_WithTooLittleGasTheWholeBundleFails() public {
        Call[] memory calls = new Call[](2);
        calls[0] = claimCall(watch, alice());
        calls[1] = claimCall(bag, bob());
        uint256 enough = (ledger.statementGas() * 64) / 63 + 100_000;
        (bool taken, bytes memory reason) = address(ledger).call{gas: enough}(
            abi.encodeCall(ledger.bundle, (calls))
        );
        no(taken, "taken");
        eq(keccak256(reason), keccak256(abi.encodeWithSelector(TooLittleGas.selector, 1)), "reason");
        yes(flagsOf(watch) == 0, "nothing stands");
    }

    function test_CallsThatDoNotLieWhereTheArraySaysFail() public {
        Call[] memory calls = new Call[](2);
        calls[0] = claimCall(watch, alice());
        calls[1] = claimCall(bag, bob());
        bytes memory data = abi.encodeCall(ledger.bundle, (calls));
        // The array's offset table begins behind selector, offset and length.
        assembly {
            mstore(add(data, add(0x20, 0x44)), mload(add(data, add(0x20, 0x64))))
        }
        (bool taken, bytes memory reason) = address(ledger).call(data);
        no(taken, "taken");
        eq(keccak256(reason), keccak256(abi.encodeWithSelector(MalformedBundle.selector, 0)), "reason");
    }

    function testFuzz_OffsetsOutOfPlaceHarmNobody(uint256 offset, bool second) public {
        Call[] memory calls = new Call[](2);
        calls[0] = claimCall(watch, alice());
        calls[1] = claimCall(bag, bob());
        bytes memory data = abi.encodeCall(ledger.bundle, (calls));
        uint256 at = second ? 0x64 : 0x44;
        assembly {
            mstore(add(data, add(0x20, at)), offset)
        }
        (bool taken, ) = address(ledger).call(data);
        taken;
        (address a, , , uint16 flags, , , ) = ledger.itemOf(watch.id);
        yes(flags == 0 || a == alice().at, "watch");
        (a, , , flags, , , ) = ledger.itemOf(bag.id);
        yes(flags == 0 || a == bob().at, "bag");
    }

    function test_AnUnknownStatementIsRefusedAlone() public {
        Call[] memory calls = new Call[](1);
        calls[0] = claimCall(watch, alice());
        calls[0].kind = 77;
        vm.recordLogs();
        ledger.bundle(calls);
        (uint256 count, ) = refusals();
        eq(count, 1, "refusals");
    }

    function test_TheFiftiethStatementIsTakenLikeTheFirst() public {
        Call[] memory calls = new Call[](50);
        for (uint256 i = 0; i < 50; ++i) calls[i] = inspectionCall(i % 2 == 0 ? watch : bag);
        vm.recordLogs();
        ledger.bundle(calls);
        (uint256 count, ) = refusals();
        eq(count, 0, "refusals");
    }
}
