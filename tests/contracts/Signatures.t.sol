// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";

import {Statements} from "../../contracts/Statements.sol";
import {Fixture} from "./support/Fixture.sol";
import {BombWallet, BurningWallet, FickleWallet, SloppyWallet} from "./support/Wallets.sol";
import {MeddlingWallet, RevertingBombWallet, Wallet, YesWallet} from "./support/Wallets.sol";

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
        bytes[7] memory answers = [
            bytes(hex"1626ba7e"),
            bytes(hex"1626ba7e00000000000000000000000000000000000000000000000000000001"),
            bytes(hex""),
            bytes(hex"0000000000000000000000000000000000000000000000000000000000000001"),
            bytes(hex"1626ba7e000000000000000000000000000000000000000000000000000000"),
            bytes(hex"1626ba7e0000000000000000000000000000000000000000000000000000000000"),
            bytes.concat(hex"1626ba7e", new bytes(92))
        ];
        for (uint256 i = 0; i < 7; ++i) {
            uint256 before = vm.snapshotState();
            SloppyWallet w = new SloppyWallet(answers[i]);
            Call memory c = claimWith(address(w), abi.encodePacked(hex"01", address(w), "x"));
            if (i < 5) refusedAs(c, BadSignature.selector);
            else submit(c); // a word and more: the word counts, the rest is not read
            vm.revertToState(before);
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

    // Another form of the same signature

    uint256 private constant N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant P256_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;

    function test_TheRecoveryNumberIs27Or28AndIsPartOfTheSignature() public {
        bytes32 d = digestFor(alice().at);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice().key, d);
        uint8[6] memory others = [0, 1, 2, 26, 29, 255];
        for (uint256 i = 0; i < 6; ++i) {
            refusedAs(claimWith(alice().at, abi.encodePacked(r, s, others[i])), BadSignature.selector);
        }
        refusedAs(claimWith(alice().at, abi.encodePacked(r, s, 55 - v)), WrongSigner.selector);
        submit(claimWith(alice().at, abi.encodePacked(r, s, v)));
    }

    function test_AnOrdinarySignatureHasSixtyFiveBytes() public {
        bytes32 d = digestFor(alice().at);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice().key, d);
        // EIP-2098's 64 bytes, and one byte too many; an r that begins with 1 reads as a wallet's, and is none.
        bytes memory compact = abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
        bytes4 reason = r[0] == 0x01 ? BadSignature.selector : UnknownSignatureForm.selector;
        refusedAs(claimWith(alice().at, compact), reason);
        refusedAs(claimWith(alice().at, abi.encodePacked(r, s, v, uint8(0))), reason);
    }

    function test_ARAndSAreNumbersOfTheCurve() public {
        bytes32 d = digestFor(alice().at);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice().key, d);
        uint256[4] memory wrong = [uint256(0), N, N + 1, type(uint256).max];
        for (uint256 i = 0; i < 4; ++i) {
            refusedAs(claimWith(alice().at, abi.encodePacked(wrong[i], s, v)), BadSignature.selector);
            refusedAs(claimWith(alice().at, abi.encodePacked(r, wrong[i], v)), BadSignature.selector);
        }
        Signer memory p = passkey(5, keccak256("blind"));
        bytes32 pd = digestFor(p.at);
        uint256[4] memory wrongToo = [uint256(0), P256_N, P256_N + 1, type(uint256).max];
        for (uint256 i = 0; i < 8; ++i) {
            bytes memory a = assertion(5, pd, 0x1d, "webauthn.get");
            uint256 word = wrongToo[i / 2];
            uint256 where = 0x20 * (1 + (i % 2));
            assembly {
                mstore(add(a, where), word)
            }
            refusedAs(claimWith(p.at, bytes.concat(hex"02", p.x, p.y, p.blind, a)), BadSignature.selector);
        }
    }

    function test_ABackupKeysSignatureHasOneForm() public {
        Signer memory b = backup(5, 0xbac);
        bytes32 d = digestFor(b.at);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xbac, d);
        bytes memory head = bytes.concat(hex"03", b.x, b.y, b.blind);
        bytes32 high = bytes32(N - uint256(s));
        refusedAs(claimWith(b.at, bytes.concat(head, abi.encodePacked(r, high, uint8(55 - v)))), BadSignature.selector);
        refusedAs(claimWith(b.at, bytes.concat(head, abi.encodePacked(r, s, v - 27))), BadSignature.selector);
        bytes memory longer = bytes.concat(head, abi.encodePacked(r, s, v, uint8(0)));
        refusedAs(claimWith(b.at, longer), UnknownSignatureForm.selector);
        submit(claimWith(b.at, bytes.concat(head, abi.encodePacked(r, s, v))));
    }

    function test_APasskeyIsAPointOfTheCurve() public {
        Signer memory s = passkey(5, keccak256("blind"));
        uint256 field = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF;
        bytes32[2][5] memory wrong = [
            [bytes32(0), bytes32(0)],
            [bytes32(uint256(1)), bytes32(uint256(1))],
            [s.y, s.x],
            [s.x, bytes32(field - uint256(s.y))], // the other point: another key
            [bytes32(field), s.y]
        ];
        for (uint256 i = 0; i < 5; ++i) {
            (bytes32 x, bytes32 y) = (wrong[i][0], wrong[i][1]);
            address at = passkeyAddress(x, y, s.blind);
            bytes memory a = assertion(5, digestFor(at), 0x1d, "webauthn.get");
            refusedAs(claimWith(at, bytes.concat(hex"02", x, y, s.blind, a)), BadSignature.selector);
        }
    }

    // WebAuthn

    function _withIndices(Signer memory s, uint256 challengeIndex, uint256 typeIndex) private view returns (Call memory) {
        bytes memory a = assertion(5, digestFor(s.at), 0x1d, "webauthn.get");
        assembly {
            mstore(add(a, 0x60), challengeIndex)
            mstore(add(a, 0x80), typeIndex)
        }
        return claimWith(s.at, bytes.concat(hex"02", s.x, s.y, s.blind, a));
    }

    function test_TheIndicesPointAtTypeAndChallengeOrTheAssertionIsNone() public {
        Signer memory s = passkey(5, keccak256("blind"));
        uint256 right = bytes('{"type":"webauthn.get",').length;
        uint256[8] memory wrong = [
            0,
            2,
            right + 1,
            100,
            1 << 32,
            type(uint256).max,
            type(uint256).max - 20,
            type(uint256).max - 31
        ];
        for (uint256 i = 0; i < 8; ++i) {
            refusedAs(_withIndices(s, wrong[i], 1), BadSignature.selector);
            // A place far outside costs the verifier all the gas there is: refused, too, and bounded by a bundle.
            Call memory c = _withIndices(s, right, wrong[i]);
            (bool taken, ) = address(ledger).call{gas: 1_000_000}(abi.encodeCall(ledger.submit, (c)));
            no(taken, "taken");
        }
        refusedAs(_withIndices(s, 1, right), BadSignature.selector);
        submit(_withIndices(s, right, 1));
    }

    function test_AnAssertionOfAnotherKindIsNone() public {
        Signer memory s = passkey(5, keccak256("blind"));
        string[4] memory kinds = ["webauthn.create", "payment.get", "webauthn.getx", "Webauthn.get"];
        for (uint256 i = 0; i < 4; ++i) {
            bytes memory a = assertion(5, digestFor(s.at), 0x1d, kinds[i]);
            refusedAs(claimWith(s.at, bytes.concat(hex"02", s.x, s.y, s.blind, a)), BadSignature.selector);
        }
    }

    /// @dev The statement is what is signed, whatever lies behind the signature; replays are stopped by the statement's own
    /// nonce or sequence, never by the bytes of its signature.
    function test_BytesBehindAnAssertionChangeNothing() public {
        Signer memory s = passkey(5, keccak256("blind"));
        bytes memory a = assertion(5, digestFor(s.at), 0x1d, "webauthn.get");
        bytes memory whole = bytes.concat(hex"02", s.x, s.y, s.blind, a);
        for (uint256 length = 97; length < 97 + 0xc0; length += 32) {
            bytes memory cut = new bytes(length);
            for (uint256 i = 0; i < length; ++i) cut[i] = whole[i];
            (bool taken, ) = address(ledger).call(abi.encodeCall(ledger.submit, (claimWith(s.at, cut))));
            no(taken, "taken");
        }
        submit(claimWith(s.at, bytes.concat(whole, "and so on")));
        refusedAs(claimWith(s.at, whole), AlreadyClaimed.selector);
    }

    /// @dev What a passkey signs it signs for one site: that is kept by the authenticator, which offers a site only the
    /// passkeys made for it. The ledger does not look at origin or rpId, or it could never be signed for elsewhere.
    function test_TheSiteIsTheAuthenticatorsBusiness() public {
        Signer memory s = passkey(5, keccak256("blind"));
        string memory head = '{"type":"webauthn.get",';
        string memory client = string.concat(
            head,
            '"challenge":"',
            Base64.encodeURL(abi.encode(digestFor(s.at))),
            '","origin":"https://elsewhere.example"}'
        );
        bytes memory data = abi.encodePacked(sha256("elsewhere.example"), uint8(0x1d), uint32(0));
        (bytes32 r, bytes32 t) = vm.signP256(5, sha256(bytes.concat(data, sha256(bytes(client)))));
        if (uint256(t) > P256_N / 2) t = bytes32(P256_N - uint256(t));
        bytes memory a = abi.encode(r, t, bytes(head).length, 1, data, client);
        submit(claimWith(s.at, bytes.concat(hex"02", s.x, s.y, s.blind, a)));
    }

    // Contract wallets

    function test_AWalletThatDeniesWhatItSaidHurtsNobodyButItself() public {
        FickleWallet w = new FickleWallet();
        submit(claimWith(address(w), abi.encodePacked(hex"01", address(w), "xx")));
        w.change();
        bytes memory data = abi.encode(watch.id, sequenceOf(watch));
        Call memory c = Call(Statements.CANCEL, data, "", new bytes[](1));
        c.signatures[0] = abi.encodePacked(hex"01", address(w), "xx");
        refusedAs(c, BadSignature.selector);
        eq(ownerOf(watch), address(w), "what it said stands");
        submit(inspectionCall(watch));
        submit(replaceClaimCall(watch, BRAND, 0xcade));
        skip(14 days);
        submit(completeCall(watch, 0xcade, bob()));
    }

    function test_AWalletThatAlwaysSaysYesSpeaksForNobodyElse() public {
        YesWallet w = new YesWallet();
        bytes memory yes_ = abi.encodePacked(hex"01", address(w), "x");
        refused(claimWith(alice().at, yes_), abi.encodeWithSelector(WrongSigner.selector, alice().at, address(w)));
        Call memory c = anchorCall(BRAND, "x", nonce());
        c.signatures[0] = yes_;
        refused(c, abi.encodeWithSelector(NotAKey.selector, BRAND, address(w)));
    }

    function test_AWalletThatCallsBackInChangesNothing() public {
        MeddlingWallet w = new MeddlingWallet();
        Call memory other = anchorCall(BRAND, "x", 777);
        w.keep(abi.encodeCall(ledger.submit, (other)));
        submit(claimWith(address(w), abi.encodePacked(hex"01", address(w), "x"))); // it saw its own call refused
        no(ledger.isNonceUsed(BRAND, 777), "its statement was taken");
        eq(ownerOf(watch), address(w), "owner");
        submit(other);
    }

    function test_AWalletThatRevertsWithMuchToSayIsNotBelieved() public {
        RevertingBombWallet w = new RevertingBombWallet();
        uint256 before = gasleft();
        refusedAs(claimWith(address(w), abi.encodePacked(hex"01", address(w), "x")), BadSignature.selector);
        yes(before - gasleft() < 400_000, "bounded");
    }

    function test_AWalletDeployedLaterSignsFromThenOn() public {
        bytes memory code = bytes.concat(type(Wallet).creationCode, abi.encode(alice().at));
        bytes32 h = keccak256(abi.encodePacked(hex"ff", address(this), bytes32(0), keccak256(code)));
        Signer memory s = Signer(Form.Wallet, alice().key, 0, 0, 0, address(uint160(uint256(h))));
        Call memory c = claimCall(watch, s);
        refused(c, abi.encodeWithSelector(BadSignature.selector, digestFor(s.at), s.at));
        eq(address(new Wallet{salt: 0}(alice().at)), s.at, "where it was said to come");
        submit(c);
    }

    // EIP-7702: an account that keeps its key and has code too

    function _delegate(address account, address to) private {
        vm.etch(account, abi.encodePacked(hex"ef0100", to));
    }

    function test_AnAccountWithCodeKeepsItsKey() public {
        _delegate(alice().at, address(new BurningWallet()));
        claim(watch, alice());
        refusedAs(
            claimWith(alice().at, abi.encodePacked(hex"01", alice().at, "x")),
            AlreadyClaimed.selector
        );
        submit(cancelCall(watch, alice()));
    }

    function test_TheCouncilsTwoKeysAreTwoAddressesInWhateverForm() public {
        _delegate(vm.addr(COUNCIL_KEY), address(new YesWallet()));
        bytes memory data = abi.encode(COUNCIL, REPAIRER, nonce());
        Call memory c = build(Statements.ACCREDIT, data, "", ordinary(COUNCIL_KEY), ordinary(COUNCIL_KEY));
        c.signatures[1] = abi.encodePacked(hex"01", vm.addr(COUNCIL_KEY), "x");
        refused(c, abi.encodeWithSelector(SameKeyTwice.selector, vm.addr(COUNCIL_KEY)));
        Signer memory b = backup(5, 0xbac);
        submit(addKeyCall(COUNCIL, b.at));
        c = build(Statements.ACCREDIT, data, "", b, passkey(5, b.blind));
        refused(c, abi.encodeWithSelector(SameKeyTwice.selector, b.at));
    }

    function test_TheVerifierIsFixed() public view {
        eq(ledger.passkeyVerifier(), address(verifier), "verifier");
    }
}
