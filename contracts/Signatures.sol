// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {ITouchmarkErrors} from "./interfaces/ITouchmarkErrors.sol";

/// @title Who signed this?
/// @notice Four forms of signature, told apart by length and first byte:
///
/// 1. 65 bytes: r ‖ s ‖ v, an ordinary key, whatever the first byte (an EIP-7702 account keeps its key);
/// 2. `0x01 ‖ address ‖ signature`: a contract wallet (ERC-1271), with 150,000 gas and 32 bytes of answer;
/// 3. `0x02 ‖ x ‖ y ‖ blind ‖ assertion`: a passkey (P-256, WebAuthn, user verified), checked by one fixed verifier;
/// 4. `0x03 ‖ x ‖ y ‖ blind ‖ r ‖ s ‖ v`: the backup key of a passkey's address, an ordinary key whose address is `blind`.
///
/// The address of a passkey is `address(uint160(uint256(keccak256(abi.encode(TAG, x, y, blind)))))`: of fixed length and
/// tagged, so that it is never an ordinary key's, and with no verifier in it that a signer could choose.
abstract contract Signatures is ITouchmarkErrors {
    bytes32 private constant PASSKEY_TAG = keccak256("touchmark.passkey.1");
    uint256 private constant WALLET_GAS = 150_000;

    IERC7913SignatureVerifier private immutable _verifier;

    constructor(address verifier) {
        if (verifier == address(0)) revert ZeroAddress();
        _verifier = IERC7913SignatureVerifier(verifier);
    }

    function passkeyVerifier() public view virtual returns (address) {
        return address(_verifier);
    }

    /// @dev The address whose signature over `digest` this is, or a revert; never zero.
    function _recover(bytes32 digest, bytes calldata signature) internal view returns (address) {
        if (signature.length == 65) return _ordinary(digest, signature);
        if (signature.length > 21 && signature[0] == 0x01) return _wallet(digest, signature);
        if (signature.length > 97) {
            bytes32 x = bytes32(signature[1:33]);
            bytes32 y = bytes32(signature[33:65]);
            bytes32 blind = bytes32(signature[65:97]);
            address holder = address(uint160(uint256(keccak256(abi.encode(PASSKEY_TAG, x, y, blind)))));
            if (signature[0] == 0x02) {
                if (!_isPasskey(digest, signature[1:65], signature[97:])) revert BadSignature(digest, holder);
                return holder;
            }
            if (signature[0] == 0x03 && signature.length == 162) {
                // A blind that is no address has no key: its upper 96 bits can never equal an address's zeros.
                address backup = _ordinary(digest, signature[97:]);
                if (bytes32(uint256(uint160(backup))) != blind) revert BadSignature(digest, holder);
                return holder;
            }
        }
        revert UnknownSignatureForm(signature.length);
    }

    function _ordinary(bytes32 digest, bytes calldata signature) private pure returns (address signer) {
        ECDSA.RecoverError failure;
        (signer, failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure != ECDSA.RecoverError.NoError) revert BadSignature(digest, address(0));
    }

    /// @dev Wallets are strangers' code: their gas is bounded, their answer is read into one word and no further (a
    /// return bomb costs them their own gas only), and a carrier who brings too little gas fails instead of making a
    /// good signature look bad.
    function _wallet(bytes32 digest, bytes calldata signature) private view returns (address wallet) {
        wallet = address(bytes20(signature[1:21]));
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, signature[21:]));
        // 63/64 of what is left must cover the allowance; 2,600 for touching a cold account.
        if (gasleft() < (WALLET_GAS * 64) / 63 + 5_000) revert TooLittleGasForWallet(wallet);
        bytes32 answer;
        bool answered;
        assembly ("memory-safe") {
            mstore(0x00, 0)
            answered := staticcall(WALLET_GAS, wallet, add(question, 0x20), mload(question), 0x00, 0x20)
            answered := and(answered, gt(returndatasize(), 0x1f))
            answer := mload(0x00)
        }
        if (!answered || answer != bytes32(IERC1271.isValidSignature.selector)) revert BadSignature(digest, wallet);
    }

    function _isPasskey(bytes32 digest, bytes calldata key, bytes calldata assertion) private view returns (bool) {
        return _verifier.verify(key, digest, assertion) == IERC7913SignatureVerifier.verify.selector;
    }
}
