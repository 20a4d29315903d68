"""The five IRIS census tables of the demo, columns named as INSEE's `base-ic-*-2018.CSV`.

One function per theme, from `People` to additive columns per unit. No file is written here:
`demo_files` sums the units by IRIS and zips the result.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

from fragility.sources.demo_people import (
    AGE_BANDS,
    SEX_BANDS,
    People,
    band,
    diplomas,
    frame_of,
    households,
    out_of_school,
    social_groups,
)
from fragility.sources.demo_territory import Array

_SCHOOL: Final = {
    "0205": 0.76, "0610": 0.985, "1114": 0.985, "1517": 0.96, "1824": 0.5, "2529": 0.08,
    "30P": 0.01,
}  # fmt: skip
_LONE_BY_AGE: Final = {"1524": 0.08, "2554": 0.33, "5579": 0.4, "80P": 0.19}


def population(people: People) -> pd.DataFrame:
    """`evol-struct-pop`: ages, sexes, social groups, nationality."""
    men = people.ages - people.women
    total = people.ages.sum(axis=1)
    columns = {"P18_POP": total}
    columns |= {f"P18_POP{name}": band(people.ages, name) for name in AGE_BANDS}
    for letter, counts in (("H", men), ("F", people.women)):
        columns[f"P18_POP{letter}"] = counts.sum(axis=1)
        columns |= {f"P18_{letter}{name}": band(counts, name) for name in SEX_BANDS}
    for stem, sex in (("POP15P", None), ("H15P", False), ("F15P", True)):
        groups = social_groups(people, women_only=sex)
        columns[f"C18_{stem}"] = np.sum(list(groups.values()), axis=0)
        columns |= {f"C18_{stem}_{group}": counts for group, counts in groups.items()}
    share = (0.025 + 0.06 * people.fields["urban"] - 0.01 * people.fields["wealth"]).clip(0.003)
    foreign = total * share.to_numpy()
    columns |= {
        "P18_POP_FR": total - foreign,
        "P18_POP_ETR": foreign,
        "P18_POP_IMM": 1.35 * foreign,
    }
    columns |= {"P18_PMEN": 0.978 * total, "P18_PHORMEN": 0.022 * total}
    return frame_of(columns)


def schooling(people: People) -> pd.DataFrame:
    """`diplomes-formation`: schooling by age, then diplomas of those who left school."""
    columns = {f"P18_POP{name}": band(people.ages, name) for name in _SCHOOL}
    columns |= {f"P18_SCOL{name}": columns[f"P18_POP{name}"] * r for name, r in _SCHOOL.items()}
    men = people.ages - people.women
    for letter, counts in (("", people.ages), ("H", men), ("F", people.women)):
        left = out_of_school(counts)
        stem = f"P18_{letter}NSCOL15P"
        columns[stem] = left
        columns |= {f"{stem}_{level}": n for level, n in diplomas(people, left).items()}
    return frame_of(columns)


def families(people: People) -> pd.DataFrame:
    """`couples-familles-menages`: households, persons in them, persons living alone, families."""
    homes = households(people)
    kinds = [name for name in homes if name.startswith("MEN")]
    columns = {f"C18_{name}": homes[name] for name in kinds}
    columns["C18_PMEN"] = homes["PMEN"]
    columns |= {f"C18_PMEN_{name}": homes[f"PMEN_{name}"] for name in kinds[1:]}
    bands = ("15P", *_LONE_BY_AGE)
    columns |= {f"P18_POP{name}": band(people.ages, name) for name in bands}
    columns |= {f"P18_POPMEN{name}": 0.978 * band(people.ages, name) for name in bands}
    columns["P18_POP15P_PSEUL"] = homes["MENPSEUL"]
    columns |= {f"P18_POP{k}_PSEUL": homes["MENPSEUL"] * part for k, part in _LONE_BY_AGE.items()}
    columns["P18_POP15P_MARIEE"] = 0.44 * columns["P18_POP15P"]
    columns["P18_POP15P_NONMARIEE"] = 0.56 * columns["P18_POP15P"]
    groups = social_groups(people)
    adults = np.maximum(np.sum(list(groups.values()), axis=0), 1e-9)
    for stem, total in (("MEN", homes["MEN"]), ("PMEN", homes["PMEN"])):
        columns |= {f"C18_{stem}_{group}": total * n / adults for group, n in groups.items()}
    columns["C18_FAM"] = homes["MENFAM"]
    columns["C18_COUPAENF"] = homes["MENCOUPAENF"]
    columns["C18_FAMMONO"] = homes["MENFAMMONO"]
    columns["C18_COUPSENF"] = homes["MENCOUPSENF"]
    by_children = dict(zip(("0", "1", "2", "3", "4P"), (0.52, 0.21, 0.19, 0.06, 0.02), strict=True))
    columns |= {f"C18_NE24F{k}": homes["MENFAM"] * part for k, part in by_children.items()}
    return frame_of(columns)


def activity(people: People) -> pd.DataFrame:
    """`activite-residents`: activity and unemployment by age, social group, way to work."""
    bands = {"1564": None, "1524": 0.38, "2554": 0.91, "5564": 0.55}
    totals = {name: band(people.ages, name) for name in bands}
    active = {name: totals[name] * rate for name, rate in bands.items() if rate is not None}
    active["1564"] = active["1524"] + active["2554"] + active["5564"]
    rate = people.fields["unemployment"].to_numpy()
    relative = {"1524": 2.1, "2554": 0.92, "5564": 0.8}
    jobless = {name: active[name] * np.minimum(rate * k, 0.8) for name, k in relative.items()}
    scale = rate * active["1564"] / np.maximum(sum_of(jobless), 1e-9)
    jobless = {name: n * scale for name, n in jobless.items()}
    jobless["1564"] = rate * active["1564"]
    columns: dict[str, Array] = {}
    columns |= {f"P18_POP{name}": totals[name] for name in bands}
    columns |= {f"P18_ACT{name}": active[name] for name in bands}
    columns |= {f"P18_ACTOCC{name}": active[name] - jobless[name] for name in bands}
    columns |= {f"P18_CHOM{name}": jobless[name] for name in bands}
    inactive = totals["1564"] - active["1564"]
    columns["P18_INACT1564"] = inactive
    for stem, part in (("ETUD", 0.4), ("RETR", 0.26), ("AINACT", 0.34)):
        columns[f"P18_{stem}1564"] = inactive * part
    groups = {k: n for k, n in social_groups(people).items() if k <= "CS6"}
    workers = np.maximum(sum_of(groups), 1e-9)
    columns["C18_ACT1564"] = active["1564"]
    columns |= {f"C18_ACT1564_{k}": active["1564"] * n / workers for k, n in groups.items()}
    occupied = columns["P18_ACTOCC1564"]
    columns["P18_ACTOCC15P"] = 1.012 * occupied
    columns["P18_SAL15P"], columns["P18_NSAL15P"] = 0.88 * occupied, 0.132 * occupied
    columns["C18_ACTOCC15P"] = 1.012 * occupied
    ways = {"PAS": 0.05, "MAR": 0.06, "VELO": 0.02, "2ROUESMOT": 0.02, "VOIT": 0.76, "TCOM": 0.09}
    columns |= {f"C18_ACTOCC15P_{k}": 1.012 * occupied * part for k, part in ways.items()}
    return frame_of(columns)


def housing(people: People) -> pd.DataFrame:
    """`logement`: dwellings by use, kind, size, tenure and number of cars."""
    fields = people.fields
    homes = households(people)["MEN"]
    persons = 0.978 * people.ages.sum(axis=1)
    urban, vacancy = fields["urban"].to_numpy(), fields["vacancy"].to_numpy()
    second = (0.04 + 0.14 * fields["remote"].to_numpy()) * (1 - 0.7 * urban)
    stock = homes / (1 - vacancy - second)
    houses = (0.95 - 0.62 * urban).clip(0.1, 1)
    owner = fields["owner"].to_numpy()
    social = ((1 - owner) * (0.3 + 0.2 * urban - 0.06 * fields["wealth"].to_numpy())).clip(0, 0.6)
    no_car = (0.06 + 0.16 * urban - 0.02 * fields["wealth"].to_numpy()).clip(0.01, 0.5)
    two_cars = (0.47 - 0.3 * urban).clip(0.05)
    columns = {
        "P18_LOG": stock, "P18_RP": homes, "P18_RSECOCC": stock * second,
        "P18_LOGVAC": stock * vacancy, "P18_MAISON": stock * houses,
        "P18_APPART": stock * (1 - houses),
    }  # fmt: skip
    rooms = (0.04 + 0.04 * urban, 0.1 + 0.06 * urban, 0.2 + 0 * urban, 0.27 + 0 * urban)
    columns |= {f"P18_RP_{k + 1}P": homes * part for k, part in enumerate(rooms)}
    columns["P18_RP_5PP"] = homes * (1 - np.sum(rooms, axis=0))
    columns["P18_NBPI_RP"] = homes * (4.6 - 1.2 * urban)
    columns["P18_RPMAISON"], columns["P18_RPAPPART"] = homes * houses, homes * (1 - houses)
    columns["P18_MEN"], columns["P18_PMEN"] = homes, persons
    for span, part in (("0002", 0.12), ("0204", 0.18), ("0509", 0.17), ("10P", 0.53)):
        columns[f"P18_MEN_ANEM{span}"] = homes * part
    tenures = {
        "PROP": owner, "LOC": 0.97 * (1 - owner), "LOCHLMV": social, "GRAT": 0.03 * (1 - owner),
    }  # fmt: skip
    columns |= {f"P18_RP_{k}": homes * part for k, part in tenures.items()}
    columns["P18_NPER_RP"] = persons
    columns |= {f"P18_NPER_RP_{k}": persons * part for k, part in tenures.items()}
    columns["P18_RP_GARL"] = homes * houses * 0.86
    columns["P18_RP_VOIT1P"] = homes * (1 - no_car)
    columns["P18_RP_VOIT1"] = homes * (1 - no_car - two_cars)
    columns["P18_RP_VOIT2P"] = homes * two_cars
    return frame_of(columns)


def sum_of(columns: dict[str, Array]) -> Array:
    """Add up columns."""
    return np.asarray(np.sum(list(columns.values()), axis=0))


THEMES: Final[dict[str, Callable[[People], pd.DataFrame]]] = {
    "evol-struct-pop": population,
    "diplomes-formation": schooling,
    "couples-familles-menages": families,
    "activite-residents": activity,
    "logement": housing,
}
