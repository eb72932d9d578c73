// Every kind of message this page signs, and no other. The first table is the contract's
// (ledger/domain/statements.py), the second what the contract never takes (ledger/domain/answers.py).

export const STATEMENTS = [
  "Offer(uint256 item,address recipient,uint40 expiry,uint24 sequence,bytes32 ref)",
  "RegisterBatch(uint56 batch,bytes32 root,uint32 count,bytes32 manifestHash)",
  "Claim(uint256 item,address newOwner)",
  "Accept(bytes32 offer,address newOwner,bytes32 head)",
  "Cancel(uint256 item,uint24 sequence)",
  "Record(uint256 item,uint24 party,uint24 accreditor,uint8 kind,bytes32 facts,uint256 about," +
    "bytes32 report,uint40 date,uint256 nonce)",
  "OwnerReport(uint256 item,uint8 kind,bytes32 ref,uint24 sequence)",
  "Mark(uint256 subject,uint24 party,uint8 kind,bytes32 ref,uint256 nonce)",
  "Retire(uint256 item,uint24 party,bytes32 ref,uint256 nonce,uint24 sequence)",
  "ReplaceClaim(uint256 item,uint24 party,address claimAddress,bytes32 ref,uint256 nonce)",
  "CompleteRecovery(uint256 item,address newOwner,uint24 sequence)",
  "AmendItem(uint256 item,uint24 party,bytes32 recordHash,bytes32 manifestHash,uint256 nonce)",
  "AmendBatch(uint56 batch,uint24 party,bytes32 root,bytes32 manifestHash,uint256 nonce)",
  "Anchor(uint24 party,bytes32 hash,uint256 nonce)",
  "Accredit(uint24 by,uint24 party,uint256 nonce)",
  "EndAccreditation(uint24 by,uint24 party,uint256 nonce)",
  "AddKey(uint24 party,address key,uint256 nonce)",
  "RetireKey(uint24 party,address key,uint256 nonce)",
  "Compromised(uint24 by,uint24 party,address key,uint40 since,uint256 nonce)",
  "Contest(uint256 item,uint56 batch,bytes32 leaf)",
];

export const ANSWERS = [
  "SignIn(string origin,bytes32 challenge,uint40 expiry)",
  "Join(string origin,string name,bytes32 challenge,uint40 expiry)",
  "Possession(uint256 item,string words,bytes32 challenge,uint40 expiry)",
  "Entrust(uint256 item,string consignee,uint40 until,bytes32 nonce)",
  "EndEntrust(bytes32 entrustment)",
];

const read = (text) => {
  const [name, inside] = text.slice(0, -1).split("(");
  const fields = inside.split(",").map((part) => {
    const [type, field] = part.split(" ");
    return { name: field, type };
  });
  return [name, { text, fields }];
};

/** By name: its EIP-712 text and its fields in order. */
export const TYPES = new Map([...STATEMENTS, ...ANSWERS].map(read));
