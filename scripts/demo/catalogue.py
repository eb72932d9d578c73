"""What the house says and shows of its eight models, told to the catalogue over the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from api import Api
from make_files import gtin13
from plot import BAG, BRAND, SCARF, WATCH
from portraits import portrait


@dataclass(frozen=True, slots=True)
class Model:
    """One line: its GTIN's reference, its name and its colour as the items' records have it."""

    kind: str
    reference: int
    name: str
    colour: str


MODELS: Final = (
    Model(BAG, 454321, "Sac Lune 25", "black"),
    Model(BAG, 454322, "Sac Lune 25", "chestnut"),
    Model(BAG, 454323, "Sac Lune 25", "ivory"),
    Model(WATCH, 600101, "Heure Bleue 36", "white dial"),
    Model(WATCH, 600102, "Heure Bleue 36", "blue dial"),
    Model(SCARF, 700310, "Carré Marée 90", "coral / sand"),
    Model(SCARF, 700311, "Carré Marée 90", "ink / foam"),
    Model(SCARF, 700312, "Carré Marée 90", "moss, gold"),
)

_WORDS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    BAG: {
        "en": {
            "description": "A top-handle bag whose flap follows the curve of a half moon.",
            "materials": "Calfskin, lined with cotton twill or silk; solid brass",
            "care": "Wipe with a soft dry cloth, away from rain and sun.\n"
            "Any Maison Exemple boutique re-waxes the edges.",
            "looks": [
                "Nine stitches to the inch along the flap, slightly slanted",
                "The crescent in the clasp opens to the right",
                "Brass feet, never gilded zinc: they are heavy and cold",
                "The heat stamp inside has no shine",
            ],
        },
        "fr": {
            "description": "Un sac à anse dont le rabat suit la courbe d’une demi-lune.",
            "materials": "Veau, doublure en sergé de coton ou en soie ; laiton massif",
            "care": "Essuyer avec un chiffon doux et sec, à l’abri de la pluie et du soleil.\n"
            "Toute boutique Maison Exemple recire les tranches.",
            "looks": [
                "Neuf points au pouce le long du rabat, légèrement inclinés",
                "Le croissant du fermoir s’ouvre vers la droite",
                "Pieds en laiton, jamais en zinc doré : ils sont lourds et froids",
                "La marque à chaud, à l’intérieur, ne brille pas",
            ],
        },
        "it": {
            "description": "Una borsa a mano con la patta a forma di mezza luna.",
            "materials": "Vitello, fodera in twill di cotone o seta; ottone massiccio",
            "care": "Pulire con un panno morbido e asciutto, lontano da pioggia e sole.\n"
            "Ogni boutique Maison Exemple rifà la cera dei bordi.",
            "looks": [
                "Nove punti per pollice lungo la patta, leggermente inclinati",
                "La mezzaluna della chiusura si apre a destra",
                "Piedini in ottone, mai in zinco dorato: pesanti e freddi",
                "La stampa a caldo all’interno non è lucida",
            ],
        },
        "zh-Hans": {
            "description": "手提包，翻盖呈半月弧线。",
            "materials": "小牛皮，棉斜纹或真丝内衬，实心黄铜",
            "care": "用柔软干布擦拭，避免雨淋和日晒。\n各家 Maison Exemple 门店均可为包边重新打蜡。",
            "looks": [
                "翻盖边缘每英寸九针，针脚略斜",
                "扣上的弯月开口向右",
                "底钉为黄铜，沉而凉，绝非镀金锌",
                "内侧烫印无光泽",
            ],
        },
    },
    WATCH: {
        "en": {
            "description": "A 36 mm watch with a moon that rises over the six at dusk.",
            "materials": "Steel, sapphire, calfskin strap",
            "care": "Rinse after salt water. Have the seals checked every three years.\nRepairs: Atelier Geneva.",
            "looks": [
                "The hour marks are cut, not printed: they cast a shadow",
                "Six screws on the back, all slots in line with the rim",
                "The waves on the back are engraved by hand; no two lines are alike",
                "36 mm across, 58.4 g with its strap",
            ],
        },
        "fr": {
            "description": "Une montre de 36 mm dont la lune se lève au-dessus de six heures, à la tombée du jour.",
            "materials": "Acier, saphir, bracelet en veau",
            "care": "Rincer après l’eau salée. Faire vérifier les joints tous les trois ans.\n"
            "Réparations : atelier de Genève.",
            "looks": [
                "Les index sont taillés, non imprimés : ils portent une ombre",
                "Six vis au dos, toutes les fentes alignées sur le bord",
                "Les vagues du dos sont gravées à la main ; aucune ne se ressemble",
                "36 mm de diamètre, 58,4 g avec le bracelet",
            ],
        },
        "it": {
            "description": "Un orologio da 36 mm con una luna che sorge sopra le sei, all’imbrunire.",
            "materials": "Acciaio, zaffiro, cinturino in vitello",
            "care": "Sciacquare dopo l’acqua salata. Far controllare le guarnizioni ogni tre anni.\n"
            "Riparazioni: atelier di Ginevra.",
            "looks": [
                "Gli indici sono intagliati, non stampati: fanno ombra",
                "Sei viti sul fondello, tutte allineate al bordo",
                "Le onde sul fondello sono incise a mano; nessuna è uguale",
                "36 mm di diametro, 58,4 g con il cinturino",
            ],
        },
        "zh-Hans": {
            "description": "36 毫米腕表，黄昏时分月亮自六点位升起。",
            "materials": "精钢、蓝宝石、小牛皮表带",
            "care": "接触海水后请冲洗。每三年检查一次防水圈。\n维修：日内瓦工坊。",
            "looks": [
                "时标为切割而非印刷，会投下阴影",
                "表背六颗螺丝，槽口与边缘平行",
                "表背波纹手工雕刻，无一相同",
                "直径 36 毫米，连表带重 58.4 克",
            ],
        },
    },
    SCARF: {
        "en": {
            "description": "A square of silk twill: the tide at Ault, drawn in one afternoon.",
            "materials": "Silk twill",
            "care": "Dry clean. Iron on the reverse, barely warm.",
            "looks": [
                "The hem is rolled by hand towards the front; its stitches sit at uneven gaps",
                "The print goes through: the back is nearly as bright as the front",
                "Between 64 and 66 g",
            ],
        },
        "fr": {
            "description": "Un carré de twill de soie : la marée à Ault, dessinée en un après-midi.",
            "materials": "Twill de soie",
            "care": "Nettoyage à sec. Repasser sur l’envers, à peine tiède.",
            "looks": [
                "L’ourlet est roulotté à la main vers l’endroit ; ses points sont irréguliers",
                "L’impression traverse : l’envers est presque aussi vif que l’endroit",
                "Entre 64 et 66 g",
            ],
        },
        "it": {
            "description": "Un carré in twill di seta: la marea ad Ault, disegnata in un pomeriggio.",
            "materials": "Twill di seta",
            "care": "Lavare a secco. Stirare sul rovescio, appena tiepido.",
            "looks": [
                "L’orlo è arrotolato a mano verso il diritto; i punti sono irregolari",
                "La stampa attraversa: il rovescio è vivo quasi quanto il diritto",
                "Tra 64 e 66 g",
            ],
        },
        "zh-Hans": {
            "description": "真丝斜纹方巾，描绘奥特海滨的潮汐。",
            "materials": "真丝斜纹",
            "care": "干洗。反面微温熨烫。",
            "looks": ["手工向正面卷边，针距不匀", "印花透至背面，色泽与正面相近", "重 64 至 66 克"],
        },
    },
}

_CAPTIONS: Final = {
    (BAG, "whole"): ("From the front", "De face", "Di fronte", "正面"),
    (BAG, "close"): ("The clasp", "Le fermoir", "La chiusura", "搭扣"),
    (WATCH, "whole"): ("The dial", "Le cadran", "Il quadrante", "表盘"),
    (WATCH, "close"): ("The back", "Le dos", "Il fondello", "表背"),
    (SCARF, "whole"): ("Laid flat", "À plat", "Disteso", "平铺"),
    (SCARF, "close"): ("The hem", "L’ourlet", "L’orlo", "卷边"),
}
_LANGUAGES: Final = ("en", "fr", "it", "zh-Hans")


def describe(api: Api) -> None:
    """Keep every model with its words, and its photos with theirs; told again, nothing changes."""
    for model in MODELS:
        path = f"/v1/lines/{gtin13(model.reference)}"
        step = f"line-{model.reference}"
        said = {"name": model.name, "words": _WORDS[model.kind], "programme_start": "2024-09-01"}
        api.put(step, path, said, BRAND)
        for view in ("whole", "close"):
            picture = portrait(model.kind, model.colour, view)
            sent = api.send_file(f"{step}-{view}", f"{path}/photos", picture, "image/jpeg", BRAND)
            captions = dict(zip(_LANGUAGES, _CAPTIONS[model.kind, view], strict=True))
            words = {"captions": captions, "colourway": model.colour}
            api.put(f"{step}-{view}-words", f"{path}/photos/{sent['sha256']}", words, BRAND)
