// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @dev A contract wallet with one owner.
contract Wallet {
    address internal immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view virtual returns (bytes4) {
        return ECDSA.recoverCalldata(digest, signature) == owner ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @dev Honest, but needs some 130,000 gas for it.
contract HungryWallet is Wallet {
    constructor(address owner_) Wallet(owner_) {}

    function isValidSignature(bytes32 digest, bytes calldata signature) external view override returns (bytes4) {
        uint256 before = gasleft();
        uint256 x = 1;
        while (before - gasleft() < 125_000) x = uint256(keccak256(abi.encode(x)));
        return ECDSA.recoverCalldata(digest, signature) == owner ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @dev Burns whatever it is given.
contract BurningWallet {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        assembly {
            invalid()
        }
    }
}

/// @dev Answers yes with a megabyte behind it.
contract BombWallet {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        assembly {
            mstore(0, shl(224, 0x1626ba7e))
            return(0, 100000)
        }
    }
}

/// @dev Says yes in four bytes, or yes and something else.
contract SloppyWallet {
    bytes private answer;

    constructor(bytes memory answer_) {
        answer = answer_;
    }

    fallback() external {
        bytes memory a = answer;
        assembly {
            return(add(a, 0x20), mload(a))
        }
    }
}

/// @dev Changes its mind.
contract FickleWallet {
    bool public yes = true;

    function change() external {
        yes = !yes;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return yes ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @dev Says yes to everything.
contract YesWallet {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return this.isValidSignature.selector;
    }
}

/// @dev Asked for a signature, calls the ledger with a statement of its own, swallows what comes of it and says yes.
contract MeddlingWallet {
    bytes private statement;

    function keep(bytes calldata statement_) external {
        statement = statement_;
    }

    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        (bool taken, ) = msg.sender.call{gas: 100_000}(statement);
        require(!taken, "a ledger that lets itself be called back");
        return this.isValidSignature.selector;
    }
}

/// @dev Reverts with a hundred kilobytes.
contract RevertingBombWallet {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        assembly {
            mstore(0, shl(224, 0x1626ba7e))
            revert(0, 100000)
        }
    }
}
