// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    ERC7913WebAuthnVerifier
} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913WebAuthnVerifier.sol";

/// @title The verifier of passkey signatures, deployed beside the ledger
/// @dev OpenZeppelin's as it is: it demands that the authenticator has verified its user (fingerprint, face or PIN), not
/// merely felt a touch. Origin and rpId are the authenticator's business.
contract WebAuthnVerifier is ERC7913WebAuthnVerifier {}
