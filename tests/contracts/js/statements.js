// The statements as the contract's tests and vectors write them. Hashed by ethers, which knows nothing of the contract.
import { AbiCoder, TypedDataEncoder } from "ethers";

const abi = AbiCoder.defaultAbiCoder();

const define = (kind, name, fields) => ({
  kind,
  name,
  types: {
    [name]: fields.split(",").map((field) => {
      const [type, fieldName] = field.trim().split(" ");
      return { name: fieldName, type };
    }),
  },
});

export const STATEMENTS = [
  define(0, "Offer", "uint256 item, address recipient, uint40 expiry, uint24 sequence, bytes32 ref"),
  define(1, "RegisterBatch", "uint56 batch, bytes32 root, uint32 count, bytes32 manifestHash"),
  define(2, "Claim", "uint256 item, address newOwner"),
  define(3, "Accept", "bytes32 offer, address newOwner, bytes32 head"),
  define(4, "Cancel", "uint256 item, uint24 sequence"),
  define(
    5,
    "Record",
    "uint256 item, uint24 party, uint24 accreditor, uint8 kind, bytes32 facts, uint256 about, bytes32 report, uint40 date, uint256 nonce",
  ),
  define(6, "OwnerReport", "uint256 item, uint8 kind, bytes32 ref, uint24 sequence"),
  define(7, "Mark", "uint256 subject, uint24 party, uint8 kind, bytes32 ref, uint256 nonce"),
  define(8, "Retire", "uint256 item, uint24 party, bytes32 ref, uint256 nonce, uint24 sequence"),
  define(9, "ReplaceClaim", "uint256 item, uint24 party, address claimAddress, bytes32 ref, uint256 nonce"),
  define(10, "CompleteRecovery", "uint256 item, address newOwner, uint24 sequence"),
  define(11, "AmendItem", "uint256 item, uint24 party, bytes32 recordHash, bytes32 manifestHash, uint256 nonce"),
  define(12, "AmendBatch", "uint56 batch, uint24 party, bytes32 root, bytes32 manifestHash, uint256 nonce"),
  define(13, "Anchor", "uint24 party, bytes32 hash, uint256 nonce"),
  define(14, "Accredit", "uint24 by, uint24 party, uint256 nonce"),
  define(15, "EndAccreditation", "uint24 by, uint24 party, uint256 nonce"),
  define(16, "AddKey", "uint24 party, address key, uint256 nonce"),
  define(17, "RetireKey", "uint24 party, address key, uint256 nonce"),
  define(18, "Compromised", "uint24 by, uint24 party, address key, uint40 since, uint256 nonce"),
  define(19, "Contest", "uint256 item, uint56 batch, bytes32 leaf"),
];

export const byName = Object.fromEntries(STATEMENTS.map((s) => [s.name, s]));

/** The fields in their order, as `abi.encode` of them. */
export function encodeFields(name, message) {
  const fields = byName[name].types[name];
  return abi.encode(
    fields.map((f) => f.type),
    fields.map((f) => message[f.name]),
  );
}

export const structHash = (name, message) => TypedDataEncoder.hashStruct(name, byName[name].types, message);

export const digest = (domain, name, message) => TypedDataEncoder.hash(domain, byName[name].types, message);

export const typeString = (name) => TypedDataEncoder.from(byName[name].types).encodeType(name);
