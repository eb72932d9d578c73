// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Flags} from "../../contracts/Flags.sol";
import {Statements} from "../../contracts/Statements.sol";
import {Touchmark} from "../../contracts/Touchmark.sol";
import {Fixture} from "./support/Fixture.sol";
import {BombWallet, BurningWallet, HungryWallet, RevertingBombWallet, YesWallet} from "./support/Wallets.sol";
import {Vm} from "./support/Vm.sol";

/// @dev Between signing and mining: who carries, copies, delays, reorders, withholds; and what the chain itself does.
contract SeamsTest is Fixture {
    uint256 private constant PANIC_OVERFLOW = 0x11;

    function formsDo(function(Signer memory) internal what) internal {
        for (uint256 i = 0; i < 4; ++i) {
            uint256 before = vm.snapshotState();
            what(ofForm(i, 0x1001));
            vm.revertToState(before);
        }
    }

    function isTaken(Call memory c) internal returns (bool taken) {
        (taken, ) = address(ledger).call(abi.encodeCall(ledger.submit, (c)));
    }

    function bundle(Call[] memory calls, uint256 gas_) internal returns (uint256 refusals) {
        vm.recordLogs();
        ledger.bundle{gas: gas_}(calls);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) if (logs[i].topics[0] == Refused.selector) ++refusals;
    }

    // Replay

    function test_WhatEveryFormSignedForAnotherContractIsRefused() public {
        formsDo(_signedForAnotherContract);
    }

    function _signedForAnotherContract(Signer memory s) private {
        claim(watch, s);
        Touchmark other = new Touchmark(OWNER, vm.addr(COUNCIL_KEY), vm.addr(COUNCIL_KEY_2), address(verifier));
        Call memory c = cancelCall(watch, s);
        c.signatures[0] = sign(s, other.digest(c.kind, c.data));
        refusedAs(c, s.form == Form.Ordinary ? WrongSigner.selector : BadSignature.selector);
        submit(cancelCall(watch, s));
    }

    function test_WhatEveryFormSignedForAnotherChainIsRefused() public {
        formsDo(_signedForAnotherChain);
    }

    function _signedForAnotherChain(Signer memory s) private {
        claim(watch, s);
        Call memory c = cancelCall(watch, s);
        vm.chainId(31_338);
        no(isTaken(c), "taken");
        vm.chainId(31_337);
        submit(c);
    }

    /// @dev A fork that keeps its chain id is two ledgers with one name: what was signed before it counts on both. A
    /// handover names the head its buyer saw, so it ends where the branches have parted.
    function test_OnAForkOfTheSameChainAHandoverCountsOnlyWhereItsHeadStands() public {
        claim(watch, alice());
        uint256 fork = vm.snapshotState();
        skip(12);
        submit(inspectionCall(watch));
        Call memory sold = handOverCall(watch, alice(), bob());
        submit(sold);
        vm.revertToState(fork);
        goTo(clock - 12 + 15); // the other branch has other block times
        submit(recordCall(watch, AUTHENTICATOR, COUNCIL, Statements.INSPECTION, 0, 999));
        refusedAs(sold, WrongHead.selector);
        eq(ownerOf(watch), alice().at, "owner on this branch");
    }

    function test_OnAForkOfTheSameChainAClaimSignedBeforeCountsOnBothForTheSameOwner() public {
        Call memory c = claimCall(watch, alice());
        uint256 fork = vm.snapshotState();
        submit(c);
        vm.revertToState(fork);
        submit(c);
        eq(ownerOf(watch), alice().at, "owner");
    }

    // Seen on its way

    function test_AClaimSeenOnItsWayGoesToNobodyElse() public {
        formsDo(_claimIsSeen);
    }

    function _claimIsSeen(Signer memory s) private {
        Call memory seen = claimCall(watch, s);
        Signer memory thief = ordinary(0xbad);
        Call memory forged = claimCall(watch, thief);
        forged.signatures[0] = seen.signatures[0]; // the card's signature, copied
        refusedAs(forged, WrongSigner.selector);
        forged.signatures[0] = seen.signatures[1];
        no(isTaken(forged), "taken with the owner's own");
        vm.prank(thief.at);
        submit(seen); // sent first, by somebody else: it says what it said
        eq(ownerOf(watch), s.at, "owner");
        refusedAs(seen, AlreadyClaimed.selector);
    }

    function test_AnAcceptanceByLinkSeenOnItsWayGoesToNobodyElse() public {
        claim(watch, alice());
        Call memory seen = handOverCall(watch, alice(), bob(), carol(), uint40(clock));
        Call memory forged = handOverCall(watch, alice(), ordinary(0xbad), carol(), uint40(clock));
        forged.signatures[2] = seen.signatures[2]; // who sees the bundle has no link key, only its signature
        refusedAs(forged, WrongSigner.selector);
        submit(seen);
    }

    /// @dev One statement for both: which it is depends on whether the card was used before. The new owner has fourteen
    /// days, and any statement of theirs ends it.
    function test_ANewCardThatComesAfterTheClaimIsARecoveryItsOwnerCanEnd() public {
        Call memory newCard = replaceClaimCall(watch, BRAND, 0xcade);
        claim(watch, alice());
        submit(newCard);
        eq(ownerOf(watch), alice().at, "owner");
        yes(has(watch, Flags.RECOVERY_OPEN), "open");
        submit(cancelCall(watch, alice()));
        skip(15 days);
        refusedAs(completeCall(watch, 0xcade, bob()), NoRecovery.selector);
    }

    // Bundles

    function test_OneBadStatementAmongFiftyCostsTheOthersNothing() public {
        address[3] memory bad = [
            address(new BurningWallet()),
            address(new BombWallet()),
            address(new RevertingBombWallet())
        ];
        for (uint256 b = 0; b < 3; ++b) {
            Call[] memory calls = new Call[](50);
            for (uint256 i = 0; i < 50; ++i) calls[i] = inspectionCall(i % 2 == 0 ? watch : bag);
            calls[17].signatures[0] = abi.encodePacked(hex"01", bad[b], "x"); // no key of the party, whatever it answers
            eq(bundle(calls, 12_000_000), 1, "refusals");
        }
    }

    function test_ABundleCarriedInAnotherOrderTakesWhatStillHolds() public {
        claim(watch, alice());
        Call memory first = handOverCall(watch, alice(), bob());
        uint256 before = vm.snapshotState();
        submit(first);
        Call memory second = handOverCall(watch, bob(), carol());
        vm.revertToState(before);
        Call[] memory calls = new Call[](2);
        (calls[0], calls[1]) = (second, first);
        eq(bundle(calls, 16_000_000), 1, "refusals");
        eq(ownerOf(watch), bob().at, "the first stands");
        submit(second); // carried later, in the same block, it counts
        eq(ownerOf(watch), carol().at, "nothing is lost");
    }

    function test_AStatementDroppedBetweenOthersIsCarriedLater() public {
        Call[] memory calls = new Call[](2);
        Call memory dropped = recordCall(watch, AUTHENTICATOR, COUNCIL, Statements.INSPECTION, 0, 501);
        calls[0] = recordCall(watch, AUTHENTICATOR, COUNCIL, Statements.INSPECTION, 0, 500);
        calls[1] = recordCall(watch, AUTHENTICATOR, COUNCIL, Statements.INSPECTION, 0, 502);
        eq(bundle(calls, 16_000_000), 0, "refusals");
        skip(365 days);
        submit(dropped);
    }

    function test_AStatementAtTheEdgeOfItsTimeIsTakenAndASecondLaterRefusedAlone() public {
        claim(watch, alice());
        claim(bag, alice());
        Call[] memory calls = new Call[](2);
        calls[0] = handOverCall(watch, alice(), bob(), bob(), uint40(clock + 1 hours));
        calls[1] = handOverCall(bag, alice(), bob(), bob(), uint40(clock + 1 hours + 1));
        uint256 before = vm.snapshotState();
        skip(1 hours);
        eq(bundle(calls, 16_000_000), 0, "at the edge");
        vm.revertToState(before);
        skip(1 hours + 1);
        eq(bundle(calls, 16_000_000), 1, "a second later");
        eq(ownerOf(watch), alice().at, "late");
        eq(ownerOf(bag), bob().at, "in time");
    }

    /// @dev Junk behind the last call costs the bundle memory after it has looked at its gas. Refused is then the copy in
    /// this bundle, as it would be with a bent signature: a refusal is no fact, and the statement stands for whoever
    /// carries it next. See AUDIT.md.
    function test_ACarrierWhoPadsABundleStarvesOnlyTheirOwnCopy() public {
        Signer[3] memory hungry = [alice(), bob(), carol()];
        for (uint256 i = 0; i < 3; ++i) {
            (hungry[i].form, hungry[i].at) = (Form.Wallet, address(new HungryWallet(hungry[i].at)));
        }
        claim(watch, hungry[0]);
        Call[] memory calls = new Call[](1);
        calls[0] = handOverCall(watch, hungry[0], hungry[1], hungry[2], uint40(clock));
        bytes memory padded = bytes.concat(abi.encodeCall(ledger.bundle, (calls)), new bytes(544_000));
        (bool done, ) = address(ledger).call{gas: 1_090_000}(padded);
        yes(done, "the bundle went through");
        eq(ownerOf(watch), hungry[0].at, "its copy was refused");
        eq(bundle(calls, 1_090_000), 0, "as it was signed, with the same gas");
        eq(ownerOf(watch), hungry[1].at, "taken");
    }

    // Between signing and mining

    function test_AnAccreditationWithdrawnBetweenSigningAndMiningStopsTheRecord() public {
        Call memory byCouncils = inspectionCall(watch);
        Call memory byBrands = recordCall(watch, REPAIRER, BRAND, Statements.INSPECTION, 0);
        submit(endAccreditationCall(COUNCIL, AUTHENTICATOR));
        submit(endAccreditationCall(BRAND, REPAIRER));
        refused(byCouncils, abi.encodeWithSelector(NotAccredited.selector, COUNCIL, AUTHENTICATOR));
        refused(byBrands, abi.encodeWithSelector(NotAccredited.selector, BRAND, REPAIRER));
        // Accredited again, what was signed before counts from now on, and is dated so.
        submit(accreditCall(COUNCIL, AUTHENTICATOR, nonce()));
        submit(byCouncils);
    }

    function test_AKeyRetiredCompromisedOrEndedBetweenSigningAndMiningStopsItsStatement() public {
        bytes memory notAKey = abi.encodeWithSelector(NotAKey.selector, BRAND, vm.addr(BRAND_KEY));
        Call[3] memory signed = [
            markCall(watch, BRAND, Statements.RECALL),
            amendItemCall(watch, BRAND),
            registerCall(ledger.nextBatch(BRAND), "root", 2, BRAND_KEY)
        ];
        for (uint256 way = 0; way < 3; ++way) {
            uint256 before = vm.snapshotState();
            if (way == 0) submit(retireKeyCall(BRAND, vm.addr(BRAND_KEY)));
            if (way == 1) submit(compromisedCall(COUNCIL, BRAND, vm.addr(BRAND_KEY), clock));
            if (way == 2) {
                vm.prank(OWNER);
                ledger.endParty(BRAND);
            }
            for (uint256 i = 0; i < 3; ++i) refused(signed[i], notAKey);
            vm.revertToState(before);
        }
    }

    function test_ABatchWithdrawnBetweenStopsTheClaimAndRecalledDoesNot() public {
        (Call memory first, Call memory second) = (claimCall(watch, alice()), claimCall(bag, alice()));
        submit(markCall(watch.batch, BRAND, Statements.RECALL_BATCH, ""));
        submit(first);
        submit(markCall(watch.batch, BRAND, Statements.VOID_BATCH, ""));
        refused(second, abi.encodeWithSelector(BatchVoid.selector, bag.batch));
        submit(markCall(watch.batch, BRAND, Statements.LIFT_BATCH_VOID, ""));
        submit(second);
    }

    function test_AStopSetBetweenEndsTheHandoverWhateverSetsIt() public {
        claim(watch, alice());
        Call memory sold = handOverCall(watch, alice(), bob());
        uint24[2] memory setters = [BRAND, COUNCIL];
        for (uint256 i = 0; i < 2; ++i) {
            uint256 before = vm.snapshotState();
            submit(markCall(watch, setters[i], Statements.THEFT));
            refusedAs(sold, Stopped.selector);
            vm.revertToState(before);
        }
        submit(sold);
    }

    /// @dev Ending a brand ends its voice, not what it said: its repairers stay its repairers until they are ended too.
    function test_WhomAnEndedBrandAccreditedStaysAccreditedUntilEndedItself() public {
        vm.prank(OWNER);
        ledger.endParty(BRAND);
        submit(recordCall(watch, REPAIRER, BRAND, Statements.SERVICE, 0));
        vm.prank(OWNER);
        ledger.endParty(REPAIRER);
        refusedAs(recordCall(watch, REPAIRER, BRAND, Statements.SERVICE, 0), NotAKey.selector);
    }

    // Trees

    function proofOf(uint256 count) private pure returns (bytes32[] memory proof) {
        proof = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) proof[i] = keccak256(abi.encode("sibling", i));
    }

    function registered(Thing memory t, bytes32 root, uint32 count, bytes32[] memory proof) private returns (Thing memory) {
        uint56 batch = ledger.nextBatch(BRAND);
        submit(registerCall(batch, root, count, BRAND_KEY));
        Registration memory r = Registration(batch, root, count, keccak256("manifest"), vm.addr(BRAND_KEY), uint40(clock));
        t.batch = batch;
        t.opening = abi.encode(Opening(r, t.pathHash, t.recordHash, vm.addr(t.claimKey), proof));
        return t;
    }

    function rootOver(bytes32 leaf, bytes32[] memory proof) private pure returns (bytes32 root) {
        root = leaf;
        for (uint256 i = 0; i < proof.length; ++i) {
            root = root < proof[i] ? keccak256(abi.encode(root, proof[i])) : keccak256(abi.encode(proof[i], root));
        }
    }

    function test_AProofIsOfAnyLengthButOfItsOwn() public {
        uint8[4] memory levels = [0, 1, 41, 64];
        for (uint256 i = 0; i < 4; ++i) {
            Thing memory t = thing(BRAND, string.concat("level ", vm.toString(levels[i])));
            bytes32[] memory proof = proofOf(levels[i]);
            bytes32 root = rootOver(t.leaf, proof);
            refusedAs(claimCall(registered(t, root, 1, proofOf(levels[i] + 1)), alice()), NotListed.selector);
            if (levels[i] > 0) {
                refusedAs(claimCall(registered(t, root, 1, proofOf(levels[i] - 1)), alice()), NotListed.selector);
            }
            // The count is the brand's word: the tree is what counts.
            claim(registered(t, root, 1, proof), alice());
        }
    }

    function test_ANodeOfTheTreeIsNoLeafAndALeafHashedOnceIsNone() public {
        Thing memory t = thing(BRAND, "forged");
        bytes32 once = keccak256(abi.encode(t.pathHash, t.recordHash, vm.addr(t.claimKey)));
        refusedAs(claimCall(registered(t, once, 1, proofOf(0)), alice()), NotListed.selector);
        refusedAs(claimCall(registered(t, rootOver(once, proofOf(3)), 8, proofOf(3)), alice()), NotListed.selector);
        // Two words that hash to an inner node stand where a leaf's three would.
        t.pathHash = watch.leaf;
        t.recordHash = bag.leaf;
        t.id = uint256(keccak256(abi.encode(BRAND, t.pathHash)));
        Registration memory r = registrations[watch.batch];
        t.opening = abi.encode(Opening(r, t.pathHash, t.recordHash, address(0), proofOf(0)));
        refusedAs(claimCall(t, alice()), NotListed.selector);
    }

    // Edges of numbers and of calls

    function test_TheSequenceWrapsWithoutTouchingTheFlags() public {
        claim(watch, alice());
        bytes32 slot = keccak256(abi.encode(watch.id, 0x516a3624122052a563585849795d3e32ec5f15e252f21adbce7ccc79b4c38f00));
        bytes32 word = vm.load(address(ledger), slot) | bytes32(uint256(0xffffff) << 216);
        vm.store(address(ledger), slot, word);
        eq(sequenceOf(watch), 0xffffff, "sequence");
        submit(cancelCall(watch, alice()));
        eq(sequenceOf(watch), 0, "sequence");
        yes(flagsOf(watch) == Flags.CLAIMED && ownerOf(watch) == alice().at, "flags and owner");
    }

    function test_ABrandsLastBatchNumberIsNotPassed() public {
        bytes32 slot = keccak256(
            abi.encode(BRAND, uint256(0x516a3624122052a563585849795d3e32ec5f15e252f21adbce7ccc79b4c38f00) + 5)
        );
        vm.store(address(ledger), slot, vm.load(address(ledger), slot) | bytes32(uint256(type(uint32).max)));
        uint56 next = (uint56(BRAND) << 32) | 1;
        refused(
            registerCall(next, "root", 1, BRAND_KEY),
            abi.encodeWithSignature("Panic(uint256)", PANIC_OVERFLOW)
        );
    }

    function test_TheLargestNonceIsANonce() public {
        submit(anchorCall(BRAND, "x", type(uint256).max));
        refusedAs(anchorCall(BRAND, "y", type(uint256).max), NonceUsed.selector);
        submit(anchorCall(BRAND, "z", type(uint256).max - 1));
    }

    function test_ACallCutShortAnywhereIsRefusedOrSaysTheSame() public {
        bytes memory whole = abi.encodeCall(ledger.submit, (claimCall(watch, alice())));
        for (uint256 length = 0; length < whole.length; length += 7) {
            uint256 before = vm.snapshotState();
            bytes memory cut = new bytes(length);
            for (uint256 i = 0; i < length; ++i) cut[i] = whole[i];
            (bool taken, ) = address(ledger).call(cut);
            // Behind the calldata lie zeros: only what ends in zeros can be cut and still say the same.
            if (taken) eq(ownerOf(watch), alice().at, "owner");
            else yes(flagsOf(watch) == 0, "nothing stands");
            no(taken && whole.length - length > 31, "more than padding is missing");
            vm.revertToState(before);
        }
    }

    function test_TheLedgerTakesNoMoney() public {
        vm.deal(address(this), 1 ether);
        (bool taken, ) = address(ledger).call{value: 1}("");
        no(taken, "taken");
        bytes memory c = abi.encodeCall(ledger.submit, (claimCall(watch, alice())));
        (taken, ) = address(ledger).call{value: 1}(c);
        no(taken, "taken with a statement");
        vm.deal(address(ledger), 1 ether); // what is forced on it lies there and changes nothing
        claim(watch, alice());
    }

    // Deployment

    function test_AContractIsNotMadeWithANobody() public {
        (address a, address b) = (address(0xa), address(0xb));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableInvalidOwner.selector, address(0)));
        new Touchmark(address(0), a, b, address(verifier));
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        new Touchmark(OWNER, address(0), b, address(verifier));
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        new Touchmark(OWNER, a, address(0), address(verifier));
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        new Touchmark(OWNER, a, b, address(0));
    }

    /// @dev Nothing at the address, a contract of another kind: no passkey is believed. But the verifier is taken on trust
    /// at deployment: the identity precompile answers with the question, which begins with the yes. See AUDIT.md.
    function test_TheVerifierIsTakenOnTrustAndAWrongOneNeverTouchesOrdinaryKeys() public {
        address[3] memory wrong = [address(0xdead), address(new YesWallet()), address(4)];
        for (uint256 i = 0; i < 3; ++i) {
            uint256 before = vm.snapshotState();
            ledger = new Touchmark(OWNER, vm.addr(COUNCIL_KEY), vm.addr(COUNCIL_KEY_2), wrong[i]);
            eq(ledger.passkeyVerifier(), wrong[i], "anyone sees which it is");
            addParty(true, BRAND_KEY);
            uint56 batch = ledger.nextBatch(BRAND);
            submit(registerCall(batch, registrations[watch.batch].root, 2, BRAND_KEY));
            yes(isTaken(claimCall(bag, passkey(5, keccak256("blind")))) == (i == 2), "believed");
            claim(watch, alice());
            vm.revertToState(before);
        }
    }

    function test_WhoDeploysHasNoSay() public {
        // These tests deployed it; its owner is another.
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this)));
        ledger.addParty(true, address(0x1234));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this)));
        ledger.transferOwnership(address(this));
    }

    function test_AnOwnerWhoRenouncesLeavesALedgerThatGoesOnWithoutNewParties() public {
        vm.prank(OWNER);
        ledger.renounceOwnership();
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, OWNER));
        ledger.addParty(true, address(0x1234));
        claim(watch, alice());
        submit(inspectionCall(watch));
        submit(addKeyCall(BRAND, address(0x1234)));
    }
}
