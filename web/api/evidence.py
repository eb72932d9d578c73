"""Evidence: photos and documents that a report cites by their SHA-256."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO, Final, cast

from flask import Response, request
from pydantic import Field

from ledger.domain.errors import Invalid
from ledger.domain.organisations import Scope
from ledger.services.store_evidence import store_evidence
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Out, moment

bp = blueprint("evidence", "Photos and documents that a report cites.")

_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_UPLOAD: Final = {
    "description": "The file itself, or a form with one file in the field “file”.",
    "required": True,
    "content": {
        "image/jpeg": _BINARY,
        "image/png": _BINARY,
        "image/webp": _BINARY,
        "application/pdf": _BINARY,
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
            }
        },
    },
}


class EvidenceOut(Out):
    """A kept file. Photos are written anew, without the place where they were taken."""

    sha256: str = Field(description="Its name; cite it in a report.")
    media_type: str
    size: int
    address: str = Field(description="Where anyone who knows the name can see it.")
    created_at: datetime


@operation(bp, "POST", "/v1/evidence", answers={201: EvidenceOut}, scope=Scope.SIGN, takes=_UPLOAD, refuses=(413,))
def send_evidence() -> Response:
    """Send a photo or a document

    A JPEG, PNG, WebP or PDF, judged by its bytes. The same file again gives the same name.
    """
    request.max_content_length = here().limits.evidence_bytes + 64 * 1024
    if request.mimetype == "multipart/form-data":
        sent = request.files.get("file")
        if sent is None:
            raise Invalid("The form has no file in the field “file”.")
        stream = cast(BinaryIO, sent.stream)
    else:
        stream = cast(BinaryIO, request.stream)
    kept = store_evidence(here(), caller(), stream)
    address = f"{here().public_url}/evidence/{kept.sha256}"
    return answer(
        EvidenceOut(
            sha256=kept.sha256,
            media_type=kept.media_type,
            size=kept.size,
            address=address,
            created_at=moment(kept.created_at),
        ),
        201,
        location=f"/evidence/{kept.sha256}",
    )
