// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Signatures} from "../../contracts/Signatures.sol";
import {Statements} from "../../contracts/Statements.sol";
import {Fixture} from "./support/Fixture.sol";
import {BombWallet, BurningWallet, FickleWallet, SloppyWallet} from "./support/Wallets.sol";

/// @dev The four forms of signature, and what is not one.
contract SignaturesTest is Fixture {
    /// @dev A claim by `owner`, whose own signature is `signature`.
    function claimWith(address owner, bytes memory signature) internal view returns (Call memory c) {
        bytes memory data = abi.encode(watch.id, owner);
        c = Call(Statements.CLAIM, data, watch.opening, new bytes[](2));
        c.signatures[0] = signOrdinary(watch.claimKey, ledger.digest(Statements.CLAIM, data));
        c.signatures[1] = signature;
    }

    function digestFor(address owner) internal view returns (bytes32) {
        return ledger.digest(Statements.CLAIM, abi.encode(watch.id, owner));
    }

    function test_APasskeysAddressIsATaggedHashOfKeyAndBlind() public {
        Signer memory s = passkey(5, keccak256("blind"));
        bytes32 h = keccak256(abi.encode(keccak256("touchmark.passkey.1"), s.x, s.y, s.blind));
        eq(s.at, address(uint160(uint256(h))), "address");
        claim(watch, s);
        eq(ownerOf(watch), s.at, "owner");
    }

    function test_OnePasskeyHasAnotherAddressForEachItem() public {
        (Signer memory a, Signer memory b) = (passkey(5, keccak256("1")), passkey(5, keccak256("2")));
        claim(watch, a);
        claim(bag, b);
        no(ownerOf(watch) == ownerOf(bag), "linked");
        refusedAs(cancelCall(watch, b), WrongSigner.selector);
    }

    function test_APasskeyMustHaveVerifiedItsUser() public {
        Signer memory s = passkey(5, keccak256("blind"));
        bytes memory key = bytes.concat(hex"02", s.x, s.y, s.blind);
        bytes32 d = digestFor(s.at);
        bytes memory reason = abi.encodeWithSelector(BadSignature.selector, d, s.at);
        refused(claimWith(s.at, bytes.concat(key, assertion(5, d, 0x01, "webauthn.get"))), reason); // present only
        refused(claimWith(s.at, bytes.concat(key, assertion(5, d, 0x04, "webauthn.get"))), reason); // not present
        refused(claimWith(s.at, bytes.concat(key, assertion(5, d, 0x15, "webauthn.get"))), reason); // backed up, not eligible
        submit(claimWith(s.at, bytes.concat(key, assertion(5, d, 0x05, "webauthn.get"))));
    }

    function test_ARegistrationCeremonyIsNoSignature() public {
        Signer memory s = passkey(5, keccak256("blind"));
        bytes32 d = digestFor(s.at);
        bytes memory created = assertion(5, d, 0x1d, "webauthn.new");
        refusedAs(claimWith(s.at, bytes.concat(hex"02", s.x, s.y, s.blind, created)), BadSignature.selector);
    }

    function test_AnAssertionOverAnotherChallengeIsRefused() public {
        Signer memory s = passkey(5, keccak256("blind"));
        bytes memory other = assertion(5, keccak256("sign in"), 0x1d, "webauthn.get");
        refusedAs(claimWith(s.at, bytes.concat(hex"02", s.x, s.y, s.blind, other)), BadSignature.selector);
    }

    function test_AHighSOfAPasskeyIsRefused() public {
        Signer memory s = passkey(5, keccak256("blind"));
        bytes32 d = digestFor(s.at);
        bytes memory a = assertion(5, d, 0x1d, "webauthn.get");
        uint256 low;
        assembly {
            low := mload(add(a, 0x40))
            mstore(add(a, 0x40), sub(0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551, low))
        }
        refusedAs(claimWith(s.at, bytes.concat(hex"02", s.x, s.y, s.blind, a)), BadSignature.selector);
    }

    function test_AHighSOfAnOrdinaryKeyIsRefused() public {
        bytes32 d = digestFor(alice().at);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice().key, d);
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes memory high = abi.encodePacked(r, order - uint256(s), v == 27 ? uint8(28) : uint8(27));
        refused(claimWith(alice().at, high), abi.encodeWithSelector(BadSignature.selector, d, address(0)));
    }

    function test_ABackupKeySignsForThePasskeysAddress() public {
        Signer memory b = backup(5, 0xbac);
        Signer memory p = passkey(5, b.blind);
        eq(b.at, p.at, "the same address");
        claim(watch, p);
        submit(reportCall(watch, b, Statements.LOST));
        submit(reportCall(watch, p, Statements.FOUND));
    }

    function test_AnotherKeyIsNoBackupKey() public {
        Signer memory b = backup(5, 0xbac);
        b.key = 0xbad;
        bytes32 d = digestFor(b.at);
        refused(claimWith(b.at, sign(b, d)), abi.encodeWithSelector(BadSignature.selector, d, b.at));
    }

    function testFuzz_ABlindWithMoreThanAnAddressHasNoBackupKey(uint96 upper) public {
        vm.assume(upper != 0);
        bytes32 blind = bytes32((uint256(upper) << 160) | uint160(vm.addr(0xbac)));
        Signer memory s = passkey(5, blind);
        bytes32 d = digestFor(s.at);
        bytes memory signature = bytes.concat(hex"03", s.x, s.y, blind, signOrdinary(0xbac, d));
        refusedAs(claimWith(s.at, signature), BadSignature.selector);
    }

    function test_AWalletThatSaysNoIsNotBelieved() public {
        FickleWallet w = new FickleWallet();
        w.change();
        bytes32 d = digestFor(address(w));
        bytes memory signature = abi.encodePacked(hex"01", address(w), "xx");
        refused(
            claimWith(address(w), signature),
            abi.encodeWithSelector(BadSignature.selector, d, address(w))
        );
    }

    function test_OnlyTheWholeWordIsAYes() public {
        bytes[5] memory answers = [
            bytes(hex"1626ba7e"),
            bytes(hex"1626ba7e00000000000000000000000000000000000000000000000000000001"),
            bytes(hex""),
            bytes(hex"0000000000000000000000000000000000000000000000000000000000000001"),
            bytes(hex"1626ba7e0000000000000000000000000000000000000000000000000000000000")
        ];
        for (uint256 i = 0; i < 5; ++i) {
            SloppyWallet w = new SloppyWallet(answers[i]);
            Call memory c = claimWith(address(w), abi.encodePacked(hex"01", address(w), "x"));
            if (i < 4) refusedAs(c, BadSignature.selector);
            else submit(c); // a word and a byte: the word counts, the rest is not read
        }
    }

    function test_AnAddressWithoutCodeIsNoWallet() public {
        address nobody = address(0xdead);
        refusedAs(claimWith(nobody, abi.encodePacked(hex"01", nobody, "x")), BadSignature.selector);
        refusedAs(claimWith(address(4), abi.encodePacked(hex"01", address(4), "x")), BadSignature.selector);
    }

    function test_AReturnBombCostsItsOwnGasOnly() public {
        BombWallet w = new BombWallet();
        uint256 before = gasleft();
        submit(claimWith(address(w), abi.encodePacked(hex"01", address(w), "x")));
        yes(before - gasleft() < 400_000, "bounded");
    }

    function test_ABurningWalletCostsItsAllowanceOnly() public {
        BurningWallet w = new BurningWallet();
        Call memory c = claimWith(address(w), abi.encodePacked(hex"01", address(w), "x"));
        uint256 before = gasleft();
        refusedAs(c, BadSignature.selector);
        yes(before - gasleft() < 400_000, "bounded");
    }

    function test_OtherFormsAreRefused() public {
        bytes[6] memory wrong = [
            bytes(""),
            bytes(hex"01"),
            bytes.concat(hex"04", new bytes(161)),
            bytes.concat(hex"03", new bytes(162)),
            bytes.concat(hex"00", new bytes(63)),
            bytes.concat(hex"02", new bytes(96))
        ];
        for (uint256 i = 0; i < 6; ++i) {
            refused(
                claimWith(alice().at, wrong[i]),
                abi.encodeWithSelector(UnknownSignatureForm.selector, wrong[i].length)
            );
        }
    }

    function testFuzz_NoiseIsNoSignature(bytes memory noise) public {
        Call memory c = claimWith(alice().at, noise);
        (bool taken, ) = address(ledger).call(abi.encodeCall(ledger.submit, (c)));
        no(taken, "taken");
    }

    /// @dev Every bit of the statement, of an ordinary signature and of a passkey's key, blind and signature counts.
    function testFuzz_AChangedBitIsRefused(uint256 where, bool passkeys) public {
        Signer memory s = passkeys ? passkey(5, keccak256("blind")) : alice();
        Call memory c = claimCall(watch, s);
        bytes memory signed = where % 2 == 0 ? c.signatures[1] : c.data;
        uint256 length = signed.length < 161 ? signed.length : 161; // behind it, `abi.encode` pads with what nobody reads
        signed[(where >> 8) % length] ^= bytes1(uint8(1 << ((where >> 1) % 8)));
        (bool taken, ) = address(ledger).call(abi.encodeCall(ledger.submit, (c)));
        no(taken, "taken");
    }

    function test_TheVerifierIsFixed() public view {
        eq(ledger.passkeyVerifier(), address(verifier), "verifier");
    }
}
