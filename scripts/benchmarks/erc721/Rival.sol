// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title The usual way to put items on a chain, to be measured beside ours and nothing else
contract Rival is ERC721 {
    constructor() ERC721("Rival", "RVL") {}

    /// @notice Gives `count` new tokens, from `first` on, to the caller.
    function mint(uint256 first, uint256 count) external {
        for (uint256 id = first; id < first + count; ++id) _mint(msg.sender, id);
    }
}
