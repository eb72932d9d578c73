"""The verdicts, in the order in which they win, how each is marked, and its headline in four languages.

Only data. The order and the table are those of the product's promise to a buyer; colour never speaks
alone (WCAG 1.4.1): every verdict has an icon, a shape and words of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Key(StrEnum):
    """The verdicts; those of `PRECEDENCE` compete, the last four stand apart."""

    COUNTERFEIT_FOUND = "counterfeit_found"
    REVOKED = "revoked"
    REPORTED_STOLEN = "reported_stolen"
    DISPUTED = "disputed"
    REPORTED_LOST = "reported_lost"
    RECALLED = "recalled"
    CLONE_SUSPECTED = "clone_suspected"
    RETIRED = "retired"
    UNAVAILABLE = "unavailable"
    WRONG_ITEM = "wrong_item"
    NOT_ON_SALE_YET = "not_on_sale_yet"
    IN_TRANSFER = "in_transfer"
    PENDING = "pending"
    OWNER_CONFIRMED = "owner_confirmed"
    HELD = "held"
    UNCLAIMED = "unclaimed"
    UNKNOWN = "unknown"
    PRODUCT_ONLY = "product_only"
    BAD_CODE = "bad_code"
    SLOW_DOWN = "slow_down"


PRECEDENCE: Final = tuple(Key)[:16]
"""First match wins."""

BAD_NEWS: Final = PRECEDENCE[:8]
"""Shown whatever else is the matter: an outage, a limit on requests, a doubt of the visitor."""

TICKS: Final = frozenset({Key.OWNER_CONFIRMED, Key.HELD, Key.UNCLAIMED})
"""The only verdicts that may carry the tick."""


class Advice(StrEnum):
    """What a platform should do with a listing of the item."""

    OK = "ok"
    ASK_FOR_PROOF = "ask_for_proof"
    HOLD = "hold"
    BLOCK = "block"
    NO_OPINION = "no_opinion"


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict is marked, what it advises a platform, and which buttons it offers, foremost first."""

    icon: str
    shape: str
    colour: str
    advice: Advice
    buttons: tuple[str, ...]


LOOKS: Final[dict[Key, Look]] = {
    Key.OWNER_CONFIRMED: Look("check", "circle", "green", Advice.OK, ("continue_transfer", "save_check", "details")),
    Key.HELD: Look("check", "circle", "green", Advice.ASK_FOR_PROOF, ("ask_seller", "save_check", "details")),
    Key.UNCLAIMED: Look(
        "check", "ring", "teal", Advice.ASK_FOR_PROOF, ("claim", "second_hand", "save_check", "details")
    ),
    Key.PENDING: Look("hourglass", "circle", "blue", Advice.HOLD, ("refresh", "details", "save_check")),
    Key.IN_TRANSFER: Look("arrows", "circle", "blue", Advice.HOLD, ("new_owner", "refresh", "details", "save_check")),
    Key.WRONG_ITEM: Look(
        "not_equal", "triangle", "amber", Advice.HOLD, ("ask_inspection", "report", "details", "save_check")
    ),
    Key.CLONE_SUSPECTED: Look(
        "copies", "triangle", "amber", Advice.ASK_FOR_PROOF, ("ask_seller", "why", "report", "save_check")
    ),
    Key.NOT_ON_SALE_YET: Look("dash", "square", "grey", Advice.HOLD, ("report", "type_again", "save_check")),
    Key.RECALLED: Look("exclamation", "triangle", "amber", Advice.HOLD, ("what_to_do", "contact", "save_check")),
    Key.REPORTED_LOST: Look(
        "question",
        "triangle",
        "amber",
        Advice.HOLD,
        ("found_it", "contest", "report", "details", "save_check"),
    ),
    Key.DISPUTED: Look("scales", "triangle", "amber", Advice.HOLD, ("details", "notify", "save_check")),
    Key.REPORTED_STOLEN: Look(
        "cross",
        "octagon",
        "red",
        Advice.BLOCK,
        ("already_paid", "seen_it", "contest", "details", "save_check"),
    ),
    Key.REVOKED: Look("cross", "octagon", "red", Advice.BLOCK, ("contact", "already_paid", "save_check")),
    Key.COUNTERFEIT_FOUND: Look(
        "cross", "octagon", "red", Advice.BLOCK, ("see_inspection", "already_paid", "save_check")
    ),
    Key.RETIRED: Look("dash", "square", "grey", Advice.BLOCK, ("report", "details", "save_check")),
    Key.UNKNOWN: Look("question", "square", "grey", Advice.ASK_FOR_PROOF, ("type_again", "older", "report")),
    Key.PRODUCT_ONLY: Look("info", "square", "grey", Advice.NO_OPINION, ("type_serial",)),
    Key.BAD_CODE: Look("question", "square", "grey", Advice.NO_OPINION, ("type_again",)),
    Key.UNAVAILABLE: Look("cloud", "square", "grey", Advice.NO_OPINION, ("try_again", "details", "save_check")),
    Key.SLOW_DOWN: Look("clock", "circle", "grey", Advice.NO_OPINION, ()),
}

LANGUAGES: Final = ("en", "fr", "it", "zh-Hans")

HEADLINES: Final[dict[Key, tuple[str, str, str, str]]] = {
    Key.OWNER_CONFIRMED: (
        "The owner has just confirmed they have it",
        "Le propriétaire vient de confirmer l'avoir en main",
        "Il proprietario ha appena confermato di averlo",
        "物主刚刚确认商品在其手中",
    ),
    Key.HELD: (
        "Matches {brand}'s records",
        "Correspond au registre de {brand}",
        "Corrisponde ai registri di {brand}",
        "与{brand}登记信息一致",
    ),
    Key.UNCLAIMED: (
        "Matches {brand}'s records. No owner yet",
        "Correspond au registre de {brand}, encore sans propriétaire",
        "Corrisponde ai registri di {brand}. Ancora senza proprietario",
        "与{brand}登记信息一致，尚无物主",
    ),
    Key.PENDING: (
        "Recorded, waiting for confirmation",
        "Enregistré, en attente de confirmation",
        "Registrato, in attesa di conferma",
        "已登记，等待确认",
    ),
    Key.IN_TRANSFER: (
        "Being handed over to a new owner",
        "En cours de transmission à un nouveau propriétaire",
        "In passaggio a un nuovo proprietario",
        "正在过户给新物主",
    ),
    Key.WRONG_ITEM: (
        "This code belongs to something else",
        "Ce code appartient à un autre article",
        "Questo codice appartiene a un altro articolo",
        "此码属于另一件商品",
    ),
    Key.CLONE_SUSPECTED: (
        "This code may have been copied",
        "Ce code a peut-être été copié",
        "Questo codice potrebbe essere stato copiato",
        "此码可能已被复制",
    ),
    Key.NOT_ON_SALE_YET: (
        "{brand} has not put this on sale yet",
        "Pas encore mis en vente par {brand}",
        "Non ancora messo in vendita da {brand}",
        "{brand}尚未发售此商品",
    ),
    Key.RECALLED: (
        "Genuine record, but recalled by {brand}",
        "Article rappelé par {brand}",
        "Articolo richiamato da {brand}",
        "{brand}已召回此商品",
    ),
    Key.REPORTED_LOST: (
        "Reported lost by its owner",
        "Déclaré perdu par son propriétaire",
        "Segnalato come smarrito",
        "物主已报失",
    ),
    Key.DISPUTED: (
        "Ownership is in dispute",
        "Propriété contestée",
        "Proprietà contestata",
        "物主身份存在争议",
    ),
    Key.REPORTED_STOLEN: (
        "Reported stolen. Don't buy",
        "Déclaré volé. N'achetez pas",
        "Segnalato come rubato. Non acquistare",
        "已报失窃，请勿购买",
    ),
    Key.REVOKED: (
        "{brand} has withdrawn this passport",
        "{brand} a retiré ce passeport",
        "{brand} ha ritirato questo passaporto",
        "{brand}已撤销此凭证",
    ),
    Key.COUNTERFEIT_FOUND: (
        "A counterfeit was found carrying this code",
        "Une contrefaçon portant ce code a été trouvée",
        "È stata trovata una contraffazione con questo codice",
        "曾查获使用此码的假货",
    ),
    Key.RETIRED: (
        "No longer in circulation",
        "Retiré de la circulation",
        "Non più in circolazione",
        "已停止流通",
    ),
    Key.UNKNOWN: (
        "We have no record of this code",
        "Ce code ne figure pas dans nos registres",
        "Nessun record per questo codice",
        "未找到此码的记录",
    ),
    Key.PRODUCT_ONLY: (
        "This code names a model, not one item",
        "Ce code désigne un modèle, pas un article",
        "Il codice indica un modello, non un articolo",
        "此码代表款式，不代表单件商品",
    ),
    Key.BAD_CODE: (
        "That code isn't complete",
        "Code incomplet",
        "Codice incompleto",
        "编码不完整",
    ),
    Key.UNAVAILABLE: (
        "We can't confirm this right now",
        "Vérification impossible pour le moment",
        "Verifica al momento non possibile",
        "暂时无法核验",
    ),
    Key.SLOW_DOWN: (
        "Too many checks from this connection",
        "Trop de vérifications, réessayez dans {seconds} s",
        "Troppe verifiche, riprova tra {seconds} s",
        "查询过于频繁，请{seconds}秒后再试",
    ),
}

BRAND_UNKNOWN: Final = ("this brand", "cette marque", "questo marchio", "品牌方")


def headline(key: Key, language: str = "en", *, brand: str | None = None, seconds: int = 30) -> str:
    """The verdict's headline in one of `LANGUAGES`; a language we do not have reads as English."""
    column = LANGUAGES.index(language) if language in LANGUAGES else 0
    text = HEADLINES[key][column].format(brand=brand or BRAND_UNKNOWN[column], seconds=seconds)
    return text[:1].upper() + text[1:]
