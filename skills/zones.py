"""Where it is what time: the IANA time zone of a city, country, state, or zone as people say it.

Cities that the time zone database has zones of ("America/New_York") are known by their names there;
other cities, countries and states are in a table. A land with several zones has that of most of
its people, as a person who asks for "the time in Australia" must expect. Of "paris texas" the land
decides, of "perth australia" the city, because that land is wide.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

_REGIONS = frozenset(
    {
        "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian",
        "Pacific",
    }
)  # fmt: skip
_CITIES = """
    America/New_York: new york city, nyc, manhattan, brooklyn, washington, washington dc,
    washington d c, boston, philadelphia, miami, orlando, tampa, atlanta, charlotte, pittsburgh,
    baltimore, cleveland, cincinnati, buffalo, jacksonville
    America/Chicago: dallas, houston, austin, san antonio, new orleans, memphis, nashville,
    minneapolis, milwaukee, st louis, saint louis, kansas city, oklahoma city
    America/Denver: salt lake city, albuquerque, colorado springs
    America/Los_Angeles: la, san francisco, san diego, san jose, las vegas, seattle, portland,
    sacramento, oakland, silicon valley
    America/Detroit: ann arbor
    America/Toronto: ottawa, montreal, quebec city
    America/Edmonton: calgary, banff
    America/Sao_Paulo: rio, rio de janeiro, brasilia, sao paulo
    America/Argentina/Buenos_Aires: buenos aires
    America/Cancun: playa del carmen
    Europe/London: manchester, liverpool, birmingham, edinburgh, glasgow, cardiff, oxford,
    cambridge, bristol, leeds
    Europe/Dublin: cork, galway
    Europe/Paris: lyon, marseille, nice, bordeaux, toulouse, strasbourg
    Europe/Berlin: munich, hamburg, frankfurt, cologne, stuttgart, dusseldorf, leipzig, dresden
    Europe/Madrid: barcelona, valencia, seville, malaga
    Europe/Rome: milan, naples, venice, florence, turin
    Europe/Zurich: geneva, basel, bern
    Europe/Amsterdam: rotterdam, the hague, hague
    Europe/Brussels: antwerp, bruges
    Europe/Lisbon: porto
    Europe/Warsaw: krakow, gdansk
    Europe/Kyiv: kiev
    Europe/Moscow: st petersburg, saint petersburg
    Asia/Kolkata: mumbai, delhi, new delhi, bangalore, bengaluru, chennai, hyderabad, calcutta,
    pune, bombay
    Asia/Shanghai: beijing, shenzhen, guangzhou, peking
    Asia/Tokyo: osaka, kyoto, yokohama, nagoya
    Asia/Ho_Chi_Minh: saigon, hanoi
    Asia/Dubai: abu dhabi
    Asia/Riyadh: mecca, jeddah
    Asia/Karachi: islamabad, lahore
    Asia/Jakarta: indonesia
    Asia/Makassar: bali
    Asia/Jerusalem: tel aviv
    Asia/Kathmandu: katmandu
    Asia/Yangon: rangoon
    Africa/Johannesburg: cape town, durban, pretoria
    Africa/Lagos: abuja
    Australia/Sydney: canberra
    Australia/Brisbane: gold coast, cairns
    Pacific/Auckland: wellington, christchurch
"""
_LANDS = """
    Europe/London: uk, united kingdom, england, scotland, wales, great britain, britain,
    northern ireland
    Europe/Dublin: ireland
    Europe/Paris: france
    Europe/Berlin: germany
    Europe/Madrid: spain
    Europe/Rome: italy
    Europe/Lisbon: portugal
    Europe/Amsterdam: netherlands, holland
    Europe/Brussels: belgium
    Europe/Luxembourg: luxembourg
    Europe/Zurich: switzerland
    Europe/Vienna: austria
    Europe/Copenhagen: denmark
    Europe/Stockholm: sweden
    Europe/Oslo: norway
    Europe/Helsinki: finland
    Atlantic/Reykjavik: iceland
    Europe/Warsaw: poland
    Europe/Prague: czech republic, czechia
    Europe/Bratislava: slovakia
    Europe/Budapest: hungary
    Europe/Bucharest: romania
    Europe/Sofia: bulgaria
    Europe/Athens: greece
    Europe/Belgrade: serbia
    Europe/Zagreb: croatia
    Europe/Ljubljana: slovenia
    Europe/Kyiv: ukraine
    Europe/Moscow: russia
    Europe/Istanbul: turkey
    Europe/Riga: latvia
    Europe/Vilnius: lithuania
    Europe/Tallinn: estonia
    Asia/Kolkata: india
    Asia/Shanghai: china
    Asia/Tokyo: japan
    Asia/Seoul: korea, south korea
    Asia/Pyongyang: north korea
    Asia/Taipei: taiwan
    Asia/Bangkok: thailand
    Asia/Ho_Chi_Minh: vietnam
    Asia/Manila: philippines
    Asia/Kuala_Lumpur: malaysia
    Asia/Karachi: pakistan
    Asia/Dhaka: bangladesh
    Asia/Kathmandu: nepal
    Asia/Colombo: sri lanka
    Asia/Tehran: iran
    Asia/Baghdad: iraq
    Asia/Kabul: afghanistan
    Asia/Jerusalem: israel
    Asia/Beirut: lebanon
    Asia/Amman: jordan
    Asia/Riyadh: saudi arabia
    Asia/Dubai: united arab emirates, emirates, uae
    Asia/Qatar: qatar
    Africa/Cairo: egypt
    Africa/Lagos: nigeria
    Africa/Nairobi: kenya
    Africa/Johannesburg: south africa
    Africa/Casablanca: morocco
    Africa/Algiers: algeria
    Africa/Tunis: tunisia
    Africa/Addis_Ababa: ethiopia
    Africa/Accra: ghana
    Africa/Harare: zimbabwe
    Africa/Kampala: uganda
    Africa/Dar_es_Salaam: tanzania
    America/Mexico_City: mexico
    America/Sao_Paulo: brazil
    America/Argentina/Buenos_Aires: argentina
    America/Santiago: chile
    America/Bogota: colombia
    America/Lima: peru
    America/Caracas: venezuela
    America/Guayaquil: ecuador
    America/Montevideo: uruguay
    America/Havana: cuba
    America/Jamaica: jamaica
    America/Panama: panama
    America/Costa_Rica: costa rica
    America/Guatemala: guatemala
    America/Puerto_Rico: puerto rico
    Australia/Sydney: australia, new south wales
    Australia/Melbourne: victoria
    Australia/Brisbane: queensland
    Australia/Perth: western australia
    Australia/Adelaide: south australia
    Pacific/Auckland: new zealand
    America/Toronto: canada, ontario, quebec
    America/Vancouver: british columbia
    America/Edmonton: alberta
    America/Winnipeg: manitoba
    America/Regina: saskatchewan
    America/Halifax: nova scotia, new brunswick
    America/St_Johns: newfoundland
    America/New_York: us, usa, united states, america, connecticut, ct, delaware, florida, fl,
    georgia, maine, maryland, md, massachusetts, ma, michigan, mi, new hampshire, new jersey, nj,
    new york state, ny, north carolina, nc, ohio, pennsylvania, pa, rhode island, south carolina,
    vermont, virginia, va, west virginia
    America/Indiana/Indianapolis: indiana
    America/Chicago: alabama, arkansas, illinois, il, iowa, kansas, louisiana, minnesota, mn,
    mississippi, missouri, mo, nebraska, north dakota, oklahoma, south dakota, tennessee, tn, texas,
    tx, wisconsin, wi
    America/Kentucky/Louisville: kentucky
    America/Denver: colorado, montana, new mexico, utah, wyoming
    America/Boise: idaho
    America/Phoenix: arizona, az
    America/Los_Angeles: california, ca, nevada, nv, washington state, wa, oregon
    America/Anchorage: alaska
    Pacific/Honolulu: hawaii
"""
_NAMED = """
    America/New_York: eastern, est, edt, et, east coast
    America/Chicago: central, cst, cdt
    America/Denver: mountain, mst, mdt
    America/Los_Angeles: pacific, pst, pdt, west coast
    America/Anchorage: alaskan
    Pacific/Honolulu: hawaiian
    America/Halifax: atlantic
    Europe/London: british, bst
    Europe/Berlin: central european, cet, cest, middle european
    Europe/Athens: eastern european, eet
    Asia/Kolkata: indian, ist
    Asia/Tokyo: japanese, jst
    UTC: utc, gmt, greenwich mean, greenwich, universal, coordinated universal, zulu
"""
"""Zones that are said by a name of their own: "pacific time"."""
_TIME_WORDS = ("time zone", "timezone", "time", "standard", "daylight", "zone")
_LETTERS = frozenset(
    {
        "bst", "cdt", "cest", "cet", "cst", "dc", "edt", "eet", "est", "et", "gmt", "ist", "jst",
        "la", "mdt", "mst", "nyc", "pdt", "pst", "uae", "uk", "us", "usa", "utc",
    }
)  # fmt: skip
"""What is written in large letters; and so is the short name of a state after a city."""
_WITH_ARTICLE = frozenset(
    {
        "uk", "united kingdom", "us", "usa", "united states", "netherlands", "philippines", "uae",
        "united arab emirates", "emirates", "czech republic", "hague", "east coast", "west coast",
    }
)  # fmt: skip
_WIDE = frozenset(
    {
        "us", "usa", "united states", "america", "canada", "mexico", "brazil", "australia",
        "russia", "indonesia", "spain", "portugal",
    }
)  # fmt: skip
"""Lands of several zones."""
_SMALL = frozenset({"de", "of", "the", "and"})


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone that was asked for."""

    key: str
    """The IANA name, such as "Asia/Tokyo"."""
    phrase: str
    """Where or what it is, behind a time: "in Tokyo", "in the UK", "Pacific time", "UTC"."""


def zone_of(place: str) -> Zone | None:
    """The time zone of a place or of a zone's own name; None where it is not known."""
    words = place.lower().replace(",", " ").replace(".", "").replace("-", " ").split()
    while words and words[0] in {"the", "in", "at"}:
        words = words[1:]
    said = " ".join(words)
    bare = _without_time(said)
    if bare in _named() and (bare != said or bare not in _places()):
        return Zone(_named()[bare], _zone_phrase(bare))
    key = _places().get(said) or _of_parts(words)
    return Zone(key, f"in {_title(said)}") if key is not None else None


def _without_time(said: str) -> str:
    """The name of a zone without "time", "standard time", "time zone"."""
    shorter = next(
        (said.removesuffix(f" {w}") for w in _TIME_WORDS if said.endswith(f" {w}")), said
    )
    return _without_time(shorter) if shorter != said else said


def _of_parts(words: list[str]) -> str | None:
    """The zone of a city and its land: "orlando florida", "paris texas"."""
    for cut in range(1, len(words)):
        land = " ".join(words[cut:])
        if land in _lands():
            city = _places().get(" ".join(words[:cut]))
            return city if city is not None and land in _WIDE else _lands()[land]
    return None


def _zone_phrase(name: str) -> str:
    if name.endswith("coast"):
        return f"on {_title(name)}"
    return name.upper() if name in _LETTERS else f"{name.title()} time"


def _title(said: str) -> str:
    """A place with its capitals: "the UK", "Rio de Janeiro"."""
    words = said.split()
    large = [_capital(word, ends=at == len(words) - 1) for at, word in enumerate(words)]
    return f"{'the ' if said in _WITH_ARTICLE else ''}{' '.join(large)}"


def _capital(word: str, *, ends: bool) -> str:
    if word in _LETTERS or (ends and len(word) == 2):
        return word.upper()
    return word if word in _SMALL else word.capitalize()


@cache
def _named() -> Mapping[str, str]:
    return dict(_read(_NAMED))


@cache
def _lands() -> Mapping[str, str]:
    return dict(_read(_LANDS))


@cache
def _places() -> Mapping[str, str]:
    """The zone of each city and land, by its name in small letters."""
    own = {}
    for key in sorted(zoneinfo.available_timezones()):
        region, _, city = key.partition("/")
        if region in _REGIONS and city:
            own[city.rpartition("/")[2].replace("_", " ").replace("-", " ").lower()] = key
    return {**own, **_lands(), **dict(_read(_CITIES))}


def _read(table: str) -> Iterator[tuple[str, str]]:
    """The names of a table, each with its zone."""
    key = ""
    for line in table.split("\n"):
        head, colon, names = line.strip().rpartition(":")
        key = head if colon else key
        for name in names.split(","):
            if name.strip():
                yield name.strip(), key
