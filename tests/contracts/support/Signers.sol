// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";

import {Assertions} from "./Assertions.sol";
import {Wallet} from "./Wallets.sol";

/// @dev Signers of the four forms, all from small numbers.
abstract contract Signers is Assertions {
    enum Form {
        Ordinary,
        Wallet,
        Passkey,
        Backup
    }

    struct Signer {
        Form form;
        uint256 key; // of the ordinary key, the wallet's owner, the passkey or the backup key
        bytes32 x;
        bytes32 y;
        bytes32 blind;
        address at;
    }

    function ordinary(uint256 key) internal pure returns (Signer memory s) {
        (s.form, s.key, s.at) = (Form.Ordinary, key, vm.addr(key));
    }

    function wallet(uint256 key) internal returns (Signer memory s) {
        (s.form, s.key, s.at) = (Form.Wallet, key, address(new Wallet(vm.addr(key))));
    }

    function passkey(uint256 key, bytes32 blind) internal pure returns (Signer memory s) {
        (s.form, s.key, s.blind) = (Form.Passkey, key, blind);
        (uint256 x, uint256 y) = vm.publicKeyP256(key);
        (s.x, s.y) = (bytes32(x), bytes32(y));
        s.at = passkeyAddress(s.x, s.y, blind);
    }

    /// @dev The address of passkey `key` whose blind is the address of backup key `backup`, signing with the latter.
    function backup(uint256 key, uint256 backupKey) internal pure returns (Signer memory s) {
        s = passkey(key, bytes32(uint256(uint160(vm.addr(backupKey)))));
        (s.form, s.key) = (Form.Backup, backupKey);
    }

    function ofForm(uint256 form, uint256 key) internal returns (Signer memory) {
        if (form % 4 == 0) return ordinary(key);
        if (form % 4 == 1) return wallet(key);
        if (form % 4 == 2) return passkey(key, keccak256(abi.encode(key)));
        return backup(key, key + 1);
    }

    function passkeyAddress(bytes32 x, bytes32 y, bytes32 blind) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(keccak256("touchmark.passkey.1"), x, y, blind)))));
    }

    function sign(Signer memory s, bytes32 digest) internal pure returns (bytes memory) {
        if (s.form == Form.Ordinary) return signOrdinary(s.key, digest);
        if (s.form == Form.Wallet) return bytes.concat(hex"01", bytes20(s.at), signOrdinary(s.key, digest));
        if (s.form == Form.Backup) return bytes.concat(hex"03", s.x, s.y, s.blind, signOrdinary(s.key, digest));
        return bytes.concat(hex"02", s.x, s.y, s.blind, assertion(s.key, digest, 0x1d, "webauthn.get"));
    }

    function signOrdinary(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev What an authenticator answers when the page asks for `challenge`.
    function assertion(
        uint256 key,
        bytes32 challenge,
        uint8 flags,
        string memory kind
    ) internal pure returns (bytes memory) {
        string memory head = string.concat('{"type":"', kind, '",');
        string memory client = string.concat(
            head,
            '"challenge":"',
            Base64.encodeURL(abi.encode(challenge)),
            '","origin":"https://sign.touchmark.example","crossOrigin":false}'
        );
        bytes memory data = abi.encodePacked(sha256("sign.touchmark.example"), flags, uint32(0));
        (bytes32 r, bytes32 s) = vm.signP256(key, sha256(bytes.concat(data, sha256(bytes(client)))));
        uint256 order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;
        if (uint256(s) > order / 2) s = bytes32(order - uint256(s)); // as the signing page does
        return abi.encode(r, s, bytes(head).length, 1, data, client);
    }
}
