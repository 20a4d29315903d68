"""Variables of the Baromètre du numérique (CRÉDOC): their labels, and the waves to believe them in.

Questions and labels change between waves. A variable is read in the waves listed here only: those
where its labels were seen and mean the same thing. `note` says where the series breaks, and how a
question was recognised where the file holds its name alone: shares computed from the file, against
those that the Arcep and the CRÉDOC printed for the same wave.

Left out: CONSULT1 (2022), four answers from « Oui, tout à fait » to « Non, pas du tout », and
CONSULT2 that follows the first of them. What they ask is written nowhere that could be read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

WAVES = (*range(2007, 2021), 2022)
# No answer, whatever the question.
NO_ANSWER = ("[Nsp]", "Ne sait pas / Ne répond pas", "NR")
# Labels are cut in the file itself, after 60 or 120 characters according to the wave.
LABEL_LENGTH = 60
_ADULTS = "Posée aux 18 ans ou plus."
_YES = MappingProxyType({"Oui": 1.0, "Non": 0.0})
_REGIONS = {
    "Auvergne Rhone Alpes": ("84", "Auvergne-Rhône-Alpes"),
    "Bourgogne Franche Comté": ("27", "Bourgogne-Franche-Comté"),
    "Bretagne": ("53", "Bretagne"),
    "Centre Val de Loire": ("24", "Centre-Val de Loire"),
    "Corse": ("94", "Corse"),
    "Grand Est": ("44", "Grand Est"),
    "Hauts de France": ("32", "Hauts-de-France"),
    "Ile de France": ("11", "Île-de-France"),
    "Normandie": ("28", "Normandie"),
    "Nouvelle Aquitaine": ("75", "Nouvelle-Aquitaine"),
    "Occitanie": ("76", "Occitanie"),
    "PACA": ("93", "Provence-Alpes-Côte d'Azur"),
    "Pays de la Loire": ("52", "Pays de la Loire"),
}
# Official code -> name of the régions of the survey: the metropole.
REGIONS: Mapping[str, str] = MappingProxyType(dict(_REGIONS.values()))


@dataclass(frozen=True)
class Variable:
    """One variable of the file, and the column of ours that it fills.

    Attributes
    ----------
    column : ours; several variables may fill one, in different waves.
    name : the producer's.
    labels : producer's label -> ours (1 and 0 for a target, None where it says nothing).
    waves : those in which it is read.
    note : what it asks, whom, and where the series breaks (French).
    """

    column: str
    name: str
    labels: Mapping[str, str | float | None]
    waves: tuple[int, ...]
    note: str


def plain(label: str) -> str:
    """Write a label so that spellings of the same answer agree, and cut ones too.

    Examples
    --------
    >>> plain("  Diplômé du\\u00a0SUPÉRIEUR ")
    'diplome du superieur'
    """
    letters = unicodedata.normalize("NFKD", label.replace("’", "'"))
    text = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(text.casefold().split())[:LABEL_LENGTH].strip()


def _since(year: int) -> tuple[int, ...]:
    return tuple(wave for wave in WAVES if wave >= year)


PEOPLE = (
    Variable("sexe", "SEXE", {"Femme": "femme", "Homme": "homme"}, WAVES, "Sexe."),
    Variable(
        "diplome",
        "DIPL5",
        {
            "Non diplômé": "aucun",
            "BEPC": "brevet_cap",
            "BAC": "bac",
            "Diplômé du supérieur": "superieur",
            "12-17 ans": None,
        },
        WAVES,
        "Plus haut diplôme ; BEPC réunit le brevet, le CAP et le BEP. Les mineurs, encore à "
        "l'école, n'en ont pas.",
    ),
    Variable(
        "mode",
        "RECUEIL",
        {"CAWI": "internet", "CATI": "telephone"},
        _since(2020),
        "Mode de recueil. Vide jusqu'en 2019 : face à face. Depuis 2020, panel en ligne, complété "
        "au téléphone par des personnes éloignées du numérique : la série se rompt.",
    ),
    Variable(
        "taille_menage",
        "NBPERS5",
        {
            "Une personne": "1",
            "Deux personnes": "2",
            "Trois personnes": "3",
            "Quatre personnes": "4",
            "Cinq personnes et plus": "5+",
        },
        WAVES,
        "Personnes du ménage. Les poids changent en 2018 : les personnes seules pèsent 27 % en "
        "2017 et 18 % ensuite, avec autant de réponses.",
    ),
    Variable(
        "agglomeration",
        "AGGLO5",
        {
            "Communes rurales": "rurale",
            "2 000 à 20 000 hab.": "2000_20000",
            "20 000 à 100 000 hab.": "20000_100000",
            "Plus de 100 000 hab.": "100000_plus",
            "Agglomération parisienne": "paris",
        },
        WAVES,
        "Taille de l'agglomération. Depuis 2020 le téléphone cherche surtout à la campagne : n'y "
        "pas lire un effet de la ruralité.",
    ),
    Variable(
        "zone",
        "REGION",
        {label: name for label, (_, name) in _REGIONS.items()},
        (2020, 2022),
        "Région ; absente du fichier avant 2020.",
    ),
    Variable(
        "code_region",
        "REGION",
        {label: code for label, (code, _) in _REGIONS.items()},
        (2020, 2022),
        "Code officiel de la région.",
    ),
    Variable(
        "zone",
        "ZEAT",
        {
            name: name
            for name in (
                "Région parisienne",
                "Bassin parisien Est",
                "Bassin parisien Ouest",
                "Nord",
                "Est",
                "Ouest",
                "Sud-Ouest",
                "Centre Est",
                "Méditerranée",
            )
        },
        (2018, 2019),
        "Zone d'études (ZEAT). Avant 2018 les libellés sont décalés : pas de Méditerranée, et "
        "16 % des personnes dans le Nord en 2017, contre 6 % en 2018.",
    ),
)

ANSWERS = (
    Variable(
        "jamais_internet",
        "FREQTOT",
        {
            "Jamais": 1.0,
            "Plus rarement": 0.0,
            "Une à deux fois par semaine": 0.0,
            "Tous les jours": 0.0,
        },
        _since(2015),
        "Fréquence d'usage d'internet, tous lieux et appareils. Posée à tous.",
    ),
    Variable(
        "connexion_domicile",
        "INTERNET",
        _YES,
        WAVES,
        "Connexion à internet au domicile, et non usage : en 2019, 29 % des personnes qui n'en ont "
        "pas vont sur internet tous les jours. Posée à tous.",
    ),
    Variable(
        "ordinateur_domicile",
        "MICRO",
        {"Oui, un seul": 1.0, "Oui, plusieurs": 1.0, "Non, aucun": 0.0},
        tuple(wave for wave in WAVES if wave != 2020),
        "Ordinateur au domicile. En 2020 le fichier donne 61 %, entre 76 % en 2019 et 89 % en "
        "2022 : artefact, vague écartée. MICRO2 compte les non-réponses comme des « Non ».",
    ),
    Variable(
        "demarches_en_ligne",
        "US_ADMI",
        _YES,
        WAVES,
        "Démarches administratives en ligne dans les douze derniers mois. Posée aux internautes : "
        "vide pour qui n'utilise jamais internet, qui compte pour 0.",
    ),
    Variable(
        "aise",
        "ABILITY",
        {
            "Très compétent": 1.0,
            "Assez compétent": 1.0,
            "Pas très compétent": 0.0,
            "Pas du tout compétent": 0.0,
        },
        (2007, 2009, 2013, 2017, 2020),
        "Se juge très ou assez compétent pour utiliser un ordinateur. Posée à tous. Reconnue : 33 "
        "% de « pas » en 2017, soit les 18 millions que le CRÉDOC écrit.",
    ),
    Variable(
        "manque_maitrise",
        "FREINWEB4",
        _YES,
        (2020, 2022),
        f"Freiné faute de maîtriser les outils numériques. {_ADULTS} Reconnue : 18 % en 2020 et "
        "25 % en 2022, comme le CRÉDOC l'écrit.",
    ),
    Variable(
        "frein",
        "FREINWEB5",
        {"Oui": 0.0, "Non": 1.0},
        (2020, 2022),
        f"Rencontre au moins un frein : « Oui » veut dire aucun. {_ADULTS} Reconnue : 35 % en 2020 "
        "et 48 % en 2022, comme le CRÉDOC l'écrit.",
    ),
    Variable(
        "besoin_aide",
        "PREFPB",
        {
            "Vous y arrivez toujours": 0.0,
            "Que quelqu’un vous montre, vous explique comment la réaliser tout seul": 1.0,
            "Que quelqu’un fasse la démarche à votre place": 1.0,
        },
        (2020, 2022),
        "Devant une démarche en ligne qui bloque, voudrait qu'on la lui explique ou qu'on la fasse "
        f"à sa place. {_ADULTS} Reconnue : 54 % en 2022 et 38 % en 2020, comme le CRÉDOC l'écrit "
        "(non-réponses comptées, ce qui n'est pas le cas ici).",
    ),
    Variable(
        "maitrise_mieux",
        "MAITRNUM",
        {
            "Oui, tout à fait": 1.0,
            "Oui, plutôt": 1.0,
            "Non, plutôt pas": 0.0,
            "Non, pas du tout": 0.0,
        },
        (2022,),
        "Maîtrise mieux les outils numériques qu'avant les confinements : un progrès, et non une "
        f"aisance. {_ADULTS} Reconnue : 57 % des adultes, 71 % des cadres, 43 % des retraités et "
        "38 % des non-diplômés, comme le CRÉDOC l'écrit.",
    ),
    Variable(
        "demande_aide",
        "DIFFEADM",
        {
            "Vous demandez de l'aide à des collègues": 1.0,
            "Vous demandez de l'aide à des proches": 1.0,
            "Vous payez quelqu'un pour vous aider": 1.0,
            "Vous vous adressez à des structures spécialisées": 1.0,
            "Vous vous adressez à un vendeur de matériel informatique": 1.0,
            "Vous arrêtez, vous abandonnez": 0.0,
            "Vous vous débrouillez seul": 0.0,
            "Vous n'avez pas de difficultés particulières": 0.0,
            "[Vous n'utilisez jamais d'outils informatiques et numériques]": None,
        },
        (2018, 2019),
        f"En cas de difficulté avec un outil numérique, s'adresse à quelqu'un. {_ADULTS} Qui n'en "
        "utilise jamais n'a pas répondu à la question.",
    ),
    Variable(
        "demande_aide",
        "DIFFINF2",
        {
            "Vous demandez de l'aide à des collègues": 1.0,
            "Vous demandez de l'aide à quelqu'un au sein de votre foyer": 1.0,
            "Vous demandez de l'aide à quelqu'un de votre entourage (famille, amis, voisins...)": 1,
            "Vous payez quelqu'un pour vous aider": 1.0,
            "Vous vous adressez à un professionnel ou un bénévole présent dans un lieu public": 1.0,
            "Vous vous adressez à un vendeur de matériel informatique": 1.0,
            "Vous arrêtez votre utilisation, vous abandonnez": 0.0,
            "Vous vous débrouillez seul": 0.0,
            "Vous n'avez pas de difficultés particulières": 0.0,
            "Vous n'utilisez jamais d'outils informatiques et numériques": None,
        },
        (2022,),
        f"La même en 2022, plus détaillée. {_ADULTS} 2020 pose une autre question (DIFFINF3, "
        "l'aide à distance) et n'est pas lue.",
    ),
)
VARIABLES = (*PEOPLE, *ANSWERS)
