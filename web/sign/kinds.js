// The numbers inside statements, by name (ledger/domain/statements.py, ledger/domain/inspections.py).
// Index is the number; 0 means none and has no name.

export const RECORDS = [undefined, "inspection", "service", "withdrawal", "correction"];

export const OWNER_REPORTS = [undefined, "lost", "stolen", "found"];

export const MARKS = [
  undefined,
  "theft",
  "dispute",
  "settleTheft",
  "settleDispute",
  "recall",
  "liftRecall",
  "void",
  "liftVoid",
  "recallBatch",
  "liftBatchRecall",
  "voidBatch",
  "liftBatchVoid",
  "renewTwice",
  "clearTwice",
];
export const BATCH_MARKS = new Set(["recallBatch", "liftBatchRecall", "voidBatch", "liftBatchVoid"]);

export const AUTHENTICITY = [undefined, "consistent", "notGenuine", "inconclusive", "notSupported"];
export const METHODS = [undefined, "inHand", "photos", "video"];
/** In the order of their bits. */
export const REMARKS = ["altered", "partsReplaced", "codeMoved"];
export const SERVICES = [undefined, "repair", "partReplaced", "care", "refinished", "checked"];
export const WITHDRAWALS = [undefined, "mistake", "wrongItem", "newEvidence", "other"];
