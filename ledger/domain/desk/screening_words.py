"""What sellers and readers are told of a screening: each detector in a sentence, and what a seller can do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ledger.domain.desk.listings import ListingDecision
from ledger.domain.said import Said, said

ABOUT: Final[Mapping[str, Said]] = {
    "mark.copy": said("A brand's name stands beside words that say the thing is a copy."),
    "mark.copy_proven": said("A brand's name stands beside words that say the thing is a copy."),
    "mark.disguised": said("A brand's name is written so that a search does not find it."),
    "mark.without_code": said("A brand's name is used, and nothing in the listing shows the right to it."),
    "mark.sound": said("A brand's name is written by its sound, in other characters."),
    "mark.inside": said("A brand's name stands inside a longer word."),
    "mark.typing": said("A word is one letter away from a brand's name."),
    "mark.fits": said("A brand's name says what the thing goes with."),
    "mark.word": said("An ordinary word of the listing is a brand's name too."),
    "code.bad_news": said("The item of the code is reported stolen, withdrawn, retired or found to be a counterfeit."),
    "code.held_back": said("Something about the item of the code has to be settled first."),
    "code.unknown": said("The brand has no record of the code."),
    "code.cannot_tell": said("The record of the code cannot be looked at right now."),
    "code.unreadable": said("The code cannot be read, or names a model and not one item."),
    "code.owner_not_shown": said("The item has a registered owner, who has not confirmed this sale."),
    "code.proof_fails": said("The proof that came with the listing is not the owner's, or is over."),
    "code.not_used_yet": said("The item is offered as used, and nobody has ever registered it as theirs."),
    "code.other_seller": said("The same code stands in another seller's live listing."),
    "code.other_platform": said("The same code stands in a live listing of another platform."),
    "code.other_brand": said("The code is of another brand than the listing names."),
    "code.other_model": said("The code is of another model than the listing names."),
    "photo.other_seller": said("The same photo stands in another seller's live listing."),
    "photo.alike": said("A photo shows the same picture as a photo of another seller's live listing."),
    "photo.catalogue": said("A photo comes from the brand's own catalogue."),
    "seller.held": said("An order of a court or an authority holds the seller."),
    "seller.new_with_mark": said("The shop is new and uses a brand's name without a code."),
    "seller.burst": said("The shop put up very many listings within a day."),
    "price.low": said("The price is far below that of other listings of the same model."),
    "challenge.refused": said("A reviewer did not find the three words in the photo that was asked for."),
}
"""Each detector, for everybody to read. Its thresholds are not told."""
_CANNOT_TELL: Final[Mapping[str, Said]] = {
    "mark.cannot_tell": said("There was no room to look for every mark, so nothing can be told of the words."),
}
"""What no detector says and no pack decides."""

_TELL: Final[Mapping[str, Callable[[Mapping[str, Any]], Said]]] = {
    "mark.copy": lambda seen: said(
        "You wrote “%(mark)s” beside words for a copy. Listings of copies are not shown here.", mark=seen["mark"]
    ),
    "mark.copy_proven": lambda seen: said(
        "You wrote “%(mark)s” beside words for a copy. Listings of copies are not shown here.", mark=seen["mark"]
    ),
    "mark.disguised": lambda seen: said("Write “%(mark)s” as the brand writes it, or leave it out.", mark=seen["mark"]),
    "mark.without_code": lambda seen: said(
        "If it is genuine, you may write “pre-owned %(mark)s”, with the item's code.", mark=seen["mark"]
    ),
    "mark.sound": lambda seen: said(
        "If it is genuine, you may write “pre-owned %(mark)s”, with the item's code.", mark=seen["mark"]
    ),
    "mark.inside": lambda seen: said("Leave “%(mark)s” out where the thing is not of that brand.", mark=seen["mark"]),
    "mark.typing": lambda seen: said(
        "If you mean “%(mark)s”, write it so and add the item's code. If not, ignore this.", mark=seen["mark"]
    ),
    "mark.fits": lambda seen: said(
        "You may say that it fits “%(mark)s”. Name your own brand first.", mark=seen["mark"]
    ),
    "mark.word": lambda seen: said(
        "If you mean the brand “%(mark)s”, add the item's code. If not, ignore this.", mark=seen["mark"]
    ),
    "code.bad_news": lambda seen: said(
        "The item %(serial)s cannot be sold now. Scan its code to read why.", serial=seen["serial"]
    ),
    "code.held_back": lambda seen: said(
        "The item %(serial)s cannot be shown yet. Scan its code to read what is open.", serial=seen["serial"]
    ),
    "code.unknown": lambda seen: said(
        "The brand has no record of the code %(serial)s. Compare it with the item, letter by letter.",
        serial=seen["serial"],
    ),
    "code.cannot_tell": lambda _: said("We cannot look at the code right now. Send the listing again later."),
    "code.unreadable": lambda _: said("Send the item's own code, as it is printed on its card or label."),
    "code.owner_not_shown": lambda seen: said(
        "Let the registered owner confirm the sale of %(serial)s on its page, and send us the proof.",
        serial=seen["serial"],
    ),
    "code.proof_fails": lambda seen: said(
        "The proof for %(serial)s does not count. Ask the owner again; an answer is good for 15 minutes.",
        serial=seen["serial"],
    ),
    "code.not_used_yet": lambda seen: said(
        "Nobody has registered %(serial)s as theirs yet. Its first owner can do that with the card.",
        serial=seen["serial"],
    ),
    "code.other_seller": lambda seen: said(
        "Somebody else offers the item %(serial)s too. Let its owner confirm that it is yours to sell.",
        serial=seen["serial"],
    ),
    "code.other_platform": lambda seen: said(
        "The item %(serial)s is offered elsewhere too. Let its owner confirm this sale.", serial=seen["serial"]
    ),
    "code.other_brand": lambda seen: said(
        "The code %(serial)s is of another brand than you name. Compare both.", serial=seen["serial"]
    ),
    "code.other_model": lambda seen: said(
        "The code %(serial)s is of another model than you name. Compare both.", serial=seen["serial"]
    ),
    "photo.other_seller": lambda _: said("Use photos of your own: these stand in another seller's listing."),
    "photo.alike": lambda _: said("Use photos of your own: these stand in another seller's listing."),
    "photo.catalogue": lambda _: said("Add a photo of the very item, beside the brand's picture."),
    "seller.held": lambda _: said("An order holds what you sell. Ask the court or authority that gave it."),
    "seller.new_with_mark": lambda _: said("Your shop is new, so please add the item's code."),
    "seller.burst": lambda _: said("You put up very many listings at once. Please add the items' codes."),
    "price.low": lambda seen: said(
        "Your price is %(percent)s percent of the usual one. Check it, and add the item's code.",
        percent=seen["percent"],
    ),
    "challenge.refused": lambda _: said(
        "Your photo did not show the three words beside the item. You can ask for new words."
    ),
}
_FIRST: Final[Mapping[ListingDecision, Said]] = {
    ListingDecision.ALLOW: said("Your listing can be shown."),
    ListingDecision.ASK_FOR_CODE: said("Your listing needs one more thing: the item's code, or the owner's word."),
    ListingDecision.HOLD: said("Your listing is not shown until this is settled."),
    ListingDecision.BLOCK: said("Your listing cannot be shown."),
}


def about(key: str, evidence: Mapping[str, Any]) -> Said:
    """What a detector saw, for a reviewer."""
    mark, saw = evidence.get("mark"), ABOUT.get(key) or _CANNOT_TELL[key]
    return saw if mark is None else said("“%(mark)s”: %(about)s", mark=mark, about=saw)


def message(decision: ListingDecision, reasons: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Said]:
    """What a seller is told: what became of the listing, then what to do, each thing once, at most six."""
    told = list(dict.fromkeys(_TELL[key](evidence) for key, evidence in reasons if key in _TELL))
    return [_FIRST[decision], *told[:5]]
