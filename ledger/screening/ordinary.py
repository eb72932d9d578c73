"""Marks that are ordinary words (“Coach”, “Apple”, “Next”), and how a text shows that it means the mark.

Nearly every word is somebody's mark for something. Such a mark counts only where the text uses it as a name:

1. beside goods that people buy by brand (“Coach bag”, “sac Coach”), words for material, colour and the like aside;
2. beside words that are said of brands alone (“genuine Coach”, “Coach®”);
3. in capitals, where the rest of the text is not;
4. or alone.

One of up to three letters counts only as its owner or somebody in capitals writes it, and beside goods or in capitals.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable
from typing import Final

from ledger.screening.text import plain, squashed
from ledger.screening.typing_errors import WORDS

SHORT: Final = 3
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")
_FAR: Final = 60
"""Characters on each side that are looked at."""
_PUNCTUATION: Final = ".,:;!?/|&+*~_#'\"“”‘’«»「」『』【】()[]{}<>–—®™©"
_MOST_BETWEEN: Final = 3
GOODS: Final = frozenset(
    """
    bag bags handbag handbags purse purses wallet wallets tote totes clutch backpack backpacks satchel crossbody
    luggage suitcase belt belts shoe shoes sneaker sneakers trainers trainer boot boots sandal sandals loafers
    heels pumps slides shirt shirts tshirt tshirts tee tees hoodie hoodies sweatshirt sweatshirts sweater
    sweaters jumper cardigan jacket jackets coat coats parka vest dress dresses skirt skirts jeans trousers
    pants leggings shorts tracksuit joggers suit blazer swimsuit bikini underwear boxers bra socks scarf scarves
    shawl hat hats cap caps beanie gloves sunglasses glasses eyewear watch watches ring rings necklace necklaces
    bracelet bracelets earrings jewellery jewelry pendant brooch cufflinks perfume perfumes fragrance cologne
    parfum edp edt lipstick mascara makeup phone phones smartphone laptop tablet headphones earbuds keychain
    keyring polo outfit uniform windbreaker swimwear sportswear sac sacs portefeuille ceinture chaussure
    chaussures baskets bottes sandales chemise chemises robe robes jupe veste vestes blouson manteau pull
    foulard echarpe chapeau casquette lunettes montre montres bague bagues collier bijou bijoux maroquinerie
    pantalon sweat doudoune borsa borse portafoglio cintura scarpa scarpe stivali sandali camicia vestito abito
    gonna giacca giubbotto cappotto maglione felpa sciarpa cappello cappellino occhiali orologio orologi anello
    collana bracciale orecchini profumo gioielli tasche taschen handtasche rucksack geldborse gurtel schuh
    schuhe stiefel sandalen hemd kleid kleider rock jacke mantel pullover schal mutze brille sonnenbrille uhr
    uhren armbanduhr halskette armband ohrringe schmuck hose bolso bolsos cartera cinturon zapato zapatos
    zapatillas botas sandalias camisa camiseta vestido falda chaqueta abrigo sudadera bufanda gorra gafas reloj
    relojes anillo collar pulsera pendientes joyas bolsa relogio oculos sapatos tenis tas tassen schoenen
    horloge riem jas jurk torebka zegarek buty kurtka sukienka vaska klocka skor jacka сумка сумки кошелек
    ремень кроссовки обувь ботинки туфли рубашка футболка куртка пальто платье джинсы шарф шапка очки часы
    кольцо духи
    """.split()  # noqa: SIM905 - words read better as a text
)
"""Goods that people buy by brand, without accents."""
_GOODS_UNSPACED: Final = re.compile("[包袋鞋表裙裤靴戒帽衣镜链]|手表|香水|腕錶|バッグ|時計|財布|靴|가방|시계|신발|지갑")
_OF_BRANDS: Final = frozenset(
    """
    authentic genuine auth designer brand marque marca marke authentique preowned preloved secondhand official 正品 真品
    """.split()  # noqa: SIM905 - words read better as a text
)
_COPIES: Final = frozenset(("replica", "dupe", "knockoff", "counterfeit", "fake", "faux", "inspired", "style"))
_ASIDE: Final = frozenset(
    """
    women womens woman men mens man ladies lady girls boys kids baby unisex new used vintage rare nwt bnwt
    leather suede canvas cotton wool silk denim nylon steel gold silver plated black white brown tan red blue
    navy green pink beige grey gray cream burgundy large small medium mini midi maxi xl xs classic signature
    shoulder hand chain automatic quartz chronograph sport sports running high low top long short sleeve sleeved
    the a of de di da en in à et main dos cuir noir noire neuf neuve femme homme pelle nera nero uomo donna
    nuova nuovo piel negro negra mujer hombre leder schwarz herren damen limited edition collection polo tennis
    golf rugby sailing hiking hunting fishing riding baseball football soccer basketball ski surf yoga gym dance
    ballet party wedding bridal birthday evening summer winter spring autumn sun rain snow beach travel work
    office school designer fashion retro antique luxury modern basic simple fancy pearl pearls diamond diamonds
    ruby sapphire emerald opal amber jade crystal platinum bronze copper titanium cashmere mohair merino velvet
    satin lace fur tweed linen jersey fleece corduroy plaid striped floral leopard zebra orange yellow purple
    violet lilac turquoise coral ivory khaki mustard plum wine rose teal mint nude charcoal off multicolor
    rainbow power express next diving pilot dress field smart digital analog slim skinny straight wide flared
    cropped baggy loose oversized padded quilted hooded strapless backless wrap maternity cocktail prom swing
    pencil pleated tiered ankle chelsea combat cowboy desert chunky platform wedge block pointed round square
    engagement signet promise eternity stacking charm
    """.split()  # noqa: SIM905 - words read better as a text
)


@functools.lru_cache(maxsize=100_000)
def ordinary(name: str) -> bool:
    """Whether a mark is an ordinary word, or some that stand together anyway (“off white”)."""
    words = _words(name)
    return (len(words) == 1 and words[0] in WORDS) or (len(words) > 1 and all(word in _ASIDE for word in words))


@functools.lru_cache(maxsize=100_000)
def _says_what_kind(name: str) -> bool:
    return all(word in _ASIDE for word in _words(name))


def _words(text: str) -> list[str]:
    return [one.removesuffix("'s") for one in _WORD.findall(plain(text))]


def only_a_word(name: str, text: str, start: int, end: int) -> bool:
    """Whether an ordinary word that is a mark too, or is written as one, is used as the word that it is, as far as
    anybody can tell."""
    return (ordinary(name) or plain(text[start:end]) in WORDS) and not meant(name, text, start, end)


def meant(name: str, text: str, start: int, end: int) -> bool:
    """Whether the text means the mark from place `start` to before `end` by an ordinary word."""
    written = text[start:end]
    before, after = text[max(0, start - _FAR) : start], text[end : end + _FAR]
    if after[:1] in ("®", "™"):
        return True
    said, follows = before.rsplit(None, _MOST_BETWEEN + 1)[-_MOST_BETWEEN - 1 :], after.split(None, _MOST_BETWEEN + 1)
    if not _WORD.search(before) and not _WORD.search(after):
        return True
    if written.isupper() and _rest_is_quiet(before + after):
        return True
    if end - start <= SHORT and not written[:1].isupper():
        return False
    if said and _bare(said[-1]) in _OF_BRANDS:
        return True
    if _says_what_kind(name):
        # Goods have such a word beside them anyway: “gold ring”, “polo shirt”.
        return False
    if not text.isascii() and (_GOODS_UNSPACED.search(before[-8:]) or _GOODS_UNSPACED.search(after[:8])):
        return True
    return _goods_next(follows) or _goods_next(said[::-1])


def _bare(word: str) -> str:
    return plain(word).replace("-", "").strip(_PUNCTUATION)


def _goods_next(words: Iterable[str]) -> bool:
    """Whether goods come first among the words, those aside that only say of what kind they are."""
    for word in itertools.islice(words, _MOST_BETWEEN + 1):
        bare = _bare(word)
        if bare in GOODS:
            return True
        if bare not in _ASIDE and bare not in _COPIES:
            return False
    return False


def _rest_is_quiet(rest: str) -> bool:
    letters = [one for one in rest if one.isalpha()]
    return sum(one.isupper() for one in letters) * 2 < len(letters)


GLUED: Final = frozenset(squashed(word) for word in GOODS if len(word) > 2) | frozenset(
    squashed(word)
    for word in """
    new best buy cheap my the original authentic genuine official outlet shop store online sale deal style
    inspired replica dupe fake copy fashion women men kids lover lovers fan uk usa eu italy paris real vintage
    logo
    """.split()  # noqa: SIM905 - words read better as a text
)
"""Words that people write together with a mark (“rolexwatch”, “newnikeshoes”), as they read."""
