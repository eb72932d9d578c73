"""My account: passkeys, e-mail address, where I am signed in, and the errand that a sign-in interrupted."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug import Response

from ledger.domain.errors import LedgerError
from ledger.services.email_links import send_confirmation
from ledger.services.errands import errand_of
from ledger.services.my_account import account_of, forget_email, remove_passkey, rename_passkey
from ledger.services.resume_errand import resume
from web.people import bp
from web.people.visits import inside, ledger_here, signed_in, to_signing_page, visit_here
from web.problems import status_of_form


@bp.get("/my/account")
@signed_in
def account() -> str:
    """What we hold about somebody, and what they can do about it."""
    return _account()


def _account(fault: str | None = None, sent: str | None = None) -> str:
    visit = visit_here()
    return render_template("people/account.html", account=account_of(ledger_here(), visit), fault=fault, sent=sent)


@bp.post("/my/account/email")
@signed_in
def give_email() -> str | tuple[str, int]:
    """Send a link to an address, by which it becomes theirs."""
    email = request.form.get("email", "").strip()
    onward = inside(request.form.get("next")) or "/my/account"
    try:
        send_confirmation(ledger_here(), visit_here(), email, onward)
    except LedgerError as refused:
        return _account(fault=refused.detail), status_of_form(refused)
    return _account(sent=email)


@bp.post("/my/account/email/forget")
@signed_in
def drop_email() -> Response:
    """Forget the address."""
    forget_email(ledger_here(), visit_here())
    return redirect(url_for("people.account"), 303)


@bp.post("/my/account/passkeys/<id>")
@signed_in
def change_passkey(id: str) -> Response:
    """Call a passkey something else, or remove one that holds nothing."""
    if request.form.get("remove") == "1":
        remove_passkey(ledger_here(), visit_here(), id)
    else:
        rename_passkey(ledger_here(), visit_here(), id, request.form.get("label", ""))
    return redirect(url_for("people.account"), 303)


@bp.get("/errands/<id>")
@signed_in
def resume_errand(id: str) -> Response:
    """Go on with what was begun before signing in, now with the keys of whoever signed in."""
    ledger, visit = ledger_here(), visit_here()
    with ledger.store.read() as tx:
        errand = errand_of(ledger, tx, id, visit)
    return to_signing_page(resume(ledger, visit, errand))
