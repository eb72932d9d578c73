// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/interfaces/IERC721.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {Statements} from "../../contracts/Statements.sol";
import {Fixture} from "./support/Fixture.sol";
import {Vm} from "./support/Vm.sol";

/// @dev The certificate as wallets see it.
contract CertificatesTest is Fixture {
    function test_EveryDoorOfErc721IsClosed() public {
        claim(watch, alice());
        bytes memory closed = abi.encodeWithSelector(MovesOnlyByHandover.selector);
        address a = alice().at;
        vm.prank(a);
        vm.expectRevert(closed);
        ledger.transferFrom(a, bob().at, watch.id);
        vm.prank(a);
        vm.expectRevert(closed);
        ledger.safeTransferFrom(a, bob().at, watch.id);
        vm.prank(a);
        vm.expectRevert(closed);
        ledger.safeTransferFrom(a, bob().at, watch.id, "");
        vm.prank(a);
        vm.expectRevert(closed);
        ledger.approve(bob().at, watch.id);
        vm.prank(a);
        vm.expectRevert(closed);
        ledger.setApprovalForAll(bob().at, true);
        eq(ledger.getApproved(watch.id), address(0), "approved");
        no(ledger.isApprovedForAll(a, bob().at), "approved for all");
        eq(ownerOf(watch), a, "owner");
    }

    function test_ItIsLockedForEverAndUnknownBeforeItsClaim() public {
        bytes memory unknown = abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, watch.id);
        submit(inspectionCall(watch)); // opened, but nobody's
        vm.expectRevert(unknown);
        ledger.locked(watch.id);
        vm.expectRevert(unknown);
        ledger.ownerOf(watch.id);
        vm.expectRevert(unknown);
        ledger.tokenURI(watch.id);
        claim(watch, alice());
        yes(ledger.locked(watch.id), "locked");
    }

    function test_BalancesAreTrue() public {
        claim(watch, alice());
        claim(bag, alice());
        eq(ledger.balanceOf(alice().at), 2, "two");
        submit(handOverCall(bag, alice(), bob()));
        eq(ledger.balanceOf(alice().at), 1, "one");
        eq(ledger.balanceOf(bob().at), 1, "one");
        submit(handOverCall(bag, bob(), bob()));
        eq(ledger.balanceOf(bob().at), 1, "to oneself");
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidOwner.selector, address(0)));
        ledger.balanceOf(address(0));
    }

    function test_ItSaysWhichInterfacesItHas() public view {
        yes(ledger.supportsInterface(0x01ffc9a7), "ERC-165");
        yes(ledger.supportsInterface(0x80ac58cd), "ERC-721");
        yes(ledger.supportsInterface(0x5b5e139f), "ERC-721 metadata");
        yes(ledger.supportsInterface(0xb45a3c0e), "ERC-5192");
        yes(ledger.supportsInterface(0x49064906), "ERC-4906");
        no(ledger.supportsInterface(0xffffffff), "none");
    }

    function test_ItsAddressOnTheWebIsTheBaseAndItsNumber() public {
        claim(watch, alice());
        eq(bytes(ledger.tokenURI(watch.id)).length, 0, "none yet");
        vm.prank(OWNER);
        ledger.setBaseURI("https://id.example/t/");
        string memory expected = string.concat("https://id.example/t/", vm.toString(watch.id));
        eq(keccak256(bytes(ledger.tokenURI(watch.id))), keccak256(bytes(expected)), "address");
    }

    function test_EveryChangeOfOwnerEmitsATransfer() public {
        vm.recordLogs();
        claim(watch, alice());
        submit(handOverCall(watch, alice(), bob()));
        submit(replaceClaimCall(watch, COUNCIL, 0xcade));
        skip(14 days);
        submit(completeCall(watch, 0xcade, carol()));
        address[4] memory chain = [address(0), alice().at, bob().at, carol().at];
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 seen = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IERC721.Transfer.selector) continue;
            eq(address(uint160(uint256(logs[i].topics[1]))), chain[seen], "from");
            eq(address(uint160(uint256(logs[i].topics[2]))), chain[seen + 1], "to");
            eq(uint256(logs[i].topics[3]), watch.id, "item");
            ++seen;
        }
        eq(seen, 3, "transfers");
    }

    function test_WalletsAreToldOfWhatBrandAndCouncilChange() public {
        vm.recordLogs();
        submit(markCall(watch, BRAND, Statements.RECALL));
        submit(amendItemCall(watch, BRAND));
        Signer memory nobody;
        submit(retireCall(watch, nobody));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 told = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != keccak256("MetadataUpdate(uint256)")) continue;
            eq(abi.decode(logs[i].data, (uint256)), watch.id, "item");
            ++told;
        }
        eq(told, 3, "updates");
    }

    function test_AContractOwnsWithoutBeingAsked() public {
        Signer memory w = wallet(0x77);
        claim(watch, w); // no onERC721Received there
        eq(ownerOf(watch), w.at, "owner");
    }
}
