"""What every kind of refusal means, for the person who reads a log or follows the `type` of a problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.domain.said import said


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """One kind of refusal."""

    title: str
    status: int
    means: str
    mend: str


PAGES: Final = {
    "invalid": ProblemPage(
        said("Something in what you sent is not right"),
        422,
        said("What was sent cannot be right, whoever sends it and whenever. Nothing was kept."),
        said("Read “detail”, and under “errors” each fault with its place and how to mend it. Then send it again."),
    ),
    "bad-signature": ProblemPage(
        said("That signature does not fit"),
        422,
        said("The signature is by another key, over another message, or for another chain or contract."),
        said("Draft the statement again, sign exactly the message of the draft, and submit both without a change."),
    ),
    "bad-request": ProblemPage(
        said("That request cannot be read"),
        400,
        said("The body is not JSON, is cut short, or is nested too deeply."),
        said("Check the body and its Content-Type, and send it again."),
    ),
    "bad-idempotency-key": ProblemPage(
        said("That is not an Idempotency-Key"),
        400,
        said(
            "The header Idempotency-Key is a text of 1 to 255 characters; with other signs than letters, digits and "
            ". _ ~ : + / = - it stands in double quotes."
        ),
        said("Make a random one, such as a UUID, and use it for this one request."),
    ),
    "idempotency-key-reused": ProblemPage(
        said("That key was used for another request"),
        422,
        said("The Idempotency-Key belongs to a request with other content, sent within the last day."),
        said("Use a new key for a new request. To see what came of the first one, send that one again as it was."),
    ),
    "unauthenticated": ProblemPage(
        said("Who are you?"),
        401,
        said("There was no API key, or one that is not in force."),
        said("Send “Authorization: Bearer tm_…” with a key in force. Ask whoever made the key for a new one."),
    ),
    "forbidden": ProblemPage(
        said("This is not yours to do"),
        403,
        said("The key is good, but lacks a scope, or its organisation has no such right in the ledger."),
        said("Read “detail”: it says what is missing and who can give it."),
    ),
    "unknown": ProblemPage(
        said("There is no such thing here"),
        404,
        said("The thing named is not in this ledger, or belongs to somebody else: we do not say which."),
        said("Compare the name with the answer that it came from."),
    ),
    "no-such-page": ProblemPage(
        said("There is no such page"),
        404,
        said("Nothing answers at this address."),
        said("Check the address. The API’s addresses are listed at /docs."),
    ),
    "wrong-method": ProblemPage(
        said("This address takes another method"),
        405,
        said("The address is right and the method is not."),
        said("The header “Allow” of the answer names the methods that work."),
    ),
    "wrong-type": ProblemPage(
        said("That is the wrong kind of body"),
        415,
        said("The body is of a media type that is not taken here."),
        said("Send JSON with “Content-Type: application/json”, unless /docs says otherwise."),
    ),
    "conflict": ProblemPage(
        said("This does not fit the present state"),
        409,
        said("Right in itself, but not now: the item is stopped, the batch not ready, or a number already taken."),
        said("Look at the present state, as “detail” says, and try again when it fits."),
    ),
    "too-large": ProblemPage(
        said("That is too large"),
        413,
        said("More bytes, rows or items than one request may carry."),
        said("Send it in parts."),
    ),
    "too-many": ProblemPage(
        said("Too many tries"),
        429,
        said("You ask more often than is allowed, or there were too many wrong codes."),
        said("Wait for the seconds in the header “Retry-After”, then go on."),
    ),
    "unavailable": ProblemPage(
        said("We cannot tell right now"),
        503,
        said("Something that we depend on does not answer. This never means “no”."),
        said("Try again in a moment. What you sent was not taken, unless a status address says otherwise."),
    ),
    "node-refused": ProblemPage(
        said("The ledger’s node refuses"),
        503,
        said("The node that we depend on answers, but not what it was asked. This never means “no”."),
        said("Try again in a moment. If it stays so, tell the operator."),
    ),
    "wrong-chain": ProblemPage(
        said("The ledger’s node follows another chain"),
        503,
        said(
            "The node that we depend on is not the one of this ledger. Nothing is said or written until that is mended."
        ),
        said("Tell the operator."),
    ),
    "state-lost": ProblemPage(
        said("The ledger’s node has lost its state"),
        503,
        said("The local node cannot be put back to where it was. Nothing is said or written until that is mended."),
        said("Tell the operator."),
    ),
    "our-fault": ProblemPage(
        said("Something broke on our side"),
        500,
        said("This is our fault, not yours. It has been noted."),
        said("Try again. If it stays so, tell the operator the time and the address."),
    ),
    "refused": ProblemPage(
        said("The request was refused"),
        400,
        said("The request cannot be answered as it is."),
        said("Read “detail”, and compare the request with /docs."),
    ),
}
