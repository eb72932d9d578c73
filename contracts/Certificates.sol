// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/interfaces/IERC165.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC721} from "@openzeppelin/contracts/interfaces/IERC721.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

import {Flags} from "./Flags.sol";
import {IERC5192} from "./interfaces/IERC5192.sol";
import {ITouchmarkErrors} from "./interfaces/ITouchmarkErrors.sol";
import {State, Storage} from "./Storage.sol";

/// @title The certificate as wallets see it: a whole ERC-721 that is locked for ever
/// @dev The owner lives in the item's slot, the balance in the ledger; OpenZeppelin's own mappings stay empty. No
/// callback is made to a receiver: a certificate may not be refused by its own owner's code.
abstract contract Certificates is ITouchmarkErrors, Storage, ERC721, IERC5192, IERC4906 {
    /// @dev Books a change of owner; the item's slot is the caller's to write.
    function _book(address from, address to, uint256 item) internal {
        mapping(address owner => uint256) storage balances = _ledger().balances;
        unchecked {
            // Neither over- nor underflows: balances count claimed items, and `from` owns this one.
            if (from != address(0)) --balances[from];
            ++balances[to];
        }
        emit Transfer(from, to, item);
    }

    function balanceOf(address owner) public view override(ERC721, IERC721) returns (uint256) {
        if (owner == address(0)) revert ERC721InvalidOwner(owner);
        return _ledger().balances[owner];
    }

    /// @inheritdoc IERC5192
    function locked(uint256 tokenId) external view returns (bool) {
        _requireOwned(tokenId);
        return true;
    }

    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return
            interfaceId == type(IERC5192).interfaceId ||
            interfaceId == bytes4(0x49064906) || // ERC-4906 has events only, and this identifier
            super.supportsInterface(interfaceId);
    }

    function approve(address, uint256) public pure override(ERC721, IERC721) {
        revert MovesOnlyByHandover();
    }

    function setApprovalForAll(address, bool) public pure override(ERC721, IERC721) {
        revert MovesOnlyByHandover();
    }

    function transferFrom(address, address, uint256) public pure override(ERC721, IERC721) {
        revert MovesOnlyByHandover();
    }

    function safeTransferFrom(address, address, uint256, bytes memory) public pure override(ERC721, IERC721) {
        revert MovesOnlyByHandover();
    }

    function _ownerOf(uint256 tokenId) internal view override returns (address) {
        State state = _ledger().items[tokenId].state;
        return state.has(Flags.CLAIMED) ? state.holderOf() : address(0);
    }

    /// @dev OpenZeppelin's way to mint, move and burn is closed: it would write to mappings nobody reads.
    function _update(address, uint256, address) internal pure override returns (address) {
        revert MovesOnlyByHandover();
    }

    function _baseURI() internal view override returns (string memory) {
        return _ledger().baseURI;
    }
}
