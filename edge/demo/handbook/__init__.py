"""The demo home's handbook: what its people wrote down about boiler, bins, guests and the rest.

It is the seed of a handbook of one's own: `lares knowledge add` reads such a folder.
"""

from __future__ import annotations

from pathlib import Path

HANDBOOK = Path(__file__).parent
"""The folder of the documents."""
